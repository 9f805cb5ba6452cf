"""Rules of thumb that the router is measured against: for one pool of people alike, each with room for one."""

from collections import deque
from collections.abc import Callable
from datetime import datetime
from typing import Final
from uuid import UUID

from unisono.routing.facts import AgentFacts, Decision, Params, Reason, Waiting

_REASON: Final = Reason(code="rule", waited_s=0)
Key = Callable[[Params, deque[Waiting]], float]
"""Of a class and who waits in it, oldest first: the highest is served next."""


class Rule:
    """Serve the oldest of the class that a key puts first."""

    def __init__(self, key: Key) -> None:
        self._key = key
        self._classes: dict[Params, deque[Waiting]] = {}
        self._free: dict[UUID, AgentFacts] = {}

    def put_waiting(self, item: Waiting) -> None:
        self._classes.setdefault(item.params, deque()).append(item)

    def remove_waiting(self, interaction_id: UUID) -> None:
        for items in self._classes.values():
            for item in items:
                if item.id == interaction_id:
                    items.remove(item)
                    return

    def put_agent(self, agent: AgentFacts) -> None:
        if agent.available and agent.free > 0:
            self._free[agent.id] = agent
        else:
            self._free.pop(agent.id, None)

    def decide(self, now: datetime, limit: int = 100) -> list[Decision]:  # noqa: ARG002 (none of them looks at the clock)
        decisions: list[Decision] = []
        while self._free and len(decisions) < limit:
            waiting = [(params, items) for params, items in self._classes.items() if items]
            if not waiting:
                break
            _, items = max(waiting, key=lambda one: self._key(*one))
            item = items.popleft()
            agent = self._free.pop(next(iter(self._free)))
            decisions.append(
                Decision(interaction_id=item.id, version=item.version, agent_id=agent.id, units=item.units, reason=_REASON)
            )
        return decisions


RULES: Final[dict[str, Key]] = {
    "first come, first served": lambda _, items: -items[0].since.timestamp(),
    "longest queue": lambda _, items: len(items),
    "most valuable first": lambda params, _: params.cost * 60 / params.handling_s,
}
