"""When an event of an iCalendar text takes place (RFC 5545): once, or by its rule, its further dates and its exceptions. Pure."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from dateutil.rrule import rrulestr

#: A rule that yields more is no event of people.
MOST: Final = 40_000
#: Rules finer than daily are refused: a feed is a stranger's text, and one second of it could be a year of work.
COARSE: Final = frozenset({"DAILY", "WEEKLY", "MONTHLY", "YEARLY"})
_LONGEST: Final = timedelta(days=400)
#: Parts of a rule that can add up to days that never come; a daily rule with one would be looked for to the end of time.
_RARE: Final = frozenset({"BYMONTHDAY", "BYYEARDAY", "BYWEEKNO", "BYSETPOS", "BYEASTER"})
_OFTEN: Final = frozenset({"BYHOUR", "BYMINUTE", "BYSECOND"})

#: An event and the moment of it that another one replaces.
Moved = frozenset[tuple[str, str]]


def moved_in(events: list[Any], zone: ZoneInfo) -> Moved:
    """Return which occurrences other events of the same text stand for (RECURRENCE-ID)."""
    return frozenset((str(e.get("UID")), _key(e.decoded("RECURRENCE-ID"), zone)) for e in events if "RECURRENCE-ID" in e)


def occurrences(event: Any, zone: ZoneInfo, first: date, last: date, moved: Moved) -> Iterator[tuple[Any, Any]]:
    """Yield begin and end of an event's occurrences around the days from `first` to `last`; DATE events yield dates, their end
    excluded (section 3.6.1), floating times count in `zone`.

    Raises ValueError and what a broken event raises in the library (KeyError, TypeError, AttributeError, OverflowError).
    """
    start = event.decoded("DTSTART")
    whole = not isinstance(start, datetime)
    length = _length(event, start, whole)
    own = zone if whole or start.tzinfo is None else start.tzinfo
    seed = _plain(start, own)
    low = datetime.combine(first, time()) - length - timedelta(days=2)
    high = datetime.combine(last, time()) + timedelta(days=3)
    starts = {seed}
    rules = event.get("RRULE")
    for rule in rules if isinstance(rules, list) else [rules] if rules else []:
        starts |= set(_by_rule(rule, seed, own, low, high))
    starts |= {_plain(at, own) for at in _dates(event, "RDATE")}
    starts -= {_plain(at, own) for at in _dates(event, "EXDATE")}
    for at in sorted(starts):
        if not low <= at <= high:
            continue
        begin: Any = at.date() if whole else at.replace(tzinfo=own)
        if "RECURRENCE-ID" not in event and (str(event.get("UID")), _key(begin, zone)) in moved:
            continue
        # A duration is real time: it is added in UTC, so that a change of the clocks within it does not stretch it.
        yield begin, begin + length if whole else begin.astimezone(UTC) + length


def _by_rule(rule: Any, seed: datetime, own: Any, low: datetime, high: datetime) -> Iterator[datetime]:
    often = rule["FREQ"][0].upper()
    if often not in COARSE:
        raise ValueError(f"an event repeats daily or less often, not {rule['FREQ'][0]}")
    if often in ("DAILY", "WEEKLY") and _RARE & rule.keys():
        raise ValueError(f"a rule that is {often.lower()} takes no {', '.join(sorted(_RARE & rule.keys()))}")
    if any(len(rule[name]) > 1 for name in _OFTEN & rule.keys()):
        raise ValueError("an event repeats daily or less often, not several times a day")
    if "UNTIL" in rule:
        rule["UNTIL"] = [_plain(rule["UNTIL"][0], own)]
    for n, at in enumerate(rrulestr(rule.to_ical().decode(), dtstart=seed)):
        if at > high:
            return
        if n >= MOST:
            raise ValueError(f"it repeats more than {MOST} times")
        if at >= low:
            yield at


def _length(event: Any, start: Any, whole: bool) -> timedelta:
    if "DTEND" in event:
        length: timedelta = event.decoded("DTEND") - start
    elif "DURATION" in event:
        length = event.decoded("DURATION")
    else:
        length = timedelta(days=1) if whole else timedelta()
    if length < timedelta() or length > _LONGEST:
        raise ValueError(f"it lasts {length}; expected nothing to {_LONGEST.days} days")
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


def _key(at: Any, zone: ZoneInfo) -> str:
    if not isinstance(at, datetime):
        return str(at)
    return str((at if at.tzinfo else at.replace(tzinfo=zone)).astimezone(UTC))
