"""When somebody can be called back: the open time that a page offers, and the one that a key of the menu means. Pure."""

import re
from collections.abc import Iterable, Iterator
from datetime import datetime, time, timedelta, tzinfo
from typing import Final

from msgspec import Struct

#: Windows that a page offers, and how far ahead.
MOST: Final = 12
AHEAD: Final = timedelta(days=10)
#: Nobody is promised a call within less.
LEAD: Final = timedelta(minutes=30)
_SHORTEST: Final = timedelta(minutes=30)
_STEP: Final = timedelta(minutes=30)
_BLOCK_H: Final = 2
#: The day of a house that never closes.
_MORNING, _EVENING = time(8), time(20)
_BETWEEN: Final = re.compile(r"([01][0-9]|2[0-3]):([0-5][0-9])-([01][0-9]|2[0-3]):([0-5][0-9])")


class Window(Struct, frozen=True, kw_only=True):
    """From when until when somebody wishes to be called."""

    starts_at: datetime
    ends_at: datetime


def days(zone: tzinfo, now: datetime) -> Iterator[Window]:
    """Return the coming days of a house that is always open, as people take calls."""
    today = now.astimezone(zone).date()
    for n in range(AHEAD.days):
        day = today + timedelta(days=n)
        yield Window(starts_at=datetime.combine(day, _MORNING, zone), ends_at=datetime.combine(day, _EVENING, zone))


def offered(spans: Iterable[Window], zone: tzinfo, now: datetime) -> list[Window]:
    """Return what can be chosen: open time cut at even hours of the wall clock, the soonest first."""
    earliest, found = now + LEAD, list[Window]()
    for span in spans:
        begin = max(span.starts_at, _rounded_up(earliest))
        while begin < span.ends_at and len(found) < MOST:
            end = min(_next_cut(begin, zone), span.ends_at)
            if end - begin >= _SHORTEST:
                found.append(Window(starts_at=begin, ends_at=end))
            begin = end
        if len(found) >= MOST:
            break
    return found


def coming(between: str, spans: Iterable[Window], zone: tzinfo, now: datetime) -> Window | None:
    """Return the next time that a wish such as `13:00-17:00` can be kept; None for what is no such wish, or never open then."""
    read = _BETWEEN.fullmatch(between)
    if read is None:
        return None
    begins, ends = time(int(read[1]), int(read[2])), time(int(read[3]), int(read[4]))
    for span in spans:
        day = span.starts_at.astimezone(zone).date()
        window = Window(
            starts_at=max(datetime.combine(day, begins, zone), span.starts_at, now),
            ends_at=min(datetime.combine(day, ends, zone), span.ends_at),
        )
        if window.ends_at - window.starts_at >= _SHORTEST:
            return window
    return None


def is_between(text: str) -> bool:
    """Return whether this is a time of day from and until, the end later than the beginning."""
    read = _BETWEEN.fullmatch(text)
    return read is not None and (read[1], read[2]) < (read[3], read[4])


def _next_cut(at: datetime, zone: tzinfo) -> datetime:
    local = at.astimezone(zone)
    hour = (local.hour // _BLOCK_H + 1) * _BLOCK_H
    midnight = datetime.combine(local.date(), time(), zone)
    # By the wall clock: on the days when it is changed a block is an hour longer or shorter.
    cut = datetime.combine(local.date() + timedelta(days=hour // 24), time(hour % 24), zone)
    return max(cut.astimezone(at.tzinfo), at + _STEP) if cut > midnight else at + _STEP


def _rounded_up(at: datetime) -> datetime:
    over = timedelta(minutes=at.minute % 30, seconds=at.second, microseconds=at.microsecond)
    return at + (_STEP - over) if over else at
