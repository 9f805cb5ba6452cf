"""One run: events in order of time, decided by the very router that works in the house."""

import heapq
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Final, Protocol
from uuid import UUID

from unisono.routing.facts import NO_PROMISE, AgentFacts, Decision, Need, Params, Reserve, Waiting
from unisono.routing.simulator.plan import Arrivals, Chance, Plan, Staff, queue_id
from unisono.routing.simulator.tally import Tally
from unisono.routing.state import RouterState

_START: Final = datetime(2026, 1, 5, tzinfo=UTC)


class Mind(Protocol):
    """What decides: `RouterState`, or another policy that it is compared with."""

    def put_waiting(self, item: Waiting) -> None: ...

    def remove_waiting(self, interaction_id: UUID) -> None: ...

    def put_agent(self, agent: AgentFacts) -> None: ...

    def decide(self, now: datetime, limit: int = 100) -> list[Decision]: ...


class _Worker:
    def __init__(self, agent_id: UUID, staff: Staff, since: datetime) -> None:
        self.id = agent_id
        self.skills = dict(staff.skills)
        self.queues = frozenset(queue_id(name) for name in staff.queues)
        self.units = staff.units
        self.free = staff.units
        self.idle_since = since

    def facts(self) -> AgentFacts:
        return AgentFacts(
            id=self.id, available=True, free=self.free, skills=self.skills, queue_ids=self.queues, idle_since=self.idle_since
        )


def router_for(plan: Plan) -> RouterState:
    """Return a router with the reserves of the plan."""
    state = RouterState()
    state.set_reserves(
        Reserve(queue_ids=frozenset(queue_id(name) for name in kept.queues), agents=kept.agents, units=kept.units)
        for kept in plan.reserves
    )
    return state


def play(plan: Plan, chance: Chance, mind: Callable[[Plan], Mind] = router_for) -> Tally:
    """Play one run of a plan; `chance` is the only source of randomness."""
    return _Run(plan, chance, mind(plan)).play()


class _Run:
    def __init__(self, plan: Plan, chance: Chance, mind: Mind) -> None:
        self._plan = plan
        self._chance = chance
        self._mind = mind
        self._events: list[tuple[float, int, Callable[[], None]]] = []
        self._number = 0
        self._now = 0.0
        self._waiting: dict[UUID, tuple[Arrivals, float, float]] = {}
        self._kinds: dict[str, tuple[UUID, tuple[Need, ...], Params]] = {
            a.name: (queue_id(a.queue), a.needs(), a.params()) for a in plan.arrivals
        }
        self.tally = Tally(plan)
        self._workers: dict[UUID, _Worker] = {}
        for staff in plan.staff:
            for _ in range(staff.count):
                worker = _Worker(UUID(int=len(self._workers) + 1), staff, _START)
                self._workers[worker.id] = worker
                mind.put_agent(worker.facts())

    def play(self) -> Tally:
        for arrivals in self._plan.arrivals:
            if arrivals.backlog:
                for _ in range(arrivals.backlog):
                    self._arrive(arrivals)
            else:
                self._next_arrival(arrivals)
        self._decide()
        while self._events and self._events[0][0] < self._plan.minutes:
            self._now, _, happen = heapq.heappop(self._events)
            happen()
            self._decide()
        self.tally.end(self._plan.minutes, {kind: n for kind, n in self._left().items() if n})
        return self.tally

    def _left(self) -> dict[str, int]:
        left: dict[str, int] = {}
        for arrivals, _, _ in self._waiting.values():
            left[arrivals.name] = left.get(arrivals.name, 0) + 1
        return left

    def _at(self) -> datetime:
        return _START + timedelta(minutes=self._now)

    def _plan_event(self, after: float, happen: Callable[[], None]) -> None:
        self._number += 1
        heapq.heappush(self._events, (self._now + after, self._number, happen))

    def _next_arrival(self, arrivals: Arrivals) -> None:
        # Thinning: candidates at the highest rate, kept with the share that the rate of their time is of it.
        rates, highest, at = arrivals.per_minute, max(arrivals.per_minute), self._now
        if highest <= 0:
            return
        while True:
            at += self._chance.expovariate(highest)
            if at >= self._plan.minutes:
                return
            rate = rates[int(at / arrivals.period_minutes) % len(rates)]
            if rate == highest or self._chance.random() * highest < rate:
                break

        def come() -> None:
            self._next_arrival(arrivals)
            self._arrive(arrivals)

        self._plan_event(at - self._now, come)

    def _arrive(self, arrivals: Arrivals) -> None:
        self._number += 1
        item_id = UUID(int=self._number)
        queue, needs, params = self._kinds[arrivals.name]
        since = self._at()
        due = since + timedelta(seconds=arrivals.promise_s) if arrivals.promise_s is not None else NO_PROMISE
        patience = arrivals.patience.draw(self._chance) if arrivals.patience is not None else float("inf")
        self._waiting[item_id] = (arrivals, self._now, patience)
        self.tally.came(arrivals.name, self._now)
        self._mind.put_waiting(
            Waiting(
                id=item_id, version=1, queue_id=queue, needs=needs, units=arrivals.units, priority=arrivals.priority,
                since=since, due_at=due, params=params,
            )
        )  # fmt: skip
        if patience < float("inf"):
            self._plan_event(patience, lambda: self._leave(item_id))

    def _leave(self, item_id: UUID) -> None:
        found = self._waiting.pop(item_id, None)
        if found is not None:
            self._mind.remove_waiting(item_id)
            self.tally.left(found[0].name, found[1], self._now)

    def _decide(self) -> None:
        while decisions := self._mind.decide(self._at()):
            for decision in decisions:
                self._start(decision)

    def _start(self, decision: Decision) -> None:
        arrivals, since, _ = self._waiting.pop(decision.interaction_id)
        worker = self._workers[decision.agent_id]
        worker.free -= decision.units
        handling = arrivals.handling.draw(self._chance)
        self.tally.served(arrivals.name, since, self._now, handling, decision.units)

        def done() -> None:
            worker.free += decision.units
            worker.idle_since = self._at()
            self._mind.put_agent(worker.facts())

        self._plan_event(handling, done)
        if arrivals.backlog:
            self._arrive(arrivals)
