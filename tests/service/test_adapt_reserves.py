"""The reserve that is reckoned from arrivals keeps the promise, in a simulation with the router itself."""

from datetime import UTC, datetime, timedelta

import pytest

from tests.routing.test_simulator import kind, runs
from unisono.domain.ids import new_id
from unisono.routing.simulator.plan import Arrivals as Coming
from unisono.routing.simulator.plan import Kept, Plan, Spread, Staff
from unisono.routing.simulator.tally import estimate
from unisono.service.adapt_reserves import rate_now, wanted
from unisono.service.ports.learning import Arrivals, AutoReserve, Settled

NOW = datetime(2026, 11, 2, 12, 0, 30, tzinfo=UTC)
CALL = Settled(
    work_class_id=new_id(), key="call", handling_s=180, patience_s=None, learns=True, deferrable=False,
    learned_handling_s=None, learned_patience_s=None, learned_by_skill={},
)  # fmt: skip
QUEUE = new_id()


def reserve(agents: int, calls: float, *, share: float = 0.8) -> float:
    """The reserve after an hour of so many calls a minute (twice that in every other one)."""
    minutes = [
        Arrivals(queue_id=QUEUE, work_class_id=CALL.work_class_id, arrivals=round(2 * calls),
                 minute=NOW.replace(second=0) - timedelta(minutes=ago))
        for ago in range(1, 61, 2)
    ]  # fmt: skip
    queue = AutoReserve(queue_id=QUEUE, share=share, within_s=20, units=60, now_kept=0, agents=agents)
    return wanted(queue, minutes, {CALL.work_class_id: CALL}, NOW)


@pytest.mark.parametrize(("agents", "calls"), [(10, 2.0), (20, 4.5)])
def test_the_promise_is_kept_beside_an_endless_store_of_posts(agents: int, calls: float) -> None:
    plan = Plan(
        arrivals=[
            kind("call", calls, 1 / 3, cost=3.0),
            Coming(name="post", backlog=2, handling=Spread(mean_s=180), deferrable=True),
        ],
        staff=[Staff(count=agents)], reserves=[Kept(agents=reserve(agents, calls))], minutes=1_560, warm_up=60,
    )  # fmt: skip
    assert estimate([tally.figures("call").level for tally in runs(plan, range(4))]).mean > 0.78


def test_a_dearer_promise_and_more_calls_keep_more_people_idle_and_a_large_group_needs_none() -> None:
    assert reserve(10, 1.0) < reserve(10, 2.0) < reserve(10, 2.0, share=0.95)
    assert reserve(200, 20.0) == 0
    assert reserve(10, 0.0) == 0


def test_calls_that_nobody_could_serve_alone_leave_nothing_for_posts() -> None:
    assert reserve(5, 2.0) == 5


def test_a_class_that_takes_shorter_than_was_set_needs_fewer() -> None:
    queue = AutoReserve(queue_id=QUEUE, share=0.8, within_s=20, units=60, now_kept=0, agents=10)
    learnt = Settled(**{**{n: getattr(CALL, n) for n in CALL.__struct_fields__}, "learned_handling_s": 90.0})
    came = [Arrivals(queue_id=QUEUE, work_class_id=CALL.work_class_id, arrivals=2, minute=NOW.replace(second=0) - timedelta(minutes=n))
            for n in range(1, 61)]  # fmt: skip
    assert wanted(queue, came, {CALL.work_class_id: learnt}, NOW) < wanted(queue, came, {CALL.work_class_id: CALL}, NOW)


def test_the_minute_that_is_not_over_is_not_counted() -> None:
    this = Arrivals(queue_id=QUEUE, work_class_id=CALL.work_class_id, arrivals=50, minute=NOW.replace(second=0))
    assert rate_now([this], NOW).value == 0
