"""Calendars and service levels through the API."""

from typing import Any

import pytest

from tests.web.conftest import Browser, Served
from unisono.domain.ids import new_id

NAME = {"de": "Laden", "en": "Shop"}
DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
WEEK = [{"day": day, "opens": "10:00", "closes": "18:00"} for day in DAYS]
ALWAYS = [{"day": day, "opens": "00:00", "closes": "24:00"} for day in DAYS]
CALENDAR = {"key": "shop", "name": NAME, "zone": "Europe/Vienna", "openings": WEEK}
FEED = """BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//Feiertage//DE
BEGIN:VEVENT
UID:1@feiertage.example
SUMMARY:Tag der Deutschen Einheit
DTSTART;VALUE=DATE:20201003
RRULE:FREQ=YEARLY
END:VEVENT
BEGIN:VEVENT
UID:2@feiertage.example
SUMMARY:Betriebsversammlung
DTSTART;TZID=Europe/Berlin:20270115T130000
DTEND;TZID=Europe/Berlin:20270115T150000
END:VEVENT
END:VCALENDAR
"""


def level(*targets: dict[str, Any], key: str = "gold") -> dict[str, Any]:
    return {"key": key, "name": NAME, "targets": list(targets or ({"kind": "first_response", "target_s": 3600},))}


async def test_a_calendar_is_added_changed_and_archived(root: Browser) -> None:
    assert [c["key"] for c in (await root.get("calendars"))["items"]] == ["office"]
    added = await root.did("POST", "calendars", CALENDAR)
    assert (added["openings"], added["holidays"], added["version"]) == (WEEK, [], 1)
    night = {"day": "friday", "opens": "22:00", "closes": "06:00"}
    eve = {"date": "2026-12-24", "hours": [{"opens": "10:00", "closes": "13:00"}]}
    closed = {"begins_at": "2026-11-30T12:00:00Z", "ends_at": "2026-11-30T14:00:00Z"}
    changed = await root.did("PATCH", f"calendars/{added['id']}", {"openings": [night], "holidays": [eve], "closures": [closed]})
    assert (changed["openings"], changed["holidays"], changed["closures"]) == ([night], [eve], [closed])
    assert (changed["zone"], changed["version"]) == ("Europe/Vienna", 2)
    await root.did("PATCH", f"calendars/{added['id']}", {"archived": True})
    assert [c["key"] for c in (await root.get("calendars"))["items"]] == ["office"]
    assert len((await root.get("calendars?archived=true"))["items"]) == 2


@pytest.mark.parametrize(
    ("wrong", "code", "field"),
    [
        ({"zone": "Europe/Atlantis"}, "bad_zone", "zone"),
        ({"openings": []}, "bad_hours", "openings"),
        ({"openings": [{"day": "someday", "opens": "09:00", "closes": "10:00"}]}, "bad_hours", "openings"),
        ({"openings": [{"day": "monday", "opens": "9:00", "closes": "10:00"}]}, "bad_hours", "openings"),
        ({"openings": [{"day": "monday", "opens": "24:00", "closes": "10:00"}]}, "bad_hours", "openings"),
        ({"holidays": [{"date": "2026-02-30"}]}, "bad_hours", "holidays"),
        ({"holidays": [{"date": "2026-12-24"}, {"date": "2026-12-24"}]}, "bad_hours", "openings"),
        ({"closures": [{"begins_at": "2026-12-24T12:00:00", "ends_at": "2026-12-24T13:00:00Z"}]}, "bad_hours", "closures"),
        ({"closures": [{"begins_at": "2026-12-24T14:00:00Z", "ends_at": "2026-12-24T13:00:00Z"}]}, "bad_hours", "openings"),
        ({"key": "No key"}, "bad_key", "key"),
        ({"key": "office"}, "key_taken", "key"),
        ({"name": {"en": "Shop"}}, "bad_names", "name"),
    ],
)
async def test_hours_that_cannot_be_meant_are_refused_with_the_field(
    root: Browser, wrong: dict[str, Any], code: str, field: str
) -> None:
    problem = await root.problem("POST", "calendars", {**CALENDAR, **wrong})
    assert (problem["code"], problem["field"]) == (code, field)
    assert len((await root.get("calendars"))["items"]) == 1


async def test_holidays_come_from_an_icalendar_file(root: Browser) -> None:
    added = await root.did("POST", "calendars", CALENDAR)
    taken = await root.did("PUT", f"calendars/{added['id']}/holidays", {"ical": FEED})
    assert len(taken["holidays"]) == 12
    assert {holiday["date"][5:] for holiday in taken["holidays"]} == {"10-03"}
    assert taken["closures"] == [{"begins_at": "2027-01-15T12:00:00.000000Z", "ends_at": "2027-01-15T14:00:00.000000Z"}]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("<html>no feed</html>", "holidays stay as they were"),
        (FEED.replace("20201003", "20201399"), "holidays stay as they were"),
        (FEED.replace("FREQ=YEARLY", "FREQ=SECONDLY"), "Tag der Deutschen Einheit"),
        ("BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:-//x//DE\nEND:VCALENDAR\n", "no event"),
    ],
)
async def test_a_file_that_cannot_be_read_changes_nothing_and_says_why(root: Browser, text: str, said: str) -> None:
    added = await root.did("POST", "calendars", {**CALENDAR, "holidays": [{"date": "2026-12-25"}]})
    problem = await root.problem("PUT", f"calendars/{added['id']}/holidays", {"ical": text})
    assert (problem["status"], problem["code"], problem["field"]) == (422, "bad_feed", "ical")
    assert said in problem["detail"]
    kept = next(c for c in (await root.get("calendars"))["items"] if c["id"] == added["id"])
    assert kept == added


