"""Service-level clocks; times are UTC on Monday 2 June 2025 unless a date is given. The office is open 09:00 to 17:00."""

from datetime import datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from unisono.routing.calendar import BusinessHours, Opening, always_open
from unisono.routing.clocks import (
    Fact,
    Kind,
    Moment,
    Policy,
    Target,
    What,
    breached,
    consumed,
    due_at,
    fold,
    moments,
    next_moment,
    pause,
    remaining,
    resume,
    start,
    stop,
    warnings,
)

F, N, R = Kind
OFFICE = BusinessHours("UTC", ((Opening(540, 1020),),) * 5 + ((),) * 2)
H = timedelta(hours=1)


def t(text):
    """`10:30` is that Monday; `3 10:30` the Tuesday."""
    day, clock = text.split() if " " in text else ("2", text)
    return datetime.fromisoformat(f"2025-06-{int(day):02}T{clock}+00:00")


DESK = Policy(
    {F: Target(3600, OFFICE, (0.5, 0.8), (300,)), N: Target(7200, OFFICE), R: Target(8 * 3600, OFFICE, pauses=True)},
    timedelta(days=2),
)
NIGHT = Policy({F: Target(7200, always_open()), N: Target(7200), R: Target(4 * 3600, always_open(), pauses=True)})
POLICIES = {"desk": DESK, "night": NIGHT}
SAID, US, AUTO, PARK, UNPARK, OPEN, MOVE, CLOSE = (
    What.CUSTOMER_SAID,
    What.ANSWERED,
    What.ACKNOWLEDGED,
    What.PARKED_FOR_CUSTOMER,
    What.UNPARKED,
    What.REOPENED,
    What.MOVED,
    What.CLOSED,
)


def story(*steps):
    return [Fact(str(n), t(at), what, "night" if what is MOVE else "") for n, (at, what) in enumerate(steps)]


def state(*steps):
    return fold(story(*steps), POLICIES, "desk")


CASES = [
    ("first response is due in business time", [("10:00", SAID)], F, "11:00"),
    ("a message at night starts at opening", [("6 20:00", SAID)], F, "9 10:00"),
    ("a further message does not restart it", [("10:00", SAID), ("10:30", SAID)], F, "11:00"),
    ("an acknowledgement does not stop it", [("10:00", SAID), ("10:01", AUTO)], F, "11:00"),
    ("our answer stops it", [("10:00", SAID), ("10:30", US)], F, None),
    ("a close stops it", [("10:00", SAID), ("10:30", CLOSE)], F, None),
    ("parking does not hold a response that may not pause", [("10:00", SAID), ("10:10", PARK)], F, "11:00"),
    ("next response starts after our answer", [("10:00", SAID), ("10:30", US), ("12:00", SAID)], N, "14:00"),
    ("and is not restarted", [("10:00", SAID), ("10:30", US), ("12:00", SAID), ("13:00", SAID)], N, "14:00"),
    ("and is stopped by our answer", [("10:00", SAID), ("10:30", US), ("12:00", SAID), ("13:00", US)], N, None),
    ("resolution runs over night", [("10:00", SAID)], R, "3 10:00"),
    ("resolution waits for the customer", [("10:00", SAID), ("11:00", US)], R, None),
    ("and goes on with the customer", [("10:00", SAID), ("11:00", US), ("13:00", SAID)], R, "3 12:00"),
    ("resolution waits while parked", [("10:00", SAID), ("11:00", PARK)], R, None),
    ("and goes on when unparked", [("10:00", SAID), ("11:00", PARK), ("12:00", UNPARK)], R, "3 11:00"),
    ("unparking does not undo our last word", [("10:00", SAID), ("11:00", US), ("11:30", PARK), ("12:00", UNPARK)], R, None),
    ("a close ends resolution", [("10:00", SAID), ("11:00", CLOSE)], R, None),
    ("reopened soon: what was closed does not count", [("10:00", SAID), ("11:00", CLOSE), ("3 09:00", OPEN)], R, "3 16:00"),
    ("the customer reopens and is owed a response", [("10:00", SAID), ("11:00", CLOSE), ("3 09:00", SAID)], N, "3 11:00"),
    ("reopened late: anew", [("10:00", SAID), ("11:00", CLOSE), ("5 09:00", SAID)], F, "5 10:00"),
    ("a move counts anew from the first start", [("10:00", SAID), ("10:15", MOVE)], F, "12:00"),
    ("a move counts the night under the new calendar", [("20:00", SAID), ("21:00", MOVE)], R, "3 00:00"),
    ("a customer after our own first message is a first message", [("10:00", US), ("12:00", SAID)], F, "13:00"),
]


