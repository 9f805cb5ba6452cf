"""What is left of a budget, for whom, until when."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from unisono.contract import Purpose
from unisono.policy.budget import DAY, MONTH, Gauge, Meter, begun, learn, left, take

NOON = datetime(2026, 11, 2, 12, 0, tzinfo=UTC)
QUARTER = Gauge(amount=10, per=900.0, keep=0.2)


def after(seconds: float) -> datetime:
    return NOON + timedelta(seconds=seconds)


def emptied(gauge: Gauge, purpose: Purpose, at: datetime = NOON) -> tuple[int, Meter]:
    """Take one by one until it is refused."""
    meter, taken = begun(gauge, at), 0
    while (meter := take(gauge, meter, 1, purpose, at)).spent_until is None:
        taken += 1
    return taken, meter


def test_listening_stops_before_reading_before_looking_again_before_answers() -> None:
    assert [emptied(QUARTER, purpose)[0] for purpose in Purpose] == [6, 8, 9, 10]


def test_what_was_refused_was_not_taken() -> None:
    _, meter = emptied(QUARTER, Purpose.READ)
    assert left(QUARTER, meter, NOON) == 2
    assert take(QUARTER, meter, 2, Purpose.REPLY, NOON).spent_until is None


def test_a_refusal_names_the_first_moment_at_which_it_would_be_given() -> None:
    _, meter = emptied(QUARTER, Purpose.READ)
    until = meter.spent_until
    assert until is not None
    assert take(QUARTER, meter, 1, Purpose.READ, until).spent_until is None
    assert take(QUARTER, meter, 1, Purpose.READ, until - timedelta(seconds=2)).spent_until is not None


@given(st.lists(st.floats(0, 200), max_size=80))
def test_no_window_of_the_network_gets_more_than_it_allows(gaps: list[float]) -> None:
    """Wherever its windows begin."""
    meter, at, given_at = begun(QUARTER, NOON), NOON, []
    for gap in gaps:
        at += timedelta(seconds=gap)
        meter = take(QUARTER, meter, 1, Purpose.REPLY, at)
        if meter.spent_until is None:
            given_at.append(at)
    for start in given_at:
        burst = [one for one in given_at if start <= one < start + timedelta(seconds=900)]
        assert len(burst) <= QUARTER.amount
    assert all(left(QUARTER, meter, at) >= 0 for at in given_at)


def test_the_network_knows_better_than_our_own_counting() -> None:
    meter = learn(QUARTER, begun(QUARTER, NOON), NOON, remaining=0, limit=10, resets_at=after(300))
    refused = take(QUARTER, meter, 1, Purpose.REPLY, NOON)
    assert refused.spent_until == after(300)
    assert take(QUARTER, refused, 1, Purpose.REPLY, after(300)).spent_until is None


def test_answers_that_come_out_of_order_do_not_give_back_what_was_used() -> None:
    meter = learn(QUARTER, begun(QUARTER, NOON), NOON, remaining=2, limit=10, resets_at=after(300))
    meter = learn(QUARTER, meter, after(1), remaining=5, limit=10, resets_at=after(300))
    assert left(QUARTER, meter, after(1)) == 2


def test_a_higher_limit_that_the_network_states_holds() -> None:
    meter = learn(QUARTER, begun(QUARTER, NOON), NOON, remaining=49, limit=50, resets_at=after(300))
    assert left(QUARTER, meter, NOON) == 49


def test_money_is_counted_by_the_calendar() -> None:
    money = Gauge(amount=1.0, per=DAY, keep=0.2, whole=False)
    meter = take(money, begun(money, NOON), 0.79, Purpose.READ, NOON)
    assert take(money, meter, 0.02, Purpose.READ, NOON).spent_until == datetime(2026, 11, 3, tzinfo=UTC)
    assert take(money, meter, 0.02, Purpose.REPLY, NOON).spent_until is None
    tomorrow = take(money, meter, 0.7, Purpose.READ, datetime(2026, 11, 3, 0, 0, 1, tzinfo=UTC))
    assert tomorrow.spent_until is None
    month = Gauge(amount=1.0, per=MONTH, whole=False)
    full = take(month, begun(month, NOON), 1.0, Purpose.REPLY, NOON)
    assert take(month, full, 0.1, Purpose.REPLY, NOON).spent_until == datetime(2026, 12, 1, tzinfo=UTC)


def test_a_limit_of_one_can_be_read_with() -> None:
    chat = Gauge(amount=1, per=1.0, keep=0.2)
    assert emptied(chat, Purpose.READ)[0] == 1
