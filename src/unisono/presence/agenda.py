"""What somebody's calendar says of their time: busy, out of office or perhaps, from when until when. Pure: the text is given.

Of an event only this is read out, and its title; whoever keeps it decides whether that is kept as well.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from typing import Any, Final
from zoneinfo import ZoneInfo

from icalendar import Calendar
from msgspec import Struct

from unisono.domain.recurrence import Moved, moved_in, occurrences
from unisono.presence.ical_lines import only_what_counts
from unisono.presence.merge import Word
from unisono.presence.words import QUIET, Presence, Reason, Source

MAX_TITLE_CHARS: Final = 200
#: Of so many times at the most a calendar may consist within the days that are read.
MOST_TIMES: Final = 2_000
_BROKEN: Final = (ValueError, TypeError, KeyError, IndexError, AttributeError, OverflowError)


class Says(StrEnum):
    """What a time in a calendar says of its owner. MAYBE: nothing to others; an invitation that is not accepted yet."""

    BUSY = "busy"
    AWAY = "away"
    MAYBE = "maybe"


_VALUE: Final = {Says.BUSY: Presence.BUSY, Says.AWAY: Presence.AWAY}
#: Source: RFC 5545, section 3.2.9.
_FREE_BUSY: Final = {"BUSY": Says.BUSY, "BUSY-UNAVAILABLE": Says.AWAY, "BUSY-TENTATIVE": Says.MAYBE}
#: How Outlook and Exchange say it. Source: [MS-OXCICAL], section 2.1.3.1.1.20.26.
_OUTLOOK: Final = {"BUSY": Says.BUSY, "OOF": Says.AWAY, "TENTATIVE": Says.MAYBE, "WORKINGELSEWHERE": None, "FREE": None}


class Time(Struct, frozen=True, order=True):
    """A time that is taken, the end excluded. whole_day: it stands in the calendar as dates."""

    begins_at: datetime
    ends_at: datetime
    says: Says
    whole_day: bool = False
    title: str = ""


class NoCalendar(ValueError):
    """The text is no calendar, or too much of one; `code` is unreadable or too_large."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class Agenda(Struct, frozen=True, kw_only=True):
    """What was read. skipped: how many events could not be understood, and count as if they were not there."""

    times: tuple[Time, ...]
    skipped: int = 0


def read_agenda(
    texts: Iterable[str], zone: str, begin: datetime, end: datetime, *, own: Collection[str] = (),
    in_time: Callable[[], bool] = lambda: True,
) -> Agenda:  # fmt: skip
    """Return what is taken between two moments, in order. Raises NoCalendar.

    zone: IANA, for whole days and times without a zone, where the calendar names none. own: mail addresses of the owner, in lower
    case, so that what they declined counts as declined. in_time: asked before each event; False ends with NoCalendar.

    A transparent event takes no time, a cancelled one is none. What only may be (tentative, or not answered yet) says nothing to
    others. Rules finer than daily, and events that break the standard, are skipped and counted.
    """
    found: set[Time] = set()
    skipped = 0
    for text in texts:
        try:
            calendar = Calendar.from_ical(only_what_counts(text, begin, end))
        except _BROKEN as error:
            raise NoCalendar("unreadable") from error
        named = _owners(calendar) | set(own)
        tz = _zone(calendar, zone)
        events = list(calendar.walk("VEVENT"))
        moved, broken = _moved(events, tz)
        skipped += broken
        for event in [*events, *calendar.walk("VFREEBUSY")]:
            if not in_time():
                raise NoCalendar("too_large")
            try:
                found.update(one for one in _times(event, tz, begin, end, moved, named) if one.ends_at > begin)
            except _BROKEN:
                skipped += 1
            if len(found) > MOST_TIMES:
                raise NoCalendar("too_large")
    return Agenda(times=tuple(sorted(found)), skipped=skipped)


def word_of(times: Sequence[Time], account: str, now: datetime, at: datetime) -> Word:
    """Return what a calendar says of its owner now; of several times the quietest, until nothing of that kind is left.

    at: when it began to say so, or later.
    """
    here = [one for one in times if one.begins_at <= now < one.ends_at and one.says in _VALUE]
    if not here:
        return Word(source=Source.CALENDAR, account=account, at=at, value=None)
    best = max(here, key=lambda one: (QUIET[_VALUE[one.says]], one.ends_at))
    until = best.ends_at
    for one in sorted(times):
        # What follows without a gap goes on: a colleague wants to know when to call, not when the next meeting begins.
        if one.says is best.says and one.begins_at <= until < one.ends_at:
            until = one.ends_at
    reason = Reason.OUT_OF_OFFICE if best.says is Says.AWAY else Reason.NONE if best.whole_day else Reason.MEETING
    return Word(source=Source.CALENDAR, account=account, at=at, value=_VALUE[best.says], until=until, reason=reason)


