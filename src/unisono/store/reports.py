"""The store for reports: facts of enquiries, sums of days, and what reports add up from them."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from typing import Any, Final
from uuid import UUID

from unisono.domain.ids import new_id
from unisono.service.ports.base import Cursor, LoggedEvent
from unisono.service.ports.reports import LEFT, NO_QUEUE, ROUGH, Asked, Cell, Dated, Drilled, Judged, Own, Row, Unjudged
from unisono.service.reports.cuts import WAYS
from unisono.service.reports.facts import Facts
from unisono.store import report_behind, report_rows
from unisono.store.driver import Connection
from unisono.store.sql import load

_SQL = load("reports")
_FACTS: Final = Facts.__struct_fields__
_DAYS: Final = ("arrived_day", "arrived_hour", "answered_day", "late_day", "closed_day")
_COUNTS: Final = ("count_cells", "clear_cells", "count_hours")
#: More weeks than these are judged roughly first: the search for what stands together takes seconds for each.
MANY_WEEKS: Final = 3
_ALL_WAYS: Final = ["", *WAYS]
_TYPES: Final = {
    "interaction_id": "uuid", "conversation_id": "uuid", "access_class": "int", "by_hand": "bool", "again": "bool",
    "age_ms": "bigint",
    "answered_by": "uuid", "first_ms": "bigint", "next_n": "int", "next_ms": "bigint", "next_late": "int", "waited_ms": "bigint",
    "worked_ms": "bigint", "wrap_ms": "bigint", "transfers": "int", "closed_by": "uuid", "code_id": "uuid", "ending": "text",
    "resolution_ms": "bigint", "resolution_late": "bool", "stand": "text", "agent_id": "uuid", "offered": "bool",
    "arrived_day": "date", "arrived_hour": "smallint", "answered_day": "date", "late_day": "date", "closed_day": "date",
}  # fmt: skip


def _put_statement() -> str:
    columns = (*_FACTS, *_DAYS)
    arrays = ", ".join(f"${i}::{_TYPES.get(name, 'timestamptz')}[]" for i, name in enumerate(columns, 1))
    changes = ", ".join(f"{name} = excluded.{name}" for name in columns if name != "interaction_id")
    return (
        f"insert into report_fact ({', '.join(columns)}) select * from unnest({arrays}) "
        f"on conflict (interaction_id) do update set {changes}"
    )


_PUT: Final = _put_statement()


class PgReports:
    """Implements `service.ports.Reports`."""

    def __init__(self, connection: Connection, now: datetime) -> None:
        self._connection = connection
        self._now = now

    async def take_fold(self) -> tuple[str, str, datetime | None] | None:
        """Return and lock where the fold stands."""
        row = await self._connection.fetchrow(_SQL["take_fold"])
        return (row["cursor"], row["zone"], row["folded_at"]) if row else None

    async def move_fold(self, cursor: str, zone: str) -> None:
        """Write where the fold stands."""
        await self._connection.execute(_SQL["move_fold"], cursor, zone, self._now)

    async def as_of(self) -> datetime | None:
        """Return until when the log is counted."""
        found: datetime | None = await self._connection.fetchval(_SQL["as_of"])
        return found

    async def counting(self, first: date, last: date) -> bool:
        """Tell whether days of a time have to be summed anew, or judged."""
        found: bool = await self._connection.fetchval(_SQL["counting"], first, last, NO_QUEUE)
        return found

    async def happened(self, cursor: str, types: Sequence[str], limit: int) -> list[LoggedEvent]:
        """Return the next visible events of these types."""
        at = Cursor.parse(cursor)
        rows = await self._connection.fetch(_SQL["happened"], at.epoch, str(at.xid), at.id, list(types), limit)
        return [_logged(row) for row in rows]

    async def facts(self, interaction_ids: Sequence[UUID]) -> dict[UUID, Facts]:
        """Return facts by enquiry."""
        rows = await self._connection.fetch(_SQL["facts"], list(interaction_ids))
        return {row["interaction_id"]: Facts(**dict(row)) for row in rows}

    async def put(self, dated: Iterable[Dated]) -> None:
        """Write facts; their days, before and after, become stale."""
        rows = sorted(dated, key=lambda one: one.facts.interaction_id)
        if not rows:
            return
        ids = [one.facts.interaction_id for one in rows]
        people = [who for one in rows for who in (one.facts.answered_by, one.facts.closed_by)]
        await self._connection.execute(_SQL["stale"], ids)
        await self._connection.execute(_SQL["people"], people)
        await self._connection.execute(
            _PUT, *([getattr(one.facts, name) for one in rows] for name in _FACTS),
            *([getattr(one, name) for one in rows] for name in _DAYS),
        )  # fmt: skip
        await self._connection.execute(_SQL["describe"], ids)
        await self._connection.execute(_SQL["stale"], ids)

    async def drop(self, interaction_ids: Sequence[UUID]) -> None:
        """Take facts away; their days become stale."""
        if interaction_ids:
            await self._connection.execute(_SQL["stale"], list(interaction_ids))
            await self._connection.execute(_SQL["drop"], list(interaction_ids))

    async def of_customers(self, customer_ids: Sequence[UUID]) -> list[UUID]:
        """Return the enquiries of customers of which there are facts."""
        return [row["interaction_id"] for row in await self._connection.fetch(_SQL["of_customers"], list(customer_ids))]

    async def recount(self, limit: int) -> int:
        """Make so many stale days' sums anew; returns how many."""
        stale = await self._connection.fetch(_SQL["next_stale"], limit)
        if not stale:
            return 0
        days, classes = [row["day"] for row in stale], [row["access_class"] for row in stale]
        for name in _COUNTS:
            await self._connection.execute(_SQL[name], days, classes)
        await self._connection.execute(_SQL["print"], days, classes, new_id())
        return len(stale)

    async def unjudged(self, least: int, finished: date) -> list[Unjudged]:
        """Return days of one week that are over and were not judged."""
        if await self._connection.fetchval(_SQL["judged_least"]) != least:
            # What may be shown of groups of another size is not known: until it is judged nothing is there.
            for name in ("forget_pieces", "forget_atoms"):
                await self._connection.execute(_SQL[name])
            await self._connection.execute(_SQL["unjudge_all"], new_id())
            await self._connection.execute(_SQL["judge_least"], least)
        found = await self._connection.fetch(_SQL["unjudged"], finished, NO_QUEUE)
        found = found or await self._connection.fetch(_SQL["unjudged_left"], finished, NO_QUEUE)
        return [Unjudged(**dict(row)) for row in found]

    async def backlog(self, finished: date) -> list[Unjudged]:
        """Return the days of the newest week that are not even judged roughly, where there are many such weeks."""
        return [
            Unjudged(**dict(row)) for row in await self._connection.fetch(_SQL["backlog"], finished, NO_QUEUE, ROUGH, MANY_WEEKS)
        ]

    async def cells(self, queue_ids: Sequence[UUID], first: date, last: date) -> list[Cell]:
        """Return who had to do with what, by all cuts at once."""
        rows = await self._connection.fetch(_SQL["cells"], list(queue_ids), first, last, NO_QUEUE in queue_ids)
        return [
            Cell(
                moment=row["moment"], queue_id=row["queue_id"], day=row["day"], people=int(row["people"], 2),
                values={way: row[way] for way in WAYS},
            )
            for row in rows
        ]  # fmt: skip

    async def judge(self, one: Judged) -> bool:
        """Write what may be shown of a queue's week, unless one of its days changed meanwhile; tells whether it did not."""
        marks = await self._connection.fetch(_SQL["marks"], one.queue_id, one.first, one.last)
        if {row["day"]: row["mark"] for row in marks} != one.marks:
            return False
        left = one.queue_id == NO_QUEUE
        days = [one.first + timedelta(days=n) for n in range(7)]
        months = sorted({one.first.replace(day=1), one.last.replace(day=1)})
        spans = [("W", one.first, days[6]), *(("M", month, _month_end(month)) for month in months)]
        gone = [("p", one.first)] if left else [("w", one.first), *(("d", day) for day in days), *(span[:2] for span in spans)]
        await self._connection.execute(_SQL["clear_pieces"], one.queue_id, *_columns(gone, 2), _ALL_WAYS)
        had_left = False
        if not left:
            had_left = any(row["kind"] == LEFT for row in await self._clear_atoms(one))
            await self._connection.execute(_SQL["put_atoms"], one.queue_id, *_columns(one.atoms, 3))
        found = await self._connection.fetch(_SQL["classes"], one.queue_id, one.first, days[6], left)
        classes = [row["id"] for row in found]
        for moment in sorted({atom[0] for atom in one.atoms}):
            held = [(h.kind, h.begins, h.way, h.value) for h in one.held if h.moment == moment]
            await self._connection.execute(
                _SQL[f"put_{moment}"], one.queue_id, one.first, one.last, classes, left, *_columns(held, 4)
            )
        if not left:
            await self._connection.execute(_SQL["roll_up"], one.queue_id, *_columns(spans, 3), _ALL_WAYS)
            if had_left or any(atom[2] == LEFT for atom in one.atoms):
                await self._connection.execute(_SQL["unjudge_left"], one.first, NO_QUEUE, new_id())
        if one.rough:
            await self._connection.execute(_SQL["judged_roughly"], one.queue_id, one.first, one.last, ROUGH)
        else:
            await self._connection.execute(_SQL["judged"], one.queue_id, one.first, one.last)
        return True

    async def _clear_atoms(self, one: Judged) -> list[Any]:
        rows: list[Any] = await self._connection.fetch(
            _SQL["clear_atoms"], one.queue_id, one.first, one.first + timedelta(days=6)
        )
        return rows

    async def of_conversations(self, conversation_ids: Sequence[UUID]) -> list[UUID]:
        """Return the enquiries of conversations of which there are facts."""
        rows = await self._connection.fetch(_SQL["of_conversations"], list(conversation_ids))
        return [row["interaction_id"] for row in rows]

    async def describe(self, interaction_ids: Sequence[UUID]) -> None:
        """Write language, skills and tags as they are now; the days of these enquiries become stale."""
        await self._connection.execute(_SQL["describe"], list(interaction_ids))
        await self._connection.execute(_SQL["stale"], list(interaction_ids))

    async def undated(self, zone: str, after: UUID | None, limit: int) -> list[Facts]:  # noqa: ARG002 - the port says for what
        """Return facts in the order of their ids; the sums of before become stale with the first of them."""
        if after is None:
            await self._connection.execute(_SQL["all_stale"])
        rows = await self._connection.fetch(_SQL["undated"], after, limit)
        return [Facts(**dict(row)) for row in rows]

    async def forget_logged(self) -> None:
        """Drop what the log still tells from its beginning."""
        await self._connection.execute(_SQL["all_stale"])
        await self._connection.execute(_SQL["forget_logged"])
        lowest = str(Cursor(0, 0, UUID(int=0)))
        row = await self._connection.fetchrow(_SQL["take_fold"])
        await self._connection.execute(_SQL["move_fold"], lowest, row["zone"] if row else "", self._now)

    async def counted(self, asked: Asked, moment: str) -> list[Row]:
        """Return sums that are nobody's doing."""
        return await self._rows(*report_rows.customers_statement(asked, moment))

    async def counted_of_people(self, asked: Asked, moment: str, least: int) -> list[Row]:
        """Return sums that are people's doing, of enough of them."""
        return await self._rows(*report_rows.people_statement(asked, moment, least))

    async def _rows(self, statement: str, values: list[object]) -> list[Row]:
        found = []
        for row in await self._connection.fetch(statement, *values):
            sums = dict.fromkeys(report_rows.SUMS, 0) | {name: int(value) for name, value in row.items() if name != "key"}
            found.append(Row(key=row["key"], sums=sums))
        return found

    async def by_hour(self, asked: Asked) -> list[tuple[int, int, int]]:
        """Return (weekday, hour, enquiries)."""
        statement, values = report_rows.hours_statement(asked)
        return [(row["weekday"], row["hour"], row["n"]) for row in await self._connection.fetch(statement, *values)]

    async def behind(
        self, asked: Asked, column: str, key: str | None, least: int, before: tuple[datetime, UUID] | None, limit: int
    ) -> list[Drilled]:
        """Return the enquiries behind a figure, newest first."""
        statement, values = report_behind.behind_statement(asked, column, key, least, before, limit)
        return [Drilled(**dict(row)) for row in await self._connection.fetch(statement, *values)]

    async def people_behind(self, asked: Asked, column: str, key: str | None, least: int) -> tuple[int, int]:
        """Return how many people stand behind a figure's enquiries, and behind the others of its row."""
        for some in (report_behind.SOME, None):
            statement, values = report_behind.people_behind_statement(asked, column, key, least, some)
            row: Any = await self._connection.fetchrow(statement, *values)
            all_is_known = row["n"] < (some or 0)
            if all_is_known or (row["those"] >= least and (row["others"] >= least or report_behind.counts_all(column))):
                break
        return row["those"], row["others"]

    async def of_people(self, asked: Asked, agent_ids: Sequence[UUID] | None) -> list[Own]:
        """Return what each person closed in the time."""
        statement, values = report_behind.own_statement(asked, None if agent_ids is None else list(agent_ids))
        found = []
        for row in await self._connection.fetch(statement, *values):
            sums = dict(row)
            found.append(Own(agent_id=sums.pop("agent_id"), name=sums.pop("name"), sums=sums))
        return found

    async def groups(self, by: str) -> dict[str, Any]:
        """Return the names of a dimension's groups, by key; none where keys are words of their own."""
        if f"groups_{by}" not in _SQL:
            return {}
        return {row["key"]: row["name"] for row in await self._connection.fetch(_SQL[f"groups_{by}"])}


def _logged(row: Any) -> LoggedEvent:
    facts = dict(row)
    cursor = Cursor(facts.pop("epoch"), facts.pop("xid"), facts.pop("id"))
    return LoggedEvent(cursor=cursor, **facts)


def _columns(rows: Sequence[tuple[Any, ...]], width: int) -> list[list[Any]]:
    return [[row[n] for row in rows] for n in range(width)]


def _month_end(month: date) -> date:
    return (month.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)
