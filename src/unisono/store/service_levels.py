"""The store for business hours, service levels and the clocks of interactions."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from unisono.service.level_views import CalendarView, ClosureView, HolidayView, OpeningView, ServiceLevelView, TargetView
from unisono.service.ports.service_levels import (
    CalendarChange,
    ClockFacts,
    CurrentTerms,
    Due,
    KeptClocks,
    QueueHours,
    ServiceLevelChange,
)
from unisono.service.setup_views import QueueLevelView
from unisono.store.driver import Connection
from unisono.store.sql import ANY_OF, load

_SQL = load("service_levels")
_LISTS = ("openings", "holidays", "closures", "targets", "window_warn_s")


class PgServiceLevels:
    """Implements `service.ports.ServiceLevels`."""

    def __init__(self, connection: Connection, now: datetime) -> None:
        self._connection = connection
        self._now = now

    async def calendars(self, ids: Iterable[UUID] | None, *, archived: bool = False) -> list[CalendarView]:
        """Return calendars by key: all, or those of `ids`."""
        rows = await self._connection.fetch(_SQL["calendars"], None if ids is None else list(ids), archived)
        return [_calendar(row) for row in rows]

    async def add_calendar(self, calendar: CalendarView) -> bool:
        """Add a calendar."""
        c = calendar
        lists = (msgspec.to_builtins(part) for part in (c.openings, c.holidays, c.closures))
        return await self._connection.fetchval(_SQL["add_calendar"], c.id, c.key, c.name, c.zone, *lists) is not None

    async def change_calendar(self, calendar_id: UUID, change: CalendarChange) -> bool:
        """Write what the change names; False when the key is taken."""
        return await self._update("calendar", calendar_id, change)

    async def levels(self, ids: Iterable[UUID] | None, *, archived: bool = False) -> list[ServiceLevelView]:
        """Return service levels by key: all, or those of `ids`."""
        rows = await self._connection.fetch(_SQL["levels"], None if ids is None else list(ids), archived)
        return [ServiceLevelView(**{**dict(row), "targets": msgspec.convert(row["targets"], list[TargetView])}) for row in rows]

    async def add_level(self, level: ServiceLevelView, terms: str) -> bool:
        """Add a service level."""
        added = await self._connection.fetchval(
            _SQL["add_level"], level.id, level.key, level.name, msgspec.to_builtins(level.targets),
            list(level.window_warn_s), level.reopen_within_s, terms,
        )  # fmt: skip
        return added is not None

    async def change_level(self, level_id: UUID, change: ServiceLevelChange) -> bool:
        """Write what the change names; False when the key is taken."""
        return await self._update("service_level", level_id, change)

    async def set_terms(self, level_id: UUID, terms: str) -> None:
        """Say by what a service level counts from now on."""
        await self._connection.execute(_SQL["set_terms"], level_id, terms)

    async def queues_using(self, level_ids: Iterable[UUID]) -> set[UUID]:
        """Return the queues for which one of them was chosen."""
        return {row["queue_id"] for row in await self._connection.fetch(_SQL["queues_using"], list(level_ids))}

    async def choose(self, queue_id: UUID, choices: Sequence[QueueLevelView]) -> None:
        """Replace a queue's service levels."""
        await self._connection.execute(_SQL["forget_choices"], queue_id)
        await self._connection.execute(
            _SQL["choose"], queue_id, [c.work_class_id for c in choices], [c.service_level_id for c in choices]
        )
        await self._connection.execute(_SQL["bump_queue"], queue_id)

    async def keep_terms(self, key: str, definition: Any) -> None:
        """Store terms under the name of their content."""
        await self._connection.execute(_SQL["keep_terms"], key, definition, self._now)

    async def terms(self, keys: Iterable[str]) -> dict[str, Any]:
        """Return definitions by key."""
        return {row["key"]: row["definition"] for row in await self._connection.fetch(_SQL["terms"], list(keys))}

    async def raise_epoch(self) -> None:
        """Let every open interaction's clocks be looked at again."""
        await self._connection.execute(_SQL["raise_epoch"])

    async def terms_of(self, channel_id: UUID, queue_id: UUID) -> CurrentTerms | None:
        """Return what new work of a channel in a queue counts by."""
        row = await self._connection.fetchrow(_SQL["terms_of"], channel_id, queue_id)
        return CurrentTerms(row["key"], row["epoch"]) if row else None

    async def clocks(self, interaction_ids: Iterable[UUID], *, lock: bool = False) -> list[ClockFacts]:
        """Return clocks by id order; `lock` keeps their interactions until the commit."""
        wanted = list(set(interaction_ids))
        if not wanted:
            return []
        kept = " for no key update of i" if lock else ""
        return await self._clocks(f"where i.id {ANY_OF} order by i.id{kept}", wanted)

    async def due_clocks(self, limit: int) -> list[ClockFacts]:
        """Return and lock clocks whose next moment has come."""
        return await self._clocks(
            "where k.next_moment_at <= $1 order by k.next_moment_at limit $2 for no key update of i skip locked", self._now, limit
        )

    async def clocks_behind(self, limit: int) -> list[ClockFacts]:
        """Return and lock clocks of open interactions that are behind the epoch."""
        return await self._clocks(
            "where k.is_open and k.epoch < (select n from clock_epoch) order by k.epoch limit $1 "
            "for no key update of i skip locked",
            limit,
        )

    async def _clocks(self, condition: str, *values: object) -> list[ClockFacts]:
        rows = await self._connection.fetch(f"{_SQL['clocks']} {condition}", *values)
        return [ClockFacts(**dict(row)) for row in rows]

    async def keep_clocks(self, kept: Sequence[KeptClocks]) -> None:
        """Write clocks."""
        if not kept:
            return
        columns = [
            [getattr(row, name) for row in kept] for name in ("interaction_id", "policy", "base", "facts")
        ]  # fmt: skip
        told = [msgspec.json.encode(row.told).decode() for row in kept]
        rest = [[getattr(row, name) for row in kept] for name in ("next_moment_at", "epoch", "is_open")]
        await self._connection.execute(_SQL["keep_clocks"], *columns, told, *rest)

    async def set_due(self, due: Sequence[Due]) -> set[UUID]:
        """Write deadlines; returns the interactions of which something changed."""
        if not due:
            return set()
        columns = [[getattr(row, name) for row in due] for name in Due.__struct_fields__]
        return {row["id"] for row in await self._connection.fetch(_SQL["set_due"], *columns, self._now)}

    async def next_moment(self) -> datetime | None:
        """Return when there is something to do next: now if clocks are behind the epoch."""
        found: datetime | None = await self._connection.fetchval(_SQL["next_moment"], self._now)
        return found

    async def queue_hours(self, queue_ids: Iterable[UUID] | None, *, due: bool = False) -> list[QueueHours]:
        """Return queues in use with their hours, locked."""
        wanted = None if queue_ids is None else list(queue_ids)
        rows = await self._connection.fetch(_SQL["queue_hours"], wanted, due, self._now)
        return [QueueHours(**dict(row)) for row in rows]

    async def set_hours(self, queue_id: UUID, open_now: bool, next_at: datetime | None) -> None:
        """Write whether a queue is open, and when that turns."""
        await self._connection.execute(_SQL["set_hours"], queue_id, open_now, next_at)

    async def _update(self, table: str, row_id: UUID, change: CalendarChange | ServiceLevelChange) -> bool:
        if change.key is not msgspec.UNSET and await self._connection.fetchval(_SQL[f"{table}_key_taken"], change.key, row_id):
            return False
        named = {k: v for k, v in msgspec.structs.asdict(change).items() if v is not msgspec.UNSET}
        if "archived" in named:
            named["archived_at"] = self._now if named.pop("archived") else None
        for name in {*_LISTS} & named.keys():
            named[name] = msgspec.to_builtins(named[name])
        columns = [f"{name} = ${at}" for at, name in enumerate(named, start=2)]
        # Table and names come from this module and the fields of the change, never from a request.
        statement = f"update {table} set {', '.join([*columns, 'version = version + 1'])} where id = $1"
        await self._connection.execute(statement, row_id, *named.values())
        return True


def _calendar(row: Any) -> CalendarView:
    return CalendarView(
        **{
            **dict(row),
            "openings": msgspec.convert(row["openings"], list[OpeningView]),
            "holidays": msgspec.convert(row["holidays"], list[HolidayView]),
            "closures": msgspec.convert(row["closures"], list[ClosureView]),
        }
    )
