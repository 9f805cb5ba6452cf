"""When a scheduled report goes out, by the wall clock of the house, and which days it is about. Pure."""

from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from msgspec import Struct


class Rhythm(StrEnum):
    """How often: each is about the whole day, week (Monday to Sunday) or month before."""

    DAILY = "daily"
    WEEKLY = "weekly"
    MONTHLY = "monthly"


class Timing(Struct, frozen=True, kw_only=True):
    """When: at `minute` of the local day. weekday: 1 = Monday, for weekly; day: of the month, 1 to 28, for monthly."""

    rhythm: Rhythm
    minute: int
    weekday: int = 1
    day: int = 1


def next_after(timing: Timing, after: datetime, zone: ZoneInfo) -> datetime:
    """Return the first time after an instant at which it goes out, UTC.

    A local time that a change of clocks leaves out is the first instant after the gap; one that comes twice is the first of them.
    """
    day = after.astimezone(zone).date() - timedelta(days=1)
    for _ in range(70):
        if _fits(timing, day):
            at = _at(day, timing.minute, zone)
            if at > after:
                return at
        day += timedelta(days=1)
    raise ValueError(f"{timing} fits no day")


def _fits(timing: Timing, day: date) -> bool:
    match timing.rhythm:
        case Rhythm.DAILY:
            return True
        case Rhythm.WEEKLY:
            return day.isoweekday() == timing.weekday
    return day.day == timing.day


def _at(day: date, minute: int, zone: ZoneInfo) -> datetime:
    local = datetime.combine(day, time(minute // 60, minute % 60), zone)
    at = local.astimezone(UTC)
    if at.astimezone(zone).replace(tzinfo=None) == local.replace(tzinfo=None):
        return at
    # In the gap: with the offset of before, the clock has already been put forward by the time of which it is short.
    before, later = local.replace(fold=0).utcoffset(), local.replace(fold=1).utcoffset()
    assert before is not None
    assert later is not None
    gap_ends = at
    step = timedelta(minutes=1)
    while (gap_ends - step).astimezone(zone).utcoffset() != min(before, later):
        gap_ends -= step
    return gap_ends


def days_before(rhythm: Rhythm, on: date) -> tuple[date, date]:
    """Return the first and last day that a report which goes out on a day is about."""
    match rhythm:
        case Rhythm.DAILY:
            return on - timedelta(days=1), on - timedelta(days=1)
        case Rhythm.WEEKLY:
            monday = on - timedelta(days=on.weekday())
            return monday - timedelta(days=7), monday - timedelta(days=1)
    first = on.replace(day=1)
    last = first - timedelta(days=1)
    return last.replace(day=1), last
