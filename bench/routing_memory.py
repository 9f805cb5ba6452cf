"""The router's decisions alone, in memory: how long one takes, and how that grows with people and with what waits.

A slot becomes free, the router decides who gets what, another enquiry comes in its place; no database, no process. Every
decision of a sample must be the one that a scan of all that waits finds, or there is no figure.
"""

import random
import statistics
import time
from datetime import UTC, datetime, timedelta
from uuid import UUID

from bench.routing_house import PROFILES, QUEUES, UNITS, shape
from unisono.domain.ids import uuid7_at
from unisono.routing import index
from unisono.routing.facts import AgentFacts, Decision, Need, Params, Waiting
from unisono.routing.state import RouterState

NOW = datetime(2026, 11, 2, 12, tzinfo=UTC)
QUEUE_IDS = [UUID(int=1 + n) for n in range(QUEUES)]
CLASSES = [
    Params(cost=6.0, handling_s=180.0, patience_s=240.0, promise_s=60.0),
    Params(cost=3.0, handling_s=420.0, patience_s=600.0, promise_s=300.0),
    Params(cost=1.0, handling_s=300.0, promise_s=3600.0),
    Params(cost=1.5, handling_s=240.0, decay_s=7200.0, promise_s=3600.0),
]
ROUNDS, PER_ROUND, SCANS = 5, 1_500, 12
A_SECOND = 1_000
"""Decisions that come in one second of the router's clock: once a second all classes are weighed anew."""


class Hall:
    """A router's memory at work: nobody has room but who has just become free, and as much waits at any time."""

    def __init__(self, agents: int, items: list[Waiting], seed: int = 7) -> None:
        self._chance = random.Random(seed)
        self._shape = shape(random.Random(seed))
        self._agents = [UUID(int=1_000_000 + n) for n in range(agents)]
        self._count = 0
        self.now = NOW
        self.state = RouterState()
        self.waiting = {item.id: item for item in items}
        for number in range(agents):
            self.state.put_agent(self.agent(number, 0))
        for item in items:
            self.state.put_waiting(item)
        self.state.decide(NOW, 1)

    def agent(self, number: int, free: int) -> AgentFacts:
        """Return what is known of somebody."""
        skills = {f"s{skill}": 1 + skill % 3 for skill in self._shape.profiles[number % PROFILES]}
        idle_since = NOW - timedelta(seconds=number % 600)
        return AgentFacts(
            id=self._agents[number],
            available=True,
            free=free,
            skills=skills,
            queue_ids=frozenset(QUEUE_IDS),
            idle_since=idle_since,
        )

    def someone(self) -> AgentFacts:
        """Return somebody with room for one."""
        return self.agent(self._chance.randrange(len(self._agents)), UNITS)

    def another(self, gone: Waiting) -> Waiting:
        """Return one more of the kind that was given away."""
        return _waiting(self._chance, gone.needs, self.now, gone.queue_id, gone.params)

    def decide(self, agent: AgentFacts) -> tuple[Decision, float]:
        """Let somebody have room, decide; returns what was decided and the wall time of that."""
        self._count += 1
        self.now = NOW + timedelta(seconds=self._count / A_SECOND)
        begun = time.perf_counter()
        self.state.put_agent(agent)
        decisions = self.state.decide(self.now, 1)
        took = time.perf_counter() - begun
        if len(decisions) != 1:
            raise RuntimeError(f"A free slot led to {len(decisions)} decisions: no figure.")
        return decisions[0], took

    def take_in(self, decision: Decision) -> None:
        """Let another begin to wait in the place of what was given away."""
        item = self.another(self.waiting.pop(decision.interaction_id))
        self.waiting[item.id] = item
        self.state.put_waiting(item)

    def round(self) -> tuple[float, list[float]]:
        """Return the CPU time of a decision in this round, in seconds, and the wall time of each.

        To ask for the CPU time takes as long as to decide, so it is asked for at the ends; what the bench itself does in
        between is done once more without a router, and taken off.
        """
        some = next(iter(self.waiting.values()))
        begun = time.process_time()
        for _ in range(PER_ROUND):
            self.someone()
            self.another(some)
        own = time.process_time() - begun
        begun, times = time.process_time(), []
        for _ in range(PER_ROUND):
            decision, took = self.decide(self.someone())
            self.take_in(decision)
            times.append(took)
        return (time.process_time() - begun - own) / PER_ROUND, times

    def scan(self, agent: AgentFacts) -> UUID:
        """Return what somebody should get, by looking at all that waits: the baseline, and the proof."""
        at = float(int(self.now.timestamp()))
        minutes = index.backlog_minutes(sum(i.params.handling_s / 60.0 for i in self.waiting.values()), len(self._agents))
        return min(_order(item, at, minutes) for item in self.waiting.values() if _can(agent, item))[-1]


def _can(agent: AgentFacts, item: Waiting) -> bool:
    return item.queue_id in agent.queue_ids and all(agent.skills.get(need.skill, 0) >= need.level for need in item.needs)


def _order(item: Waiting, at: float, minutes: float) -> tuple[float, float, float, UUID]:
    weight = index.static_weight(item.params, item.value, minutes)
    since, due = item.since.timestamp(), item.due_at.timestamp()
    return (-weight * index.urgency(item.params, at - since, due - at), due, since, item.id)


def _waiting(
    chance: random.Random, needs: tuple[Need, ...], since: datetime, queue_id: UUID, params: Params
) -> Waiting:  # fmt: skip
    return Waiting(
        id=uuid7_at(int(since.timestamp() * 1000), chance.randbytes(10)), version=1, queue_id=queue_id, needs=needs, units=UNITS,
        priority=0, since=since, due_at=since + timedelta(hours=1), params=params,
    )  # fmt: skip


def enquiries(count: int, seed: int = 7) -> list[Waiting]:
    """Return what waits: the same on every run."""
    chance = random.Random(seed)
    drawn = shape(random.Random(seed))
    needs = {found: tuple(Need(f"s{skill}") for skill in found) for found in drawn.sets}
    found = []
    for _ in range(count):
        place = chance.randrange(QUEUES)
        since = NOW - timedelta(seconds=chance.randrange(3600))
        found.append(_waiting(chance, needs[drawn.needs(chance)], since, QUEUE_IDS[place], CLASSES[place % len(CLASSES)]))
    return found


def costs(halls: dict[int, Hall]) -> dict[int, float]:
    """Return the CPU time of a decision in each hall, in microseconds: the median of rounds.

    The halls take turns, so that what else the machine does meets all of them; the first round warms up.
    """
    rounds = [{size: hall.round()[0] for size, hall in halls.items()} for _ in range(ROUNDS + 1)]
    return {size: statistics.median(found[size] for found in rounds[1:]) * 1e6 for size in halls}


def scanned(hall: Hall) -> list[float]:
    """Return how long scans take, in seconds. Raises RuntimeError when a scan and the router disagree."""
    took = []
    for _ in range(SCANS):
        agent = hall.someone()
        decision, _ = hall.decide(agent)
        begun = time.perf_counter()
        best = hall.scan(agent)
        took.append(time.perf_counter() - begun)
        if best != decision.interaction_id:
            raise RuntimeError("The router decided otherwise than a scan of all that waits: no figure.")
        hall.take_in(decision)
    return took
