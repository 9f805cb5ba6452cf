"""A scripted Graph API, an account on it, and a connector over real HTTP."""

import ssl
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import msgspec

from unisono.contract import Account, Challenge, Created, Deny, Event, HttpRequest, OutMessage, Raw, load_manifest
from unisono.domain.ids import new_id
from unisono.domain.words import ChannelState
from unisono.egress.client import EgressFactory
from unisono.testing.context import KitContext, RealClock
from unisono.testing.networks.graph import SIGNATURE, GraphNetwork, GraphServer, News, Person, signed, written

# Reading the machine's certificates takes longer than a test; nothing here is encrypted.
TLS = ssl.create_default_context()
VERIFY_TOKEN = "word-of-ours"


class MovedClock(RealClock):
    """The machine's clock, which a test can put forward."""

    def __init__(self) -> None:
        self.ahead = timedelta()

    def now(self) -> datetime:
        return datetime.now(UTC) + self.ahead


class Desk(msgspec.Struct):
    """Our side and the network's."""

    network: GraphNetwork
    server: GraphServer
    ctx: KitContext
    connector: Any
    clock: MovedClock
    anna: Person
    ben: Person

    async def pulled(self, stream: str = "main", cursor: str | None = None) -> tuple[list[Raw], str | None]:
        """Pull all there is."""
        raws: list[Raw] = []
        for _ in range(200):
            page = await self.connector.pull(stream, cursor, 100)
            raws += page.raws
            cursor = page.next_cursor
            if not page.has_more:
                return raws, cursor
        raise AssertionError("The pull does not end.")

    async def said(self, stream: str = "main", cursor: str | None = None) -> list[Created]:
        """What was said, by pull; a message that comes once more with a name is one."""
        raws, _ = await self.pulled(stream, cursor)
        said = [event for raw in raws for event in self.read(raw) if isinstance(event, Created)]
        return list({event.remote_id: event for event in said}.values())

    def read(self, raw: Raw) -> list[Event]:
        events: list[Event] = self.connector.read(raw)
        return events

    async def pushed(self, *news: News, secret: str | None = None) -> list[Raw]:
        """What the connector makes of a webhook."""
        found = await self.connector.verify(push(written(news), secret or self.network.app_secret))
        assert not isinstance(found, Challenge | Deny), found
        raws: list[Raw] = found
        return raws

    def answer(self, event: Created, text: str = "Moin!", **more: Any) -> OutMessage:
        """An answer to what a customer said, as the outbox would hold it."""
        fields = {
            "key": str(new_id()), "thread": event.thread, "in_reply_to": event.remote_id, "recipient": event.author,
            "text": text, "created_at": self.clock.now(),
        }  # fmt: skip
        return OutMessage(**(fields | more))

    def forward(self, **delta: float) -> None:
        self.clock.ahead += timedelta(**delta)


def push(body: bytes, secret: str) -> HttpRequest:
    headers = {SIGNATURE: signed(secret, body), "content-type": "application/json"}
    return HttpRequest(method="POST", path="", query={}, headers=headers, body=body)


@asynccontextmanager
async def desk_of(
    kind: Any, network: GraphNetwork, clock: MovedClock, config: Mapping[str, Any], secrets: Mapping[str, str]
) -> AsyncIterator[Desk]:
    """Connect an account, as at set-up, while the block runs."""
    async with GraphServer(network) as server, EgressFactory(allow_private=True, verify=TLS) as http_for:
        settings = {"base_url": server.url, "api_version": "v25.0", "history_days": 2, **config}
        account = Account(channel_id=uuid4(), name="Netz", config=settings)
        kept = {"app_secret": network.app_secret, "verify_token": VERIFY_TOKEN, **secrets}
        manifest = load_manifest(kind.folder)
        ctx = KitContext(account, http_for(manifest, settings), kept, clock, manifest)
        desk = Desk(network, server, ctx, kind(ctx), clock, network.join("Anna Muster"), network.join("Ben Beispiel"))
        health = await desk.connector.check()
        assert health.state is ChannelState.OK, health.what
        ctx.account = msgspec.structs.replace(account, remote_id=health.remote_id, handle=health.handle, caps=health.caps)
        desk.connector = kind(ctx)
        yield desk
