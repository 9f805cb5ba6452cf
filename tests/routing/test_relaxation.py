"""Steps of relaxation: taken by time, widening only, surviving a new start because they follow from what is stored."""

from datetime import timedelta
from uuid import UUID

from tests.routing.test_state import NOW, QUEUE, agent, served, state, waiting
from unisono.routing.facts import AgentFacts, Need, Params, Reserve, Step

OTHER = UUID(int=2)
STEPS = (Step(after_s=60, lower=1), Step(after_s=120, drop=frozenset({"sap"})), Step(after_s=180, queue_ids=frozenset({OTHER})))


def outsider(number: int) -> AgentFacts:
    return AgentFacts(
        id=UUID(int=2000 + number), available=True, free=60, skills={}, queue_ids=frozenset({OTHER}), idle_since=NOW
    )


def test_a_lower_level_suffices_after_a_while_and_the_reason_names_the_step() -> None:
    made = state([agent(1, skills={"sap": 2})], [waiting(1, waited_s=59, needs=(Need("sap", 3),), steps=STEPS)])
    assert made.decide(NOW) == []
    assert made.next_moment() == NOW + timedelta(seconds=1)
    [decision] = made.decide(NOW + timedelta(seconds=1))
    assert (decision.reason.step, decision.reason.match) == (1, 0.8)


def test_a_skill_is_dropped_and_the_reason_says_that_it_is_given_up() -> None:
    made = state([agent(1)], [waiting(1, waited_s=100, needs=(Need("sap", 3),), steps=STEPS)])
    assert made.decide(NOW) == []
    [decision] = made.decide(NOW + timedelta(seconds=20))
    assert decision.reason.given_up == ("sap",)


def test_it_overflows_to_agents_of_another_queue_and_stays_with_its_own() -> None:
    item = waiting(1, waited_s=170, steps=STEPS)
    made = state([outsider(1)], [item])
    assert made.decide(NOW + timedelta(seconds=9)) == []
    assert served(made.decide(NOW + timedelta(seconds=10))) == [item.id]
    both = state([outsider(1), agent(1)], [waiting(n, waited_s=500, steps=STEPS) for n in range(1, 9)])
    assert {d.agent_id for d in both.decide(NOW)} == {UUID(int=2001), UUID(int=1001)}


def test_a_new_start_finds_the_step_that_was_reached() -> None:
    item = waiting(1, waited_s=130, needs=(Need("sap", 3),), steps=STEPS)
    assert served(state([agent(1)], [item]).decide(NOW)) == [item.id]


def test_deferrable_work_leaves_the_reserve_idle() -> None:
    posts = [waiting(n, units=60, params=Params(deferrable=True)) for n in range(1, 9)]
    made = state([agent(n) for n in range(5)], posts)
    made.set_reserves([Reserve(queue_ids=frozenset({QUEUE}), agents=2, units=60)])
    assert len(made.decide(NOW)) == 3


def test_what_cannot_wait_takes_the_reserve() -> None:
    posts = [waiting(n, units=60, params=Params(deferrable=True)) for n in range(1, 9)]
    calls = [waiting(n, units=60, params=Params()) for n in range(20, 29)]
    made = state([agent(n) for n in range(5)], posts)
    made.set_reserves([Reserve(queue_ids=frozenset({QUEUE}), agents=2, units=60)])
    made.decide(NOW)
    for call in calls:
        made.put_waiting(call)
    assert served(made.decide(NOW)) == [calls[0].id, calls[1].id]


def test_what_was_held_back_starts_when_somebody_becomes_idle() -> None:
    post = waiting(1, units=60, params=Params(deferrable=True))
    made = state([agent(1), agent(2, free=0)], [post])
    made.set_reserves([Reserve(queue_ids=frozenset({QUEUE}), agents=1, units=60)])
    assert made.decide(NOW) == []
    made.put_agent(agent(2, free=60))
    assert served(made.decide(NOW)) == [post.id]


def test_a_fraction_of_a_reserve_is_kept_on_average() -> None:
    """With a reserve of one half, of the deferred starts some leave nobody idle, the others one."""
    made = state([], [waiting(n, units=60, params=Params(deferrable=True)) for n in range(1, 201)])
    made.set_reserves([Reserve(queue_ids=frozenset({QUEUE}), agents=0.5, units=60)])
    idle, left_idle = 0, []
    for number in range(200):
        made.put_agent(agent(number))
        idle += 1 - len(made.decide(NOW))
        left_idle.append(idle)
    assert set(left_idle) == {0, 1}
    assert 0.3 <= sum(left_idle) / len(left_idle) <= 0.7


def test_what_fades_gives_way_to_the_fresher_once_the_promise_is_broken() -> None:
    fading = Params(decay_s=60, promise_s=600, fades=True)
    old = waiting(1, units=60, params=fading)
    fresh = waiting(2, units=60, params=fading)
    stale = [
        type(i)(**{**{f: getattr(i, f) for f in i.__struct_fields__}, "due_at": NOW - timedelta(seconds=s)})
        for i, s in ((old, 500), (fresh, 5))
    ]
    assert served(state([agent(1)], stale).decide(NOW)) == [fresh.id]
    kept = [type(i)(**{**{f: getattr(i, f) for f in i.__struct_fields__}, "params": Params(promise_s=600)}) for i in stale]
    assert served(state([agent(1)], kept).decide(NOW)) == [old.id]
