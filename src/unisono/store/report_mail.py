"""The store for scheduled reports and their runs."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec

from unisono.planning.report_times import Timing
from unisono.service.ports.report_mail import Run, Schedule
from unisono.store.driver import Connection
from unisono.store.sql import load

_SQL = load("report_mail")


class PgSchedules:
    """Implements `service.ports.Schedules`."""

    def __init__(self, connection: Connection, now: datetime) -> None:
        self._connection = connection
        self._now = now

    async def add(self, schedule: Schedule) -> None:
        """Add a schedule."""
        await self._connection.execute(_SQL["add"], *_values(schedule), self._now)

    async def change(self, schedule: Schedule) -> None:
        """Write a schedule anew."""
        await self._connection.execute(_SQL["change"], *_values(schedule))

    async def remove(self, schedule_id: UUID) -> None:
        """Remove a schedule with its runs."""
        await self._connection.execute(_SQL["remove"], schedule_id)

    async def schedule(self, schedule_id: UUID, *, lock: bool = False) -> Schedule | None:
        """Return a schedule."""
        row = await self._connection.fetchrow(_SQL["schedule_locked" if lock else "schedule"], schedule_id)
        return _schedule(row) if row else None

    async def schedules(self) -> list[Schedule]:
        """Return all schedules by name."""
        return [_schedule(row) for row in await self._connection.fetch(_SQL["schedules"])]

    async def take_due(self) -> Schedule | None:
        """Return a schedule whose time has come, locked."""
        row = await self._connection.fetchrow(_SQL["take_due"], self._now)
        return _schedule(row) if row else None

    async def move(self, schedule_id: UUID, next_at: datetime) -> None:
        """Write when it is due next."""
        await self._connection.execute(_SQL["move"], schedule_id, next_at)

    async def begin(self, run: Run) -> bool:
        """Write that a run is due."""
        added = await self._connection.fetchval(
            _SQL["begin"], run.id, run.schedule_id, run.due_at, run.first, run.last, self._now
        )
        return added is not None

    async def take_run(self, lease_s: float) -> Run | None:
        """Return a run that is to be made or tried again."""
        row = await self._connection.fetchrow(_SQL["take_run"], self._now, lease_s)
        return Run(**dict(row)) if row else None

    async def mark(self, run_id: UUID, state: str, problem: str = "", retry_in_s: float | None = None) -> None:
        """Write how far a run is."""
        again = None if retry_in_s is None else self._now + timedelta(seconds=retry_in_s)
        await self._connection.execute(_SQL["mark"], run_id, state, problem, self._now, again)

    async def unclear(self) -> int:
        """Mark as unknown what was being handed over when its node ended."""
        return int(await self._connection.fetchval(_SQL["unclear"], self._now))

    async def runs(self, schedule_ids: Sequence[UUID], limit: int) -> list[Run]:
        """Return the newest runs of each."""
        return [Run(**dict(row)) for row in await self._connection.fetch(_SQL["runs"], list(schedule_ids), limit)]


def _values(s: Schedule) -> tuple[Any, ...]:
    return (
        s.id, s.name, s.question, s.form, s.locale, msgspec.to_builtins(s.timing), s.recipients, s.channel_id, s.owner_id,
        s.paused, s.next_at,
    )  # fmt: skip


def _schedule(row: Any) -> Schedule:
    facts = dict(row)
    facts["timing"] = msgspec.convert(facts["timing"], Timing)
    return Schedule(**facts)
