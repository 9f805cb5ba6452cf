"""A Synapse with a proxy before it, our account on it, and a connector over real HTTP."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import pytest_asyncio

from tests.peers import synapse
from unisono.connectors.matrix import Matrix
from unisono.contract import Account, Author, Created, Event, OutAttachment, OutMessage, ThreadRef, load_manifest
from unisono.domain.ids import new_id
from unisono.domain.words import Visibility
from unisono.testing.context import KitContext, RealClock, make_ctx
from unisono.testing.faultproxy import FaultProxy
from unisono.testing.networks.matrix import Homeserver, Person


@dataclass
class Town:
    """The homeserver, with a proxy before it."""

    server: Homeserver
    front: FaultProxy


@dataclass
class Desk:
    """Our side: the connector, its context, and the account that it serves."""

    connector: Matrix
    ctx: KitContext
    us: Person
    town: Town
    cursor: str | None = None

    async def new(self) -> list[Event]:
        """Pull all that is new, reading each item."""
        found: list[Event] = []
        for _ in range(50):
            page = await self.connector.pull("sync", self.cursor, 200)
            self.cursor = page.next_cursor
            assert not page.gap
            found += [event for raw in page.raws for event in self.connector.read(raw)]
            if not page.has_more:
                return found
        raise AssertionError("The pull does not end.")

    async def said(self) -> list[Created]:
        """Pull, and return what was said."""
        return [event for event in await self.new() if isinstance(event, Created)]


def answer_to(item: Created, text: str, *files: tuple[str, str, bytes], **more: Any) -> OutMessage:
    """Return an answer as the outbox hands it over."""

    def attachment(name: str, media_type: str, content: bytes) -> OutAttachment:
        async def read() -> bytes:
            return content

        return OutAttachment(name=name, media_type=media_type, size_bytes=len(content), read=read)

    given: dict[str, Any] = {
        "key": str(new_id()), "thread": item.thread, "in_reply_to": item.remote_id, "recipient": item.author, "text": text,
        "created_at": RealClock().now(), "attachments": tuple(attachment(*file) for file in files),
    }  # fmt: skip
    return OutMessage(**(given | more))


def in_room(room: str, text: str, visibility: Visibility = Visibility.PRIVATE) -> OutMessage:
    """Return a message that answers nothing."""
    return OutMessage(
        key=str(new_id()), thread=ThreadRef(visibility=visibility, root_id=room), in_reply_to=None,
        recipient=Author(remote_id="@nobody:unisono.test"), text=text, created_at=RealClock().now(),
    )  # fmt: skip


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def town() -> AsyncIterator[Town]:
    synapse()
    server = Homeserver()
    await server.start()
    async with FaultProxy(int(server.url.rsplit(":", 1)[1])) as front:
        yield Town(server, front)
    await server.stop()


@pytest_asyncio.fixture(loop_scope="module")
async def desk(town: Town) -> AsyncIterator[Desk]:
    """A connector of a fresh account that has looked once."""
    async with connect(town, await town.server.join("firma")) as found:
        await found.new()
        yield found
    town.front.calm()


@pytest_asyncio.fixture(loop_scope="module")
async def anna(town: Town) -> Person:
    return await town.server.join("anna")


@asynccontextmanager
async def connect(town: Town, us: Person, *, secrets: dict[str, str] | None = None, **config: Any) -> AsyncIterator[Desk]:
    """Open a connector for an account; `config` overrides settings."""
    settings = {"base_url": town.front.url, "user": us.user_id} | config
    account = Account(channel_id=new_id(), name="Firma", config=settings)
    manifest = load_manifest(Matrix.folder)
    async with make_ctx(account, manifest, secrets=secrets or {"password": us.password}) as ctx:
        yield Desk(Matrix(ctx), ctx, us, town)
