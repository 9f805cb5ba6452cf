"""A Prosody, our account on it with proxies before it, and a connector over real connections."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import pytest_asyncio

from tests.connectors.matrix.conftest import answer_to
from tests.peers import prosody
from unisono.connectors.xmpp import Xmpp
from unisono.contract import Account, Created, Event, load_manifest
from unisono.domain.ids import new_id
from unisono.testing.context import KitContext, make_ctx
from unisono.testing.faultproxy import FaultProxy
from unisono.testing.networks.xmpp import Person, Prosody

__all__ = ["Desk", "Town", "answer_to", "connect"]


@dataclass
class Town:
    """The server, with a proxy before its file store."""

    server: Prosody
    store: FaultProxy


@dataclass
class Desk:
    """Our side: the connector, its context, and the account that it serves."""

    connector: Xmpp
    ctx: KitContext
    address: str
    password: str
    town: Town
    cursor: str | None = None
    gaps: int = 0

    async def new(self) -> list[Event]:
        """Pull all that is new, reading each item."""
        found: list[Event] = []
        for _ in range(50):
            page = await self.connector.pull("archive", self.cursor, 200)
            self.cursor = page.next_cursor
            self.gaps += page.gap
            found += [event for raw in page.raws for event in self.connector.read(raw)]
            if not page.has_more:
                return found
        raise AssertionError("The pull does not end.")

    async def said(self) -> list[Created]:
        """Pull, and return what was said."""
        return [event for event in await self.new() if isinstance(event, Created)]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def town() -> AsyncIterator[Town]:
    prosody()
    server = Prosody()
    async with FaultProxy(server.http_port) as store:
        await server.start(store.url)
        yield Town(server, store)
        await server.stop()


@pytest_asyncio.fixture(loop_scope="module")
async def desk(town: Town) -> AsyncIterator[Desk]:
    """A connector of a fresh account."""
    address, password = town.server.account("firma")
    async with connect(town, address, password) as found:
        yield found


@pytest_asyncio.fixture(loop_scope="module")
async def anna(town: Town) -> AsyncIterator[Person]:
    person = Person(*town.server.account("anna"), town.server.port)
    await person.arrive()
    yield person
    await person.leave()


@asynccontextmanager
async def connect(town: Town, address: str, password: str, **config: Any) -> AsyncIterator[Desk]:
    """Open a connector for an account; `config` overrides settings."""
    settings = {
        "address": address, "host": "127.0.0.1", "port": town.server.port, "security": "none", "upload_url": town.store.url,
    } | config  # fmt: skip
    account = Account(channel_id=new_id(), name="Firma", config=settings)
    async with make_ctx(account, load_manifest(Xmpp.folder), secrets={"password": password}) as ctx:
        yield Desk(Xmpp(ctx), ctx, address, password, town)
