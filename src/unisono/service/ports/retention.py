"""What is asked of the store about how long what is kept."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final, Protocol
from uuid import UUID

from msgspec import Struct

#: Kinds of files: what came with messages, recorded talks, and what callers left on tape.
FILES: Final = ("attachments", "recordings", "voicemails")


class RetentionRule(Struct, frozen=True, kw_only=True):
    """How many days something is kept: of a channel, of a class of work, or, with neither, in the house.

    what: texts, attachments, recordings (of talks), voicemails, raw (payloads as the network gave them), quarantine, audit. A
    rule for recordings or voicemails comes before one for attachments, which holds for them where there is none.
    """

    what: str
    days: int
    channel_id: UUID | None = None
    work_class_id: UUID | None = None


class OldFile(Struct, frozen=True, kw_only=True):
    """A file that has outlived its time by a rule of so many days. kind: one of FILES; call_id: whose sound it was."""

    id: UUID
    message_id: UUID
    kind: str
    call_id: UUID | None
    days: int


class RecordingStays(Struct, frozen=True, kw_only=True):
    """How long a recorded talk (`call`) or a message left (`voicemail`) stays.

    goes_at: when the rules let it go; None without a rule. Neither while it is_held, nor while work of its conversation is_open.
    """

    kind: str
    duration_s: float
    goes_at: datetime | None
    is_held: bool
    is_open: bool


class Hold(Struct, frozen=True, kw_only=True):
    """Something that must not go. kind: customer, conversation or case. number: a case's."""

    kind: str
    id: UUID
    ground: str
    number: int | None = None


class Retention(Protocol):
    """Port for retention."""

    async def rules(self) -> list[RetentionRule]: ...

    async def put_rules(self, rules: Sequence[RetentionRule]) -> None:
        """Replace all rules."""

    async def count(self, what: str, rules: Sequence[RetentionRule], most: int) -> int:
        """Return how much would go by these rules, at most `most`."""

    async def due_texts(self, rules: Sequence[RetentionRule], limit: int) -> list[UUID]:
        """Return messages whose text has outlived its time, in no open work and under no hold."""

    async def drop_files(self, rules: Sequence[RetentionRule], limit: int) -> list[OldFile]:
        """Mark files as gone that have outlived their time; returns them. Rules: those for any kind of files."""

    async def recording(self, attachment_id: UUID) -> RecordingStays | None:
        """Return how long a recording stays; None for a file that is none, or is gone."""

    async def drop_raw(self, rules: Sequence[RetentionRule], limit: int) -> int: ...

    async def due_quarantine(self, rules: Sequence[RetentionRule], limit: int) -> list[UUID]: ...

    async def drop_audit(self, days: int) -> int:
        """Drop whole sealed pieces of the audit that are older, with their seals; returns how many entries."""

    async def holds(self) -> list[Hold]: ...

    async def set_hold(self, kind: str, id_: UUID, ground: str | None) -> bool:
        """Set or lift a hold; False when there is no such thing."""

    async def case_of_number(self, number: int) -> UUID | None: ...
