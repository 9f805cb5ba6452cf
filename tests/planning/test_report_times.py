"""Scheduled reports go out by the wall clock, also on days on which it changes; each is about the whole time before."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from unisono.planning.report_times import Rhythm, Timing, days_before, next_after

BERLIN = ZoneInfo("Europe/Berlin")


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("after", "timing", "expected"),
    [
        ("2026-11-02 05:00", Timing(rhythm=Rhythm.DAILY, minute=7 * 60), "2026-11-02 06:00"),
        ("2026-11-02 06:00", Timing(rhythm=Rhythm.DAILY, minute=7 * 60), "2026-11-03 06:00"),
        ("2026-07-01 05:00", Timing(rhythm=Rhythm.DAILY, minute=7 * 60), "2026-07-02 05:00"),
        ("2026-11-03 12:00", Timing(rhythm=Rhythm.WEEKLY, minute=0, weekday=1), "2026-11-08 23:00"),
        ("2026-11-03 12:00", Timing(rhythm=Rhythm.MONTHLY, minute=60, day=28), "2026-11-28 00:00"),
        # The clock jumps from two to three: half past two is when it is three.
        ("2026-03-28 12:00", Timing(rhythm=Rhythm.DAILY, minute=150), "2026-03-29 01:00"),
        ("2026-03-29 01:00", Timing(rhythm=Rhythm.DAILY, minute=150), "2026-03-30 00:30"),
        # Half past two comes twice: it goes out at the first, and not again at the second.
        ("2026-10-24 12:00", Timing(rhythm=Rhythm.DAILY, minute=150), "2026-10-25 00:30"),
        ("2026-10-25 00:30", Timing(rhythm=Rhythm.DAILY, minute=150), "2026-10-26 01:30"),
    ],
)
def test_it_goes_out_at_its_local_time(after: str, timing: Timing, expected: str) -> None:
    assert next_after(timing, at(after), BERLIN) == at(expected)


@given(
    st.integers(1_735_689_600, 1_830_297_600), st.integers(0, 1_439),
    st.sampled_from(["Europe/Berlin", "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe", "Africa/Casablanca", "UTC"]),
)  # fmt: skip
def test_it_goes_out_once_on_every_day(start: int, minute: int, zone_name: str) -> None:
    zone, timing, when = ZoneInfo(zone_name), Timing(rhythm=Rhythm.DAILY, minute=minute), datetime.fromtimestamp(start, UTC)
    days = []
    for _ in range(5):
        when = next_after(timing, when, zone)
        days.append(when.astimezone(zone).date())
    assert days == [days[0] + timedelta(days=n) for n in range(5)]


@pytest.mark.parametrize(
    ("rhythm", "first", "last"),
    [
        (Rhythm.DAILY, date(2026, 2, 28), date(2026, 2, 28)), (Rhythm.WEEKLY, date(2026, 2, 16), date(2026, 2, 22)),
        (Rhythm.MONTHLY, date(2026, 2, 1), date(2026, 2, 28)),
    ],
)  # fmt: skip
def test_it_is_about_the_whole_time_before(rhythm: Rhythm, first: date, last: date) -> None:
    assert days_before(rhythm, date(2026, 3, 1)) == (first, last)
