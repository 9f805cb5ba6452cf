"""Of an iCalendar text the lines that say when somebody is busy; the rest is never looked at. Pure.

A feed often holds ten years of a life, with descriptions and pictures. Reading all of it would take a hundred times as long,
and nobody here may know it.
"""

import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Final

#: What of an event is looked at, and of the calendar itself.
_OF_EVENT: Final = frozenset({
    "UID", "DTSTART", "DTEND", "DURATION", "RRULE", "RDATE", "EXDATE", "RECURRENCE-ID", "STATUS", "TRANSP", "SUMMARY", "ATTENDEE",
    "X-MICROSOFT-CDO-BUSYSTATUS", "FREEBUSY",
})  # fmt: skip
_OF_CALENDAR: Final = frozenset({"VERSION", "PRODID", "X-WR-TIMEZONE", "X-WR-CALNAME"})
_FOLD: Final = re.compile(r"\r?\n[ \t]")
_NAME: Final = re.compile(r"[A-Za-z0-9-]+")
_DAY: Final = re.compile(r":(\d{8})")
_EVENTS: Final = frozenset({"VEVENT", "VFREEBUSY"})
_SPARE: Final = timedelta(days=2)


def only_what_counts(text: str, begin: datetime, end: datetime) -> str:
    """Return a calendar with what may take place between two moments, by the days that its lines name. Raises ValueError."""
    unfolded = _FOLD.sub("", text.removeprefix("\ufeff"))
    if not unfolded.lstrip()[:15].upper().startswith("BEGIN:VCALENDAR"):
        raise ValueError("it does not begin as a calendar does")
    first, last = (f"{moment:%Y%m%d}" for moment in (begin - _SPARE, end + _SPARE))
    return "\r\n".join([*_kept(unfolded, first, last), ""])


def _kept(text: str, first: str, last: str) -> Iterator[str]:
    inside: list[str] = []
    event: list[str] = []
    for line in text.splitlines():
        found = _NAME.match(line)
        name = found[0].upper() if found else ""
        if name == "BEGIN":
            inside.append(line.partition(":")[2].strip().upper())
            if inside[-1] in _EVENTS:
                event = []
        part = inside[-1] if inside else ""
        if part in _EVENTS and len(inside) == 2:
            if name in _OF_EVENT or name in ("BEGIN", "END"):
                event.append(line)
            if name == "END" and _may_be(event, first, last):
                yield from event
        elif "VTIMEZONE" in inside or (part == "VCALENDAR" and (name in _OF_CALENDAR or name in ("BEGIN", "END"))):
            yield line
        if name == "END" and inside:
            inside.pop()


def _may_be(event: list[str], first: str, last: str) -> bool:
    """Tell whether an event may take place between two days; whatever repeats or replaces another may."""
    days: dict[str, str] = {}
    for line in event:
        name = _NAME.match(line)
        assert name is not None
        if name[0].upper() in ("RRULE", "RDATE", "RECURRENCE-ID", "DURATION", "FREEBUSY"):
            return True
        if (day := _DAY.search(line)) is not None:
            days[name[0].upper()] = day[1]
    begins = days.get("DTSTART", first)
    return begins <= last and days.get("DTEND", begins) >= first
