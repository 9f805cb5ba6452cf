"""Business hours: which instants count, by the wall clock of a zone. Pure: no clock is read.

One rule answers every question of daylight saving: an instant is open if the wall clock then shows an open time. What counts
is real elapsed time, so a night that skips an hour is an hour shorter, and an hour shown twice counts twice.
"""

from bisect import bisect_left
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from importlib.resources import files
from zoneinfo import ZoneInfo

from msgspec import Struct

DAY = timedelta(days=1)
HORIZON = timedelta(days=3660)
Span = tuple[datetime, datetime]


class Opening(Struct, frozen=True):
    """Open from minute to minute after local midnight of its day: 540 to 1020 is 09:00 to 17:00.

    `to_min` may pass 1440: 1320 to 1800 is 22:00 to 06:00 of the next day. 0 to 1440 is the whole day.
    """

    from_min: int
    to_min: int


class Holiday(Struct, frozen=True):
    """A date with its own hours instead of the week's; none means closed from midnight to midnight."""

    on: date
    hours: tuple[Opening, ...] = ()


class Closure(Struct, frozen=True):
    """Closed between two aware instants, whatever the week says; the end is excluded."""

    begins_at: datetime
    ends_at: datetime


class BusinessHours(Struct, frozen=True, dict=True):
    """A week of openings in a zone, with exceptions.

    `week`: seven tuples, Monday first. A shift over midnight belongs to the day it starts on. A holiday decides its date alone:
    a shift of the evening before ends at its midnight. Raises ValueError for what cannot be meant.
    """

    zone: str
    week: tuple[tuple[Opening, ...], ...]
    holidays: tuple[Holiday, ...] = ()
    closures: tuple[Closure, ...] = ()

    def __post_init__(self) -> None:
        tz = zone_of(self.zone)
        if len(self.week) != 7:
            raise ValueError(f"a week has 7 days, Monday first; {len(self.week)} were given")
        for opening in (o for day in (*self.week, *(h.hours for h in self.holidays)) for o in day):
            if not 0 <= opening.from_min < 1440 or not 0 < opening.to_min - opening.from_min <= 1440:
                raise ValueError(
                    f"opening {opening.from_min} to {opening.to_min} min: it starts within 0 to 1439, lasts at most 1440, "
                    "and ends after it starts (past midnight: add 1440)"
                )
        by_date = {h.on: h.hours for h in self.holidays}
        if len(by_date) != len(self.holidays):
            raise ValueError("a date stands twice among the holidays; give each date once, with all its hours")
        for closure in self.closures:
            if _utc(closure.begins_at) >= _utc(closure.ends_at):
                raise ValueError(f"the closure from {closure.begins_at} ends before it begins")
        self.__dict__["tz"] = tz
        self.__dict__["by_date"] = by_date
        self.__dict__["shut"] = _merged([(_utc(c.begins_at), _utc(c.ends_at)) for c in self.closures])

    def is_open(self, at: datetime) -> bool:
        """Say whether business time runs at this instant; the opening minute is in, the closing minute is out."""
        at = _utc(at)
        return any(a <= at < b for a, b in self._spans(at, at + timedelta(microseconds=1)))

    def next_open(self, at: datetime, horizon: timedelta = HORIZON) -> datetime | None:
        """Return the first open instant at or after `at`; None if there is none within the horizon."""
        at = _utc(at)
        return next((a for a, _ in self._spans(at, at + horizon)), None)

    def next_close(self, at: datetime, horizon: timedelta = HORIZON) -> datetime | None:
        """Return the first closed instant at or after `at`; None if it stays open throughout the horizon."""
        at = _utc(at)
        closed_from = at
        for a, b in self._spans(at, at + horizon):
            if a > closed_from:
                break
            closed_from = b
        return closed_from if closed_from < at + horizon else None

    def open_between(self, a: datetime, b: datetime) -> timedelta:
        """Return the business time that passes from `a` to `b`; zero if `b` is not after `a`."""
        return sum((end - begin for begin, end in self._spans(_utc(a), _utc(b))), timedelta())

    def after(self, at: datetime, duration: timedelta, horizon: timedelta = HORIZON) -> datetime | None:
        """Return the earliest instant by which `duration` of business time has passed; None if not within the horizon.

        Zero has passed at once, also while closed. Raises ValueError for a negative duration.
        """
        if duration < timedelta():
            raise ValueError(f"business time does not run backwards: {duration}")
        at = _utc(at)
        if not duration:
            return at
        for a, b in self._spans(at, at + horizon):
            if b - a >= duration:
                return a + duration
            duration -= b - a
        return None

    def _spans(self, a: datetime, b: datetime) -> Iterator[Span]:
        """Yield what is open between two instants, in order, disjoint; a span may touch the next."""
        begin = a
        while begin < b:
            end = min(begin + DAY, b)
            found: list[Span] = []
            for s, e, offset in _offsets(self.__dict__["tz"], begin, end):
                local_s, local_e = _plain(s + offset), _plain(e + offset)
                day = local_s.date()
                while day <= local_e.date():
                    for x, y in self._wall(day):
                        x, y = max(x, local_s), min(y, local_e)  # noqa: PLW2901 - clipped to the stretch of one offset
                        if x < y:
                            found.append((x.replace(tzinfo=UTC) - offset, y.replace(tzinfo=UTC) - offset))
                    day += DAY
            yield from _without(_merged(found), self.__dict__["shut"])
            begin = end

    def _wall(self, day: date) -> list[Span]:
        """Return the open times of one date as its wall clock shows them."""
        midnight = datetime.combine(day, time())
        by_date = self.__dict__["by_date"]
        mine = by_date.get(day, self.week[day.weekday()])
        minutes = [(o.from_min, min(o.to_min, 1440)) for o in mine]
        if day not in by_date:
            eve = day - DAY
            minutes += [(0, o.to_min - 1440) for o in by_date.get(eve, self.week[eve.weekday()]) if o.to_min > 1440]
        return [(midnight + timedelta(minutes=x), midnight + timedelta(minutes=y)) for x, y in minutes]


