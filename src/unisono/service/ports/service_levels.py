"""What is asked of the store about business hours, service levels and the clocks of interactions."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

from msgspec import UNSET, Struct, UnsetType

from unisono.service.level_views import CalendarView, ClosureView, HolidayView, OpeningView, ServiceLevelView, TargetView
from unisono.service.setup_views import Names, QueueLevelView


class CalendarChange(Struct, frozen=True, kw_only=True):
    """What changes of a calendar; what is not named stays."""

    key: str | UnsetType = UNSET
    name: Names | UnsetType = UNSET
    zone: str | UnsetType = UNSET
    openings: Sequence[OpeningView] | UnsetType = UNSET
    holidays: Sequence[HolidayView] | UnsetType = UNSET
    closures: Sequence[ClosureView] | UnsetType = UNSET
    archived: bool | UnsetType = UNSET


class ServiceLevelChange(Struct, frozen=True, kw_only=True):
    """What changes of a service level; what is not named stays."""

    key: str | UnsetType = UNSET
    name: Names | UnsetType = UNSET
    targets: Sequence[TargetView] | UnsetType = UNSET
    window_warn_s: Sequence[int] | UnsetType = UNSET
    reopen_within_s: int | UnsetType = UNSET
    archived: bool | UnsetType = UNSET


class CurrentTerms(Struct, frozen=True):
    """What clocks count by now, and the epoch at which that was read."""

    key: str
    epoch: int


class ClockFacts(Struct, frozen=True, kw_only=True):
    """An interaction with its clocks as they are kept. `facts` is None until they are first counted.

    `current`: the terms that bind now. JSON stands as text.
    """

    id: UUID
    conversation_id: UUID
    channel_id: UUID
    access_class: int
    queue_id: UUID
    agent_id: UUID | None
    state: str
    waiting_since: datetime
    first_response_at: datetime | None
    parked_until: datetime | None
    closed_at: datetime | None
    reply_until: datetime | None
    due_at: datetime | None
    due_kind: str
    due_state: str
    policy: str
    base: str | None
    facts: str | None
    told: list[str]
    next_moment_at: datetime | None
    epoch: int
    current: str


class KeptClocks(Struct, frozen=True, kw_only=True):
    """The clocks of an interaction, to be kept. JSON stands as text."""

    interaction_id: UUID
    policy: str
    base: str | None
    facts: str
    told: Sequence[str]
    next_moment_at: datetime | None
    epoch: int
    is_open: bool = True


class Due(Struct, frozen=True, kw_only=True):
    """The deadline that binds an interaction now; None if there is none."""

    interaction_id: UUID
    due_at: datetime | None
    due_kind: str
    due_state: str


class QueueHours(Struct, frozen=True, kw_only=True):
    """A queue, the terms that bind its work, and what is kept of its hours."""

    queue_id: UUID
    terms: str
    open_now: bool
    next_at: datetime | None


class ServiceLevels(Protocol):
    """Port for calendars, service levels and clocks. Verbs that add or rename return False when the key is taken."""

    async def calendars(self, ids: Iterable[UUID] | None, *, archived: bool = False) -> list[CalendarView]: ...

    async def add_calendar(self, calendar: CalendarView) -> bool: ...

    async def change_calendar(self, calendar_id: UUID, change: CalendarChange) -> bool: ...

    async def levels(self, ids: Iterable[UUID] | None, *, archived: bool = False) -> list[ServiceLevelView]: ...

    async def add_level(self, level: ServiceLevelView, terms: str) -> bool: ...

    async def change_level(self, level_id: UUID, change: ServiceLevelChange) -> bool: ...

    async def set_terms(self, level_id: UUID, terms: str) -> None: ...

    async def queues_using(self, level_ids: Iterable[UUID]) -> set[UUID]: ...

    async def choose(self, queue_id: UUID, choices: Sequence[QueueLevelView]) -> None:
        """Replace a queue's service levels."""

    async def keep_terms(self, key: str, definition: Any) -> None: ...

    async def terms(self, keys: Iterable[str]) -> dict[str, Any]:
        """Return definitions by key."""

    async def raise_epoch(self) -> None:
        """Let every open interaction's clocks be looked at again."""

    async def terms_of(self, channel_id: UUID, queue_id: UUID) -> CurrentTerms | None:
        """Return what new work of a channel in a queue counts by."""

    async def clocks(self, interaction_ids: Iterable[UUID], *, lock: bool = False) -> list[ClockFacts]:
        """Return clocks by id order; `lock` keeps their interactions until the commit."""

    async def due_clocks(self, limit: int) -> list[ClockFacts]:
        """Return and lock clocks whose next moment has come; what somebody works on is left for later."""

    async def clocks_behind(self, limit: int) -> list[ClockFacts]:
        """Return and lock clocks of open interactions that are behind the epoch."""

    async def keep_clocks(self, kept: Sequence[KeptClocks]) -> None: ...

    async def set_due(self, due: Sequence[Due]) -> set[UUID]:
        """Write deadlines; returns the interactions of which something changed."""

    async def next_moment(self) -> datetime | None:
        """Return when there is something to do next: now if clocks are behind the epoch."""

    async def queue_hours(self, queue_ids: Iterable[UUID] | None, *, due: bool = False) -> list[QueueHours]:
        """Return queues in use with their hours, locked: all, those of `queue_ids`, or only those that turn now."""

    async def set_hours(self, queue_id: UUID, open_now: bool, next_at: datetime | None) -> None: ...
