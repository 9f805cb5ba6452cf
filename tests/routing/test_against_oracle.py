"""The quick router decides as the one that looks at every pair, over any facts and any order of changes."""

from datetime import UTC, datetime, timedelta
from unittest.mock import patch
from uuid import UUID

from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import structs

import unisono.routing.state
from tests.routing import oracle
from unisono.domain.ids import uuid7_at
from unisono.routing.facts import NO_PROMISE, AgentFacts, Need, Params, Step, Waiting
from unisono.routing.state import RouterState

NOW = datetime(2026, 11, 2, 12, 0, 0, 250_000, tzinfo=UTC)
QUEUES = [UUID(int=1), UUID(int=2)]
AGENTS = [UUID(int=1000 + n) for n in range(6)]
SKILLS = ["sap", "polish", "billing"]
KINDS = [UUID(int=51), UUID(int=52)]
PARAMS = [
    Params(),
    Params(cost=3, handling_s=60, patience_s=30),
    Params(cost=1, handling_s=600, deferrable=True, promise_s=3600),
    Params(cost=2, handling_s=120, decay_s=900, promise_s=900, fades=True),
    Params(cost=3, handling_s=60, patience_s=60, interrupts=frozenset({KINDS[0]})),
    Params(cost=2, handling_s=90, interrupts=frozenset(KINDS)),
    Params(cost=3, handling_s=90, one_at_a_time=True),
    Params(cost=3, handling_s=60, interrupts=frozenset({KINDS[0]}), one_at_a_time=True),
]
STEPS = [(), (Step(after_s=60, lower=1), Step(after_s=120, drop=frozenset({"polish"}), queue_ids=frozenset({QUEUES[1]})))]

needs = st.lists(
    st.builds(Need, st.sampled_from(SKILLS), st.integers(1, 3), st.booleans()), max_size=2, unique_by=lambda n: n.skill
).map(tuple)


@st.composite
def waiting(draw: st.DrawFn, number: int) -> Waiting:
    since = NOW - timedelta(seconds=draw(st.integers(0, 300)))
    due = draw(st.sampled_from([None, -400, -5, 30, 600, 3600]))
    return Waiting(
        id=uuid7_at(number, bytes(10)), version=1, queue_id=draw(st.sampled_from(QUEUES)), needs=draw(needs),
        units=draw(st.sampled_from([0, 12, 20, 60])), priority=draw(st.sampled_from([0, 0, 0, 1])), since=since,
        due_at=NO_PROMISE if due is None else NOW + timedelta(seconds=due), params=draw(st.sampled_from(PARAMS)),
        value=draw(st.sampled_from([1.0, 1.0, 2.0])), steps=draw(st.sampled_from(STEPS)),
        preferred_agent_id=draw(st.sampled_from([None, None, AGENTS[0], AGENTS[3]])),
        preferred_until=draw(st.sampled_from([None, *(NOW + timedelta(seconds=s) for s in (-30, -0.5, 0, 0.5, 40, 70))])),
        refused=draw(st.sampled_from([frozenset(), frozenset(), frozenset({AGENTS[0]}), frozenset({AGENTS[1], AGENTS[2]})])),
    )  # fmt: skip


@st.composite
def agent(draw: st.DrawFn, number: int) -> AgentFacts:
    return AgentFacts(
        id=AGENTS[number], available=draw(st.sampled_from([True, True, True, False])),
        free=draw(st.sampled_from([0, 12, 24, 60])),
        skills=draw(st.dictionaries(st.sampled_from(SKILLS), st.integers(1, 3), max_size=3)),
        queue_ids=frozenset(draw(st.sets(st.sampled_from(QUEUES), max_size=2))),
        idle_since=NOW - timedelta(seconds=draw(st.integers(0, 3))),
        lendable=draw(st.dictionaries(st.sampled_from(KINDS), st.sampled_from([12, 36, 60]), max_size=2)),
        engaged=draw(st.sampled_from([False, False, True])),
    )  # fmt: skip


items = st.integers(0, 14).flatmap(lambda count: st.tuples(*(waiting(n) for n in range(1, count + 1))))
who_asks = st.sampled_from([-100, 0, 100])
"""How many people with new room are too many to ask one by one: always, beyond a quarter of the classes, never."""

people = st.integers(0, 6).flatmap(lambda count: st.tuples(*(agent(n) for n in range(count))))