@lru_cache(maxsize=256)
def zone_of(name: str) -> ZoneInfo:
    """Return the zone from the pinned `tzdata` package, never from the machine. Raises ValueError for an unknown name."""
    parts = name.split("/")
    if all(p and not p.startswith(".") and "\\" not in p for p in parts):
        place = files("tzdata").joinpath("zoneinfo", *parts)
        if place.is_file():
            try:
                with place.open("rb") as source:
                    return ZoneInfo.from_file(source, key=name)
            except ValueError:
                pass
    raise ValueError(f"no time zone is called {name!r}; give an IANA name such as Europe/Berlin")


def always_open(zone: str = "UTC") -> BusinessHours:
    """Return a calendar that never closes."""
    return BusinessHours(zone, ((Opening(0, 1440),),) * 7)


def _utc(at: datetime) -> datetime:
    if at.tzinfo is None:
        raise ValueError(f"{at} has no time zone; give an aware time")
    return at.astimezone(UTC)


def _plain(at: datetime) -> datetime:
    return at.replace(tzinfo=None)


def _offsets(tz: ZoneInfo, a: datetime, b: datetime) -> Iterator[tuple[datetime, datetime, timedelta]]:
    """Cut at most a day into stretches of one offset from UTC; at most one change is expected in a day."""

    def offset(at: datetime) -> timedelta:
        return at.astimezone(tz).utcoffset() or timedelta()

    first, last = offset(a), offset(b)
    if first == last:
        yield a, b, first
        return
    base = int(a.timestamp())
    low, high = base, int(b.timestamp()) + 1
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if offset(datetime.fromtimestamp(middle, UTC)) == first else (low, middle)
    change = min(max(datetime.fromtimestamp(high, UTC), a), b)
    yield a, change, first
    yield change, b, last


def _merged(spans: list[Span]) -> list[Span]:
    merged: list[Span] = []
    for a, b in sorted(spans):
        if merged and a <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(b, merged[-1][1]))
        else:
            merged.append((a, b))
    return merged


def _without(spans: list[Span], shut: list[Span]) -> Iterator[Span]:
    for a, b in spans:
        begin = a
        for x, y in shut[max(0, bisect_left(shut, (a, a)) - 1) :]:
            if x >= b:
                break
            if x > begin:
                yield begin, x
            begin = max(begin, y)
        if begin < b:
            yield begin, b
