"""Business time, each case in wall-clock words that a reader can check by hand."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from unisono.routing.calendar import BusinessHours, Closure, Holiday, Opening, always_open, zone_of

H, M = timedelta(hours=1), timedelta(minutes=1)
OFFICE = (Opening(9 * 60, 17 * 60),)
ALL = (Opening(0, 1440),)
NIGHT = (Opening(22 * 60, 30 * 60),)


def hours(zone, days=OFFICE, weekend=(), **more):
    return BusinessHours(zone, (days,) * 5 + (weekend,) * 2, **more)


def wall(zone, text, fold=0):
    return datetime.fromisoformat(text).replace(tzinfo=zone_of(zone), fold=fold)


B, NY, SP, LH, BE, UT = "Europe/Berlin", "America/New_York", "America/Sao_Paulo", "Australia/Lord_Howe", "Asia/Beirut", "UTC"
XMAS = {"holidays": (Holiday(date(2025, 12, 25)), Holiday(date(2025, 12, 24), (Opening(540, 720),)))}
ELAPSED = [
    ("a working day has eight hours", hours(B), "2025-06-02T00:00", "2025-06-03T00:00", 8 * H),
    ("a week has forty", hours(B), "2025-06-02T00:00", "2025-06-09T00:00", 40 * H),
    ("a weekend counts nothing", hours(B), "2025-06-06T17:00", "2025-06-09T09:00", 0 * H),
    ("Friday 16:30 to Monday 09:30", hours(B), "2025-06-06T16:30", "2025-06-09T09:30", H),
    ("before opening counts nothing", hours(B), "2025-06-02T05:00", "2025-06-02T09:00", 0 * H),
    ("backwards counts nothing", hours(B), "2025-06-02T12:00", "2025-06-02T11:00", 0 * H),
    ("lunch is left out", hours(B, (Opening(540, 720), Opening(780, 1020))), "2025-06-02T11:30", "2025-06-02T13:30", H),
    ("two periods count both", hours(B, (Opening(540, 720), Opening(780, 1020))), "2025-06-02T00:00", "2025-06-03T00:00", 7 * H),
    (
        "overlapping periods count once",
        hours(B, (Opening(540, 720), Opening(660, 780))),
        "2025-06-02T00:00",
        "2025-06-03T00:00",
        4 * H,
    ),
    ("no minute is lost at midnight", always_open(B), "2025-06-02T23:59", "2025-06-03T00:01", 2 * M),
    ("round the clock, a day has 24", always_open(B), "2025-06-02T00:00", "2025-06-03T00:00", 24 * H),
    ("Berlin springs forward: 23", always_open(B), "2025-03-30T00:00", "2025-03-31T00:00", 23 * H),
    ("Berlin falls back: 25", always_open(B), "2025-10-26T00:00", "2025-10-27T00:00", 25 * H),
    ("New York springs forward: 23", always_open(NY), "2025-03-09T00:00", "2025-03-10T00:00", 23 * H),
    ("New York falls back: 25", always_open(NY), "2025-11-02T00:00", "2025-11-03T00:00", 25 * H),
    ("Lord Howe springs by half an hour", always_open(LH), "2025-10-05T00:00", "2025-10-06T00:00", 23.5 * H),
    ("Lord Howe falls by half an hour", always_open(LH), "2025-04-06T00:00", "2025-04-07T00:00", 24.5 * H),
    ("São Paulo had no midnight: 23", always_open(SP), "2018-11-03T12:00", "2018-11-04T12:00", 23 * H),
    ("São Paulo had 23:00 twice: 25", always_open(SP), "2018-02-17T12:00", "2018-02-18T12:00", 25 * H),
    ("Beirut has no midnight: 23", always_open(BE), "2025-03-29T12:00", "2025-03-30T12:00", 23 * H),
    ("night shift is eight hours", hours(B, NIGHT, NIGHT), "2025-06-02T12:00", "2025-06-03T12:00", 8 * H),
    ("spring night shift is seven", hours(B, NIGHT, NIGHT), "2025-03-29T12:00", "2025-03-30T12:00", 7 * H),
    ("autumn night shift is nine", hours(B, NIGHT, NIGHT), "2025-10-25T12:00", "2025-10-26T12:00", 9 * H),
    ("Friday's night reaches Saturday", hours(B, NIGHT), "2025-06-07T00:00", "2025-06-08T00:00", 6 * H),
    ("opening inside the gap starts after it", hours(B, (), (Opening(150, 240),)), "2025-03-30T00:00", "2025-03-30T12:00", H),
    ("opening wholly in the gap is empty", hours(B, (), (Opening(120, 180),)), "2025-03-30T00:00", "2025-03-30T12:00", 0 * H),
    ("an hour shown twice counts twice", hours(B, (), (Opening(120, 180),)), "2025-10-26T00:00", "2025-10-26T12:00", 2 * H),
    ("office day is unmoved by the change", hours(B), "2025-03-31T00:00", "2025-04-01T00:00", 8 * H),
    ("a holiday is closed", hours(B, **XMAS), "2025-12-25T00:00", "2025-12-26T00:00", 0 * H),
    ("Christmas Eve closes at noon", hours(B, **XMAS), "2025-12-24T00:00", "2025-12-25T00:00", 3 * H),
    (
        "a holiday cuts the night before",
        hours(B, NIGHT, holidays=(Holiday(date(2025, 12, 25)),)),
        "2025-12-24T12:00",
        "2025-12-25T12:00",
        2 * H,
    ),
    ("leap day counts", hours(B), "2024-02-28T17:00", "2024-03-01T09:00", 8 * H),
    ("no leap day in 2025", hours(B), "2025-02-28T17:00", "2025-03-01T09:00", 0 * H),
    ("no leap day in 2100", always_open(), "2100-02-28T00:00", "2100-03-01T00:00", 24 * H),
    ("year's end is a midnight too", always_open(B), "2025-12-31T23:30", "2026-01-01T00:30", H),
    ("a closed calendar counts nothing", hours(UT, ()), "2025-01-01T00:00", "2026-01-01T00:00", 0 * H),
    (
        "a closure is cut out of the day",
        hours(UT, closures=(Closure(datetime(2025, 6, 2, 14, tzinfo=UTC), datetime(2025, 6, 2, 16, tzinfo=UTC)),)),
        "2025-06-02T00:00",
        "2025-06-03T00:00",
        6 * H,
    ),
]


@pytest.mark.parametrize(("calendar", "a", "b", "expected"), [c[1:] for c in ELAPSED], ids=[c[0] for c in ELAPSED])
def test_business_time_that_passes(calendar, a, b, expected):
    assert calendar.open_between(wall(calendar.zone, a), wall(calendar.zone, b)) == expected


AFTER = [
    ("within the day", hours(B), "2025-06-02T10:00", 2 * H, "2025-06-02T12:00"),
    ("over the weekend", hours(B), "2025-06-06T16:00", 2 * H, "2025-06-09T10:00"),
    ("a full day ends at closing, not at next opening", hours(B), "2025-06-02T09:00", 8 * H, "2025-06-02T17:00"),
    ("over two holidays", hours(B, **XMAS), "2025-12-24T11:00", 2 * H, "2025-12-26T10:00"),
    ("a night shift in spring", hours(B, NIGHT, NIGHT), "2025-03-29T22:00", 7 * H, "2025-03-30T06:00"),
    ("nothing is done at once", hours(B), "2025-06-07T10:00", 0 * H, "2025-06-07T10:00"),
]


@pytest.mark.parametrize(("calendar", "a", "duration", "expected"), [c[1:] for c in AFTER], ids=[c[0] for c in AFTER])
def test_when_business_time_will_have_passed(calendar, a, duration, expected):
    assert calendar.after(wall(calendar.zone, a), duration) == wall(calendar.zone, expected)


def test_what_never_opens_is_never_done():
    never = hours(UT, ())
    at = wall(UT, "2025-01-01T00:00")
    assert never.after(at, M) is None
    assert never.next_open(at) is None
    assert never.next_close(at) == at
    assert always_open().next_close(at, 400 * 24 * H) is None


def test_opening_minute_is_in_and_closing_minute_is_out():
    office = hours(B)
    assert office.is_open(wall(B, "2025-06-02T09:00"))
    assert not office.is_open(wall(B, "2025-06-02T17:00"))
    assert office.next_close(wall(B, "2025-06-02T10:00")) == wall(B, "2025-06-02T17:00")
    assert office.next_open(wall(B, "2025-06-06T17:00")) == wall(B, "2025-06-09T09:00")


@pytest.mark.parametrize("zone", ["Europe/Nowhere", "../etc", "", "Europe", "/etc/passwd"])
def test_an_unknown_zone_is_refused(zone):
    with pytest.raises(ValueError, match="time zone"):
        hours(zone)


@pytest.mark.parametrize("bad", [Opening(540, 540), Opening(540, 500), Opening(-1, 5), Opening(1440, 1500), Opening(0, 1441)])
def test_an_opening_that_cannot_be_meant_is_refused(bad):
    with pytest.raises(ValueError, match="opening"):
        hours(UT, (bad,))


openings = st.builds(lambda a, n: Opening(a, a + n), st.integers(0, 1439), st.integers(1, 1440))
calendars = st.builds(
    lambda z, w, h: BusinessHours(z, tuple(map(tuple, w)), tuple(Holiday(d, tuple(o)) for d, o in h.items())),
    st.sampled_from([B, NY, SP, LH, BE]),
    st.lists(st.lists(openings, max_size=3), min_size=7, max_size=7),
    st.dictionaries(st.dates(date(2018, 10, 30), date(2018, 11, 8)), st.lists(openings, max_size=2), max_size=3),
)
moments = st.datetimes(datetime.fromisoformat("2018-10-25"), datetime.fromisoformat("2018-11-08"), timezones=st.just(UTC))


def minute_by_minute(calendar, a, minutes):
    """Look at the wall clock once a minute; all boundaries fall on whole minutes."""
    tz, own = zone_of(calendar.zone), {h.on: h.hours for h in calendar.holidays}
    count = 0
    for n in range(minutes):
        local = (a + n * M).astimezone(tz)
        today, minute = local.date(), local.hour * 60 + local.minute
        eve = today - timedelta(days=1)
        shown = [(o, minute) for o in own.get(today, calendar.week[today.weekday()])]
        if today not in own:
            shown += [(o, minute + 1440) for o in own.get(eve, calendar.week[eve.weekday()])]
        count += any(o.from_min <= m < o.to_min for o, m in shown)
    return count * M


@settings(max_examples=40, deadline=None)
@given(calendars, moments, st.integers(0, 4000))
def test_agrees_with_looking_at_the_clock_every_minute(calendar, a, minutes):
    a = a.replace(second=0, microsecond=0)
    assert calendar.open_between(a, a + minutes * M) == minute_by_minute(calendar, a, minutes)


@settings(max_examples=60, deadline=None)
@given(calendars, moments, moments, moments, st.timedeltas(timedelta(0), timedelta(days=5)))
def test_business_time_adds_up_and_after_undoes_it(calendar, x, y, z, duration):
    a, b, c = sorted((x, y, z))
    assert calendar.open_between(a, b) + calendar.open_between(b, c) == calendar.open_between(a, c)
    assert timedelta(0) <= calendar.open_between(a, b) <= b - a
    done = calendar.after(a, duration, timedelta(days=60))
    assert done is None or calendar.open_between(a, done) == duration
