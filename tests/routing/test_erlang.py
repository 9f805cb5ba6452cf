"""Closed forms against published tables and against each other."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from unisono.routing import erlang


def test_erlang_c_to_the_printed_digits() -> None:
    line = erlang.erlang_c(50, 48, 1)
    assert round(line.waits, 4) == 0.6945
    assert round(line.mean_wait * 60, 2) == 20.83
    assert round(line.mean_queue, 2) == 16.67
    assert round(erlang.erlang_c_quantile(50, 48, 1, 0.9) * 60, 2) == 58.14
    assert round(line.load, 3) == 0.960


def test_erlang_a_to_the_printed_digits() -> None:
    line = erlang.erlang_a(50, 48, 1, 0.5)
    assert round(line.waits, 4) == 0.4678
    assert round(line.mean_wait * 60, 3) == 3.709
    assert round(line.mean_queue, 3) == 2.968
    assert round(line.abandons, 4) == 0.0309
    assert round(line.load, 3) == 0.930
    assert round(erlang.erlang_a(48, 48, 1, 0.5).mean_wait * 60, 2) == 5.72


@pytest.mark.parametrize(
    ("service_minutes", "load", "agents"),
    [(3, 5, 8), (3, 25, 30), (3, 100, 107), (3, 2000 / 3, 677), (4, 5, 8), (4, 25, 30), (4, 100, 108), (4, 2000 / 3, 679)],
)
def test_the_smallest_staff_for_eighty_in_twenty(service_minutes: float, load: float, agents: int) -> None:
    assert erlang.least_agents(load / service_minutes, 1 / service_minutes, 0.8, 1 / 3) == agents


def test_limited_places() -> None:
    """90 agents, 120 places, six types of 1.40 a minute, 10 minutes each: one pool."""
    line = erlang.limited(90, 120, 6 * 1.40, 0.1)
    assert round(line.blocked * 100, 2) == 0.36
    assert round(line.mean_wait * 60, 1) == 27.0


@pytest.mark.parametrize(
    ("agents", "calls", "alone", "reserve", "share", "level"),
    [
        (10, 2.0, 0.36, 3, 0.58, 0.84),
        (20, 4.5, 0.51, 3, 0.77, 0.84),
        (50, 12, 0.79, 1, 0.98, 0.85),
        (200, 55, 0.98, 0, 1.0, 0.98),
    ],
)
def test_the_least_reserve_beside_endless_deferred_work(
    agents: int, calls: float, alone: float, reserve: int, share: float, level: float
) -> None:
    assert round(erlang.blended(agents, calls, 1 / 3, 0, 1 / 3).level, 2) == alone
    assert erlang.least_reserve(agents, calls, 1 / 3, 0.8, 1 / 3) == reserve
    found = erlang.blended(agents, calls, 1 / 3, reserve, 1 / 3)
    assert round(found.level, 2) == level
    assert round(found.deferred / (agents / 3 - calls), 2) == share
    assert reserve - 1 <= erlang.reserve_for(agents, calls, 1 / 3, 0.8, 1 / 3) <= reserve


@given(st.integers(1, 60), st.floats(0.1, 0.95))
def test_nobody_leaving_is_the_limit_of_few_leaving(agents: int, load: float) -> None:
    patient, endless = erlang.erlang_a(agents, load * agents, 1, 1e-9), erlang.erlang_c(agents, load * agents, 1)
    assert math.isclose(patient.waits, endless.waits, rel_tol=1e-4, abs_tol=1e-12)
    assert math.isclose(patient.mean_queue, endless.mean_queue, rel_tol=1e-3, abs_tol=1e-9)


@given(st.integers(1, 80), st.floats(0.1, 200), st.floats(0.05, 5))
def test_what_comes_is_served_or_leaves(agents: int, arrivals: float, leaving: float) -> None:
    line = erlang.erlang_a(agents, arrivals, 1, leaving)
    assert math.isclose(line.load * agents, arrivals * (1 - line.abandons), rel_tol=1e-6)


@given(st.integers(1, 200), st.floats(0.5, 150))
def test_more_agents_never_let_anybody_wait_longer(agents: int, arrivals: float) -> None:
    assert erlang.erlang_a(agents + 1, arrivals, 1, 0.3).mean_wait <= erlang.erlang_a(agents, arrivals, 1, 0.3).mean_wait + 1e-12


def test_the_share_served_in_time_beside_who_leaves_goes_over_into_what_is_known() -> None:
    """Nobody leaving: Erlang C. Time without end: all but who left. No time: who did not wait."""
    within = erlang.served_within_with_leaving
    assert math.isclose(within(50, 48, 1, 1e-7, 1 / 3), erlang.served_within(50, 48, 1, 1 / 3), rel_tol=1e-4)
    line = erlang.erlang_a(50, 48, 1, 0.5)
    assert math.isclose(within(50, 48, 1, 0.5, 1e4), 1 - line.abandons, rel_tol=1e-9)
    assert math.isclose(within(50, 48, 1, 0.5, 0.0), 1 - line.waits, rel_tol=1e-9)
    assert within(5, 48, 1, 0, 1 / 3) == 0


@given(st.integers(1, 60), st.floats(0.1, 90), st.floats(0.05, 5), st.floats(0.01, 5))
def test_more_agents_serve_more_in_time(agents: int, arrivals: float, leaving: float, minutes: float) -> None:
    few = erlang.served_within_with_leaving(agents, arrivals, 1, leaving, minutes)
    assert -1e-9 <= few <= 1 - erlang.erlang_a(agents, arrivals, 1, leaving).abandons + 1e-9
    assert few <= erlang.served_within_with_leaving(agents + 1, arrivals, 1, leaving, minutes) + 1e-9


def test_too_much_work_is_said_in_words() -> None:
    with pytest.raises(ValueError, match="cannot serve 5 Erlang"):
        erlang.erlang_c(5, 5, 1)
    with pytest.raises(ValueError, match="between 0 and 1"):
        erlang.least_agents(5, 1, 1.0, 1)
