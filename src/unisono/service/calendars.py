"""Business hours: add, change, archive, and take over holidays from an iCalendar feed."""

import asyncio
from datetime import date
from typing import Final
from uuid import UUID

from msgspec import UNSET
from msgspec.structs import asdict, replace

from unisono.domain.errors import Conflict, Invalid, NotFound
from unisono.routing.holidays import BadFeed, read_holidays
from unisono.service.access import Access
from unisono.service.level_views import CalendarView
from unisono.service.opening_hours import hours_terms, views_of
from unisono.service.ports import Database, NewEvent, Tx
from unisono.service.ports.service_levels import CalendarChange
from unisono.service.queues import check_names, checked_key
from unisono.service.service_levels import count_by_calendar

YEARS_BACK: Final = 1
YEARS_AHEAD: Final = 10


async def add_calendar(db: Database, access: Access, calendar: CalendarView) -> CalendarView:
    """Add a calendar. Raises Invalid, Conflict when its key is taken."""
    _check(calendar)
    async with db.write() as tx:
        if not await tx.levels.add_calendar(calendar):
            raise _taken(calendar.key)
        await tx.privacy.audit(access.user_id, "calendar.added", "calendar", str(calendar.id), {})
        tx.emit(NewEvent(type="calendar.changed", actor_id=access.user_id, body={"calendar_id": calendar.id}))
    return calendar


async def change_calendar(db: Database, access: Access, calendar_id: UUID, change: CalendarChange) -> CalendarView:
    """Change or archive a calendar; clocks that run by it are counted anew. Raises NotFound, Invalid, Conflict."""
    async with db.write() as tx:
        before = await _existing(tx, calendar_id)
        named = {name: value for name, value in asdict(change).items() if value is not UNSET}
        _check(replace(before, **named))
        if change.archived is True and await _is_used(tx, calendar_id):
            raise Conflict("A service level counts by this calendar; give it another first.", code="calendar_in_use")
        if not await tx.levels.change_calendar(calendar_id, change):
            raise _taken(str(change.key))
        await count_by_calendar(tx, access, calendar_id)
        await tx.privacy.audit(access.user_id, "calendar.changed", "calendar", str(calendar_id), {})
        tx.emit(NewEvent(type="calendar.changed", actor_id=access.user_id, body={"calendar_id": calendar_id}))
        return await _existing(tx, calendar_id)


async def take_over_holidays(db: Database, access: Access, calendar_id: UUID, text: str, today: date) -> CalendarView:
    """Replace all holidays and closures of a calendar by those of an iCalendar text, from last year on for ten years ahead.

    Raises NotFound; Invalid with the event at fault when the text cannot be read, and then nothing is changed.
    """
    async with db.read() as tx:
        zone = (await _existing(tx, calendar_id)).zone
    first, last = date(today.year - YEARS_BACK, 1, 1), date(today.year + YEARS_AHEAD, 12, 31)
    try:
        found = await asyncio.to_thread(read_holidays, text, zone, first, last)
    except BadFeed as error:
        raise Invalid(f"{error}.", code="bad_feed", field="ical") from error
    holidays, closures = views_of(found)
    if not holidays and not closures:
        raise Invalid(
            f"There is no event from {first.year} to {last.year} in this text; the holidays stay as they were. Give an .ics of "
            "holidays.", code="bad_feed", field="ical",
        )  # fmt: skip
    return await change_calendar(db, access, calendar_id, CalendarChange(holidays=holidays, closures=closures))


def _check(calendar: CalendarView) -> None:
    checked_key(calendar.key)
    check_names(calendar.name)
    hours_terms(calendar)


async def _existing(tx: Tx, calendar_id: UUID) -> CalendarView:
    found = await tx.levels.calendars([calendar_id])
    if not found:
        raise NotFound("This calendar does not exist.")
    return found[0]


async def _is_used(tx: Tx, calendar_id: UUID) -> bool:
    return any(target.calendar_id == calendar_id for level in await tx.levels.levels(None) for target in level.targets)


def _taken(key: str) -> Conflict:
    return Conflict(f"The key {key!r} is taken.", code="key_taken", field="key")
