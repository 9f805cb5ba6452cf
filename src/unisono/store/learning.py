"""The store for estimates: sums of days, arrivals of minutes, and what was reckoned from them."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from unisono.routing.estimates import Sums
from unisono.service.ports.base import Cursor, LoggedEvent
from unisono.service.ports.learning import (
    Arrivals,
    AutoReserve,
    DayOfWork,
    PlaceOfWork,
    Settled,
    StoredEstimate,
    WaitCount,
)
from unisono.store.driver import Connection
from unisono.store.sql import load

_SQL = load("learning")
_SUMS = Sums.__struct_fields__


class PgLearning:
    """Implements `service.ports.Learning`."""

    def __init__(self, connection: Connection, now: datetime) -> None:
        self._connection = connection
        self._now = now

    async def take_fold(self) -> tuple[str, datetime | None] | None:
        """Return and lock where the fold stands."""
        row = await self._connection.fetchrow(_SQL["take_fold"])
        return (row["cursor"], row["reckoned_at"]) if row else None

    async def move_fold(self, cursor: str) -> None:
        """Write where the fold stands."""
        await self._connection.execute(_SQL["move_fold"], cursor)

    async def reckoned(self) -> None:
        """Note the time."""
        await self._connection.execute(_SQL["reckoned"], self._now)

    async def happened(self, cursor: str, types: Sequence[str], limit: int) -> list[LoggedEvent]:
        """Return the next visible events of these types."""
        at = Cursor.parse(cursor)
        rows = await self._connection.fetch(_SQL["happened"], at.epoch, str(at.xid), at.id, list(types), limit)
        return [_logged(row) for row in rows]

    async def turns_of(self, interaction_ids: Sequence[UUID]) -> dict[UUID, list[LoggedEvent]]:
        """Return all events of these interactions."""
        found: dict[UUID, list[LoggedEvent]] = {}
        for row in await self._connection.fetch(_SQL["turns_of"], list(interaction_ids)):
            found.setdefault(row["interaction_id"], []).append(_logged(row))
        return found

    async def places_of_work(self, interaction_ids: Sequence[UUID]) -> list[PlaceOfWork]:
        """Return where these count to."""
        rows = await self._connection.fetch(_SQL["places_of_work"], list(interaction_ids))
        return [PlaceOfWork(**dict(row)) for row in rows]

    async def add_tellers(self, channel_ids: Sequence[UUID]) -> None:
        """Remember channels that tell when somebody gives up."""
        if channel_ids:
            await self._connection.execute(_SQL["add_tellers"], list(channel_ids))

    async def add_days(self, days: Sequence[DayOfWork]) -> None:
        """Add to the sums, in one order, so that two writers never wait for each other in a circle."""
        if not days:
            return
        days = sorted(days, key=lambda d: (d.work_class_id, d.skill, d.day, d.queue_id or UUID(int=0)))
        await self._connection.execute(
            _SQL["add_days"], [d.work_class_id for d in days], [d.skill for d in days], [d.day for d in days],
            [d.queue_id for d in days], *([getattr(d.sums, name) for d in days] for name in _SUMS),
        )  # fmt: skip

    async def add_waits(self, waits: Sequence[WaitCount]) -> None:
        """Add to the counts."""
        if waits:
            await self._connection.execute(
                _SQL["add_waits"], [w.work_class_id for w in waits], [w.day for w in waits], [w.bin for w in waits],
                [w.kept for w in waits], [w.gone for w in waits],
            )  # fmt: skip

    async def add_arrivals(self, arrivals: Sequence[Arrivals]) -> None:
        """Add to the counts."""
        if arrivals:
            await self._connection.execute(
                _SQL["add_arrivals"], [a.queue_id for a in arrivals], [a.work_class_id for a in arrivals],
                [a.minute for a in arrivals], [a.arrivals for a in arrivals],
            )  # fmt: skip

    async def forget(self, before_day: date, before_minute: datetime) -> None:
        """Drop what is too old to count."""
        await self._connection.execute(_SQL["forget_days"], before_day)
        await self._connection.execute(_SQL["forget_waits"], before_day)
        await self._connection.execute(_SQL["forget_minutes"], before_minute)

    async def days(self) -> list[DayOfWork]:
        """Return all sums over all queues."""
        return [
            DayOfWork(
                work_class_id=row["work_class_id"], skill=row["skill"], day=row["day"],
                sums=Sums(**{name: row[name] for name in _SUMS}),
            )
            for row in await self._connection.fetch(_SQL["days"])
        ]  # fmt: skip

    async def waits(self) -> list[WaitCount]:
        """Return the waits by interval."""
        return [WaitCount(**dict(row)) for row in await self._connection.fetch(_SQL["waits"])]

    async def people(self, since: datetime) -> dict[tuple[UUID, str], int]:
        """Return how many people did this work lately."""
        rows = await self._connection.fetch(_SQL["people"], since)
        return {(row["work_class_id"], row["skill"]): row["people"] for row in rows}

    async def settled(self) -> list[Settled]:
        """Return what each class learns and uses."""
        return [Settled(**dict(row)) for row in await self._connection.fetch(_SQL["settled"])]

    async def settle(
        self, work_class_id: UUID, handling_s: float | None, patience_s: float | None, by_skill: Mapping[str, float]
    ) -> None:
        """Write what the router reckons with."""
        await self._connection.execute(_SQL["settle"], work_class_id, handling_s, patience_s, dict(by_skill))

    async def estimates(self) -> list[StoredEstimate]:
        """Return the newest reckoning."""
        return [StoredEstimate(**dict(row)) for row in await self._connection.fetch(_SQL["estimates"])]

    async def put_estimates(self, estimates: Sequence[StoredEstimate]) -> None:
        """Replace the newest reckoning."""
        await self._connection.execute(_SQL["clear_estimates"])
        if estimates:
            await self._connection.execute(
                _SQL["put_estimates"], *([getattr(e, name) for e in estimates] for name in StoredEstimate.__struct_fields__)
            )

    async def arrivals(self, since: datetime) -> list[Arrivals]:
        """Return the arrivals by minute."""
        return [Arrivals(**dict(row)) for row in await self._connection.fetch(_SQL["arrivals"], since)]

    async def auto_reserves(self) -> list[AutoReserve]:
        """Return the queues whose reserve follows the load."""
        return [AutoReserve(**dict(row)) for row in await self._connection.fetch(_SQL["auto_reserves"])]

    async def set_reserve(self, queue_id: UUID, agents: float) -> None:
        """Write how many are kept idle now."""
        await self._connection.execute(_SQL["set_reserve"], queue_id, agents)


def _logged(row: Any) -> LoggedEvent:
    facts = dict(row)
    cursor = Cursor(facts.pop("epoch"), facts.pop("xid"), facts.pop("id"))
    return LoggedEvent(cursor=cursor, **facts)
