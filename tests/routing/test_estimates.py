"""Estimates from the past: right in the long run, honest about little data, blind to who did the work."""

import math
import random
from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from unisono.routing import estimates, survival
from unisono.routing.estimates import AT_ONCE_S, PRIOR, Past, Sums, arrival_rate, at_once, decayed, handling, patience, rate
from unisono.routing.spells import Turn, Wait, tell

times = st.floats(min_value=0.1, max_value=50_000)
waits = st.lists(st.tuples(times, st.booleans()), max_size=80)


def summed(done: Sequence[float] = (), waited: Sequence[tuple[float, bool]] = ()) -> Sums:
    """The sums of single observations, as the store keeps them."""
    late = [(w, gone) for w, gone in waited if w > AT_ONCE_S]
    return Sums(
        handled=len(done), handled_s=sum(done), handled_sq=sum(d * d for d in done), waits=len(late),
        waited_s=sum(w - AT_ONCE_S for w, _ in late), gone=sum(gone for _, gone in late),
        at_once=sum(1 for w, gone in waited if gone and w <= AT_ONCE_S),
    )  # fmt: skip


def today(sums: Sums) -> Past:
    return decayed([(0.0, sums)], 14)


@given(st.lists(times, min_size=2, max_size=200))
def test_the_mean_handling_time_is_that_of_a_naive_calculator_and_lies_in_its_interval(done: list[float]) -> None:
    found = handling(today(summed(done)), 300.0).measured
    assert found is not None
    assert found.value == pytest.approx(sum(done) / len(done))
    assert found.low <= found.value <= found.high
    assert found.samples == len(done)


@given(waits)
def test_leaving_rate_is_leavings_over_the_waiting_of_all(waited: list[tuple[float, bool]]) -> None:
    found = patience(today(summed(waited=waited)), 180.0).measured
    late = [(w, gone) for w, gone in waited if w > AT_ONCE_S]
    left = sum(1 for _, gone in late if gone)
    if not left:
        assert found is None
        return
    assert found is not None
    assert found.value == pytest.approx(sum(w - AT_ONCE_S for w, _ in late) / left)
    assert found.low < found.value < found.high


@given(st.lists(times, max_size=30), waits, st.floats(min_value=1, max_value=86_400))
def test_what_is_reckoned_with_lies_between_default_and_data(
    done: list[float], waited: list[tuple[float, bool]], default: float
) -> None:
    past = today(summed(done, waited))
    learned = handling(past, default)
    both = [default, *([sum(done) / len(done)] if done else [])]
    assert min(both) * 0.999 <= learned.value <= max(both) * 1.001
    # One observation moves a number by no more than its share.
    more = handling(
        today(
            summed([*done, default]),
        ),
        default,
    )
    assert abs(more.value - learned.value) <= abs(default - learned.value) / (PRIOR + len(done)) + 1e-6 * default


def test_without_data_the_default_is_kept_exactly() -> None:
    assert handling(Past(), 240.0).value == 240.0
    assert patience(Past(), 180.0).value == 180.0
    assert at_once(Past()) is None


def test_one_slow_case_hardly_moves_the_mean_and_a_thousand_do() -> None:
    assert handling(today(summed([3_000.0])), 300.0).value == pytest.approx(300 + 2_700 / 21)
    assert handling(today(summed([3_000.0] * 1_000)), 300.0).value == pytest.approx(3_000, rel=0.02)


@given(st.lists(st.tuples(st.floats(min_value=0, max_value=300), st.lists(times, min_size=1, max_size=10)), max_size=10))
def test_old_days_weigh_by_half_lives_as_a_naive_calculator_says(days: list[tuple[float, list[float]]]) -> None:
    past = decayed([(age, summed(done)) for age, done in days], 14.0)
    n = sum(0.5 ** (age / 14) * len(done) for age, done in days)
    total = sum(0.5 ** (age / 14) * sum(done) for age, done in days)
    assert handling(past, 300.0).value == pytest.approx((PRIOR * 300 + total) / (PRIOR + n))
    assert past.counted.handled == sum(len(done) for _, done in days)


def test_after_a_change_of_work_the_new_time_is_found_within_a_few_half_lives() -> None:
    days = [(float(age), summed([200.0 if age < 42 else 600.0] * 40)) for age in range(200)]
    assert handling(decayed(days, 14.0), 600.0).value == pytest.approx(250, rel=0.1)


