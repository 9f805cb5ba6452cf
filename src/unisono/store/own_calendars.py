"""The store for employees' own calendars."""

from collections.abc import Collection
from datetime import datetime
from typing import Any
from uuid import UUID

from msgspec import UNSET

from unisono.presence.agenda import Says, Time
from unisono.service.ports.calendars import Looked, OwnCalendar, OwnCalendarChange
from unisono.store.driver import Connection
from unisono.store.sql import load

_SQL = load("own_calendars")


class PgOwnCalendars:
    """Implements `service.ports.calendars.OwnCalendars`."""

    def __init__(self, connection: Connection, now: datetime) -> None:
        self._connection = connection
        self._now = now

    async def of(self, user_id: UUID) -> list[OwnCalendar]:
        """Return a person's calendars."""
        return _calendars(await self._connection.fetch(_SQL["of"], user_id))

    async def add(self, calendar: OwnCalendar) -> None:
        """Add one; it is due at once."""
        c = calendar
        await self._connection.execute(_SQL["add"], c.id, c.user_id, c.kind, c.name, c.with_titles, c.added_at)

    async def change(self, calendar_id: UUID, user_id: UUID, change: OwnCalendarChange) -> bool:
        """Write what is named."""
        status = await self._connection.execute(
            "update own_calendar set name = coalesce($3, name), with_titles = coalesce($4, with_titles) "
            "where id = $1 and user_id = $2",
            calendar_id,
            user_id,
            None if change.name is UNSET else change.name,
            None if change.with_titles is UNSET else change.with_titles,
        )
        if status != "UPDATE 1":
            return False
        if change.with_titles is True:
            await self._connection.execute(_SQL["read_whole"], calendar_id, self._now)
        elif change.with_titles is False:
            await self._connection.execute(_SQL["forget_titles"], calendar_id)
        return True

    async def remove(self, calendar_id: UUID, user_id: UUID) -> bool:
        """Erase one, its times and its secrets."""
        return await self._connection.fetchval(_SQL["remove"], calendar_id, user_id) is not None

    async def ask_again(self, calendar_id: UUID, user_id: UUID, earliest: datetime) -> bool:
        """Make it due now, unless it was looked at a moment ago."""
        return await self._connection.fetchval(_SQL["ask_again"], calendar_id, user_id, earliest, self._now) is not None

    async def claim(self, limit: int, lease_s: float) -> list[OwnCalendar]:
        """Take what is due."""
        return _calendars(await self._connection.fetch(_SQL["claim"], self._now, limit, lease_s))

    async def settle(self, calendar_id: UUID, looked: Looked) -> bool:
        """Write what a look came to."""
        with_titles = await self._connection.fetchval(
            _SQL["settle"], calendar_id, looked.state, looked.attempts, looked.next_at, looked.mark, looked.covers_until,
            looked.skipped, looked.well, self._now,
        )  # fmt: skip
        if with_titles is None:
            return False
        if looked.times is not None:
            times = [one for one in looked.times if one.ends_at > self._now]
            await self._connection.execute(_SQL["clear_times"], calendar_id)
            await self._connection.execute(
                _SQL["put_times"], calendar_id, [one.begins_at for one in times], [one.ends_at for one in times],
                [one.says.value for one in times], [one.whole_day for one in times],
                [one.title if with_titles else "" for one in times],
            )  # fmt: skip
        return True

    async def turning(self, limit: int) -> list[OwnCalendar]:
        """Return calendars whose time has changed."""
        return _calendars(await self._connection.fetch(_SQL["turning"], self._now, limit))

    async def times(self, calendar_ids: Collection[UUID]) -> dict[UUID, list[Time]]:
        """Return what is taken and not over yet, by calendar."""
        found: dict[UUID, list[Time]] = {}
        for row in await self._connection.fetch(_SQL["times"], list(calendar_ids), self._now):
            time = Time(row["begins_at"], row["ends_at"], Says(row["says"]), row["whole_day"], row["title"])
            found.setdefault(row["calendar_id"], []).append(time)
        return found

    async def turned(self, calendar_id: UUID, turn_at: datetime | None) -> None:
        """Note when it will say something else."""
        await self._connection.execute(_SQL["turned"], calendar_id, turn_at)

    async def drop_over(self) -> None:
        """Forget times that are over."""
        await self._connection.execute(_SQL["drop_over"], self._now)

    async def forget_disabled(self) -> None:
        """Erase the calendars of who has no good account any more."""
        await self._connection.execute(_SQL["forget_disabled"])


def _calendars(rows: list[Any]) -> list[OwnCalendar]:
    return [OwnCalendar(**dict(row)) for row in rows]
