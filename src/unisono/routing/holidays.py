"""Holidays from iCalendar text (RFC 5545), as exceptions that `BusinessHours` takes. Pure: the text is given."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from dateutil.rrule import rrulestr
from icalendar import Calendar
from msgspec import Struct

from unisono.routing.calendar import Closure, Holiday, zone_of

MOST = 20_000
COARSE = {"DAILY", "WEEKLY", "MONTHLY", "YEARLY"}


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
    moved = {(str(e.get("UID")), _key(e.decoded("RECURRENCE-ID"), tz)) for e in events if "RECURRENCE-ID" in e}
    days: set[date] = set()
    closures: set[tuple[datetime, datetime]] = set()
    for event in events:
        name = str(event.get("SUMMARY") or event.get("UID") or "unnamed")
        if str(event.get("STATUS", "")).upper() == "CANCELLED":
            continue
        try:
            for begin, end in _occurrences(event, tz, first, last, moved):
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


def _occurrences(event: Any, tz: ZoneInfo, first: date, last: date, moved: set[tuple[str, str]]) -> Iterator[tuple[Any, Any]]:
    start = event.decoded("DTSTART")
    whole = not isinstance(start, datetime)
    length = _length(event, start, whole)
    own = tz if whole or start.tzinfo is None else start.tzinfo
    seed = _plain(start, own)
    low = datetime.combine(first, time()) - length - timedelta(days=2)
    high = datetime.combine(last, time()) + timedelta(days=3)
    starts = {seed}
    rules = event.get("RRULE")
    for rule in rules if isinstance(rules, list) else [rules] if rules else []:
        if rule["FREQ"][0].upper() not in COARSE:
            raise ValueError(f"a holiday repeats daily or less often, not {rule['FREQ'][0]}")
        if "UNTIL" in rule:
            rule["UNTIL"] = [_plain(rule["UNTIL"][0], own)]
        for n, at in enumerate(rrulestr(rule.to_ical().decode(), dtstart=seed).xafter(low, inc=True)):
            if at > high:
                break
            if n >= MOST:
                raise ValueError(f"it repeats more than {MOST} times")
            starts.add(at)
    starts |= {_plain(at, own) for at in _dates(event, "RDATE")}
    starts -= {_plain(at, own) for at in _dates(event, "EXDATE")}
    for at in sorted(starts):
        if not low <= at <= high:
            continue
        begin: Any = at.date() if whole else at.replace(tzinfo=own)
        if "RECURRENCE-ID" not in event and (str(event.get("UID")), _key(begin, tz)) in moved:
            continue
        # A duration is real time: it is added in UTC, so that a change of the clocks within it does not stretch it.
        yield begin, begin + length if whole else begin.astimezone(UTC) + length


def _length(event: Any, start: Any, whole: bool) -> timedelta:
    if "DTEND" in event:
        length: timedelta = event.decoded("DTEND") - start
    elif "DURATION" in event:
        length = event.decoded("DURATION")
    else:
        length = timedelta(days=1) if whole else timedelta()
    if length < timedelta() or length > timedelta(days=400):
        raise ValueError(f"it lasts {length}; expected nothing to 400 days")
    return max(length, timedelta(days=1)) if whole else length


def _dates(event: Any, name: str) -> Iterator[Any]:
    found = event.get(name)
    for group in found if isinstance(found, list) else [found] if found else []:
        for item in group.dts:
            yield item.dt[0] if isinstance(item.dt, tuple) else item.dt


def _plain(at: Any, zone: Any) -> datetime:
    """Return the wall clock of `zone`, in which a rule is counted."""
    if not isinstance(at, datetime):
        return datetime.combine(at, time())
    return at.astimezone(zone).replace(tzinfo=None) if at.tzinfo else at


def _key(at: Any, tz: ZoneInfo) -> str:
    if not isinstance(at, datetime):
        return str(at)
    return str((at if at.tzinfo else at.replace(tzinfo=tz)).astimezone(UTC))