def covered(trials: int, one: object) -> float:
    assert callable(one)
    return sum(bool(one()) for _ in range(trials)) / trials


@pytest.mark.parametrize("mean_patience", [60.0, 600.0])
def test_the_true_patience_lies_in_the_interval_95_times_of_100(mean_patience: float) -> None:
    chance = random.Random(11)

    def one() -> bool:
        waited = []
        for _ in range(150):
            gives_up, served = chance.expovariate(1 / mean_patience), chance.expovariate(1 / 90)
            waited.append((min(gives_up, served), gives_up < served))
        found = patience(today(summed(waited=waited)), 180.0).measured
        return found is not None and found.low <= mean_patience <= found.high

    assert 0.93 <= covered(700, one) <= 0.985


def test_the_true_handling_time_lies_in_the_interval_95_times_of_100() -> None:
    chance = random.Random(12)

    def one() -> bool:
        found = handling(today(summed([chance.expovariate(1 / 240) for _ in range(60)])), 300.0).measured
        return found is not None and found.low <= 240 <= found.high

    assert 0.92 <= covered(700, one) <= 0.975


def test_weighting_by_age_is_paid_for_with_a_wider_interval_that_still_holds() -> None:
    chance = random.Random(13)

    def one() -> bool:
        days = [(float(age), summed([chance.expovariate(1 / 240) for _ in range(6)])) for age in range(60)]
        found = handling(decayed(days, 7.0), 300.0).measured
        return found is not None and found.low <= 240 <= found.high

    assert 0.915 <= covered(500, one) <= 0.98


def test_who_ignores_censoring_finds_people_far_less_patient_than_they_are() -> None:
    """True patience 300 s, service after 60 s in the mean: the waits of those who left are 50 s in the mean."""
    chance = random.Random(14)
    waited = []
    for _ in range(20_000):
        gives_up, served = chance.expovariate(1 / 300), chance.expovariate(1 / 60)
        waited.append((min(gives_up, served), gives_up < served))
    naive = [w for w, gone in waited if gone]
    assert sum(naive) / len(naive) == pytest.approx(50, rel=0.05)
    found = patience(today(summed(waited=waited)), 180.0).measured
    assert found is not None
    assert found.value == pytest.approx(300, rel=0.05)


def test_hang_ups_at_once_are_a_mass_of_their_own() -> None:
    """A tenth leaves at once, the others are patient for 1,000 s: as in the SSJ reference centre."""
    chance = random.Random(15)
    waited = []
    for _ in range(20_000):
        gives_up = 0.0 if chance.random() < 0.1 else chance.expovariate(1 / 1_000)
        served = 10 + chance.expovariate(1 / 100)
        waited.append((min(gives_up, served), gives_up < served))
    past = today(summed(waited=waited))
    share, found = at_once(past), patience(past, 180.0).measured
    assert share is not None
    assert found is not None
    assert share.low < 0.1 < share.high
    assert share.value == pytest.approx(0.1, abs=0.01)
    assert found.value == pytest.approx(1_000, rel=0.06)


@given(st.integers(min_value=0, max_value=400), st.floats(min_value=0.1, max_value=1e6))
def test_a_rate_has_the_interval_of_a_poisson_count(events: int, exposure: float) -> None:
    found = rate(events, exposure)
    assert found is not None
    assert found.low <= found.value <= found.high

    def at_most(k: int, mean: float) -> float:
        return math.exp(-mean) * math.fsum(mean**n / math.factorial(n) for n in range(k + 1)) if k < 100 else math.nan

    if 1 <= events < 100:
        # The exact bounds: so many or more, or so many or fewer, would be seen one time in forty.
        assert at_most(events, found.high * exposure) == pytest.approx(0.025, abs=0.002)
        # Of one or two events the approximation is too careful, never too bold.
        assert 0.012 <= 1 - at_most(events - 1, found.low * exposure) <= 0.0255


def test_the_arrival_rate_follows_the_last_minutes_and_its_interval_holds() -> None:
    assert arrival_rate([6] * 60).value == pytest.approx(6)
    rising = arrival_rate([12] * 10 + [2] * 50)
    assert 6 < rising.value < 12
    chance = random.Random(16)

    def one() -> bool:
        minutes = [sum(1 for _ in range(300) if chance.random() < 0.01) for _ in range(60)]
        found = arrival_rate(minutes)
        return found.low <= 3 <= found.high

    assert 0.92 <= covered(600, one) <= 0.99
    with pytest.raises(ValueError, match="at least one minute"):
        arrival_rate([])