@pytest.mark.parametrize(("steps", "kind", "expected"), [c[1:] for c in CASES], ids=[c[0] for c in CASES])
def test_when_a_clock_is_due(steps, kind, expected):
    running = [c for c in state(*steps).clocks if c.kind is kind and c.is_running]
    assert [due_at(c) for c in running] == ([t(expected)] if expected else [])


def test_warnings_come_before_the_breach_and_not_at_midnight():
    clock = start(F, DESK.targets[F], t("16:45"))
    assert moments(clock) == [
        Moment(t("3 09:15"), "warning", F),
        Moment(t("3 09:33"), "warning", F),
        Moment(t("3 09:40"), "warning", F),
        Moment(t("3 09:45"), "breach", F),
    ]
    assert next_moment(clock, t("23:59")) == Moment(t("3 09:15"), "warning", F)
    assert len(warnings(clock, t("3 09:33"))) == 2


def test_an_answer_in_time_is_never_a_breach_later_and_a_late_one_stays_one():
    clock = start(F, DESK.targets[F], t("10:00"))
    assert not breached(stop(clock, t("10:59")), t("20 12:00"))
    assert not breached(stop(clock, t("11:00")), t("20 12:00"))
    assert breached(stop(clock, t("11:01")), t("20 12:00"))
    assert next_moment(stop(clock, t("10:59")), t("10:59")) is None


def test_pauses_are_taken_out():
    clock = resume(pause(start(R, DESK.targets[R], t("10:00")), t("11:00")), t("14:00"))
    assert consumed(clock, t("15:00")) == 2 * H
    assert remaining(clock, t("15:00")) == 6 * H


def test_the_window_of_the_network_binds_until_we_answer():
    said = Fact("a", t("6 16:30"), SAID, window_ends_at=t("7 16:29"))
    clocks = fold([said], POLICIES, "desk")
    assert clocks.due_at() == t("7 16:29")
    assert clocks.next_moment(t("7 00:00")) == Moment(t("7 16:29"), "window")
    assert fold([said, Fact("b", t("6 16:40"), US)], POLICIES, "desk").due_at() is None


def test_one_id_for_two_facts_is_refused():
    with pytest.raises(ValueError, match="two different facts"):
        fold([Fact("a", t("10:00"), SAID), Fact("a", t("10:01"), SAID)], POLICIES, "desk")


steps = st.lists(st.tuples(st.integers(0, 6000), st.sampled_from(list(What))), max_size=12)


@settings(max_examples=80, deadline=None)
@given(steps, st.randoms())
def test_order_and_repetition_of_facts_do_not_matter(happened, rng):
    facts = [
        Fact(str(n), t("00:00") + timedelta(minutes=m), w, "night" if w is MOVE else "") for n, (m, w) in enumerate(happened)
    ]
    again = facts * 2
    rng.shuffle(again)
    assert fold(again, POLICIES, "desk") == fold(facts, POLICIES, "desk")


@settings(max_examples=80, deadline=None)
@given(steps)
def test_a_clock_is_due_when_nothing_remains(happened):
    facts = [
        Fact(str(n), t("00:00") + timedelta(minutes=m), w, "night" if w is MOVE else "") for n, (m, w) in enumerate(happened)
    ]
    for clock in fold(facts, POLICIES, "desk").clocks:
        due = due_at(clock)
        assert due is None or remaining(clock, due) == timedelta(0)
