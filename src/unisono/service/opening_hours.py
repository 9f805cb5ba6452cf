"""Business hours as people type them, made ready to count by."""

import re
from datetime import UTC, date, datetime
from typing import Final

from unisono.domain.errors import Invalid
from unisono.routing.calendar import Closure, Holiday, Opening, zone_of
from unisono.routing.holidays import Holidays
from unisono.service.instant import instant
from unisono.service.level_views import CalendarView, ClosureView, HolidayView, HoursView, OpeningView
from unisono.service.terms import HoursTerms

DAYS: Final = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
MOST_EXCEPTIONS: Final = 5_000
_TIME = re.compile(r"([01]\d|2[0-3]):([0-5]\d)|24:00")


def hours_terms(calendar: CalendarView) -> HoursTerms:
    """Return a calendar ready to count by. Raises Invalid for what cannot be meant; nothing is changed then."""
    try:
        zone_of(calendar.zone)
    except ValueError as error:
        raise Invalid(f"{error}. Nothing was changed.", code="bad_zone", field="zone") from None
    if len(calendar.holidays) + len(calendar.closures) > MOST_EXCEPTIONS:
        raise Invalid(
            f"A calendar takes {MOST_EXCEPTIONS} holidays and closures. Nothing was changed.", code="many_holidays",
            field="holidays", limit=MOST_EXCEPTIONS,
        )  # fmt: skip
    week: list[list[Opening]] = [[] for _ in DAYS]
    for opening in calendar.openings:
        if opening.day not in DAYS:
            raise _bad(f"{opening.day!r} is no day; days are {', '.join(DAYS)}", "openings")
        week[DAYS.index(opening.day)].append(_opening(opening, "openings"))
    if not any(week):
        raise _bad("a calendar opens at least once a week", "openings")
    holidays = tuple(
        Holiday(_date(holiday), tuple(_opening(hours, "holidays") for hours in holiday.hours)) for holiday in calendar.holidays
    )
    closures = tuple(Closure(_instant(c.begins_at), _instant(c.ends_at)) for c in calendar.closures)
    terms = HoursTerms(calendar.zone, tuple(tuple(day) for day in week), holidays, closures)
    try:
        terms.hours()
    except ValueError as error:
        raise _bad(str(error), "openings") from None
    return terms


def views_of(found: Holidays) -> tuple[list[HolidayView], list[ClosureView]]:
    """Return what a feed says, as the API shows it."""
    holidays = [HolidayView(date=holiday.on.isoformat()) for holiday in found.days]
    closures = [ClosureView(begins_at=instant(c.begins_at), ends_at=instant(c.ends_at)) for c in found.closures]
    return holidays, closures


def _opening(hours: OpeningView | HoursView, field: str) -> Opening:
    begin, end = _minutes(hours.opens, field), _minutes(hours.closes, field)
    if begin == 1440:
        raise _bad("nothing opens at 24:00; 00:00 is the beginning of the day", field)
    return Opening(begin, end if end > begin else end + 1440)


def _minutes(text: str, field: str) -> int:
    if not _TIME.fullmatch(text):
        raise _bad(f"{text!r} is no time of day, such as 09:00 or 24:00", field)
    return int(text[:2]) * 60 + int(text[3:])


def _date(holiday: HolidayView) -> date:
    try:
        return date.fromisoformat(holiday.date)
    except ValueError:
        raise _bad(f"{holiday.date!r} is no date, such as 2026-12-24", "holidays") from None


def _instant(text: str) -> datetime:
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        raise _bad(f"{text!r} is no time, such as 2026-12-24T12:00:00Z", "closures") from None
    if at.tzinfo is None:
        raise _bad(f"{text!r} has no zone; write it as 2026-12-24T12:00:00Z", "closures")
    return at.astimezone(UTC)


def _bad(problem: str, field: str) -> Invalid:
    return Invalid(f"These hours cannot be kept: {problem}. Nothing was changed.", code="bad_hours", field=field)
