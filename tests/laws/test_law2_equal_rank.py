"""Law 2: swap network and medium but keep what decides, and the same decisions with the same reasons come out."""

import asyncio
import enum
import inspect
import re
import typing
from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from uuid import UUID

import msgspec
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from msgspec import Struct

from tests.db import Cluster
from tests.kit import START, House, StepClock
from tests.service.test_interrupts import KINDS
from unisono.bus.memory import MemoryBell
from unisono.routing import facts
from unisono.routing.facts import Decision
from unisono.routing.state import RouterState
from unisono.service.agent_state import set_agent_state
from unisono.store.database import PgDatabase
from unisono.store.driver import open_pool

pytestmark = pytest.mark.law2

FORBIDDEN = {"network", "medium", "media", "channel", "connector", "visibility", "platform", "source", "realm"}


def reachable(kind: Any, seen: dict[Any, str], via: str) -> None:
    """All types that a value of this one can hold, each with the way to it."""
    for part in typing.get_args(kind):
        reachable(part, seen, via)
    if kind in seen or not isinstance(kind, type):
        return
    seen[kind] = via
    if issubclass(kind, Struct):
        for name, held in typing.get_type_hints(kind).items():
            reachable(held, seen, f"{via} > {kind.__name__}.{name}")


def words(name: str) -> set[str]:
    """The words of a name, in snake or camel case, each also without its plural's s."""
    found = {word.lower() for word in re.findall(r"[A-Z]?[a-z]+|[A-Z]+", name)}
    return found | {word.removesuffix("s") for word in found}


def spoken(kind: type) -> Iterator[str]:
    """Every name by which a type could speak of where an enquiry came from."""
    yield kind.__name__
    if issubclass(kind, Struct):
        yield from kind.__struct_fields__
    if issubclass(kind, enum.Enum):
        yield from (str(member.value) for member in kind)


def test_no_input_of_the_router_has_a_field_for_network_or_medium() -> None:
    seen: dict[Any, str] = {}
    for name, door in inspect.getmembers(RouterState, inspect.isfunction):
        if not name.startswith("_"):
            for held in typing.get_type_hints(door).values():
                reachable(held, seen, f"RouterState.{name}")
    for kind in vars(facts).values():
        if isinstance(kind, type) and issubclass(kind, Struct) and kind is not Struct:
            reachable(kind, seen, "facts")
    named = {kind.__name__ for kind in seen}
    assert named >= {"Waiting", "AgentFacts", "Params", "Step", "Reserve", "Need", "Decision", "Reason"}
    for kind, via in seen.items():
        for name in spoken(kind):
            assert not words(name) & FORBIDDEN, f"{kind.__name__} (reached by {via}) speaks of {name}"


class Line(Struct, frozen=True):
    """A channel: where it comes from, and what decides."""

    network: str
    medium: str
    units: int
    kind: str
    priority: int
    skills: tuple[dict[str, Any], ...]
    queue: int
    alone: bool


class Plan(Struct, frozen=True):
    """A house, what is asked in it, and how origins are dealt out anew: line n gets those of line `dealt[n]`."""

    lines: tuple[Line, ...]
    agents: tuple[tuple[int, bool, tuple[int, ...]], ...]
    asked: tuple[tuple[int, int], ...]
    dealt: tuple[int, ...]
    reserve: int


SKILL = {"skill": "sap", "level": 1, "optional": False}
lines = st.builds(
    Line, st.sampled_from(["bluesky", "imap", "telephony", "telegram", "facebook"]),
    st.sampled_from(["post", "mail", "chat", "message", "call"]), st.sampled_from([12, 20, 60]), st.sampled_from(sorted(KINDS)),
    st.sampled_from([0, 0, 0, 5]), st.sampled_from([(), (), (SKILL,), (SKILL | {"optional": True},)]), st.integers(0, 1), st.booleans(),
)  # fmt: skip


@st.composite
def plans(draw: st.DrawFn) -> Plan:
    found = draw(st.lists(lines, min_size=2, max_size=4, unique_by=lambda line: (line.network, line.medium)))
    numbers = range(len(found))
    # Turned, so that no line keeps its origin.
    turn = draw(st.integers(1, len(found) - 1))
    return Plan(
        lines=tuple(found), dealt=tuple((n + turn) % len(found) for n in numbers), reserve=draw(st.sampled_from([0, 0, 1])),
        agents=tuple(draw(st.lists(
            st.tuples(st.sampled_from([12, 24, 60, 84]), st.booleans(), st.sampled_from([(0,), (1,), (0, 1)])),
            min_size=2, max_size=4,
        ))),
        asked=tuple(draw(st.lists(st.tuples(st.sampled_from(numbers), st.integers(0, 55)), min_size=6, max_size=12))),
    )  # fmt: skip