def next_turn(times: Iterable[Time], now: datetime) -> datetime | None:
    """Return when a calendar may say something else by time alone."""
    edges = {edge for one in times for edge in (one.begins_at, one.ends_at)}
    return min((edge for edge in edges if edge > now), default=None)


def _moved(events: list[Any], tz: ZoneInfo) -> tuple[Moved, int]:
    """As `moved_in`, but a broken event takes nothing along with it."""
    moved: set[tuple[str, str]] = set()
    broken = 0
    for event in events:
        try:
            moved |= moved_in([event], tz)
        except _BROKEN:
            broken += 1
    return frozenset(moved), broken


def _times(event: Any, tz: ZoneInfo, begin: datetime, end: datetime, moved: Moved, own: Collection[str]) -> Iterator[Time]:
    if event.name == "VFREEBUSY":
        yield from _free_busy(event, begin, end)
        return
    says = _says(event, own)
    if says is None:
        return
    title = str(event.get("SUMMARY") or "").strip()[:MAX_TITLE_CHARS]
    first, last = begin.astimezone(tz).date(), end.astimezone(tz).date()
    for a, b in occurrences(event, tz, first, last, moved):
        whole = not isinstance(a, datetime)
        begins_at, ends_at = _moment(a, tz), _moment(b, tz)
        if begins_at < ends_at and ends_at > begin and begins_at < end:
            yield Time(begins_at, ends_at, says, whole, title)


def _free_busy(event: Any, begin: datetime, end: datetime) -> Iterator[Time]:
    found = event.get("FREEBUSY")
    for period in found if isinstance(found, list) else [found] if found else []:
        says = _FREE_BUSY.get(str(period.params.get("FBTYPE", "BUSY")).upper())
        a, b = period.start.astimezone(UTC), period.end.astimezone(UTC)
        if says is not None and a < b and b > begin and a < end:
            yield Time(a, b, says)


def _says(event: Any, own: Collection[str]) -> Says | None:
    """Return what an event says; None for what takes no time."""
    status = str(event.get("STATUS", "")).upper()
    answered = _answered(event, own)
    if status == "CANCELLED" or answered == "DECLINED" or str(event.get("TRANSP", "")).upper() == "TRANSPARENT":
        return None
    outlook = str(event.get("X-MICROSOFT-CDO-BUSYSTATUS", "")).upper()
    says = _OUTLOOK.get(outlook, Says.BUSY)
    if says is not None and (status == "TENTATIVE" or answered in ("TENTATIVE", "NEEDS-ACTION")):
        return Says.MAYBE
    return says


def _answered(event: Any, own: Collection[str]) -> str:
    found = event.get("ATTENDEE")
    for one in found if isinstance(found, list) else [found] if found else []:
        if str(one).casefold().removeprefix("mailto:") in own:
            return str(one.params.get("PARTSTAT", "NEEDS-ACTION")).upper()
    return ""


def _owners(calendar: Any) -> set[str]:
    """Google names a calendar after the mail address of its owner."""
    name = str(calendar.get("X-WR-CALNAME", "")).strip().casefold()
    return {name} if "@" in name and " " not in name else set()


def _zone(calendar: Any, zone: str) -> ZoneInfo:
    named = str(calendar.get("X-WR-TIMEZONE", "")).strip()
    try:
        return ZoneInfo(named) if named else ZoneInfo(zone)
    except (ValueError, OSError):  # a name that is none, or a path: ZoneInfoNotFoundError is a KeyError
        return ZoneInfo(zone)
    except KeyError:
        return ZoneInfo(zone)


def _moment(at: date | datetime, tz: ZoneInfo) -> datetime:
    if not isinstance(at, datetime):
        return datetime.combine(at, time(), tz).astimezone(UTC)
    return at.astimezone(UTC)


#: So far ahead a calendar is read; it is read anew long before that has passed.
AHEAD: Final = timedelta(days=3)
