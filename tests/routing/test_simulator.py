"""The simulator against closed forms and published instances; the seeds are fixed, so each run comes out alike."""

import random

import msgspec
import pytest

from unisono.routing import erlang
from unisono.routing.simulator.engine import play
from unisono.routing.simulator.plan import Arrivals, BadPlan, Kept, Plan, Spread, Staff, checked
from unisono.routing.simulator.tally import Tally, estimate


def kind(name: str, per_minute: float, service: float, leaving: float = 0.0, **more: object) -> Arrivals:
    """Rates per minute."""
    return Arrivals(
        name=name, per_minute=[per_minute], handling=Spread(mean_s=60 / service),
        patience=Spread(mean_s=60 / leaving) if leaving else None, **more,  # type: ignore[arg-type]
    )  # fmt: skip


STORM = Plan(
    arrivals=[kind("a", 30, 1, 2, cost=3.0), kind("b", 20, 1.5, 0.2, cost=1.0), kind("c", 25, 0.8, 0.6, cost=2.0)],
    staff=[Staff(count=50)], minutes=330, warm_up=30,
)  # fmt: skip


def runs(plan: Plan, seeds: range) -> list[Tally]:
    return [play(plan, random.Random(seed)) for seed in seeds]


def test_one_class_with_leaving_as_erlang_a_says() -> None:
    exact = erlang.erlang_a(20, 19, 1, 0.5)
    tallies = runs(Plan(arrivals=[kind("call", 19, 1, 0.5)], staff=[Staff(count=20)], minutes=430, warm_up=30), range(8))
    waited = estimate([t.figures("call").mean_wait_s for t in tallies])
    abandoned = estimate([t.figures("call").abandoned for t in tallies])
    load = estimate([t.figures("call").load for t in tallies])
    assert waited.covers(exact.mean_wait * 60)
    assert waited.half < 0.25 * waited.mean
    assert abandoned.covers(exact.abandons)
    assert abs(load.mean - exact.load) < 0.02


@pytest.mark.parametrize(("agents", "calls", "reserve"), [(10, 2.0, 3), (20, 4.5, 3)])
def test_a_reserve_keeps_the_calls_while_endless_posts_wait(agents: int, calls: float, reserve: int) -> None:
    exact = erlang.blended(agents, calls, 1 / 3, reserve, 1 / 3)
    plan = Plan(
        arrivals=[
            kind("call", calls, 1 / 3, cost=3.0),
            Arrivals(name="post", backlog=2, handling=Spread(mean_s=180), deferrable=True),
        ],
        staff=[Staff(count=agents)], reserves=[Kept(agents=reserve)], minutes=1_560, warm_up=60,
    )  # fmt: skip
    tallies = runs(plan, range(6))
    assert abs(estimate([t.figures("call").level for t in tallies]).mean - exact.level) < 0.02
    posts = estimate([t.figures("post").served_per_minute for t in tallies]).mean
    assert abs(posts - exact.deferred) < 0.05 * exact.deferred + 0.02


def test_the_same_seed_gives_the_same_run() -> None:
    short = msgspec.structs.replace(STORM, minutes=60.0)
    first, second = (play(short, random.Random(7)) for _ in range(2))
    assert [first.figures(n) for n in "abc"] == [second.figures(n) for n in "abc"]
    assert play(short, random.Random(8)).figures("a") != first.figures("a")


def test_skills_decide_who_serves_and_rates_may_change_by_period() -> None:
    plan = Plan(
        arrivals=[
            Arrivals(name="sap", per_minute=[2.0, 0.0], period_minutes=100, handling=Spread(mean_s=60), skills={"sap": 2}),
        ],
        staff=[Staff(count=5, skills={"sap": 1}), Staff(count=5, skills={"sap": 2})], minutes=200, warm_up=0,
    )  # fmt: skip
    figures = play(plan, random.Random(1)).figures("sap")
    assert figures.load == pytest.approx(0.1, abs=0.02)
    assert figures.served_per_minute == pytest.approx(1.0, abs=0.2)


def test_when_fewer_people_are_wanted_the_work_that_runs_is_finished_and_nothing_new_begun() -> None:
    plan = Plan(
        arrivals=[Arrivals(name="long", per_minute=[100.0, 0.0], period_minutes=10, handling=Spread(mean_s=1500, shape="constant"))],
        staff=[Staff(counts=[4, 1], period_minutes=20)], minutes=40, warm_up=0, empties=False,
    )  # fmt: skip
    # Four begin at once and last 25 minutes, past the fall at 20; then one goes on alone, for 15 of its minutes.
    figures = play(plan, random.Random(1)).figures("long")
    assert figures.served_per_minute * 40 == 5
    assert figures.load == pytest.approx((4 * 25 + 15) / (4 * 20 + 1 * 20), rel=0.02)


def test_people_who_went_come_back_when_more_are_wanted() -> None:
    plan = Plan(
        arrivals=[kind("a", 60.0, 1)], staff=[Staff(counts=[0, 3, 0, 3], period_minutes=10)], minutes=40, warm_up=0
    )  # fmt: skip
    tally = play(plan, random.Random(2))
    assert tally.figures("a").served_per_minute * 40 == pytest.approx(60, abs=20)


def test_after_closing_nothing_comes_and_everybody_is_served() -> None:
    plan = Plan(arrivals=[kind("a", 2.0, 1)], staff=[Staff(count=1)], minutes=60, warm_up=0)
    left_alone = play(plan, random.Random(3)).figures("a")
    emptied = play(msgspec.structs.replace(plan, empties=True), random.Random(3)).figures("a")
    assert left_alone.came == emptied.came > 90
    assert left_alone.served_per_minute * 60 < 0.8 * emptied.came
    assert emptied.served_per_minute * 60 == emptied.came


