"""Builders for tests of the verbs: a house with a scripted connector, on a real database."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, ClassVar
from uuid import UUID

import structlog
from msgspec import Struct

from unisono.bus.memory import MemoryBell
from unisono.contract import (
    Author,
    AuthorGone,
    Caps,
    Created,
    Ctx,
    Deleted,
    Edited,
    Event,
    Health,
    InAttachment,
    Manifest,
    MediaLimit,
    NotSent,
    OutMessage,
    Page,
    Raw,
    ReconcileResult,
    SendResult,
    Sent,
    Status,
    TextLimit,
    ThreadRef,
    Unreadable,
)
from unisono.contract.connector import ConnectorType
from unisono.domain.errors import NotFound
from unisono.domain.ids import new_id
from unisono.domain.words import ChannelState, DeliveryState, Visibility
from unisono.service.access import Access
from unisono.service.channel_context import Outside, store_raw
from unisono.service.intake import process_once
from unisono.service.ports.channels import ChannelFacts
from unisono.service.ports.files import StoredFile
from unisono.service.ports.privacy import Sealed
from unisono.service.router import Router
from unisono.store.database import PgDatabase

START = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
ACTIONS = frozenset({"work.read", "work.answer", "work.supervise", "customer.erase", "archive.open", "quarantine.manage"})


class Scripted:
    """A connector that reads JSON lines of the test's own making and sends into a list."""

    folder: ClassVar[Path] = Path(__file__).parent
    caps: ClassVar[Caps] = Caps(
        text=TextLimit(maximum=500),
        media=MediaLimit(max_count=2, types=("image/*",), max_bytes=1_000),
        edits=True,
        deletes=True,
    )
    sent: ClassVar[list[OutMessage]] = []
    results: ClassVar[list[SendResult]] = []
    found: ClassVar[list[ReconcileResult | Exception]] = []

    def __init__(self, ctx: Ctx) -> None:
        self.ctx = ctx

    def capabilities(self, thread: ThreadRef | None = None) -> Caps:
        return self.caps

    async def check(self) -> Health:
        return Health(state=ChannelState.OK)

    async def pull(self, stream: str, cursor: str | None, limit: int) -> Page:
        return Page(raws=[], next_cursor=cursor)

    def read(self, raw: Raw) -> list[Event]:
        try:
            item = json.loads(raw.body)
        except ValueError as error:
            raise Unreadable(f"This is no JSON ({error}).") from None
        if item.get("bug"):
            raise RuntimeError("a bug of the connector")
        return [_event(item)]

    async def send(self, message: OutMessage, attempt: int) -> SendResult:
        self.sent.append(message)
        return self.results.pop(0) if self.results else Sent(remote_id=f"remote-{message.key}")

    async def reconcile(self, message: OutMessage) -> ReconcileResult:
        found = self.found.pop(0) if self.found else NotSent()
        if isinstance(found, Exception):
            raise found
        return found


def _event(item: dict[str, Any]) -> Event:
    at = datetime.fromisoformat(item["at"])
    author = Author(
        remote_id=item.get("by", "anna"), handle=item.get("handle", f"@{item.get('by', 'anna')}"), display_name=item.get("name", "Anna"),
        followers=item.get("followers"),
    )  # fmt: skip
    match item.get("kind", "created"):
        case "edited":
            return Edited(remote_id=item["id"], revision=item["revision"], occurred_at=at, text=item["text"])
        case "deleted":
            return Deleted(remote_id=item["id"], occurred_at=at)
        case "author_gone":
            return AuthorGone(author=author, occurred_at=at)
        case "status":
            return Status(
                state=DeliveryState(item["state"]), occurred_at=at, client_key=item.get("key"), remote_id=item.get("id")
            )
    customer = Author(remote_id=item["to"]) if item.get("own") else None
    files = tuple(
        InAttachment(
            name=f["name"], media_type=f["type"], content=f["content"].encode() if "content" in f else None, ref=f.get("ref")
        )
        for f in item.get("files", ())
    )
    return Created(
        remote_id=item["id"], author=author, occurred_at=at, text=item.get("text", ""), html=item.get("html"),
        subject=item.get("subject", ""), revision=item.get("revision", 0), tie_break=item.get("tie", ""),
        own=item.get("own", False), client_key=item.get("key"), automatic=item.get("automatic", False),
        addressed=item.get("addressed", True), attachments=files,
        thread=ThreadRef(
            visibility=Visibility(item.get("visibility", "public")), root_id=item.get("root", item["id"]),
            parent_id=item.get("parent"), aliases=tuple(item.get("aliases", ())), customer=customer,
        ),
    )  # fmt: skip


