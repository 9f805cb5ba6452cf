"""What is asked of the store about reports: facts of single enquiries, and sums of them by day."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any, Final, Protocol
from uuid import UUID

from msgspec import Struct

from unisono.service.ports.base import LoggedEvent
from unisono.service.reports.facts import Facts

#: The queue of what is added up of several queues.
NO_QUEUE: Final = UUID(int=0)
#: The kind of a queue's day that has too few people even with the others of its week: it is left for all queues together.
LEFT: Final = "r"
#: The mark of a day that is judged roughly: its totals may be shown, what is cut stands together.
ROUGH: Final = UUID(int=1)


class Dated(Struct, frozen=True, kw_only=True):
    """Facts with the days of the house on which what they tell happened."""

    facts: Facts
    arrived_day: date
    arrived_hour: int
    answered_day: date | None
    late_day: date | None
    closed_day: date | None


class Asked(Struct, frozen=True, kw_only=True):
    """What a report adds up. Both days are within it; empty filters let all through.

    by: what its rows are of, one of `BY`. channels: access narrows to `classes` (None: everything); the filters narrow on.
    """

    first: date
    last: date
    by: str
    classes: frozenset[int] | None = None
    queue_ids: tuple[UUID, ...] = ()
    team_ids: tuple[UUID, ...] = ()
    channel_ids: tuple[UUID, ...] = ()
    networks: tuple[str, ...] = ()
    media: tuple[str, ...] = ()
    work_class_ids: tuple[UUID, ...] = ()
    languages: tuple[str, ...] = ()
    code_ids: tuple[UUID, ...] = ()
    skills: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()


class Unjudged(Struct, frozen=True, kw_only=True):
    """A queue's day on which what people did changed since it was judged; the mark is another after each change."""

    day: date
    queue_id: UUID
    mark: UUID


class Cell(Struct, frozen=True, kw_only=True):
    """Enquiries of a queue's day that are alike in every cut; people: a bit for each who answered or closed them."""

    moment: str
    queue_id: UUID
    day: date
    values: Mapping[str, str]
    people: int


class Held(Struct, frozen=True, kw_only=True):
    """A value of a cut that is shown only together with others, in an atom. kind: d, w or p (`report_piece`)."""

    moment: str
    kind: str
    begins: date
    way: str
    value: str


class Judged(Struct, frozen=True, kw_only=True):
    """What may be shown of a queue's week, or of what is left of all queues (`NO_QUEUE`).

    first: a Monday; last: its last day that is over. marks: of the days that were found unjudged. atoms: (moment, day, kind);
    of what is left: (moment, first, p) where enough people stand behind it together. rough: `held` is not known yet, so its days
    stay unjudged, and until they are judged all that is cut stands together.
    """

    queue_id: UUID
    first: date
    last: date
    marks: Mapping[date, UUID]
    atoms: Sequence[tuple[str, date, str]]
    held: Sequence[Held]
    rough: bool = False


class Row(Struct, frozen=True, kw_only=True):
    """Sums of one row. key: of the group; None is what is shown only together, because each part is of too few people."""

    key: str | None
    sums: Mapping[str, int]


class Drilled(Struct, frozen=True, kw_only=True):
    """One enquiry behind a figure. Nothing here names who worked on it, or how long."""

    interaction_id: UUID
    conversation_id: UUID
    channel_id: UUID
    queue_id: UUID
    arrived_at: datetime
    at: datetime
    display_name: str


class Own(Struct, frozen=True, kw_only=True):
    """What one person closed on one day."""

    agent_id: UUID
    name: str
    sums: Mapping[str, int]


class Reports(Protocol):
    """Port for what reports are made of."""

    async def take_fold(self) -> tuple[str, str, datetime | None] | None:
        """Return cursor, zone and time of the fold, locked; None while another node folds."""

    async def move_fold(self, cursor: str, zone: str) -> None: ...

    async def facts(self, interaction_ids: Sequence[UUID]) -> dict[UUID, Facts]: ...

    async def put(self, dated: Iterable[Dated]) -> None:
        """Write facts with language and skills as the enquiry has them now; their days, before and after, become stale."""

    async def drop(self, interaction_ids: Sequence[UUID]) -> None:
        """Take facts away; their days become stale."""

    async def of_customers(self, customer_ids: Sequence[UUID]) -> list[UUID]:
        """Return the enquiries of customers of which there are facts."""

    async def happened(self, cursor: str, types: Sequence[str], limit: int) -> list[LoggedEvent]: ...

    async def recount(self, limit: int) -> int:
        """Make so many stale days' sums anew from the facts; returns how many."""

    async def unjudged(self, least: int, finished: date) -> list[Unjudged]:
        """Return the days of one week that are over and were not judged; all are anew when groups are of another size now."""

    async def backlog(self, finished: date) -> list[Unjudged]:
        """Return the days of the newest week that are not even judged roughly; none unless there are many such weeks."""

    async def cells(self, queue_ids: Sequence[UUID], first: date, last: date) -> list[Cell]:
        """Return who had to do with what in these days, by all cuts at once; `NO_QUEUE`: of what is left of all queues."""

    async def judge(self, one: Judged) -> bool:
        """Write what may be shown of a queue's week; False, and nothing is written, when a day of it changed meanwhile."""

    async def of_conversations(self, conversation_ids: Sequence[UUID]) -> list[UUID]:
        """Return the enquiries of conversations of which there are facts."""

    async def describe(self, interaction_ids: Sequence[UUID]) -> None:
        """Write language, skills and tags as they are now; the days of these enquiries become stale."""

    async def undated(self, zone: str, after: UUID | None, limit: int) -> list[Facts]:
        """Return facts in the order of their ids, to date them anew."""

    async def forget_logged(self) -> None:
        """Drop the facts of what the log still tells from its beginning, and go back to the log's beginning."""

    async def counted(self, asked: Asked, moment: str) -> list[Row]:
        """Return the sums of a moment that is about customers: nobody's doing, every row is there."""

    async def counted_of_people(self, asked: Asked, moment: str, least: int) -> list[Row]:
        """Return the sums of a moment that is about people, of groups of at least so many only."""

    async def by_hour(self, asked: Asked) -> list[tuple[int, int, int]]:
        """Return (weekday from 1 = Monday, hour, enquiries)."""

    async def behind(
        self, asked: Asked, column: str, key: str | None, least: int, before: tuple[datetime, UUID] | None, limit: int
    ) -> list[Drilled]:
        """Return the enquiries behind a figure, newest first; least 0: the column is about customers."""

    async def people_behind(self, asked: Asked, column: str, key: str | None, least: int) -> tuple[int, int]:
        """Return how many people stand behind the enquiries of a figure, and behind the others of its row."""

    async def of_people(self, asked: Asked, agent_ids: Sequence[UUID] | None) -> list[Own]:
        """Return what each person closed in the time; None: all of them."""

    async def groups(self, by: str) -> dict[str, Any]:
        """Return the names of a dimension's groups, by key."""

    async def as_of(self) -> datetime | None:
        """Return until when the log is counted."""

    async def counting(self, first: date, last: date) -> bool:
        """Tell whether days of a time have to be summed anew, or judged; both days are within it and over."""
