"""The server, our account on it, and a connector over real HTTP."""

from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import pytest
import pytest_asyncio

from tests.connectors.mastodon.server import Account, Server
from unisono.connectors.mastodon import Mastodon
from unisono.contract import Account as ChannelAccount
from unisono.contract import Created, Event, load_manifest
from unisono.testing.context import KitContext, make_ctx


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    found = Server()
    yield found
    found.stop()


@dataclass
class Desk:
    """Our side: the connector, its context, and the account that it serves."""

    connector: Mastodon
    ctx: KitContext
    us: Account

    async def new(self, cursor: str | None, stream: str = "notifications") -> tuple[list[Event], str | None]:
        """Pull all there is, reading each item."""
        events: list[Event] = []
        for _ in range(50):
            page = await self.connector.pull(stream, cursor, 100)
            cursor = page.next_cursor
            events += [event for raw in page.raws for event in self.connector.read(raw)]
            if not page.has_more:
                return events, cursor
        raise AssertionError("The pull does not end.")

    async def one(self, stream: str = "notifications") -> Created:
        """Pull from the start and return the only thing that was said."""
        (event,), _ = await self.new(None, stream)
        assert isinstance(event, Created)
        return event


@pytest_asyncio.fixture
async def desk(server: Server) -> AsyncIterator[Desk]:
    """A connector of a fresh account, checked as at set-up."""
    us = server.account("shop")
    async with connect(server, us) as found:
        yield found
    server.calm()


class connect:  # noqa: N801
    """Open a connector for an account; `config` overrides settings."""

    def __init__(self, server: Server, us: Account, *, token: str | None = None, **config: Any) -> None:
        self._us = us
        self._config = {"base_url": server.base, **config}
        self._token = us.token if token is None else token

    async def __aenter__(self) -> Desk:
        manifest = load_manifest(Mastodon.folder)
        account = ChannelAccount(
            channel_id=uuid4(), name="shop", config=self._config, remote_id=self._us.id,
            handle=f"@{self._us.name}", realm="127.0.0.1",
        )  # fmt: skip
        self._open = make_ctx(account, manifest, secrets={"access_token": self._token})
        ctx = await self._open.__aenter__()
        return Desk(Mastodon(ctx), ctx, self._us)

    async def __aexit__(self, *why: object) -> None:
        await self._open.__aexit__(None, None, None)