def test_no_arrival_for_an_hour_is_no_certainty_that_none_comes() -> None:
    quiet = arrival_rate([0] * 60)
    assert (quiet.value, quiet.low) == (0, 0)
    assert 0 < quiet.high < 0.3


@given(waits)
def test_the_curve_of_patience_is_that_of_a_naive_calculator(waited: list[tuple[float, bool]]) -> None:
    share = 1.0
    expected = []
    for at in sorted({w for w, gone in waited if gone}):
        there = sum(1 for w, _ in waited if w >= at)
        left = sum(1 for w, gone in waited if gone and w == at)
        share *= 1 - left / there
        expected.append((at, share))
    assert [(p.after_s, pytest.approx(p.share)) for p in survival.kaplan_meier(waited)] == expected


@settings(max_examples=25)
@given(st.integers(min_value=0, max_value=1_000))
def test_counted_waits_give_nearly_the_same_curve_as_single_ones(seed: int) -> None:
    chance = random.Random(seed)
    waited = []
    for _ in range(3_000):
        gives_up, served = chance.expovariate(1 / 200), chance.expovariate(1 / 150)
        waited.append((min(gives_up, served), gives_up < served))
    kept, gone = [0] * survival.BINS, [0] * survival.BINS
    for seconds, left in waited:
        (gone if left else kept)[survival.bin_of(seconds)] += 1
    single = survival.kaplan_meier(waited)
    for point in survival.from_counts(kept, gone):
        if point.after_s <= 300:
            exact = next((p.share for p in reversed(single) if p.after_s <= point.after_s), 1.0)
            assert point.share == pytest.approx(exact, abs=0.04)
            assert point.low <= point.share <= point.high
    assert survival.largest_gap(survival.from_counts(kept, gone)[:11], 200.0) < 0.06


def test_patience_that_is_not_exponential_shows_as_a_gap() -> None:
    """Everybody leaves after 200 s exactly: the mean is right and the shape is not."""
    kept, gone = [0] * survival.BINS, [0] * survival.BINS
    gone[survival.bin_of(199.0)] = 500
    assert survival.largest_gap(survival.from_counts(kept, gone), 200.0) > 0.3


def test_a_change_counts_from_a_tenth_on() -> None:
    assert not estimates.differs(300, 329)
    assert estimates.differs(300, 331)
    assert estimates.differs(None, 300)
    assert not estimates.differs(None, None)


def test_a_unit_of_work_tells_its_waits_and_what_was_worked_without_rests() -> None:
    told = tell([
        (0, Turn.WAITS), (50, Turn.WAITS), (60, Turn.TAKEN), (160, Turn.RESTS), (1_000, Turn.TAKEN), (1_050, Turn.WAITS),
        (1_080, Turn.TAKEN), (1_090, Turn.DONE), (1_500, Turn.CLOSED),
    ])  # fmt: skip
    assert told.waits == (Wait(60, False), Wait(30, False))
    assert told.handling_s == 100 + 50 + 10


def test_who_gives_up_while_waiting_left_and_who_is_served_did_not() -> None:
    assert tell([(0, Turn.WAITS), (40, Turn.LEFT)]).waits == (Wait(40, True),)
    assert tell([(0, Turn.WAITS), (40, Turn.CLOSED)]).waits == (Wait(40, False),)
    assert tell([(0, Turn.WAITS), (40, Turn.TAKEN), (50, Turn.LEFT)]).waits == (Wait(40, False),)


def test_what_was_reopened_by_hand_is_worked_on_at_once_or_waits_without_a_customer() -> None:
    assert tell([(0, Turn.REOPENED), (30, Turn.DONE), (40, Turn.CLOSED)]).handling_s == 30
    told = tell([(0, Turn.REOPENED), (500, Turn.TAKEN), (530, Turn.CLOSED)])
    assert (told.handling_s, told.waits) == (30, ())


turns = st.lists(st.tuples(st.integers(min_value=0, max_value=10_000), st.sampled_from(Turn)), max_size=20)


@given(turns)
def test_times_told_never_exceed_the_time_that_passed(happened: list[tuple[int, Turn]]) -> None:
    happened.sort(key=lambda one: one[0])
    told = tell((float(at), turn) for at, turn in happened)
    passed = happened[-1][0] - happened[0][0] if happened else 0
    assert sum(w.seconds for w in told.waits) + (told.handling_s or 0) <= passed + 1e-9
