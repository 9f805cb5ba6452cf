"""The inbox, the outbox and the timers: the work that must not get lost."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

from msgspec import Struct, field

from unisono.contract.inbound import Raw


class InboxItem(Struct, frozen=True, kw_only=True):
    """A raw item with its place in the ledger."""

    id: UUID
    channel_id: UUID
    ingest_key: str
    body: bytes | None
    received_at: datetime
    attempts: int
    error: str = ""
    state: str = "new"


class OpenGap(Struct, frozen=True, kw_only=True):
    """Items of a stream that were lost to us between two instants."""

    id: UUID
    stream: str
    since: datetime
    found_at: datetime


class Inbox(Protocol):
    """The raw inbound ledger; a key is there once, whatever the network repeats."""

    async def put(self, channel_id: UUID, raws: Sequence[Raw], keep_s: int) -> int:
        """Store what is not there yet and return how many were new. Counts received, stored and duplicate."""

    async def cursor(self, channel_id: UUID, stream: str) -> str | None: ...

    async def set_cursor(self, channel_id: UUID, stream: str, cursor: str | None) -> None: ...

    async def count(self, channel_id: UUID, numbers: Mapping[str, int]) -> None: ...

    async def note_gap(self, channel_id: UUID, stream: str) -> bool: ...

    async def unfilled_gaps(self, channel_id: UUID) -> list[OpenGap]:
        """Return gaps of which it is known when they began and that nobody has tried to fill."""

    async def gap_filled(self, gap_id: UUID, filled: int, *, closed: bool) -> None: ...

    async def close_gap(self, channel_id: UUID, gap_id: UUID) -> bool:
        """Close a gap; False when it is closed already, or not the channel's."""

    async def new_items(self, channel_id: UUID, limit: int) -> list[InboxItem]:
        """Return unprocessed items, oldest first, without claiming them."""

    async def finish(self, items: Mapping[UUID, UUID | None]) -> set[UUID]:
        """Mark items done, each with its message; returns those that were still new: only their effects may be written."""

    async def hold_early(self, items: Mapping[UUID, str]) -> None:
        """Keep edits that came before what they edit, until that comes."""

    async def wake_early(self, channel_id: UUID, remote_ids: Sequence[str]) -> int: ...

    async def quarantine(self, item_id: UUID, error: str) -> None: ...

    async def requeue(self, item_id: UUID) -> UUID | None:
        """Put a quarantined item back to be read again; returns its channel, None when it is not in quarantine."""

    async def discard(self, item_id: UUID) -> UUID | None:
        """Give a quarantined item up; its bytes are erased, its key stays. Returns its channel or None."""

    async def quarantined(self, channel_ids: Sequence[UUID] | None, after: UUID | None, limit: int) -> list[InboxItem]: ...

    async def channels_with_new(self) -> list[UUID]: ...

    async def drop_bodies(self, ids: Sequence[UUID]) -> None:
        """Erase raw bytes of items that say something erased; their keys stay."""

    async def expire_bodies(self, limit: int) -> int: ...


class OutboxItem(Struct, frozen=True, kw_only=True):
    """An answer on its way, with all that an attempt needs; the text is read when it is claimed."""

    id: UUID
    message_id: UUID
    channel_id: UUID
    conversation_id: UUID
    state: str
    attempts: int
    not_sent: int
    in_reply_to: str | None
    created_at: datetime
    visibility: str
    root_remote_id: str
    links_to: str | None
    identity_remote_id: str
    identity_realm: str
    identity_handle: str
    identity_name: str
    text: str
    html: str | None
    subject: str
    details: dict[str, Any] = field(default_factory=dict)
    reply_rule: str = "yes"
    reply_until: datetime | None = None
    private_reply_to: str | None = None
    aside_identity_id: UUID | None = None


class OutboxChange(Struct, frozen=True, kw_only=True):
    """What became of an attempt."""

    state: str
    next_at: datetime | None = None
    error_code: str = ""
    error: str = ""
    remote_id: str | None = None
    remote_ids: tuple[str, ...] = ()
    count_attempt: bool = True
    not_sent: int | None = None
    url: str = ""


class OpenAnswer(Struct, frozen=True, kw_only=True):
    """An answer that may have reached the network without our knowing."""

    message_id: UUID
    conversation_id: UUID
    text: str


class Outbox(Protocol):
    """The delivery ledger, in lanes: of one conversation only the oldest open row is ever due."""

    async def add(
        self, message_id: UUID, channel_id: UUID, conversation_id: UUID, in_reply_to: str | None, *,
        private_reply_to: str | None = None,
    ) -> UUID: ...  # fmt: skip

    async def claim(self, channel_id: UUID, worker: str, lease_s: float, limit: int) -> list[OutboxItem]: ...

    async def renew(self, item_id: UUID, worker: str, lease_s: float) -> None:
        """Hold a claimed row for longer, if it is still the worker's."""

    async def settle(self, item_id: UUID, worker: str, change: OutboxChange) -> bool:
        """Record the outcome; False when the lease was lost meanwhile (somebody else decides now)."""

    async def defer_lane(self, channel_id: UUID, until: datetime) -> None:
        """Let nothing of the channel be due before `until` (a rate limit, missing authorisation)."""

    async def waits_for(self, channel_id: UUID, error_code: str) -> bool:
        """Tell whether an answer of the channel waits for this reason."""

    async def resume_lane(self, channel_id: UUID, error_code: str) -> None:
        """Let the channel's lane be due now, if it waits for this reason (a missing authorisation that is there now)."""

    async def next_due(self) -> datetime | None: ...

    async def due_channels(self) -> list[UUID]: ...

    async def open_in_thread(self, conversation_ids: Sequence[UUID]) -> list[OpenAnswer]:
        """Return answers whose outcome is not known yet, to recognise our own post that comes back."""

    async def settle_by_message(self, message_id: UUID, change: OutboxChange) -> bool:
        """Record what the network told of an answer outside an attempt (echo, status); never goes backwards."""

    async def revive(self, message_id: UUID, *, reconcile: bool) -> bool:
        """Make a dead or failed answer due again; False when it is neither."""

    async def give_up(self, message_id: UUID) -> bool: ...

    async def of_message(self, message_id: UUID) -> OutboxItem | None: ...

    async def references(self, conversation_id: UUID, aside: UUID | None, limit: int) -> list[str]:
        """Return the remote ids of a conversation in transcript order, the newest `limit` of them.

        aside: those of what was said with this third party; without one, those of what was said with the customer.
        """


class Timer(Struct, frozen=True, kw_only=True):
    """Something to do at a time."""

    id: UUID
    kind: str
    subject: UUID
    due_at: datetime
    body: dict[str, Any]


class Timers(Protocol):
    """Durable timers, one for each (kind, subject); claimed and done in one transaction."""

    async def set(self, kind: str, subject: UUID, due_at: datetime, body: dict[str, Any] | None = None) -> None: ...

    async def cancel(self, kind: str, subject: UUID) -> None: ...

    async def take_due(self, kinds: Sequence[str], limit: int) -> list[Timer]: ...

    async def next_due(self) -> datetime | None: ...
