"""Opening hours as people write them: `Mo-Fr 08:00-19:00, Sa 09:00-14:00`, in German or English day names."""

import re
from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from msgspec import Struct

_DAYS = ("mo", "di", "mi", "do", "fr", "sa", "so")
_ENGLISH = {"tu": "di", "we": "mi", "th": "do", "su": "so"}
_PART = re.compile(r"([a-zäöü]+)(?:\s*[-–]\s*([a-zäöü]+))?\s+(\d{1,2})[:.](\d{2})\s*[-–]\s*(\d{1,2})[:.](\d{2})")
_EXAMPLE = "for example Mo-Fr 08:00-19:00, Sa 09:00-14:00"
_WEEK = 7


class Span(Struct, frozen=True):
    """Open on these weekdays (Monday is 0) from `opens` to `closes`, in minutes after midnight; 1,440 is midnight."""

    days: tuple[int, ...]
    opens: int
    closes: int


def parse_hours(text: str) -> tuple[Span, ...]:
    """Return the spans; none for an empty text. Raises ValueError naming the part that cannot be read."""
    return tuple(_span(part.strip()) for part in re.split(r"[,;\n]", text) if part.strip())


def open_times(spans: Sequence[Span], zone: ZoneInfo, now: datetime, days: int = 8) -> list[tuple[datetime, datetime]]:
    """Return when it is open from today on, in UTC, in order; the zone's clock changes are counted in."""
    today = now.astimezone(zone).date()
    dates = [today + timedelta(days=offset) for offset in range(days)]
    return sorted(
        (_instant(day, span.opens, zone), _instant(day, span.closes, zone))
        for day in dates
        for span in spans
        if day.weekday() in span.days
    )


def _instant(day: date, minutes: int, zone: ZoneInfo) -> datetime:
    whole_days, rest = divmod(minutes, 1_440)
    at = time(rest // 60, rest % 60)
    return datetime.combine(day + timedelta(days=whole_days), at, zone).astimezone(UTC)


def _span(part: str) -> Span:
    found = _PART.fullmatch(part.lower())
    if found is None:
        raise ValueError(f"{part!r} are no opening hours; write {_EXAMPLE}.")
    first, last = _day(found[1], part), _day(found[2] or found[1], part)
    opens, closes = _minutes(found[3], found[4], part), _minutes(found[5], found[6], part)
    if closes <= opens:
        raise ValueError(f"{part!r} ends before it begins; write hours past midnight as two parts, {_EXAMPLE}.")
    days = tuple((first + step) % _WEEK for step in range((last - first) % _WEEK + 1))
    return Span(days=days, opens=opens, closes=closes)


def _day(name: str, part: str) -> int:
    short = _ENGLISH.get(name[:2], name[:2])
    if short not in _DAYS:
        raise ValueError(f"{name!r} in {part!r} is no day; write {_EXAMPLE}.")
    return _DAYS.index(short)


def _minutes(hour: str, minute: str, part: str) -> int:
    total = int(hour) * 60 + int(minute)
    if int(minute) > 59 or total > 1_440:
        raise ValueError(f"{hour}:{minute} in {part!r} is no time of day; write {_EXAMPLE}.")
    return total
