"""How long, as people write it: `45m`, `1h30`, `2 Stunden`, `bis 14 Uhr`, `until 2`, `bis halb drei`, `for half an hour`."""

import re
from datetime import datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from msgspec import Struct

LONGEST: Final = timedelta(days=31)
SHORTEST: Final = timedelta(minutes=1)
_DAY_BEGINS: Final = time(8)

_UNITS: Final = {
    **dict.fromkeys(("m", "min", "mins", "minute", "minutes", "minuten"), 60),
    **dict.fromkeys(("h", "hr", "hrs", "hour", "hours", "std", "stunde", "stunden"), 3_600),
    **dict.fromkeys(("d", "day", "days", "tag", "tage", "tagen"), 86_400),
}
_ONE: Final = frozenset({"a", "an", "one", "eine", "einer", "einen", "ein"})
_HOURS: Final = {
    word: number
    for number, words in enumerate(
        ("eins one", "zwei two", "drei three", "vier four", "fünf five", "sechs six", "sieben seven", "acht eight", "neun nine",
         "zehn ten", "elf eleven", "zwölf twelve"), 1
    )
    for word in words.split()
}  # fmt: skip
UNTIL: Final = frozenset({"until", "till", "til", "bis"})
FOR: Final = frozenset({"for", "für"})
_SPAN: Final = re.compile(r"(?:(\d{1,4})([a-z]+))(?:(\d{1,2})(m|min)?)?")
_CLOCK: Final = re.compile(r"(\d{1,2})(?:[:.](\d{2}))?(am|pm|uhr|h)?")


class Read(Struct, frozen=True):
    """What the beginning of some words says of time, and how many of them that took. until None: it cannot be (see `wrong`)."""

    until: datetime | None
    taken: int
    wrong: str = ""


def read_time(words: list[str], now: datetime, zone: str) -> Read | None:
    """Return until when the first words say, in the clock of `zone`; None when they say nothing of time."""
    if not words:
        return None
    if words[0] in UNTIL:
        return _until(words[1:], now, ZoneInfo(zone))
    lead = 1 if words[0] in FOR else 0
    found = _span(words[lead:])
    if found is None:
        return Read(None, lead, "no_time") if lead else None
    seconds, taken = found
    if not SHORTEST.total_seconds() <= seconds <= LONGEST.total_seconds():
        return Read(None, taken + lead, "too_long" if seconds else "no_time")
    return Read(now + timedelta(seconds=seconds), taken + lead)


def _span(words: list[str]) -> tuple[int, int] | None:
    """Return seconds, and how many words said so."""
    if not words:
        return None
    first, second, third = [*words, "", ""][:3]
    if found := _SPAN.fullmatch(first):
        count, unit, more, minutes = found.groups()
        if unit not in _UNITS or (more and not (_UNITS[unit] == 3_600 and int(more) < 60)):
            return None
        # `1h30` and `1h30m` alike.
        del minutes
        return int(count) * _UNITS[unit] + int(more or 0) * 60, 1
    if first.isascii() and first.isdigit() and len(first) <= 4 and second in _UNITS:
        return int(first) * _UNITS[second], 2
    if first in _ONE and second in _UNITS:
        return _UNITS[second], 2
    if (first == "half" and second in _ONE and third in _UNITS) or (
        first in _ONE and second in {"half", "halbe"} and third in _UNITS
    ):
        return _UNITS[third] // 2, 3
    return None


def _until(words: list[str], now: datetime, zone: ZoneInfo) -> Read:
    if not words:
        return Read(None, 1, "no_time")
    here = now.astimezone(zone)
    if words[0] in {"tomorrow", "morgen"}:
        day = here.date() + timedelta(days=1)
        return Read(datetime.combine(day, _DAY_BEGINS, zone).astimezone(now.tzinfo), 2)
    if words[0] == "halb" and len(words) > 1:
        hour = _HOURS.get(words[1]) or (int(words[1]) if words[1].isascii() and words[1].isdigit() and len(words[1]) < 3 else 0)
        return _at((hour - 1) % 12, 30, True, here, now, 3) if 1 <= hour <= 12 else Read(None, 3, "no_time")
    if words[0] in _HOURS:
        return _at(_HOURS[words[0]], 0, True, here, now, 2)
    found = _CLOCK.fullmatch(words[0])
    if found is None:
        return Read(None, 1, "no_time")
    hour, minute, mark, taken = int(found[1]), int(found[2] or 0), found[3] or "", 2
    if not mark and len(words) > 1 and words[1] in {"uhr", "am", "pm", "o'clock", "oclock"}:
        mark, taken = words[1], 3
    if mark == "uhr" and taken == 3 and len(words) > 2 and words[2].isascii() and words[2].isdigit() and not found[2]:
        minute, taken = int(words[2]) if len(words[2]) == 2 else 99, 4
    if mark in {"am", "pm"}:
        if not 1 <= hour <= 12:
            return Read(None, taken, "no_time")
        hour = hour % 12 + (12 if mark == "pm" else 0)
    if hour == 24 and minute == 0:
        hour = 0
    if hour > 23 or minute > 59:
        return Read(None, taken, "no_time")
    # `until 2` after noon means this afternoon; `14 Uhr`, `2pm` and `02:00` say themselves which half of the day.
    either = 1 <= hour <= 12 and not mark and not found[1].startswith("0")
    return _at(hour, minute, either, here, now, taken)


def _at(hour: int, minute: int, either: bool, here: datetime, now: datetime, taken: int) -> Read:
    """Return the next time that the clock shows so; either: of both halves of the day."""
    hours = {hour % 12, hour % 12 + 12} if either else {hour}
    zone = here.tzinfo
    tries = [
        datetime.combine(here.date() + timedelta(days=day), time(one, minute), zone).astimezone(now.tzinfo)
        for day in (0, 1, 2)
        for one in hours
    ]
    return Read(min(moment for moment in tries if moment > now), taken)
