"""A scripted LinkedIn, a page, a member, and the connector over real HTTP."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import pytest_asyncio

from unisono.connectors.linkedin import LinkedIn
from unisono.contract import Account, Created, Event, HttpRequest, OutMessage, load_manifest
from unisono.domain.ids import new_id
from unisono.testing.clock import FakeClock
from unisono.testing.context import KitContext, make_ctx
from unisono.testing.networks.linkedin import SIGNATURE, Company, LinkedInServer, signature


@dataclass
class Desk:
    """Our side and theirs."""

    server: LinkedInServer
    clock: FakeClock
    us: Company
    anna: str
    ctx: KitContext
    connector: LinkedIn

    def comment(self, text: str, *, below: str | None = None, by: str | None = None) -> str:
        """Let Anna comment, below a new post of the page by default."""
        return self.server.comment(by or self.anna, below or self.server.post(self.us.urn, "Neues"), text)

    async def events(self, cursor: str | None = None, limit: int = 100) -> tuple[list[Event], str | None]:
        """Pull all there is, reading each notification."""
        events: list[Event] = []
        for _ in range(200):
            page = await self.connector.pull("notifications", cursor, limit)
            cursor = page.next_cursor
            events += [event for raw in page.raws for event in self.connector.read(raw)]
            if not page.has_more:
                return events, cursor
        raise AssertionError("The pull does not end.")

    async def said(self, text: str) -> Created:
        """Pull from the start and return what was said with these words."""
        return next(event for event in (await self.events())[0] if isinstance(event, Created) and event.text == text)

    def answer(self, said: Created, text: str, **more: Any) -> OutMessage:
        """An answer to what was said."""
        given = {"thread": said.thread, "in_reply_to": said.remote_id, "recipient": said.author, **more}
        return OutMessage(key=str(new_id()), text=text, created_at=self.clock.now(), **given)

    def push(self, body: bytes, secret: str | None = None) -> HttpRequest:
        """A signed push."""
        headers = {SIGNATURE: signature(secret or self.us.client_secret, body)}
        return HttpRequest(method="POST", path="", query={}, headers=headers, body=body)


@asynccontextmanager
async def connected(server: LinkedInServer, clock: FakeClock, us: Company, **changes: Any) -> AsyncIterator[Desk]:
    """Open a connector on a page; `secrets` and other settings are overridden by name."""
    secrets = {"client_secret": us.client_secret, **server.authorise(us), **changes.pop("secrets", {})}
    config = {"organization_id": str(us.id), "client_id": us.client_id, "base_url": server.url, "auth_url": server.url, **changes}
    account = Account(channel_id=uuid4(), name="page", config=config, remote_id=str(us.id), handle=us.name)
    async with make_ctx(account, load_manifest(LinkedIn.folder), secrets=secrets, clock=clock) as ctx:
        yield Desk(server, clock, us, server.member(), ctx, LinkedIn(ctx))


@pytest_asyncio.fixture
async def desk() -> AsyncIterator[Desk]:
    """A connector whose settings are right."""
    clock = FakeClock()
    server = LinkedInServer(clock.now)
    try:
        async with connected(server, clock, server.company("Firma")) as found:
            yield found
    finally:
        server.close()
