"""The grammar of the commands: closed, total, and the same whatever stands around it."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from unisono.presence.commands import (
    Back,
    CallUp,
    Command,
    Conference,
    Help,
    SetPresence,
    Take,
    Undo,
    Who,
    Wrong,
    parse,
)
from unisono.presence.free_text import propose
from unisono.presence.times import LONGEST, read_time
from unisono.presence.words import Presence, Reason

BERLIN = "Europe/Berlin"
# 12:10 in Berlin, in winter.
NOW = datetime(2026, 11, 3, 11, 10, tzinfo=UTC)


def at(clock: str, day: int = 3) -> datetime:
    hour, minute = clock.split(":")
    return datetime(2026, 11, day, int(hour), int(minute), tzinfo=ZoneInfo(BERLIN)).astimezone(UTC)


@pytest.mark.parametrize(
    ("text", "command"),
    [
        ("/away 45m lunch", SetPresence(Presence.AWAY, NOW + timedelta(minutes=45), Reason.LUNCH)),
        ("  /AWAY 45m  Lunch ", SetPresence(Presence.AWAY, NOW + timedelta(minutes=45), Reason.LUNCH)),
        ("@brookwatt /away 45m lunch", SetPresence(Presence.AWAY, NOW + timedelta(minutes=45), Reason.LUNCH)),
        ("/away", SetPresence(Presence.AWAY, NOW + timedelta(minutes=60))),
        ("/weg bis 14 Uhr mittagspause", SetPresence(Presence.AWAY, at("14:00"), Reason.LUNCH)),
        ("/away until 2 lunch", SetPresence(Presence.AWAY, at("14:00"), Reason.LUNCH)),
        ("/away until 11", SetPresence(Presence.AWAY, at("23:00"))),
        ("/away until 9am", SetPresence(Presence.AWAY, at("09:00", day=4))),
        ("/away bis halb drei", SetPresence(Presence.AWAY, at("14:30"))),
        ("/away 1h30 zahnarzt", SetPresence(Presence.AWAY, NOW + timedelta(minutes=90), Reason.APPOINTMENT)),
        ("/busy 30 min", SetPresence(Presence.BUSY, NOW + timedelta(minutes=30))),
        ("/dnd 2h", SetPresence(Presence.DND, NOW + timedelta(hours=2))),
        ("/away 2d wegen Tante Erna", SetPresence(Presence.AWAY, NOW + timedelta(days=2), Reason.NONE, False)),
        ("/back", Back()),
        ("/undo", Undo()),
        ("/take", Take()),
        ("/take #482", Take(482)),
        ("/who SAP german", Who(("sap", "german"))),
        ("/conf @anna @bob #482", Conference(("anna", "bob"), 482)),
        ("/call +49 30 / 123-456", CallUp("+4930123456")),
        ("/call @Anna", CallUp("@anna")),
        ("/help", Help()),
        ("/away 0m", Wrong("no_time", "0m")),
        ("/away 60d", Wrong("too_long", "60d")),
        ("/away until", Wrong("no_time", "until")),
        ("/away bis 25 Uhr", Wrong("no_time", "bis 25 uhr")),
        ("/take 482", Wrong("no_case", "482")),
        ("/who", Wrong("no_skill")),
        ("/conf #482", Wrong("no_person")),
        ("/call Anna", Wrong("no_number", "Anna")),
        ("/awa", Wrong("unknown", "awa")),
        ("/", Wrong("unknown", "")),
        # A Cyrillic letter that looks like ours is another letter.
        ("/\u0430way 45m", Wrong("unknown", "\u0430way")),
        ("away 45m", None),
        ("Kommt ihr /away?", None),
    ],
)
def test_what_a_command_says(text: str, command: Command | Wrong | None) -> None:
    assert parse(text, NOW, BERLIN) == command


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("bin in der Mittagspause", SetPresence(Presence.AWAY, NOW + timedelta(hours=1), Reason.LUNCH)),
        ("@brookwatt bin in der Mittagspause!", SetPresence(Presence.AWAY, NOW + timedelta(hours=1), Reason.LUNCH)),
        ("at lunch until 2", SetPresence(Presence.AWAY, at("14:00"), Reason.LUNCH)),
        ("bin bis 14 Uhr im Termin", SetPresence(Presence.BUSY, at("14:00"), Reason.MEETING)),
        ("Bin bis 14:30 in einer Besprechung.", SetPresence(Presence.BUSY, at("14:30"), Reason.MEETING)),
        ("I'm away for half an hour", SetPresence(Presence.AWAY, NOW + timedelta(minutes=30))),
        ("mache eine Stunde Pause", SetPresence(Presence.AWAY, NOW + timedelta(hours=1), Reason.BREAK)),
        ("kurz weg, 20 Minuten", SetPresence(Presence.AWAY, NOW + timedelta(minutes=20))),
        ("bin weg zum Zahnarzt", SetPresence(Presence.AWAY, NOW + timedelta(hours=2), Reason.APPOINTMENT)),
        ("Bitte nicht stören bis 16 Uhr", SetPresence(Presence.DND, at("16:00"))),
        ("krank", SetPresence(Presence.AWAY, NOW + timedelta(days=1), Reason.ILL)),
        ("bin wieder da", Back()),
        ("I'm back", Back()),
        ("Bist du im Termin?", None),
        ("bin nicht in der Pause", None),
        ("Meine Rechnung stimmt nicht, bitte um Rückruf", None),
        ("Der Termin für die Ablesung passt der Hausverwaltung leider überhaupt gar nicht", None),
        ("Euer Techniker hat den Termin verpasst", None),
        ("", None),
    ],
)
def test_what_free_text_may_mean(text: str, meant: SetPresence | Back | None) -> None:
    assert propose(text, NOW, BERLIN) == meant


texts = st.text(max_size=80) | st.lists(
    st.sampled_from(
        ["/away", "/dnd", "/who", "/conf", "/call", "/take", "until", "bis", "halb", "45m", "2h", "1h99", "99999999m", "14",
         "uhr", "@a", "#1", "lunch", "+", "\u0663m", "²", "eine"]
    ),
    max_size=6,
).map(" ".join)  # fmt: skip


@given(texts, st.sampled_from([BERLIN, "UTC", "Pacific/Apia", "America/St_Johns"]))
def test_every_text_is_a_command_a_refusal_or_none_and_every_setting_ends_in_time(text: str, zone: str) -> None:
    for found in (parse(text, NOW, zone), parse("/" + text, NOW, zone), propose(text, NOW, zone)):
        if isinstance(found, SetPresence):
            assert NOW < found.until <= NOW + LONGEST
    if not text.strip().startswith(("/", "@")):
        assert parse(text, NOW, zone) is None
    assert parse("/" + text.lstrip("/").strip(), NOW, zone) is not None or not text.strip("/ ")


@given(
    st.integers(0, 23), st.integers(0, 59), st.integers(0, 800), st.sampled_from([BERLIN, "Europe/London", "Australia/Lord_Howe"])
)  # fmt: skip
def test_a_clock_time_is_the_next_one_on_the_clock_of_the_writer(hour: int, minute: int, hours_on: int, zone: str) -> None:
    # Over a year, so that the clock is also changed.
    now = NOW + timedelta(hours=11 * hours_on)
    read = read_time(["bis", f"{hour:02}:{minute:02}", "uhr"], now, zone)
    assert read is not None
    assert read.until is not None
    assert timedelta(0) < read.until - now <= timedelta(hours=26)


@given(st.integers(1, 999), st.sampled_from(["m", "h"]))
def test_a_span_is_as_long_as_it_says(count: int, unit: str) -> None:
    found = parse(f"/away {count}{unit}", NOW, BERLIN)
    span = timedelta(minutes=count) if unit == "m" else timedelta(hours=count)
    assert found == (SetPresence(Presence.AWAY, NOW + span) if span <= LONGEST else Wrong("too_long", f"{count}{unit}"))
