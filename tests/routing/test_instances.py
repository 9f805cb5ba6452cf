"""The instances M1 to M6 in short: few seeds, and the tolerance that so few allow. `make bench` measures them in full."""

import pytest

from bench import instances as known
from bench.controlled import controlled
from bench.routing_quality import centre_day, errors, one_class_wait, played, skills_waits, staffing
from bench.rules import RULES
from unisono.routing import erlang

pytestmark = pytest.mark.timeout(120)


def test_m1_one_class_waits_as_erlang_a_says() -> None:
    exact = erlang.erlang_a(50, 48, 1, 0.5)
    runs = [played(known.one_class(230.0), seed) for seed in range(10)]
    found = one_class_wait(runs)
    assert abs(found.mean - exact.mean_wait * 60) < 0.15 * exact.mean_wait * 60
    assert sum(run["call.abandoned"] for run in runs) / len(runs) == pytest.approx(exact.abandons, rel=0.25)


def test_m2_every_cell_of_the_staffing_table_is_right() -> None:
    figure = staffing()
    assert (figure.value, figure.baseline_value) == (0, 8)


def test_m3_a_day_of_the_reference_centre() -> None:
    """Staff by the hour, busy days, hang-ups at once, the queue emptied at the end: any of them left out shows."""
    found = centre_day([played(known.ssj_day(), seed) for seed in range(40)], known.SSJ_VARIANCE)
    off = errors(found, known.SSJ_PUBLISHED)
    assert off["wait_s"] < 0.18
    assert off["soon"] < 0.012
    assert off["lost"] < 0.14


def test_m4_in_the_storm_the_router_stays_near_the_fluid_bound_and_rules_of_thumb_do_not() -> None:
    runs = [played(known.storm(230.0), seed) for seed in range(6)]
    ours = controlled([run["cost"] for run in runs], ([sum(run[f"{name}.offered"] for name in "abc") for run in runs], 74.583))
    assert ours.mean <= 1.15 * known.FLUID_BOUND
    short = known.storm(130.0)
    costs = {name: sum(played(short, seed, name)["cost"] for seed in range(2)) / 2 for name in RULES}
    assert min(costs.values()) >= 1.25 * known.FLUID_BOUND
    assert costs["most valuable first"] > 2.5 * known.FLUID_BOUND


def test_m5_pairs_of_skills_spread_over_people_are_nearly_as_good_as_all_skills() -> None:
    designs = {
        name: [played(known.skills(name, 1_000.0), seed) for seed in range(6)] for name in ("pooled", "spread", "ring", "single")
    }
    found = {name: mean.mean for name, mean in skills_waits(designs).items()}
    assert found["pooled"] == pytest.approx(erlang.limited(90, 120, 8.4, 0.1).mean_wait * 60, rel=0.25)
    assert found["pooled"] < found["spread"] < found["ring"] < found["single"]
    assert found["spread"] < 1.5 * found["pooled"]
    assert found["single"] > 3 * found["pooled"]


@pytest.mark.parametrize(("agents", "calls"), known.BLENDS[:2])
def test_m6_the_advised_reserve_keeps_the_calls_while_endless_posts_wait(agents: int, calls: float) -> None:
    best = erlang.blended(agents, calls, 1 / 3, erlang.least_reserve(agents, calls, 1 / 3, 0.8, 1 / 3) or 0, 1 / 3)
    reserve = erlang.reserve_for(agents, calls, 1 / 3, 0.8, 1 / 3)
    runs = [played(known.blend(agents, calls, reserve, 1_060.0), seed) for seed in range(5)]
    assert sum(run["call.level"] for run in runs) / len(runs) >= 0.775
    assert sum(run["post.served_per_minute"] for run in runs) / len(runs) >= 0.95 * best.deferred


def test_m6_without_a_reserve_the_calls_of_a_small_group_starve() -> None:
    runs = [played(known.blend(10, 2.0, 0.0, 1_060.0), seed) for seed in range(3)]
    assert sum(run["call.level"] for run in runs) / len(runs) < 0.45
