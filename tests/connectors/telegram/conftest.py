"""A scripted Bot API server, a person, and the connector over real HTTP."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import pytest_asyncio

from unisono.connectors.telegram import Telegram
from unisono.contract import Account, Author, Created, Event, OutMessage, ThreadRef, load_manifest
from unisono.domain.ids import new_id
from unisono.domain.words import ChannelState, Visibility
from unisono.testing.clock import FakeClock
from unisono.testing.context import KitContext, make_ctx
from unisono.testing.networks.telegram import TelegramServer

GROUP = -1_009


@dataclass
class Desk:
    """Our side and theirs."""

    server: TelegramServer
    clock: FakeClock
    anna: dict[str, Any]
    ctx: KitContext
    connector: Telegram

    async def events(self, cursor: str | None = None) -> tuple[list[Event], str | None]:
        """Pull all there is, reading each update."""
        events: list[Event] = []
        for _ in range(20):
            page = await self.connector.pull("updates", cursor, 100)
            cursor = page.next_cursor
            events += [event for raw in page.raws for event in self.connector.read(raw)]
            if not page.has_more:
                return events, cursor
        raise AssertionError("The pull does not end.")

    async def one(self) -> Created:
        """Pull from the start and return the newest of what was said."""
        found = [event for event in (await self.events())[0] if isinstance(event, Created)]
        return found[-1]

    def answer(self, said: Created, text: str, **more: Any) -> OutMessage:
        """An answer to what was said."""
        return OutMessage(
            key=str(new_id()), thread=said.thread, in_reply_to=said.remote_id, recipient=said.author, text=text,
            created_at=self.clock.now(), **more,
        )  # fmt: skip


@asynccontextmanager
async def connected(server: TelegramServer, clock: FakeClock, *, token: str | None = None, **config: Any) -> AsyncIterator[Desk]:
    """Open a connector on the server's bot; `config` overrides settings."""
    secrets = {"token": server.token if token is None else token, **config.pop("secrets", {})}
    account = Account(
        channel_id=uuid4(), name="bot", config={"api_url": server.url, **config}, remote_id=str(server.me["id"]),
        handle=f"@{server.me['username']}",
    )  # fmt: skip
    async with make_ctx(account, load_manifest(Telegram.folder), secrets=secrets, clock=clock) as ctx:
        yield Desk(server, clock, server.person(100, "Anna"), ctx, Telegram(ctx))


@pytest_asyncio.fixture
async def desk() -> AsyncIterator[Desk]:
    """A connector whose settings are right."""
    clock = FakeClock()
    server = TelegramServer(clock.now)
    try:
        async with connected(server, clock) as found:
            assert (await found.connector.check()).state is ChannelState.OK
            yield found
    finally:
        server.close()


__all__ = ["GROUP", "Author", "Desk", "ThreadRef", "Visibility", "connected"]