async def test_a_service_level_is_added_chosen_and_cannot_be_archived_while_it_is_promised(root: Browser) -> None:
    calendar = await root.did("POST", "calendars", {**CALENDAR, "openings": ALWAYS})
    targets = [
        {
            "kind": "first_response", "target_s": 3600, "calendar_id": calendar["id"], "warn_at_share": [0.5],
            "warn_before_s": [300], "pauses": False,
        },
        {
            "kind": "resolution", "target_s": 86400, "calendar_id": None, "warn_at_share": [], "warn_before_s": [],
            "pauses": True,
        },
    ]  # fmt: skip
    gold = await root.did("POST", "service-levels", {**level(*targets), "window_warn_s": [3600]})
    assert (gold["targets"], gold["window_warn_s"], gold["reopen_within_s"]) == (targets, [3600], 604_800)
    queue = await root.did("POST", "queues", {"key": "first", "name": NAME})
    assert (queue["service_levels"], queue["open_now"], queue["opens_at"], queue["closes_at"]) == ([], True, None, None)
    (chat,) = [c for c in (await root.get("work-classes"))["items"] if c["key"] == "chat"]
    choice = [
        {"service_level_id": gold["id"], "work_class_id": None}, {"service_level_id": gold["id"], "work_class_id": chat["id"]}
    ]  # fmt: skip
    changed = await root.did("PATCH", f"queues/{queue['id']}", {"service_levels": choice})
    assert changed["service_levels"] == choice
    assert changed["version"] > queue["version"]
    assert (await root.problem("PATCH", f"service-levels/{gold['id']}", {"archived": True}))["code"] == "service_level_in_use"
    assert (await root.problem("PATCH", f"calendars/{calendar['id']}", {"archived": True}))["code"] == "calendar_in_use"
    await root.did("PATCH", f"queues/{queue['id']}", {"service_levels": []})
    await root.did("PATCH", f"service-levels/{gold['id']}", {"archived": True})
    await root.did("PATCH", f"calendars/{calendar['id']}", {"archived": True})
    again = {"service_levels": [{"service_level_id": gold["id"]}]}
    assert (await root.problem("PATCH", f"queues/{queue['id']}", again))["code"] == "no_service_level"


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"targets": []}, "bad_targets"),
        ({"targets": [{"kind": "lunch", "target_s": 60}]}, "bad_targets"),
        ({"targets": [{"kind": "resolution", "target_s": 60}, {"kind": "resolution", "target_s": 90}]}, "bad_targets"),
        ({"targets": [{"kind": "resolution", "target_s": 0}]}, "out_of_range"),
        ({"targets": [{"kind": "resolution", "target_s": 60, "warn_at_share": [1.5]}]}, "bad_target"),
        ({"targets": [{"kind": "resolution", "target_s": 60, "warn_before_s": [60]}]}, "bad_target"),
        ({"targets": [{"kind": "resolution", "target_s": 60, "warn_at_share": [0.1] * 6}]}, "out_of_range"),
        ({"targets": [{"kind": "resolution", "target_s": 60, "calendar_id": str(new_id())}]}, "no_calendar"),
        ({"window_warn_s": [1]}, "out_of_range"),
        ({"reopen_within_s": -1}, "out_of_range"),
    ],
)
async def test_a_promise_that_cannot_be_meant_is_refused(root: Browser, wrong: dict[str, Any], code: str) -> None:
    assert (await root.problem("POST", "service-levels", {**level(), **wrong}))["code"] == code
    good = await root.did("POST", "service-levels", level())
    assert (await root.problem("PATCH", f"service-levels/{good['id']}", wrong))["code"] == code
    assert (await root.get("service-levels"))["items"] == [good]


async def test_a_choice_that_does_not_exist_or_stands_twice_is_refused(root: Browser) -> None:
    gold = await root.did("POST", "service-levels", level())
    queue = await root.did("POST", "queues", {"key": "first", "name": NAME})
    one = {"service_level_id": gold["id"]}
    for wrong in ([one, one], [{**one, "work_class_id": str(new_id())}]):
        problem = await root.problem("PATCH", f"queues/{queue['id']}", {"service_levels": wrong})
        assert (problem["code"], problem["field"]) == ("bad_choice", "service_levels")
    assert next(q for q in (await root.get("queues"))["items"] if q["id"] == queue["id"])["service_levels"] == []


async def test_who_only_works_reads_and_changes_nothing(served: Served, root: Browser) -> None:
    anna = await served.logged_in("anna", "agent")
    assert (await anna.get("calendars"))["items"]
    assert (await anna.get("service-levels"))["items"] == []
    assert (await anna.problem("POST", "calendars", CALENDAR))["status"] == 403
    assert (await anna.problem("POST", "service-levels", level()))["status"] == 403
    assert (await anna.problem("GET", f"interactions/{new_id()}/clocks"))["status"] == 404


async def test_the_same_command_twice_adds_one(root: Browser) -> None:
    key = {"idempotency-key": str(new_id())}
    first = await root.did("POST", "calendars", CALENDAR, headers=key)
    assert await root.did("POST", "calendars", CALENDAR, headers=key) == first
    assert len((await root.get("calendars"))["items"]) == 2
