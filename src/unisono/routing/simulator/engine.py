"""One run: events in order of time, decided by the very router that works in the house."""

import heapq
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Final, Protocol
from uuid import UUID

from unisono.routing.facts import NO_PROMISE, AgentFacts, Decision, Need, Params, Reserve, Waiting
from unisono.routing.simulator.crew import Crew, Worker
from unisono.routing.simulator.plan import Arrivals, Chance, Plan, queue_id
from unisono.routing.simulator.tally import Tally
from unisono.routing.state import RouterState

_START: Final = datetime(2026, 1, 5, tzinfo=UTC)
_AT_ONCE: Final = 100


class Mind(Protocol):
    """What decides: `RouterState`, or another policy that it is compared with. `decide` returns all that can begin now, as far
    as `limit` goes."""

    def put_waiting(self, item: Waiting) -> None: ...

    def remove_waiting(self, interaction_id: UUID) -> None: ...

    def put_agent(self, agent: AgentFacts) -> None: ...

    def decide(self, now: datetime, limit: int = 100) -> list[Decision]: ...


def router_for(plan: Plan) -> RouterState:
    """Return a router with the reserves of the plan."""
    state = RouterState()
    state.set_reserves(
        Reserve(queue_ids=frozenset(queue_id(name) for name in kept.queues), agents=kept.agents, units=kept.units)
        for kept in plan.reserves
    )
    return state


def play(plan: Plan, chance: Chance, mind: Callable[[Plan], Mind] = router_for) -> Tally:
    """Play one run of a plan; `chance` is the only source of randomness.

    What comes, how long it takes and how long it would wait are drawn when it comes: plans that differ in people and policy alone
    meet the same day.
    """
    return _Run(plan, chance, mind(plan)).play()


class _Waits:
    """Somebody who waits, and all that is known of them."""

    __slots__ = ("arrivals", "handling", "in_place", "since")

    def __init__(self, arrivals: Arrivals, since: float, handling: float) -> None:
        self.arrivals = arrivals
        self.since = since
        self.handling = handling
        self.in_place = False


