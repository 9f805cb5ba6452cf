"""The first router: longest waiting by skill and capacity, with reasons."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from unisono.domain.ids import uuid7_at
from unisono.routing.facts import AgentFacts, Decision, Need, Params, Waiting
from unisono.routing.state import RouterState

NOW = datetime(2026, 11, 2, 12, 0, tzinfo=UTC)
QUEUE = UUID(int=1)


def waiting(number: int, *, waited_s: int = 60, needs: tuple[Need, ...] = (), units: int = 12, **more: Any) -> Waiting:
    return Waiting(
        id=uuid7_at(number, bytes(10)), version=1, queue_id=QUEUE, needs=needs, units=units, priority=more.pop("priority", 0),
        since=NOW - timedelta(seconds=waited_s), due_at=NOW + timedelta(hours=1), **more,
    )  # fmt: skip


def agent(
    number: int, *, free: int = 60, skills: dict[str, int] | None = None, idle_s: int = 10, available: bool = True
) -> AgentFacts:
    return AgentFacts(
        id=UUID(int=1000 + number), available=available, free=free, skills=skills or {}, queue_ids=frozenset({QUEUE}),
        idle_since=NOW - timedelta(seconds=idle_s),
    )  # fmt: skip


def state(agents: list[AgentFacts], items: list[Waiting]) -> RouterState:
    made = RouterState()
    for one in agents:
        made.put_agent(one)
    for item in items:
        made.put_waiting(item)
    return made


def served(decisions: list[Decision]) -> list[UUID]:
    return [d.interaction_id for d in decisions]


def test_the_longest_waiting_is_served_first() -> None:
    old, new = waiting(1, waited_s=300), waiting(2, waited_s=30)
    assert served(state([agent(1)], [new, old]).decide(NOW)) == [old.id, new.id]


def test_priority_goes_before_waiting_time() -> None:
    old, urgent = waiting(1, waited_s=300), waiting(2, waited_s=30, priority=5)
    assert served(state([agent(1)], [old, urgent]).decide(NOW)) == [urgent.id, old.id]


def test_a_missing_skill_holds_up_nobody_else() -> None:
    needs_sap, plain = waiting(1, waited_s=300, needs=(Need("sap"),)), waiting(2)
    assert served(state([agent(1)], [needs_sap, plain]).decide(NOW)) == [plain.id]


def test_a_skill_counts_by_its_level() -> None:
    item = waiting(1, needs=(Need("sap", 3),))
    assert state([agent(1, skills={"sap": 2})], [item]).decide(NOW) == []
    assert served(state([agent(1, skills={"sap": 3})], [item]).decide(NOW)) == [item.id]


def test_an_optional_skill_gives_way_when_nobody_has_it_and_the_reason_says_so() -> None:
    item = waiting(1, needs=(Need("lang-pl", 1, True),))
    [decision] = state([agent(1)], [item]).decide(NOW)
    assert decision.reason.given_up == ("lang-pl",)


def test_who_has_fewest_skills_is_asked_first_so_that_the_scarce_stay_free() -> None:
    generalist, plain = agent(1, skills={"sap": 1, "polish": 1}, idle_s=500), agent(2, idle_s=1)
    [decision] = state([generalist, plain], [waiting(1)]).decide(NOW)
    assert decision.agent_id == plain.id


def test_who_had_it_before_is_asked_first() -> None:
    first, second = agent(1), agent(2)
    [decision] = state([first, second], [waiting(1, preferred_agent_id=second.id)]).decide(NOW)
    assert decision.agent_id == second.id
    assert decision.reason.code == "last_agent"


def test_a_preference_ends_at_its_moment_and_then_all_are_asked_alike() -> None:
    until = NOW + timedelta(seconds=40)
    known, other = agent(1, idle_s=1), agent(2, idle_s=99)
    item = waiting(1, preferred_agent_id=known.id, preferred_until=until)
    made = state([], [item])
    assert made.decide(NOW) == []
    assert made.next_moment() == until
    for at, code, match, whom in ((NOW, "last_agent", 1.25, known), (until, "longest_waiting", 1.0, other)):
        fresh = state([known, other], [item])
        [decision] = fresh.decide(at)
        assert (decision.agent_id, decision.reason.code, decision.reason.match) == (whom.id, code, match)
        assert fresh.next_moment() is None


def test_nobody_is_waited_for_who_is_not_there() -> None:
    gone, here = agent(1, available=False), agent(2)
    [decision] = state([gone, here], [waiting(1, preferred_agent_id=gone.id, preferred_until=NOW + timedelta(hours=1))]).decide(
        NOW
    )
    assert (decision.agent_id, decision.reason.match) == (here.id, 1.0)


def test_who_let_it_pass_is_not_asked_again_while_somebody_else_can() -> None:
    first, second = agent(1), agent(2)
    [decision] = state([first, second], [waiting(1, refused=frozenset({first.id}))]).decide(NOW)
    assert decision.agent_id == second.id


def test_capacity_is_never_exceeded() -> None:
    decisions = state([agent(1, free=30)], [waiting(n) for n in range(1, 10)]).decide(NOW)
    assert len(decisions) == 2


def test_nobody_away_is_offered_anything() -> None:
    assert state([agent(1, available=False)], [waiting(1)]).decide(NOW) == []


def test_an_older_version_of_a_fact_changes_nothing() -> None:
    item = waiting(1)
    newer = Waiting(**{**{f: getattr(item, f) for f in item.__struct_fields__}, "version": 5})
    made = state([agent(1)], [newer, item])
    [decision] = made.decide(NOW)
    assert decision.version == 5


@given(st.permutations(range(12)), st.lists(st.integers(0, 60), min_size=1, max_size=4))
def test_the_same_facts_in_any_order_give_the_same_decisions(order: list[int], frees: list[int]) -> None:
    agents = [agent(n, free=free) for n, free in enumerate(frees)]
    items = [waiting(n, waited_s=37 * n % 5, units=(12, 20, 60)[n % 3]) for n in range(1, 13)]
    straight = state(agents, items).decide(NOW)
    shuffled = state(list(reversed(agents)), [items[n] for n in order]).decide(NOW)
    assert straight == shuffled


@given(
    st.lists(st.tuples(st.integers(0, 500), st.sampled_from([12, 20, 60])), max_size=30),
    st.lists(st.integers(0, 80), max_size=5),
)
def test_no_decision_exceeds_capacity_or_serves_twice(items: list[tuple[int, int]], frees: list[int]) -> None:
    agents = [agent(n, free=free) for n, free in enumerate(frees)]
    decisions = state(agents, [waiting(n, waited_s=w, units=u) for n, (w, u) in enumerate(items, 1)]).decide(NOW)
    assert len(set(served(decisions))) == len(decisions)
    for one in agents:
        assert sum(d.units for d in decisions if d.agent_id == one.id) <= one.free


KIND = UUID(int=51)
CALL = Params(cost=3, handling_s=60, patience_s=60, interrupts=frozenset({KIND}))
POST = Params(cost=10, handling_s=60)


def lender(number: int, *, free: int) -> AgentFacts:
    """Somebody whose posts would make room of 12 for a call."""
    return replace(agent(number, free=free), lendable={KIND: 12})


def test_when_the_last_room_is_taken_somebody_is_interrupted_before_what_matters_less_is_served() -> None:
    # The one with room has refused the call, and would still come before an interruption.
    call = replace(waiting(1, params=CALL), refused=frozenset({UUID(int=1002)}))
    post, note = waiting(2, units=60), waiting(3, units=0)
    made = state([lender(1, free=0), agent(2)], [post, call, note]).decide(NOW)
    assert [(d.interaction_id, d.agent_id.int) for d in made][:2] == [(post.id, 1002), (call.id, 1001)]
    assert made[1].interrupts == {KIND}


def test_a_call_for_whom_there_was_room_until_now_may_interrupt_as_well() -> None:
    post, call = waiting(1, params=POST), waiting(2, params=CALL)
    made = state([], [post, call])
    assert made.decide(NOW) == []
    made.put_agent(lender(1, free=12))
    assert served(made.decide(NOW)) == [post.id, call.id]
