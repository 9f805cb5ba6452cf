"""Holiday feeds as other calendars write them."""

from datetime import UTC, date, datetime

import pytest

from unisono.routing.holidays import BadFeed, read_holidays


def feed(*events):
    body = "".join(
        f"BEGIN:VEVENT\nUID:{n}\n{e}\nEND:VEVENT\n" if "UID:" not in e else f"BEGIN:VEVENT\n{e}\nEND:VEVENT\n"
        for n, e in enumerate(events)
    )
    return f"BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:x\n{body}END:VCALENDAR\n".replace("\n", "\r\n")


def read(*events, first=date(2024, 1, 1), last=date(2026, 12, 31)):
    return read_holidays(feed(*events), "Europe/Berlin", first, last)


def days(*events, **more):
    return [str(h.on) for h in read(*events, **more).days]


CASES = [
    ("one date", "DTSTART;VALUE=DATE:20250501", ["2025-05-01"]),
    ("DTEND is excluded", "DTSTART;VALUE=DATE:20251225\nDTEND;VALUE=DATE:20251227", ["2025-12-25", "2025-12-26"]),
    ("every year", "DTSTART;VALUE=DATE:20001003\nRRULE:FREQ=YEARLY", ["2024-10-03", "2025-10-03", "2026-10-03"]),
    ("29 February in leap years only", "DTSTART;VALUE=DATE:20000229\nRRULE:FREQ=YEARLY", ["2024-02-29"]),
    (
        "fourth Thursday of November",
        "DTSTART;VALUE=DATE:20231123\nRRULE:FREQ=YEARLY;BYMONTH=11;BYDAY=4TH",
        ["2024-11-28", "2025-11-27", "2026-11-26"],
    ),
    ("UNTIL is included", "DTSTART;VALUE=DATE:20240501\nRRULE:FREQ=YEARLY;UNTIL=20250501", ["2024-05-01", "2025-05-01"]),
    (
        "EXDATE takes out",
        "DTSTART;VALUE=DATE:20240501\nRRULE:FREQ=YEARLY\nEXDATE;VALUE=DATE:20250501",
        ["2024-05-01", "2026-05-01"],
    ),
    ("RDATE adds", "DTSTART;VALUE=DATE:20240501\nRDATE;VALUE=DATE:20250609,20250610", ["2024-05-01", "2025-06-09", "2025-06-10"]),
    ("cancelled", "DTSTART;VALUE=DATE:20240501\nSTATUS:CANCELLED", []),
]


@pytest.mark.parametrize(("event", "expected"), [c[1:] for c in CASES], ids=[c[0] for c in CASES])
def test_closed_dates(event, expected):
    assert days(event) == expected


def test_a_moved_occurrence_replaces_its_own():
    assert days(
        "UID:a\nDTSTART;VALUE=DATE:20240501\nRRULE:FREQ=YEARLY;COUNT=2",
        "UID:a\nRECURRENCE-ID;VALUE=DATE:20250501\nDTSTART;VALUE=DATE:20250502",
    ) == ["2024-05-01", "2025-05-02"]


def test_a_time_in_its_own_zone_keeps_its_wall_clock_over_the_change():
    """14:00 in Berlin is 13:00 UTC on Monday 24 March 2025 and 12:00 UTC a week later."""
    found = read("DTSTART;TZID=Europe/Berlin:20250324T140000\nDURATION:PT2H\nRRULE:FREQ=WEEKLY;UNTIL=20250401T000000Z")
    assert [c.begins_at for c in found.closures] == [datetime(2025, 3, 24, 13, tzinfo=UTC), datetime(2025, 3, 31, 12, tzinfo=UTC)]
    assert not found.days


def test_a_floating_time_is_the_calendars_wall_clock():
    (closure,) = read("DTSTART:20250602T140000\nDTEND:20250602T160000").closures
    assert (closure.begins_at, closure.ends_at) == (datetime(2025, 6, 2, 12, tzinfo=UTC), datetime(2025, 6, 2, 14, tzinfo=UTC))


@pytest.mark.parametrize(
    "event",
    [
        "SUMMARY:no start",
        "DTSTART:20250101T000000Z\nRRULE:FREQ=SECONDLY",
        "DTSTART;VALUE=DATE:20250501\nDTEND;VALUE=DATE:20250401",
    ],
)
def test_what_cannot_be_meant_is_refused_and_named(event):
    with pytest.raises(BadFeed, match="event"):
        read(event)


@pytest.mark.parametrize("text", ["", "<html>not found</html>"])
def test_a_page_that_is_no_feed_is_refused(text):
    with pytest.raises(BadFeed, match="iCalendar"):
        read_holidays(text, "Europe/Berlin", date(2025, 1, 1), date(2025, 12, 31))
