"""What is asked of the store about figures of days: how much came, was done, was answered in time. Never of a person."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Protocol
from uuid import UUID

from msgspec import Struct

from unisono.service.ports.base import Cursor, LoggedEvent
from unisono.service.ports.reading import Sight


class Tally(Struct, frozen=True, kw_only=True):
    """Counts that add up.

    arrived: came in, or were opened again. moved_in: came from another queue. handled: closed by us. abandoned: the customer gave
    up first. answered: had their first answer. in_time, late: of those whose promise of a first answer was kept, or broken,
    whether answered by now or not. answered_s: seconds until first answers, in all.
    """

    arrived: int = 0
    moved_in: int = 0
    handled: int = 0
    abandoned: int = 0
    answered: int = 0
    in_time: int = 0
    late: int = 0
    answered_s: float = 0.0

    def plus(self, other: "Tally") -> "Tally":
        """Return both together."""
        return Tally(**{name: getattr(self, name) + getattr(other, name) for name in Tally.__struct_fields__})


class DayTally(Struct, frozen=True, kw_only=True):
    """Counts of one day of a queue and channel. `skill` '' is all of them; else of those that asked for it."""

    day: date
    queue_id: UUID
    channel_id: UUID
    skill: str = ""
    tally: Tally


class AnswerCount(Struct, frozen=True, kw_only=True):
    """First answers of one day in one interval of `service.spread`."""

    day: date
    queue_id: UUID
    channel_id: UUID
    bin: int
    n: int


class CountedWork(Struct, frozen=True, kw_only=True):
    """What the counts ask about a unit of work."""

    interaction_id: UUID
    skills: list[str]
    waiting_since: datetime


class PlacedTally(Struct, frozen=True, kw_only=True):
    """Counts of today. access_class: None where nobody was ever given one; only who sees everything sees them."""

    queue_id: UUID
    channel_id: UUID
    medium: str
    access_class: int | None
    skill: str
    tally: Tally


class MediumTally(Struct, frozen=True, kw_only=True):
    """Counts of several days of a medium, and first answers by interval."""

    medium: str
    tally: Tally
    bins: dict[int, int]


class Threshold(Struct, frozen=True, kw_only=True):
    """From when on a figure is a warning or an alarm; None: never. Level: a share, at or below which it is."""

    queue_id: UUID | None = None
    waiting_warn: int | None = None
    waiting_alarm: int | None = None
    longest_warn_s: int | None = None
    longest_alarm_s: int | None = None
    level_warn: float | None = None
    level_alarm: float | None = None


class WallLink(Struct, frozen=True, kw_only=True):
    """A link for a screen on a wall."""

    id: UUID
    name: str
    created_by: UUID
    created_at: datetime
    expires_at: datetime
    last_seen_at: datetime | None


class Tallies(Protocol):
    """Port for figures of days. Sums are added to, never counted anew."""

    async def take_fold(self) -> str | None:
        """Return how far the log is folded, and lock it; None while another node folds."""

    async def move_fold(self, cursor: str) -> None: ...

    async def happened(self, cursor: str, types: Sequence[str], limit: int) -> list[LoggedEvent]:
        """Return the next visible events of these types."""

    async def work(self, interaction_ids: Iterable[UUID]) -> dict[UUID, CountedWork]: ...

    async def first_responses(self, interaction_ids: Iterable[UUID]) -> dict[tuple[UUID, bool], Cursor]:
        """Return where the first answer of each stands in the log (True), and the first word that one is late (False)."""

    async def zones(self, queue_ids: Iterable[UUID]) -> dict[UUID, str]:
        """Return the time zones of queues."""

    async def add(self, days: Sequence[DayTally], answers: Sequence[AnswerCount]) -> None: ...

    async def today(self) -> list[PlacedTally]:
        """Return the counts of today; each queue has its own midnight."""

    async def by_medium(self, sight: Sight, days: int) -> list[MediumTally]:
        """Return the counts of the last days, today included, of what somebody may see."""

    async def forget(self, before: date) -> None: ...

    async def thresholds(self) -> list[Threshold]: ...

    async def put_threshold(self, threshold: Threshold) -> None: ...

    async def drop_threshold(self, queue_id: UUID) -> None: ...

    async def add_link(self, link_id: UUID, name: str, token_hash: bytes, created_by: UUID, expires_at: datetime) -> None: ...

    async def links(self) -> list[WallLink]:
        """Return the links that are good, newest first."""

    async def link(self, token_hash: bytes) -> WallLink | None: ...

    async def saw_link(self, link_id: UUID) -> None: ...

    async def end_link(self, link_id: UUID) -> bool: ...
