"""The database as the verbs see it: short write transactions that emit events, and reads.

A verb loads, decides and writes inside one `async with database.write() as tx`. Events go with the transaction into
the log; after the commit the bell is rung once. A write transaction holds only SQL and lasts 20 ms at the most.
"""

from collections.abc import AsyncIterator, Mapping
from contextlib import AbstractAsyncContextManager
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

from msgspec import Struct, field


class NewEvent(Struct, frozen=True, kw_only=True):
    """A fact for the log: ids, enums and numbers only, never text, names or handles (DESIGN, section 5).

    `type` is past tense and dotted, e.g. `interaction.offered`; its schema stands in docs/events/.
    """

    type: str
    actor_id: UUID | None = None
    access_class: int | None = None
    channel_id: UUID | None = None
    conversation_id: UUID | None = None
    interaction_id: UUID | None = None
    queue_id: UUID | None = None
    agent_id: UUID | None = None
    body: dict[str, Any] = field(default_factory=dict)
    v: int = 1


class Cursor(Struct, frozen=True, order=True):
    """A position in the log; text form `epoch-xid-uuid`."""

    epoch: int
    xid: int
    id: UUID

    def __str__(self) -> str:
        return f"{self.epoch}-{self.xid}-{self.id}"

    @classmethod
    def parse(cls, text: str) -> "Cursor":
        """Return the cursor that a text names. Raises ValueError."""
        epoch, xid, identifier = text.split("-", 2)
        return cls(int(epoch), int(xid), UUID(identifier))


class LoggedEvent(Struct, frozen=True, kw_only=True):
    """An event as it stands in the log."""

    cursor: Cursor
    at: datetime
    type: str
    v: int
    actor_id: UUID | None
    access_class: int | None
    channel_id: UUID | None
    conversation_id: UUID | None
    interaction_id: UUID | None
    queue_id: UUID | None
    agent_id: UUID | None
    body: dict[str, Any]


class Log(Protocol):
    """The event log, read side."""

    async def head(self) -> Cursor:
        """Return a cursor such that everything committed before this call is at or before it, or will be read after it."""

    async def after(self, cursor: Cursor, limit: int) -> list[LoggedEvent] | None:
        """Return the next visible events; None when the cursor is older than the log (the reader starts anew)."""

    async def after_without(self, cursor: Cursor, limit: int, type_: str) -> tuple[list[LoggedEvent], Cursor] | None:
        """Return the next visible events but those of one type, and where to go on; None as for `after`."""


class Bell(Protocol):
    """A hint that something was committed. Losing one costs latency only: everybody polls as well."""

    async def ring(self, topic: str) -> None: ...

    def listen(self, topic: str) -> AbstractAsyncContextManager["BellListener"]: ...


class BellListener(Protocol):
    """Woken by rings of one topic; rings while nobody waits are remembered as one."""

    async def wait(self, timeout_s: float) -> bool:
        """Return True when it rang, False after `timeout_s`."""


class Fanout(Protocol):
    """Ephemeral topics (typing, viewers, counters): last value wins, nothing is stored."""

    async def publish(self, topic: str, key: str, value: Mapping[str, Any]) -> None: ...

    def subscribe(self, topic: str) -> AbstractAsyncContextManager[AsyncIterator[tuple[str, Mapping[str, Any]]]]: ...


class Leases(Protocol):
    """Named leases with a fencing token that rises at each change of holder."""

    async def acquire(self, name: str, holder: str, ttl_s: float) -> int | None:
        """Take or renew; returns the token, or None while somebody else holds it."""

    async def release(self, name: str, holder: str) -> None: ...
