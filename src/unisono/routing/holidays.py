"""Holidays from iCalendar text (RFC 5545), as exceptions that `BusinessHours` takes. Pure: the text is given."""

from datetime import UTC, date, datetime, timedelta

from icalendar import Calendar
from msgspec import Struct

from unisono.domain.recurrence import moved_in, occurrences
from unisono.routing.calendar import Closure, Holiday, zone_of


class Holidays(Struct, frozen=True):
    """What a feed says: whole dates that are closed, and closures of a part of a day."""

    days: tuple[Holiday, ...]
    closures: tuple[Closure, ...]


class BadFeed(ValueError):
    """The text cannot be read as a holiday feed; nothing of it should be used."""


def read_holidays(text: str, zone: str, first: date, last: date) -> Holidays:
    """Return the closed dates and closures of a feed from `first` to `last`, both included.

    DATE events close whole dates of `zone`, their DTEND excluded (section 3.6.1); DATE-TIME events close from begin to end,
    floating ones by the wall clock of `zone`. RRULE, RDATE, EXDATE and RECURRENCE-ID are followed; cancelled events are left
    out. Rules finer than daily are refused, because a feed is a stranger's text. Raises BadFeed, which names the event.
    """
    tz = zone_of(zone)
    try:
        events = list(Calendar.from_ical(text).walk("VEVENT"))
    except (ValueError, IndexError, TypeError) as error:
        raise BadFeed(
            f"this is no iCalendar text ({error}); the holidays stay as they were. Give the address of an .ics"
        ) from error
    moved = moved_in(events, tz)
    days: set[date] = set()
    closures: set[tuple[datetime, datetime]] = set()
    for event in events:
        name = str(event.get("SUMMARY") or event.get("UID") or "unnamed")
        if str(event.get("STATUS", "")).upper() == "CANCELLED":
            continue
        try:
            for begin, end in occurrences(event, tz, first, last, moved):
                if isinstance(begin, datetime) and isinstance(end, datetime):
                    a, b = begin.astimezone(UTC), end.astimezone(UTC)
                    if a < b and begin.astimezone(tz).date() <= last and end.astimezone(tz).date() >= first:
                        closures.add((a, b))
                else:
                    day, stop = max(begin, first), min(end, last + timedelta(days=1))
                    while day < stop:
                        days.add(day)
                        day += timedelta(days=1)
        except (ValueError, TypeError, KeyError, AttributeError, OverflowError) as error:
            raise BadFeed(
                f"event {name!r}: {error}; the holidays stay as they were. Correct the event or leave it out"
            ) from error
    return Holidays(
        tuple(Holiday(day) for day in sorted(days)),
        tuple(Closure(a, b) for a, b in sorted(closures)),
    )
