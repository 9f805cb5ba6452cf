"""The simulator against closed forms and published instances; the seeds are fixed, so each run comes out alike."""

import random
from datetime import datetime
from uuid import UUID

import msgspec
import pytest

from unisono.routing import erlang
from unisono.routing.facts import AgentFacts, Decision, Waiting
from unisono.routing.simulator.engine import play
from unisono.routing.simulator.plan import Arrivals, BadPlan, Kept, Plan, Spread, Staff, checked
from unisono.routing.simulator.tally import Tally, estimate
from unisono.routing.state import RouterState


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
FLUID_BOUND = 36.9


def runs(plan: Plan, seeds: range, mind: type | None = None) -> list[Tally]:
    if mind is None:
        return [play(plan, random.Random(seed)) for seed in seeds]
    return [play(plan, random.Random(seed), lambda plan: mind()) for seed in seeds]


def test_one_class_with_leaving_as_erlang_a_says() -> None:
    exact = erlang.erlang_a(20, 19, 1, 0.5)
    tallies = runs(Plan(arrivals=[kind("call", 19, 1, 0.5)], staff=[Staff(count=20)], minutes=430, warm_up=30), range(8))
    waited = estimate(tallies, lambda t: t.figures("call").mean_wait_s)
    abandoned = estimate(tallies, lambda t: t.figures("call").abandoned)
    load = estimate(tallies, lambda t: t.figures("call").load)
    assert waited.covers(exact.mean_wait * 60)
    assert waited.half < 0.25 * waited.mean
    assert abandoned.covers(exact.abandons)
    assert abs(load.mean - exact.load) < 0.02


class _OldestFirst:
    """First come, first served, over all classes: what the router is compared with."""

    def __init__(self) -> None:
        self._waiting: dict[UUID, Waiting] = {}
        self._agents: dict[UUID, AgentFacts] = {}

    def put_waiting(self, item: Waiting) -> None:
        self._waiting[item.id] = item

    def remove_waiting(self, interaction_id: UUID) -> None:
        self._waiting.pop(interaction_id, None)

    def put_agent(self, agent: AgentFacts) -> None:
        self._agents[agent.id] = agent

    def decide(self, now: datetime, limit: int = 100) -> list[Decision]:
        free = next((a for a in self._agents.values() if a.free >= 60), None)
        if free is None or not self._waiting:
            return []
        # Ids rise with arrival.
        item = self._waiting.pop(min(self._waiting))
        del self._agents[free.id]
        state = RouterState()
        state.put_agent(free)
        state.put_waiting(item)
        return state.decide(now, limit)


def test_in_overload_the_router_stays_near_the_fluid_bound_and_first_come_first_served_does_not() -> None:
    """Three classes, 74.6 Erlang on 50 agents; the whole instance is measured by the bench."""
    ours = estimate(runs(STORM, range(5)), lambda t: t.cost_rate())
    oldest = estimate(runs(msgspec.structs.replace(STORM, minutes=130.0), range(2), _OldestFirst), lambda t: t.cost_rate())
    assert ours.mean <= 1.15 * FLUID_BOUND
    assert oldest.mean >= 1.3 * FLUID_BOUND


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
    assert abs(estimate(tallies, lambda t: t.figures("call").level).mean - exact.level) < 0.02
    posts = estimate(tallies, lambda t: t.figures("post").served_per_minute).mean
    assert abs(posts - exact.deferred) < 0.05 * exact.deferred + 0.02


def test_without_a_reserve_the_calls_of_a_small_group_starve() -> None:
    plan = Plan(
        arrivals=[
            kind("call", 2.0, 1 / 3, cost=3.0),
            Arrivals(name="post", backlog=2, handling=Spread(mean_s=180), deferrable=True),
        ],
        staff=[Staff(count=10)], minutes=1_060, warm_up=60,
    )  # fmt: skip
    assert estimate(runs(plan, range(3)), lambda t: t.figures("call").level).mean < 0.45


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
        ({"arrivals": [Arrivals(name="a", backlog=1, handling=Spread(mean_s=0))]}, "above 0"),
    ],
)
def test_a_plan_that_makes_no_sense_is_refused_in_words(change: dict[str, object], says: str) -> None:
    with pytest.raises(BadPlan, match=says):
        checked(msgspec.structs.replace(STORM, **change))