class OneConnector:
    """A registry that knows the scripted connector alone."""

    def __init__(self, code: ConnectorType = Scripted) -> None:
        self._code = code

    def manifests(self) -> Mapping[str, Manifest]:
        return {"scripted": self.manifest("scripted")}

    def manifest(self, connector: str) -> Manifest:
        if connector != "scripted":
            raise NotFound(f"No connector {connector!r} is installed.")
        return Manifest(
            id="scripted", name="scripted", version="1", contract=1, network="scripted", medium="post", title={}, summary={},
            auth="none",
        )  # fmt: skip

    def code(self, connector: str) -> ConnectorType:
        self.manifest(connector)
        return self._code


class MemoryFiles:
    """Attachments in a dict."""

    def __init__(self) -> None:
        self.content: dict[UUID, bytes] = {}

    async def put(self, attachment_id: UUID, content: bytes) -> StoredFile:
        self.content[attachment_id] = content
        return StoredFile(size_bytes=len(content), sha256=bytes(32))

    async def read(self, attachment_id: UUID) -> bytes:
        return self.content[attachment_id]

    async def delete(self, attachment_ids: Any) -> None:
        for attachment_id in attachment_ids:
            self.content.pop(attachment_id, None)


class MemoryTombstones:
    """Tombstones in a list."""

    def __init__(self) -> None:
        self.lines: list[tuple[str, UUID]] = []

    async def add(self, kind: str, ids: Any) -> None:
        self.lines += [(kind, one) for one in ids]


class PlainCipher:
    """No encryption: the text is turned round, so that nobody finds it by searching."""

    def seal(self, plain: bytes, bound_to: bytes) -> Sealed:
        return Sealed(key_id="test", nonce=bound_to, ciphertext=plain[::-1])

    def open(self, sealed: Sealed, bound_to: bytes) -> bytes:
        return sealed.ciphertext[::-1]


class Person(Struct, frozen=True, kw_only=True):
    """An agent of the test's house."""

    id: UUID
    access: Access