def after(someone: AgentFacts, item: Waiting) -> AgentFacts:
    """What is left of somebody whom this was offered; who was interrupted lends nothing more for now."""
    lendable = {} if item.units > someone.free else someone.lendable
    engaged = someone.engaged or item.params.one_at_a_time
    return structs.replace(someone, free=max(0, someone.free - item.units), lendable=lendable, engaged=engaged)


def decided(state: RouterState, limit: int = 100, at: datetime = NOW) -> list[tuple[UUID, UUID]]:
    return [(d.interaction_id, d.agent_id) for d in state.decide(at, limit)]


@settings(max_examples=400, deadline=None)
@given(items, people, who_asks, st.integers(1, 100), st.booleans())
def test_all_at_once(items: tuple[Waiting, ...], people: tuple[AgentFacts, ...], many: int, limit: int, settled: bool) -> None:
    """Whether people ask for work or work for people, however few decisions are taken at a time, sorted early or late."""
    state = RouterState()
    for someone in people:
        state.put_agent(someone)
    for item in items:
        state.put_waiting(item)
        if settled:
            state.settle(NOW)
    made: list[tuple[UUID, UUID]] = []
    with patch.object(unisono.routing.state, "MANY", many):
        while some := decided(state, limit):
            made += some
    assert made == oracle.decide(items, people, NOW)


@settings(max_examples=50, deadline=None)
@given(items, people, who_asks, st.data())
def test_as_time_passes(items: tuple[Waiting, ...], people: tuple[AgentFacts, ...], many: int, data: st.DataObject) -> None:
    """Steps come due and preferences end between decisions, while people come and have room again: never is a change missed."""
    state = RouterState()
    waits = {item.id: item for item in items}
    there: dict[UUID, AgentFacts] = {}
    backlogs: dict[int, float] = {}
    for item in items:
        state.put_waiting(item)
    with patch.object(unisono.routing.state, "MANY", many):
        for later in (0.0, 0.5, 40.0, 75.0):
            for someone in data.draw(st.lists(st.sampled_from(people), max_size=3)) if people else ():
                state.put_agent(someone)
                there[someone.id] = someone
            at = NOW + timedelta(seconds=later)
            if int(at.timestamp()) not in backlogs:
                backlogs[int(at.timestamp())] = oracle.backlog(waits.values(), there.values())
            made = decided(state, at=at)
            assert made == oracle.decide(waits.values(), there.values(), at, backlogs[int(at.timestamp())])
            for interaction_id, agent_id in made:
                there[agent_id] = after(there[agent_id], waits.pop(interaction_id))


@settings(max_examples=200, deadline=None)
@given(items, people, who_asks, st.data())
def test_changes_in_any_order_leave_what_a_fresh_look_would_find(
    items: tuple[Waiting, ...], people: tuple[AgentFacts, ...], many: int, data: st.DataObject
) -> None:
    """Work comes and goes, people come, change and go, decisions are taken in between; then all is as the facts say."""
    state = RouterState()
    there: dict[UUID, AgentFacts] = {}
    waits: dict[UUID, Waiting] = {}
    with patch.object(unisono.routing.state, "MANY", many):
        for move in data.draw(st.lists(st.sampled_from(["item", "agent", "gone", "left", "decide"]), max_size=40)):
            if move == "item" and items:
                item = data.draw(st.sampled_from(items))
                item = structs.replace(item, version=waits[item.id].version + 1 if item.id in waits else 1)
                state.put_waiting(item)
                waits[item.id] = item
            elif move == "agent" and people:
                someone = data.draw(st.sampled_from(people))
                state.put_agent(someone)
                there[someone.id] = someone
            elif move == "gone" and waits:
                state.remove_waiting(waits.pop(data.draw(st.sampled_from(sorted(waits)))).id)
            elif move == "left" and there:
                state.remove_agent(there.pop(data.draw(st.sampled_from(sorted(there)))).id)
            elif move == "decide":
                for interaction_id, agent_id in decided(
                    state, data.draw(st.integers(1, 3)), NOW - timedelta(seconds=data.draw(st.integers(0, 1)))
                ):
                    there[agent_id] = after(there[agent_id], waits.pop(interaction_id))
        for _ in range(20):
            made = decided(state)
            for interaction_id, agent_id in made:
                there[agent_id] = after(there[agent_id], waits.pop(interaction_id))
            if not made:
                break
    assert oracle.decide(waits.values(), there.values(), NOW) == []
    assert state.waiting_count == len(waits)
    assert all(someone.free >= 0 for someone in there.values())