def assert_one_at_a_time(made: list[Decision]) -> None:
    """Nothing ends while it is played: nobody is meant for a second one of what one has one at a time."""
    engaged = [d.agent_id for d in made if d.engages]
    assert len(set(engaged)) == len(engaged)


async def play(house: House, plan: Plan, dealt: tuple[int, ...]) -> list[tuple[Any, ...]]:
    """Let the plan happen with origins dealt out so; returns decisions in order: what, to whom, why."""
    await house.sql("truncate app_user, agent, queue, channel, customer, identity, inbox, event, lease, skill cascade")
    queues = [await house.queue(reserve_agents=plan.reserve), await house.queue()]
    people: dict[UUID, int] = {}
    accesses = []
    for n, (capacity, skilled, serves) in enumerate(plan.agents):
        person = await house.agent(
            *(queues[q] for q in serves),
            capacity=capacity,
            skills={"sap": 1} if skilled else {},
            state="available" if n else "busy",
        )
        # Who comes first must not hang on ids, which differ from play to play.
        await house.sql("update agent set idle_since = $2 where user_id = $1", person.id, START - timedelta(minutes=n))
        people[person.id] = n
        accesses.append(person.access)
    channels = []
    for line, origin in zip(plan.lines, dealt, strict=True):
        channel = await house.channel(queues[line.queue], units=line.units)
        await house.sql(
            "update channel set network = $2, medium = $3, work_class_id = $4, priority = $5, skills = $6, one_at_a_time = $7 "
            "where id = $1",
            channel.id, plan.lines[origin].network, plan.lines[origin].medium, KINDS[line.kind], line.priority, list(line.skills),
            line.alone,
        )  # fmt: skip
        async with house.db.write() as tx:
            fresh = await tx.channels.facts(channel.id)
        assert fresh is not None
        channels.append(fresh)
    made: list[Decision] = []
    commit = type(house.router)._commit

    async def noted(decisions: list[Decision]) -> list[UUID]:
        made.extend(decisions)
        assert_one_at_a_time(made)
        return await commit(house.router, decisions)

    house.router._commit = noted  # type: ignore[method-assign]
    house.router._token = 0
    half = len(plan.asked) // 2
    for part in (range(half), range(half, len(plan.asked))):
        # The first half is found when the router starts, the rest is followed.
        for number in part:
            line, minute = plan.asked[number]
            at = (START + timedelta(minutes=minute, seconds=number)).isoformat()
            await house.hear(channels[line], {"id": f"{number}", "text": f"Frage {number}", "by": f"c{number}", "at": at})
        await house.route()
    await set_agent_state(house.db, accesses[0], "available")
    await house.route()
    rows = await house.sql(
        "select i.id, t.text from interaction i join conversation c on c.id = i.conversation_id "
        "join message_text t on t.message_id = c.last_message_id"
    )
    texts = {row["id"]: row["text"] for row in rows}
    assert len(set(texts.values())) == len(plan.asked)
    offered = {row["interaction_id"]: row["reason"] for row in await house.sql("select interaction_id, reason from offer")}
    assert all(offered[d.interaction_id] == msgspec.json.decode(msgspec.json.encode(d.reason)) for d in made)
    return [(texts[d.interaction_id], people[d.agent_id], d.units, d.reason) for d in made]


def test_the_medium_decides_nothing(cluster: Cluster) -> None:
    decided = 0

    async def house_of(dsn: str) -> House:
        clock, bell = StepClock(), MemoryBell()
        return House(PgDatabase(await open_pool(dsn, size=3), clock, bell), bell, clock)

    with asyncio.Runner() as runner:
        house = runner.run(house_of(runner.run(cluster.lend())))

        @settings(
            max_examples=10, derandomize=True, deadline=None, database=None, phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )  # fmt: skip
        @given(plans())
        def swapped(plan: Plan) -> None:
            nonlocal decided
            first = runner.run(play(house, plan, tuple(range(len(plan.lines)))))
            decided += len(first)
            assert runner.run(play(house, plan, plan.dealt)) == first

        try:
            swapped()
        finally:
            runner.run(house.db.pool.close())
    assert decided >= 20, "so little was decided that this proves nothing"
