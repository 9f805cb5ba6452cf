"""The networks by script, on ports of this machine: X, Meta's four, and Telegram, each with the company's account on it."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID

from msgspec import Struct

from unisono.app.demo.keep import Keep
from unisono.app.demo.kept import KeptNetwork
from unisono.app.demo.material import company
from unisono.app.demo.script import SCRIPTED_FACES
from unisono.app.demo.seed import WantedChannel
from unisono.testing.networks.graph import GraphNetwork, GraphServer, Number, Page, restore, saved
from unisono.testing.networks.graph.instagram import Account
from unisono.testing.networks.telegram import TelegramServer
from unisono.testing.networks.x import Company, XServer

HANDLE: Final = "brookwatt"
_LEAP: Final = 1_000
#: Which channel's address Meta tells of which kind of news: one app has one address for each.
_TOLD: Final = {"page": "facebook", "instagram": "instagram", "whatsapp_business_account": "whatsapp"}


class ScriptedFace(Struct, frozen=True, kw_only=True):
    """A network as the demo's page shows it. `url`: a page on which answers can be seen to arrive."""

    key: str
    name: str
    url: str


class Scripted(Struct, frozen=True, kw_only=True):
    """The networks while they run, and the company's accounts on them."""

    x: XServer
    graph: GraphServer
    telegram: TelegramServer
    x_company: Company
    page: Page
    account: Account
    number: Number
    verify_token: str

    @property
    def urls(self) -> tuple[str, ...]:
        """The addresses of the servers."""
        return self.x.url, self.graph.url, self.telegram.url

    @property
    def faces(self) -> tuple[ScriptedFace, ...]:
        """The networks' pages for people."""
        shown = f"{self.graph.url}/show"
        urls = {
            "x": f"{self.x.url}/u/{HANDLE}", "facebook": f"{shown}/page/{self.page.id}",
            "instagram": f"{shown}/instagram/{self.account.id}", "messenger": f"{shown}/messenger/{self.page.id}",
            "whatsapp": f"{shown}/whatsapp/{self.number.id}", "telegram": f"{self.telegram.url}/show",
        }  # fmt: skip
        return tuple(ScriptedFace(key=key, name=name, url=urls[key]) for key, name in SCRIPTED_FACES.items())

    def channels(self) -> list[WantedChannel]:
        """Return the channels of the accounts, with all that an administrator would enter."""
        meta = {"base_url": self.graph.url}
        known = {"app_secret": self.graph.network.app_secret, "verify_token": self.verify_token}
        of_page = {"access_token": self.page.token, **known}
        return [
            _wanted("x", self.x_company.config(self.x.url), self.x_company.secrets()),
            _wanted("facebook", {"page_id": self.page.id, **meta}, of_page),
            _wanted("instagram", {"account_id": self.account.id, "page_id": self.page.id, **meta}, of_page),
            _wanted("messenger", {"page_id": self.page.id, **meta}, of_page, queue="service"),
            _wanted(
                "whatsapp", {"phone_number_id": self.number.id, "business_account_id": self.number.account, **meta},
                {"access_token": self.number.token, **known}, queue="service",
            ),
            _wanted("telegram", {"api_url": self.telegram.url}, {"token": self.telegram.token}, queue="service"),
        ]  # fmt: skip

    async def tell(self, house_url: str, channels: Mapping[str, UUID]) -> None:
        """Enter the house's address at Meta, as its dashboard asks for it. Raises Refused when the house does not prove it."""
        for news, connector in _TOLD.items():
            channel = channels[name_of(connector)]
            await self.graph.pushes.subscribe(news, f"{house_url}/hooks/{channel}", self.verify_token)


def name_of(face: str) -> str:
    """Return what the company's channel on a network is called."""
    owner = f"@{HANDLE}" if face in {"x", "instagram", "telegram"} else company().name
    return f"{SCRIPTED_FACES[face]} {owner}"


def _wanted(face: str, config: dict[str, Any], secrets: dict[str, str], *, queue: str = "social") -> WantedChannel:
    return WantedChannel(name=name_of(face), connector=face, queue=queue, config=config, secrets=secrets)


@asynccontextmanager
async def open_scripted(keep: Keep) -> AsyncIterator[Scripted]:
    """Run the networks while the block runs; what was said on them stays in the demo's folder."""
    async with AsyncExitStack() as stack:
        x = await stack.enter_async_context(_open_x(keep))
        graph = await stack.enter_async_context(_open_graph(keep))
        telegram = await stack.enter_async_context(_open_telegram(keep))
        name, network = company().name, graph.network
        page = next(iter(network.pages.pages.values()), None) or network.pages.add(name)
        account = next(iter(network.instagram.accounts.values()), None) or network.instagram.add(page, HANDLE)
        yield Scripted(
            x=x, graph=graph, telegram=telegram, x_company=x.company_named(HANDLE) or x.company(name, HANDLE), page=page,
            account=account, number=next(iter(network.whatsapp.numbers.values()), None) or network.whatsapp.add(name),
            verify_token=keep.secret("verify"),
        )  # fmt: skip


@asynccontextmanager
async def _open_x(keep: Keep) -> AsyncIterator[XServer]:
    server = XServer(port=keep.port("x"))
    file = KeptNetwork(keep.folder / "x.json", server.kept)
    file.take_up(server.take_up)
    async with server, _kept_up(file):
        yield server


@asynccontextmanager
async def _open_graph(keep: Keep) -> AsyncIterator[GraphServer]:
    network = GraphNetwork(app_secret=keep.secret("graph_app"))
    file = KeptNetwork(keep.folder / "graph.json", lambda: saved(network))
    file.take_up(lambda content: restore(network, content))
    # What a killed process had not written down yet has ids as well; they are not given again.
    network.last_number += _LEAP
    async with GraphServer(network, port=keep.port("graph")) as server, _kept_up(file):
        yield server


@asynccontextmanager
async def _open_telegram(keep: Keep) -> AsyncIterator[TelegramServer]:
    server = TelegramServer(lambda: datetime.now(UTC), keep.port("telegram"))
    server.me |= {"first_name": company().name, "username": f"{HANDLE}_bot"}
    file = KeptNetwork(keep.folder / "telegram.json", server.kept)
    file.take_up(server.take_up)
    try:
        async with _kept_up(file):
            yield server
    finally:
        server.close()


@asynccontextmanager
async def _kept_up(file: KeptNetwork) -> AsyncIterator[None]:
    task = asyncio.create_task(file.keep_up(), name="demo-kept-network")
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
        file.write()
