"""How many people it takes: closed forms against the simulator, and that nobody more can be taken out of what playing found."""

import random

import msgspec
import pytest

from unisono.routing import erlang
from unisono.routing.simulator.engine import play
from unisono.routing.simulator.plan import Arrivals, BadPlan, Plan, Spread, Staff
from unisono.routing.simulator.staffing import advise, in_closed_form
from unisono.routing.simulator.tally import estimate

CALLS = Arrivals(name="calls", per_minute=[3.0], handling=Spread(mean_s=180), patience=Spread(mean_s=120), target=0.8)
POSTS = Arrivals(
    name="posts",
    per_minute=[0.6],
    handling=Spread(mean_s=240),
    deferrable=True,
    answer_within_s=3600,
    target=0.9,
    skills={"x": 1},
)


def plan(*arrivals: Arrivals, **more: object) -> Plan:
    return Plan(arrivals=list(arrivals), **{"staff": [Staff(count=10)], "minutes": 360, "runs": 5, **more})  # type: ignore[arg-type]


def chance(run: int) -> random.Random:
    return random.Random(run)


def test_what_erlang_a_says_of_the_share_in_time_is_what_is_played() -> None:
    one = plan(msgspec.structs.replace(CALLS, per_minute=[8.0], target=None), staff=[Staff(count=25)], minutes=1_060)
    played = estimate([play(one, chance(run)).figures("calls").level for run in range(8)])
    exact = erlang.served_within_with_leaving(25, 8.0, 1 / 3, 0.5, 1 / 3)
    assert abs(played.mean - exact) < max(played.half, 0.02)


def test_one_simple_class_is_staffed_in_closed_form_each_period_for_itself() -> None:
    patient = msgspec.structs.replace(CALLS, patience=None, per_minute=[3.0, 0.0, 6.0])
    advice = advise(plan(patient), chance)
    assert (advice.way, advice.tries, advice.complete) == ("erlang_c", 0, True)
    (group,) = advice.plan.staff
    assert group.counts == [erlang.least_agents(3.0, 1 / 3, 0.8, 1 / 3), 0, erlang.least_agents(6.0, 1 / 3, 0.8, 1 / 3)]
    leaving = advise(plan(CALLS), chance)
    n = leaving.plan.staff[0].count
    assert leaving.way == "erlang_a"
    assert erlang.served_within_with_leaving(n - 1, 3.0, 1 / 3, 0.5, 1 / 3) < 0.8
    assert erlang.served_within_with_leaving(n, 3.0, 1 / 3, 0.5, 1 / 3) >= 0.8


@pytest.mark.parametrize(
    "change",
    [
        {"handling": Spread(mean_s=180, shape="lognormal")}, {"patience": Spread(mean_s=120, zero=0.1)}, {"units": 30},
        {"skills": {"x": 1}}, {"queue": "other"}, {"target": None},
    ],
)  # fmt: skip
def test_what_the_formulas_do_not_hold_for_is_not_put_into_them(change: dict[str, object]) -> None:
    assert in_closed_form(plan(msgspec.structs.replace(CALLS, **change))) is None
    assert in_closed_form(plan(CALLS, POSTS)) is None


def test_playing_finds_the_least_staff_of_each_group_and_a_reserve() -> None:
    mixed = plan(CALLS, POSTS, staff=[Staff(count=2), Staff(count=2, skills={"x": 1})], minutes=300)
    advice = advise(mixed, chance)
    assert (advice.way, advice.complete) == ("simulation", True)
    assert all(target.reached for target in advice.targets)
    assert 0 < advice.plan.reserves[0].agents < advice.people
    assert all(target.level.half is not None for target in advice.targets)
    for number in range(2):
        staff = list(advice.plan.staff)
        staff[number] = msgspec.structs.replace(staff[number], count=max(0, staff[number].count - 1))
        if staff[number].count == advice.plan.staff[number].count:
            continue
        fewer = msgspec.structs.replace(advice.plan, staff=staff)
        levels = {
            a.name: estimate([play(fewer, chance(run)).figures(a.name).level for run in range(fewer.runs)]).mean
            for a in fewer.arrivals
        }
        assert levels["calls"] < 0.8 or levels["posts"] < 0.9


def test_targets_that_nobody_can_reach_and_time_that_is_up_are_said_in_words() -> None:
    with pytest.raises(BadPlan, match="nobody has the skills"):
        advise(plan(msgspec.structs.replace(CALLS, skills={"y": 1}), minutes=100), chance)
    with pytest.raises(BadPlan, match="No class has a target"):
        advise(plan(msgspec.structs.replace(CALLS, target=None)), chance)
    with pytest.raises(BadPlan, match="too long"):
        advise(plan(CALLS, POSTS, minutes=100), chance, over=lambda: True)
