"""A scripted X, a company on it with two customers, and the connector over real HTTP."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

import pytest_asyncio

from unisono.connectors.x import X
from unisono.contract import Account, Author, Created, Event, OutMessage, ThreadRef, load_manifest
from unisono.domain.ids import new_id
from unisono.domain.words import ChannelState, Visibility
from unisono.testing.clock import FakeClock
from unisono.testing.context import KitContext, make_ctx
from unisono.testing.networks.x import Company, Post, User, XServer


@dataclass
class Desk:
    """Our side and theirs."""

    x: XServer
    clock: FakeClock
    us: Company
    anna: User
    ben: User
    ctx: KitContext
    connector: X

    def mention(self, text: str, **more: Any) -> Post:
        """Let Anna name us."""
        return self.x.network.post(self.anna.id, f"Hallo @{self.us.user.username} {text}", **more)

    async def new(self, cursor: str | None = None, stream: str = "mentions") -> tuple[list[Event], str | None]:
        """Pull all there is, reading each item."""
        events: list[Event] = []
        for _ in range(60):
            page = await self.connector.pull(stream, cursor, 100)
            cursor = page.next_cursor
            events += [event for raw in page.raws for event in self.connector.read(raw)]
            if not page.has_more:
                return events, cursor
        raise AssertionError("The pull does not end.")

    async def one(self, stream: str = "mentions") -> Created:
        """Pull from the start and return the newest of what was said."""
        events, _ = await self.new(None, stream)
        found = [event for event in events if isinstance(event, Created)]
        return found[-1]

    def answer(self, to: Created, text: str, **more: Any) -> OutMessage:
        """Return an answer to something, as the outbox hands it over."""
        thread = ThreadRef(visibility=to.thread.visibility, root_id=to.thread.root_id, parent_id=to.remote_id)
        given = {"thread": thread, "in_reply_to": to.remote_id, "recipient": to.author, "text": text, **more}
        return OutMessage(key=str(new_id()), created_at=self.clock.now(), **given)

    def spent(self) -> float:
        """Return the money of this month."""
        return next(
            (sum(m.slots) for key, m in self.ctx.meters.meters.items() if key.bucket == "money" and key.per == "month"), 0.0
        )

    def asked(self, part: str) -> int:
        """Count the requests so far whose path holds something."""
        return sum(part in seen.path for seen in self.x.seen)


@asynccontextmanager
async def open_desk(*, secrets: dict[str, str] | None = None, implicit_counts: bool = True, **config: Any) -> AsyncIterator[Desk]:
    """Open a network and a channel that was checked."""
    clock = FakeClock()
    async with AsyncExitStack() as stack:
        x = await stack.enter_async_context(XServer(now=clock.now))
        x.network.implicit_counts = implicit_counts
        us, anna, ben = x.company("Example Shop", "exampleshop"), x.person("Anna", "anna"), x.person("Ben", "ben")
        manifest = load_manifest(X.folder)
        settings = {**us.config(x.url), **config}
        given = {**us.secrets(), **(secrets or {})}
        draft = Account(channel_id=uuid4(), name="shop", config=settings)
        ctx = await stack.enter_async_context(make_ctx(draft, manifest, secrets=given, clock=clock))
        health = await X(ctx).check()
        assert health.state is ChannelState.OK, health.what
        ctx.account = Account(
            channel_id=UUID(int=1),
            name="shop",
            config=settings,
            remote_id=health.remote_id,
            handle=health.handle,
            caps=health.caps,
        )
        yield Desk(x, clock, us, anna, ben, ctx, X(ctx))


@pytest_asyncio.fixture
async def desk() -> AsyncIterator[Desk]:
    async with open_desk() as opened:
        yield opened


def person(user: User) -> Author:
    """Return somebody as an author."""
    return Author(remote_id=str(user.id), handle=f"@{user.username}")


PUBLIC, PRIVATE = Visibility.PUBLIC, Visibility.PRIVATE
