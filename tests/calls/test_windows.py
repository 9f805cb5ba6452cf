"""When somebody can be called back: open time as a page offers it, and what a key of the menu means."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from unisono.calls.windows import LEAD, MOST, Window, coming, days, is_between, offered

BERLIN = ZoneInfo("Europe/Berlin")


def at(day: int, hour: int, minute: int = 0, month: int = 11) -> datetime:
    return datetime(2026, month, day, hour, minute, tzinfo=BERLIN)


def span(day: int, begin: int, end: int) -> Window:
    return Window(starts_at=at(day, begin).astimezone(UTC), ends_at=at(day, end).astimezone(UTC))


def walls(windows: list[Window]) -> list[str]:
    return [f"{w.starts_at.astimezone(BERLIN):%d %H:%M}-{w.ends_at.astimezone(BERLIN):%H:%M}" for w in windows]


def test_open_time_is_cut_at_even_hours_and_begins_after_the_lead() -> None:
    now = at(2, 9, 10)
    found = offered([span(2, 9, 17), span(3, 9, 17)], BERLIN, now)
    assert walls(found)[:6] == [
        "02 10:00-12:00",
        "02 12:00-14:00",
        "02 14:00-16:00",
        "02 16:00-17:00",
        "03 09:00-10:00",
        "03 10:00-12:00",
    ]
    assert all(w.starts_at >= now + LEAD for w in found)
    assert len(found) <= MOST


def test_what_is_too_short_to_keep_is_not_offered() -> None:
    assert walls(offered([span(2, 9, 17)], BERLIN, at(2, 15, 20))) == ["02 16:00-17:00"]
    assert offered([span(2, 9, 17)], BERLIN, at(2, 16, 20)) == []


def test_a_house_that_never_closes_offers_the_day() -> None:
    found = offered(days(BERLIN, at(2, 21)), BERLIN, at(2, 21))
    assert walls(found)[0] == "03 08:00-10:00"
    assert len(found) == MOST


def test_on_the_night_when_the_clock_changes_windows_touch_and_none_is_lost() -> None:
    night = Window(starts_at=at(24, 22, month=10).astimezone(UTC), ends_at=at(25, 8, month=10).astimezone(UTC))
    found = offered([night], BERLIN, at(24, 12, month=10))
    assert (found[0].starts_at, found[-1].ends_at) == (night.starts_at, night.ends_at)
    assert all(a.ends_at == b.starts_at for a, b in pairwise(found))
    assert sum((w.ends_at - w.starts_at for w in found), timedelta()) == timedelta(hours=11)


def test_a_time_of_day_means_the_next_open_day_on_which_it_can_be_kept() -> None:
    week = [span(2, 9, 17), span(3, 9, 17)]
    kept = coming("13:00-15:00", week, BERLIN, at(2, 10))
    late = coming("13:00-15:00", week, BERLIN, at(2, 14, 45))
    assert kept is not None
    assert late is not None
    assert walls([kept, late]) == ["02 13:00-15:00", "03 13:00-15:00"]
    assert coming("18:00-20:00", week, BERLIN, at(2, 10)) is None
    assert [is_between(text) for text in ("13:00-17:00", "17:00-13:00", "9-12", "")] == [True, False, False, False]