def test_who_still_waits_too_long_at_the_end_counts() -> None:
    """Nobody serves: all have waited longer than promised, and none is forgotten."""
    plan = Plan(arrivals=[kind("a", 2.0, 1, skills={"x": 1})], staff=[Staff(count=1)], minutes=60, warm_up=0)
    figures = play(plan, random.Random(3)).figures("a")
    assert (figures.level, figures.served_per_minute) == (0, 0)
    assert figures.mean_wait_s > 600
    assert figures.mean_queue == pytest.approx(60, rel=0.3)


def test_busy_and_quiet_days_differ_as_much_as_was_asked() -> None:
    plan = Plan(arrivals=[kind("a", 2.0, 10)], staff=[Staff(count=2)], minutes=200, warm_up=0, day_cv=0.5)
    came = [play(plan, random.Random(seed)).figures("a").came for seed in range(120)]
    mean = sum(came) / len(came)
    deviation = (sum((n - mean) ** 2 for n in came) / len(came)) ** 0.5
    assert mean == pytest.approx(400, rel=0.12)
    assert deviation / mean == pytest.approx(0.5, rel=0.25)


def test_who_finds_nobody_free_and_no_place_is_turned_away() -> None:
    exact = erlang.limited(3, 5, 3.0, 1.0)
    plan = Plan(arrivals=[kind("a", 3.0, 1, places="hall")], staff=[Staff(count=3)], places={"hall": 2}, minutes=3_060)
    figures = play(plan, random.Random(5)).figures("a")
    assert figures.blocked == pytest.approx(exact.blocked, rel=0.1)
    assert figures.mean_wait_s == pytest.approx(exact.mean_wait * 60, rel=0.1)


def test_plans_that_differ_in_people_alone_meet_the_same_day() -> None:
    plan = Plan(arrivals=[kind("a", 5.0, 1, 0.5)], staff=[Staff(count=6)], minutes=200, warm_up=0)
    few = play(plan, random.Random(1)).figures("a")
    many = play(msgspec.structs.replace(plan, staff=[Staff(count=9)]), random.Random(1)).figures("a")
    assert (few.came, few.offered) == (many.came, many.offered)
    assert few.mean_wait_s > many.mean_wait_s


def test_a_preferred_level_decides_who_is_asked_first_and_gives_way() -> None:
    arrivals = [kind("a", 1.0, 2, skills={"x": 1}, prefers={"x": 2})]
    masters, helpers = Staff(count=2, skills={"x": 2}), Staff(count=2, skills={"x": 1})
    plan = Plan(arrivals=arrivals, staff=[masters, helpers], minutes=500, warm_up=0)
    both = play(plan, random.Random(1)).figures("a")
    alone = play(msgspec.structs.replace(plan, staff=[helpers]), random.Random(1)).figures("a")
    assert both.mean_wait_s < alone.mean_wait_s
    assert alone.level > 0.5


@pytest.mark.parametrize(
    ("shape", "cv"), [("exponential", 1.0), ("constant", 0.0), ("gamma", 0.5), ("gamma", 2.0), ("lognormal", 0.7)]
)
def test_times_have_the_mean_and_the_variation_that_were_asked(shape: str, cv: float) -> None:
    chance = random.Random(3)
    spread = msgspec.convert({"mean_s": 90, "shape": shape, "cv": cv or 1.0}, Spread)
    times = [spread.draw(chance) for _ in range(40_000)]
    mean = sum(times) / len(times)
    deviation = (sum((t - mean) ** 2 for t in times) / len(times)) ** 0.5
    assert mean == pytest.approx(1.5, rel=0.03)
    assert deviation / mean == pytest.approx(cv, rel=0.06, abs=0.001)


def test_who_hangs_up_at_once_is_a_share_of_its_own() -> None:
    chance = random.Random(3)
    spread = Spread(mean_s=60, zero=0.1)
    times = [spread.draw(chance) for _ in range(20_000)]
    assert sum(t == 0 for t in times) / len(times) == pytest.approx(0.1, abs=0.01)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"arrivals": []}, "at least one class"),
        ({"staff": [Staff(count=0)]}, "one agent"),
        ({"warm_up": 500.0}, "warm-up"),
        ({"arrivals": [kind("a", 1, 1), kind("a", 1, 1)]}, "same name"),
        ({"arrivals": [Arrivals(name="a", handling=Spread(mean_s=60))]}, "either per_minute or backlog"),
        ({"arrivals": [kind("a", -1, 1)]}, "negative"),
        ({"arrivals": [kind("a", float("nan"), 1)]}, "negative"),
        ({"arrivals": [kind("a", 1, 1, cost=0.0)]}, "cost lies above 0"),
        ({"arrivals": [kind("a", 1, 1, decay_s=0.0)]}, "more than 0 seconds"),
        ({"arrivals": [kind("a", 1, 1, target=1.0)]}, "between 0 and 1"),
        ({"arrivals": [kind("a", 1, 1, places="here")]}, "waiting places that the plan has"),
        ({"staff": [Staff(count=2), Staff(count=-1)]}, "fewer than none"),
        ({"staff": [Staff(counts=[1, 2], period_minutes=0)]}, "more than 0 minutes"),
        ({"reserves": [Kept(agents=-1)]}, "less than nobody"),
        ({"day_cv": -0.1}, "Days vary"),
        ({"minutes": float("inf")}, "shorter than the whole"),
        ({"arrivals": [Arrivals(name="a", backlog=1, handling=Spread(mean_s=0))]}, "above 0"),
    ],
)
def test_a_plan_that_makes_no_sense_is_refused_in_words(change: dict[str, object], says: str) -> None:
    with pytest.raises(BadPlan, match=says):
        checked(msgspec.structs.replace(STORM, **change))
