"""What a calendar says of its owner: repeated, moved, cancelled, tentative and transparent events, whole days and zones of time."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from unisono.presence.agenda import MOST_TIMES, NoCalendar, Says, Time, next_turn, read_agenda, word_of
from unisono.presence.ical_lines import only_what_counts
from unisono.presence.words import Presence, Reason

MONDAY = datetime(2026, 11, 2, tzinfo=UTC)
BERLIN = "Europe/Berlin"


def feed(*events: str, head: str = "") -> str:
    """Return a calendar of events, each a few lines."""
    bodies = [f"BEGIN:VEVENT\nUID:{n}\n{event.strip()}\nEND:VEVENT" for n, event in enumerate(events)]
    return "\r\n".join(["BEGIN:VCALENDAR", "VERSION:2.0", *head.split(), *"\n".join(bodies).split("\n"), "END:VCALENDAR", ""])


def read(*events: str, days: int = 3, zone: str = BERLIN, head: str = "", own: tuple[str, ...] = ()) -> list[str]:
    """Return what is taken, as `2 09:00-10:00 busy`, in UTC."""
    found = read_agenda([feed(*events, head=head)], zone, MONDAY, MONDAY + timedelta(days=days), own=own)
    return [f"{one.begins_at:%-d %H:%M}-{one.ends_at:%-d %H:%M} {one.says}" for one in found.times]


def at(hour: float, day: int = 2) -> datetime:
    return datetime(2026, 11, day, tzinfo=UTC) + timedelta(hours=hour)


def test_an_event_takes_its_time_in_its_own_zone() -> None:
    assert read("DTSTART;TZID=America/New_York:20261102T090000\nDTEND;TZID=America/New_York:20261102T100000") == [
        "2 14:00-2 15:00 busy"
    ]
    assert read("DTSTART:20261102T090000Z\nDURATION:PT90M") == ["2 09:00-2 10:30 busy"]
    # Without a zone: as the wall clock of the house shows it, or of the calendar where it names one.
    assert read("DTSTART:20261102T090000\nDTEND:20261102T100000") == ["2 08:00-2 09:00 busy"]
    tokyo = "X-WR-TIMEZONE:Asia/Tokyo"
    assert read("DTSTART:20261102T090000\nDTEND:20261102T100000", head=tokyo) == ["2 00:00-2 01:00 busy"]
    assert read("DTSTART:20261102T090000\nDTEND:20261102T100000", head="X-WR-TIMEZONE:../../etc/passwd") == [
        "2 08:00-2 09:00 busy"
    ]
    # As Outlook names it.
    assert read(
        'DTSTART;TZID="W. Europe Standard Time":20261102T090000\nDTEND;TZID="W. Europe Standard Time":20261102T100000'
    ) == ["2 08:00-2 09:00 busy"]


def test_a_zone_that_only_the_calendar_itself_explains_is_taken_as_explained() -> None:
    zone = (
        "BEGIN:VTIMEZONE\nTZID:Werk\nBEGIN:STANDARD\nDTSTART:19700101T000000\nTZOFFSETFROM:+0300\nTZOFFSETTO:+0300\n"
        "TZNAME:W\nEND:STANDARD\nEND:VTIMEZONE"
    )
    found = read("DTSTART;TZID=Werk:20261102T090000\nDTEND;TZID=Werk:20261102T100000", head=zone)
    assert found == ["2 06:00-2 07:00 busy"]


def test_a_weekly_meeting_keeps_its_hour_through_a_change_of_the_clocks_and_its_exceptions() -> None:
    weekly = (
        "DTSTART;TZID=Europe/Berlin:20261019T090000\nDTEND;TZID=Europe/Berlin:20261019T100000\n"
        "RRULE:FREQ=WEEKLY;BYDAY=MO,TU,WE\nEXDATE;TZID=Europe/Berlin:20261103T090000"
    )
    assert read(weekly) == ["2 08:00-2 09:00 busy", "4 08:00-4 09:00 busy"]
    assert read(f"{weekly}\nSTATUS:CANCELLED") == []
    moved = (
        "RECURRENCE-ID;TZID=Europe/Berlin:20261102T090000\nDTSTART;TZID=Europe/Berlin:20261102T150000\n"
        "DTEND;TZID=Europe/Berlin:20261102T160000"
    )
    both = feed(weekly, moved).replace("UID:1", "UID:0")
    found = read_agenda([both], BERLIN, MONDAY, MONDAY + timedelta(days=1))
    assert [one.begins_at for one in found.times] == [at(14)]
    away = feed(weekly, moved.replace("1102T1", "1202T1")).replace("UID:1", "UID:0")
    assert read_agenda([away], BERLIN, MONDAY, MONDAY + timedelta(days=1)).times == ()
    called_off = feed(weekly, f"{moved}\nSTATUS:CANCELLED").replace("UID:1", "UID:0")
    assert read_agenda([called_off], BERLIN, MONDAY, MONDAY + timedelta(days=1)).times == ()


def test_whole_days_begin_and_end_at_midnight_where_one_is() -> None:
    assert read("DTSTART;VALUE=DATE:20261103\nDTEND;VALUE=DATE:20261105", days=5) == ["2 23:00-4 23:00 busy"]
    assert read("DTSTART;VALUE=DATE:20261103", days=5) == ["2 23:00-3 23:00 busy"]
    # A birthday in the calendar makes nobody busy.
    assert read("DTSTART;VALUE=DATE:20261103\nTRANSP:TRANSPARENT", days=5) == []


def test_what_is_free_cancelled_declined_or_only_perhaps_makes_nobody_busy() -> None:
    when = "DTSTART:20261102T090000Z\nDTEND:20261102T100000Z\n"
    me = ("anna@example.org",)
    attending = "ATTENDEE;PARTSTAT={}:mailto:Anna@example.org"
    for more, says in (
        ("", ["busy"]), ("TRANSP:OPAQUE", ["busy"]), ("STATUS:CONFIRMED", ["busy"]),
        ("TRANSP:TRANSPARENT", []), ("STATUS:CANCELLED", []), ("STATUS:TENTATIVE", ["maybe"]),
        ("X-MICROSOFT-CDO-BUSYSTATUS:OOF", ["away"]), ("X-MICROSOFT-CDO-BUSYSTATUS:FREE", []),
        ("X-MICROSOFT-CDO-BUSYSTATUS:TENTATIVE", ["maybe"]), ("X-MICROSOFT-CDO-BUSYSTATUS:BUSY", ["busy"]),
        (attending.format("DECLINED"), []), (attending.format("NEEDS-ACTION"), ["maybe"]),
        (attending.format("ACCEPTED"), ["busy"]), (attending.replace("Anna", "ben").format("DECLINED"), ["busy"]),
    ):  # fmt: skip
        assert [line.split()[-1] for line in read(when + more, own=me)] == says, more
    # Google names a calendar after its owner.
    assert read(when + attending.format("DECLINED"), head="X-WR-CALNAME:anna@example.org") == []


def test_free_busy_times_are_read_as_well() -> None:
    text = (
        "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nBEGIN:VFREEBUSY\r\nFREEBUSY;FBTYPE=BUSY:20261102T090000Z/PT1H,20261102T120000Z/"
        "20261102T130000Z\r\nFREEBUSY;FBTYPE=BUSY-UNAVAILABLE:20261103T090000Z/PT1H\r\nFREEBUSY;FBTYPE=FREE:20261102T150000Z/PT1H"
        "\r\nEND:VFREEBUSY\r\nEND:VCALENDAR\r\n"
    )
    found = read_agenda([text], BERLIN, MONDAY, MONDAY + timedelta(days=3)).times
    assert [(one.begins_at, one.says) for one in found] == [(at(9), Says.BUSY), (at(12), Says.BUSY), (at(9, 3), Says.AWAY)]


def test_one_broken_event_takes_nothing_along_and_what_would_take_for_ever_is_refused() -> None:
    good = "DTSTART:20261102T090000Z\nDTEND:20261102T100000Z"
    broken = [
        "DTSTART:gestern", "DTSTART:20261102T090000Z\nDTEND:20261101T090000Z", "SUMMARY:ohne Anfang",
        "DTSTART:19700101T000000Z\nDURATION:PT1S\nRRULE:FREQ=SECONDLY",
        "DTSTART:19700101T000000Z\nDURATION:PT1S\nRRULE:FREQ=DAILY;BYMONTHDAY=30;BYMONTH=2",
        f"DTSTART:19700101T000000Z\nDURATION:PT1S\nRRULE:FREQ=DAILY;BYSECOND={','.join(map(str, range(60)))}",
        "DTSTART:20261102T090000Z\nDTEND:20261102T100000Z\nRRULE:FREQ=SOMETIMES",
    ]  # fmt: skip
    found = read_agenda([feed(*broken, good)], BERLIN, MONDAY, MONDAY + timedelta(days=1))
    assert [one.begins_at for one in found.times] == [at(9)]
    assert 1 <= found.skipped <= len(broken)
    for text in ("", "<html>Log in</html>", "BEGIN:VCALENDAR-ish"):
        with pytest.raises(NoCalendar, match="unreadable"):
            read_agenda([text], BERLIN, MONDAY, MONDAY + timedelta(days=1))
    many = feed(*(f"DTSTART:20261102T00{n // 60 % 60:02}{n % 60:02}Z\nDURATION:PT{n + 1}S" for n in range(MOST_TIMES + 1)))
    with pytest.raises(NoCalendar, match="too_large"):
        read_agenda([many], BERLIN, MONDAY, MONDAY + timedelta(days=1))
    with pytest.raises(NoCalendar, match="too_large"):
        read_agenda([feed(good)], BERLIN, MONDAY, MONDAY + timedelta(days=1), in_time=lambda: False)


def test_of_ten_years_of_a_life_only_the_days_that_are_read_are_looked_at() -> None:
    past = [f"DTSTART:20{y}0101T090000Z\nDTEND:20{y}0101T100000Z\nSUMMARY:Vergangen\nDESCRIPTION:Geheim" for y in range(10, 26)]
    text = feed(*past, "DTSTART:20261102T090000Z\nDTEND:20261102T100000Z\nSUMMARY:Heute\nDESCRIPTION:Auch\n  geheim")
    kept = only_what_counts(text, MONDAY, MONDAY + timedelta(days=3))
    assert "Heute" in kept
    assert "Vergangen" not in kept
    assert "eheim" not in kept


def taken(begin: float, end: float, says: Says = Says.BUSY, *, whole: bool = False) -> Time:
    return Time(at(begin), at(end), says, whole)


def test_meetings_without_a_gap_are_one_time_to_whoever_wants_to_call() -> None:
    times = [taken(9, 10), taken(10, 11), taken(10.5, 12), taken(13, 14), taken(8, 20, Says.MAYBE)]
    word = word_of(times, "a", at(9.5), at(9))
    assert (word.value, word.until, word.reason) == (Presence.BUSY, at(12), Reason.MEETING)
    assert word_of(times, "a", at(12.5), at(12)).value is None
    assert word_of([*times, taken(0, 24, Says.AWAY)], "a", at(12.5), at(12)).reason is Reason.OUT_OF_OFFICE
    assert next_turn(times, at(9.5)) == at(10)
    assert next_turn(times, at(20)) is None


spans = st.builds(
    lambda begin, length, says: taken(begin, begin + length, says), st.integers(0, 40), st.integers(1, 6), st.sampled_from(Says)
)


@given(st.lists(spans, max_size=8), st.randoms(use_true_random=False), st.integers(0, 48))
def test_the_order_of_times_is_of_no_account_and_nothing_turns_before_the_moment_that_is_told(
    times: list[Time], chance: object, hour: int
) -> None:
    now = at(hour)
    word = word_of(times, "a", now, MONDAY)
    shuffled = list(times)
    chance.shuffle(shuffled)  # type: ignore[attr-defined]  # hypothesis' own randomness
    assert word_of(shuffled, "a", now, MONDAY) == word
    if word.until is not None:
        assert word.until > now
    turn = next_turn(times, now)
    before = turn - timedelta(microseconds=1) if turn is not None else now + timedelta(days=9)
    assert word_of(times, "a", before, MONDAY).value == word.value
