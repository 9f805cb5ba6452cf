"""What is asked of the store about how long what is kept."""

from collections.abc import Sequence
from typing import Protocol
from uuid import UUID

from msgspec import Struct


class RetentionRule(Struct, frozen=True, kw_only=True):
    """How many days something is kept: of a channel, of a class of work, or, with neither, in the house.

    what: texts, attachments, raw (payloads as the network gave them), quarantine, audit.
    """

    what: str
    days: int
    channel_id: UUID | None = None
    work_class_id: UUID | None = None


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

    async def drop_attachments(self, rules: Sequence[RetentionRule], limit: int) -> list[tuple[UUID, UUID]]:
        """Mark files as gone that have outlived their time; returns (attachment, message)."""

    async def drop_raw(self, rules: Sequence[RetentionRule], limit: int) -> int: ...

    async def due_quarantine(self, rules: Sequence[RetentionRule], limit: int) -> list[UUID]: ...

    async def drop_audit(self, days: int) -> int:
        """Drop whole sealed pieces of the audit that are older, with their seals; returns how many entries."""

    async def holds(self) -> list[Hold]: ...

    async def set_hold(self, kind: str, id_: UUID, ground: str | None) -> bool:
        """Set or lift a hold; False when there is no such thing."""

    async def case_of_number(self, number: int) -> UUID | None: ...