class House:
    """A house on a real database, driven step by step."""

    def __init__(self, db: PgDatabase, bell: MemoryBell, clock: Any) -> None:
        self.db = db
        self.clock = clock
        self.files = MemoryFiles()
        self.tombstones = MemoryTombstones()
        self.outside = Outside(
            db=db, bell=bell, clock=clock, registry=OneConnector(), files=self.files,  # type: ignore[arg-type]
            tombstones=self.tombstones, cipher=PlainCipher(), secrets=None, http_for=lambda m, c: None,  # type: ignore[arg-type,return-value]
            log_for=lambda channel_id, connector: structlog.get_logger(),
        )  # fmt: skip
        self.router = Router(db, bell, clock, "test")
        Scripted.sent, Scripted.results, Scripted.found = [], [], []

    async def sql(self, statement: str, *values: object) -> list[Any]:
        """Look at the tables."""
        async with self.db.pool.acquire() as connection:
            rows: list[Any] = await connection.fetch(statement, *values)
            return rows

    async def queue(self, **columns: Any) -> UUID:
        """Add a queue."""
        queue_id = new_id()
        await self.sql("insert into queue (id, key, name) values ($1, $2, '{}')", queue_id, str(queue_id))
        for name, value in columns.items():
            await self.sql(f"update queue set {name} = $2 where id = $1", queue_id, value)
        return queue_id

    async def channel(self, queue_id: UUID | None = None, *, medium: str = "post", units: int = 12) -> ChannelFacts:
        """Add a channel of the scripted network."""
        channel_id = new_id()
        await self.sql(
            "insert into channel (id, connector, network, medium, name, queue_id, units, one_at_a_time) "
            "values ($1, 'scripted', 'scripted', $2, 'Scripted', $3, $4, $2 = 'call')",
            channel_id, medium, queue_id or await self.queue(), units,
        )  # fmt: skip
        async with self.db.write() as tx:
            facts = await tx.channels.facts(channel_id)
        assert facts is not None
        return facts

    async def agent(
        self, *queue_ids: UUID, capacity: int = 60, state: str = "available", skills: Mapping[str, int] = {}
    ) -> Person:
        """Add a person who takes work of these queues."""
        user_id = new_id()
        await self.sql(
            "insert into app_user (id, login, login_key, name, name_key) values ($1, $2, $2, $2, $2)",
            user_id,
            f"u{user_id}",
        )
        await self.sql("insert into agent (user_id, state, capacity) values ($1, $2, $3)", user_id, state, capacity)
        await self.sql("insert into role (name, actions) values ('tester', $1) on conflict do nothing", sorted(ACTIONS))
        await self.sql(
            "insert into role_grant (id, user_id, role, scope_kind) values ($1, $2, 'tester', 'organisation')", new_id(), user_id
        )
        for queue_id in queue_ids:
            await self.sql("insert into queue_member (queue_id, user_id) values ($1, $2)", queue_id, user_id)
        for key, level in skills.items():
            await self.sql("insert into skill (id, key, name) values ($1, $2, '{}') on conflict (key) do nothing", new_id(), key)
            await self.sql(
                "insert into agent_skill (user_id, skill_id, level) select $1, id, $3 from skill where key = $2",
                user_id,
                key,
                level,
            )
        access = Access(user_id=user_id, actions=ACTIONS, classes=dict.fromkeys(ACTIONS, None))
        return Person(id=user_id, access=access)

    async def hear(self, channel: ChannelFacts, *items: Mapping[str, Any], process: bool = True) -> None:
        """Let the network say these things."""
        raws = [
            Raw(
                ingest_key=f"{item.get('kind', 'created')}:{item.get('id', item.get('key'))}:{item.get('revision', item.get('state', 0))}",
                body=json.dumps({"at": START.isoformat(), **item}).encode(), received_at=self.clock.now(),
            )
            for item in items
        ]  # fmt: skip
        await store_raw(self.outside, channel.id, raws)
        if process:
            await self.process(channel)

    async def process(self, channel: ChannelFacts, connector: Any = None) -> None:
        """Read all that stands in the inbox."""
        while await process_once(self.outside, channel, connector or Scripted(None)):  # type: ignore[arg-type]
            pass

    async def route(self) -> int:
        """Let the router decide once."""
        if self.router._token == 0:
            assert await self.router.acquire()
            await self.router.load()
        return await self.router.step()

    async def transcript(self) -> list[str]:
        """Return all texts in transcript order."""
        rows = await self.sql(
            "select coalesce(t.text, '(deleted)') as text from message m left join message_text t on t.message_id = m.id "
            "order by m.said_at, m.tie_break, m.ingest_key"
        )
        return [row["text"] for row in rows]


class StepClock:
    """A clock that moves only when told."""

    def __init__(self, now: datetime = START + timedelta(hours=1)) -> None:
        self._now = now

    def now(self) -> datetime:
        return self._now

    def advance(self, seconds: float) -> None:
        """Move on."""
        self._now += timedelta(seconds=seconds)

    async def sleep(self, seconds: float) -> None:
        self.advance(seconds)