class _Run:
    def __init__(self, plan: Plan, chance: Chance, mind: Mind) -> None:
        self._plan = plan
        self._chance = chance
        self._mind = mind
        self._events: list[tuple[float, int, Callable[[], None]]] = []
        self._number = 0
        self._now = 0.0
        self._waiting: dict[UUID, _Waits] = {}
        self._kinds: dict[str, tuple[UUID, tuple[Need, ...], Params]] = {
            a.name: (queue_id(a.queue), a.needs(), a.params()) for a in plan.arrivals
        }
        self._busyness = chance.gammavariate(1.0 / plan.day_cv**2, plan.day_cv**2) if plan.day_cv else 1.0
        self._taken = dict.fromkeys(plan.places, 0)
        self._free = 0
        self._more_came = False
        self.tally = Tally(plan)
        self._crews = [Crew(staff, number) for number, staff in enumerate(plan.staff)]
        self._workers: dict[UUID, tuple[Worker, Crew]] = {}

    def play(self) -> Tally:
        for crew in self._crews:
            self._staff(crew)
        for arrivals in self._plan.arrivals:
            if arrivals.backlog:
                for _ in range(arrivals.backlog):
                    self._arrive(arrivals)
            else:
                self._next_arrival(arrivals)
        self._decide()
        while self._events and (self._events[0][0] < self._plan.minutes or (self._plan.empties and self._waiting)):
            self._now, _, happen = heapq.heappop(self._events)
            happen()
        self.tally.end(max(self._now, self._plan.minutes), ((w.arrivals.name, w.since) for w in self._waiting.values()))
        return self.tally

    def _at(self) -> datetime:
        return _START + timedelta(minutes=self._now)

    def _plan_event(self, after: float, happen: Callable[[], None]) -> None:
        self._number += 1
        heapq.heappush(self._events, (self._now + after, self._number, happen))

    # -- who is there ---------------------------------------------------------------------------------------------

    def _staff(self, crew: Crew) -> None:
        """Let people come and go as the plan wants at this minute, and see to the next time it changes."""
        for worker in crew.want(crew.staff.at(self._now), self._at()):
            self._workers[worker.id] = (worker, crew)
            self._free += worker.units if worker.present else -worker.units
            self._mind.put_agent(worker.facts())
        if len(crew.staff.counts) > 1:
            period = crew.staff.period_minutes
            change = (round(self._now / period) + 1) * period
            if change < self._plan.minutes:

                def turn() -> None:
                    self._staff(crew)
                    self._decide()

                self._plan_event(change - self._now, turn)

    # -- what comes -----------------------------------------------------------------------------------------------

    def _next_arrival(self, arrivals: Arrivals) -> None:
        """Draw what the rates have to add up to until the next one comes: where the rate changes, the rest is stretched by it."""
        rates, period, at = arrivals.per_minute, arrivals.period_minutes, self._now
        left = self._chance.expovariate(1.0) / self._busyness
        if len(rates) == 1:
            at = at + left / rates[0] if rates[0] > 0 else self._plan.minutes
        else:
            number = int(at / period)
            while at < self._plan.minutes:
                end = (number + 1) * period
                rate = rates[number % len(rates)]
                if rate * (end - at) >= left:
                    at += left / rate
                    break
                left -= rate * max(end - at, 0.0)
                at, number = end, number + 1
        if at >= self._plan.minutes:
            return

        def come() -> None:
            self._next_arrival(arrivals)
            item_id = self._arrive(arrivals)
            self._decide()
            if arrivals.places:
                self._find_place(item_id)

        self._plan_event(at - self._now, come)

    def _arrive(self, arrivals: Arrivals) -> UUID:
        self._number += 1
        item_id = UUID(int=self._number)
        patience = arrivals.patience.draw(self._chance) if arrivals.patience is not None else float("inf")
        handling = arrivals.handling.draw(self._chance)
        self.tally.came(arrivals.name, self._now, handling)
        queue, needs, params = self._kinds[arrivals.name]
        since = self._at()
        due = since + timedelta(seconds=arrivals.promise_s) if arrivals.promise_s is not None else NO_PROMISE
        self._waiting[item_id] = _Waits(arrivals, self._now, handling)
        self._more_came = True
        self._mind.put_waiting(
            Waiting(
                id=item_id, version=1, queue_id=queue, needs=needs, units=arrivals.units, priority=arrivals.priority,
                since=since, due_at=due, params=params,
            )
        )  # fmt: skip
        if patience < float("inf"):
            self._plan_event(patience, lambda: self._leave(item_id))
        return item_id

    def _find_place(self, item_id: UUID) -> None:
        """Let who was not served at once wait in a place, or turn them away."""
        found = self._waiting.get(item_id)
        if found is None:
            return
        places = found.arrivals.places
        if self._taken[places] < self._plan.places[places]:
            self._taken[places] += 1
            found.in_place = True
            return
        del self._waiting[item_id]
        self._mind.remove_waiting(item_id)
        self.tally.blocked(found.arrivals.name, self._now)

    def _leave(self, item_id: UUID) -> None:
        found = self._waiting.pop(item_id, None)
        if found is not None:
            self._mind.remove_waiting(item_id)
            self._release(found)
            self.tally.left(found.arrivals.name, found.since, self._now)

    def _release(self, found: _Waits) -> None:
        if found.in_place:
            self._taken[found.arrivals.places] -= 1

    # -- who does what --------------------------------------------------------------------------------------------

    def _decide(self) -> None:
        # Nobody with room and nothing that waits leaves nothing to decide; asking would only take time.
        while self._free > 0 and self._waiting:
            self._more_came = False
            decisions = self._mind.decide(self._at(), _AT_ONCE)
            for decision in decisions:
                self._start(decision)
            if len(decisions) < _AT_ONCE and not self._more_came:
                return

    def _start(self, decision: Decision) -> None:
        found = self._waiting.pop(decision.interaction_id)
        self._release(found)
        arrivals, units = found.arrivals, decision.units
        worker, crew = self._workers[decision.agent_id]
        worker.free -= units
        self._free -= units
        self.tally.served(arrivals.name, found.since, self._now, found.handling, units)

        def done() -> None:
            was_there = worker.present
            worker.free += units
            worker.idle_since = self._at()
            crew.finished(worker)
            if worker.present:
                self._free += units
            elif was_there:
                self._free -= worker.free - units
            if was_there:
                self._mind.put_agent(worker.facts())
            self._decide()

        self._plan_event(found.handling, done)
        if arrivals.backlog and self._now < self._plan.minutes:
            self._arrive(arrivals)
