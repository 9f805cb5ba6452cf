"""A network, our account on it, two customers, and a connector over real HTTP."""

import ssl
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import msgspec
import pytest
import pytest_asyncio

from unisono.connectors.sandbox import Sandbox
from unisono.contract import Account as ChannelAccount
from unisono.contract import Author, Created, Event, OutMessage, ThreadRef, load_manifest
from unisono.domain.ids import new_id
from unisono.domain.words import ChannelState, Visibility
from unisono.egress.client import EgressFactory
from unisono.testing.context import KitContext, RealClock
from unisono.testing.sandbox import Account, SandboxNetwork, SandboxServer

# Reading the machine's certificates takes longer than a test; nothing here is encrypted.
TLS = ssl.create_default_context()


class Desk(msgspec.Struct):
    """Our side and the network's."""

    server: SandboxServer
    network: SandboxNetwork
    us: Account
    anna: Account
    ben: Account
    ctx: KitContext
    connector: Sandbox

    async def new(self, cursor: str | None = None, limit: int = 100) -> tuple[list[Event], str | None]:
        """Pull all there is, reading each item."""
        events: list[Event] = []
        for _ in range(100):
            page = await self.connector.pull("main", cursor, limit)
            cursor = page.next_cursor
            events += [event for raw in page.raws for event in self.connector.read(raw)]
            if not page.has_more:
                return events, cursor
        raise AssertionError("The pull does not end.")

    async def said(self) -> list[Created]:
        """Everything that was said so far."""
        return [event for event in (await self.new())[0] if isinstance(event, Created)]

    def answer(self, event: Created, text: str = "Moin!", **more) -> OutMessage:
        """An answer to what a customer said, as the outbox would hold it."""
        fields = {
            "key": str(new_id()), "thread": event.thread, "in_reply_to": event.remote_id, "recipient": event.author,
            "text": text, "created_at": self.ctx.clock.now(),
        }  # fmt: skip
        return OutMessage(**(fields | more))

    def own(self) -> list[str]:
        """What the network shows of ours, oldest first."""
        return [item.text for item in self.network.store.items_where("author = ? and deleted_at is null", (self.us.id,))]


class MovedClock(RealClock):
    """The machine's clock, which a test can put forward."""

    def __init__(self) -> None:
        self.ahead = timedelta()

    def now(self) -> datetime:
        return datetime.now(UTC) + self.ahead


async def connected(desk: Desk) -> Sandbox:
    """Return a connector that has checked its account, as at set-up."""
    health = await desk.connector.check()
    assert health.state is ChannelState.OK, health.what
    desk.ctx.account = msgspec.structs.replace(
        desk.ctx.account, remote_id=health.remote_id, handle=health.handle, realm=health.realm, caps=health.caps
    )
    desk.connector = Sandbox(desk.ctx)
    return desk.connector


@pytest.fixture
def face() -> str:
    return "zwitscher"


@pytest_asyncio.fixture
async def desk(face: str) -> AsyncIterator[Desk]:
    clock = MovedClock()
    network = SandboxNetwork(now=clock.now)
    us = network.join(face, "Brookwatt", company=True)
    anna, ben = network.join(face, "Anna"), network.join(face, "Ben")
    async with SandboxServer(network) as server:
        config = {"base_url": server.url, "face": face, "account": "brookwatt"}
        account = ChannelAccount(channel_id=uuid4(), name="Netz", config=config)
        secrets = {"token": us.token or "", "webhook_secret": "s3cret"}
        async with EgressFactory(allow_private=True, verify=TLS) as http_for:
            ctx = KitContext(account, http_for(load_manifest(Sandbox.folder), config), secrets, clock)
            found = Desk(server, network, us, anna, ben, ctx, Sandbox(ctx))
            await connected(found)
            yield found
    network.close()


def thread_of(author: Author, root: str, *, private: bool = False) -> ThreadRef:
    """Return a thread for an answer."""
    return ThreadRef(visibility=Visibility.PRIVATE if private else Visibility.PUBLIC, root_id=root)
