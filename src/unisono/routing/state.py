"""What the router knows: who waits, who can take it. Pure memory; changed by facts, asked for decisions.

No type here has a field for network or medium: equal rank is a property of the input (DESIGN, law 2).
"""

import heapq
from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from msgspec import Struct


class Need(Struct, frozen=True):
    """A skill at a level. Optional ones give way when nobody has them."""

    skill: str
    level: int = 1
    optional: bool = False


class Waiting(Struct, frozen=True, kw_only=True):
    """An enquiry that waits, reduced to what may decide about it.

    units: capacity that it takes. since: when it was said. due_at: promised answer. refused: agents that declined it
    or let it pass, for whom it is not the first choice again.
    """

    id: UUID
    version: int
    queue_id: UUID
    needs: tuple[Need, ...]
    units: int
    priority: int
    since: datetime
    due_at: datetime
    preferred_agent_id: UUID | None = None
    refused: frozenset[UUID] = frozenset()


class AgentFacts(Struct, frozen=True, kw_only=True):
    """A person who can take work. `free`: units left; `skills`: level by skill key."""

    id: UUID
    available: bool
    free: int
    skills: dict[str, int]
    queue_ids: frozenset[UUID]
    idle_since: datetime


class Reason(Struct, frozen=True, kw_only=True):
    """Why this one to that person, in a code and numbers; says nothing about other people."""

    code: str
    waited_s: int
    due_in_s: int | None = None
    skills: tuple[str, ...] = ()
    given_up: tuple[str, ...] = ()


class Decision(Struct, frozen=True, kw_only=True):
    """Offer this to them."""

    interaction_id: UUID
    version: int
    agent_id: UUID
    units: int
    reason: Reason


Key = tuple[int, datetime, UUID]
ClassKey = tuple[UUID, tuple[Need, ...], int]


class RouterState:
    """Who waits and who can take it; the same facts in any order give the same decisions."""

    def __init__(self) -> None:
        self._waiting: dict[UUID, Waiting] = {}
        self._agents: dict[UUID, AgentFacts] = {}
        self._heaps: dict[ClassKey, list[tuple[Key, int]]] = {}

    @property
    def waiting_count(self) -> int:
        """How many enquiries wait."""
        return len(self._waiting)

    def put_waiting(self, item: Waiting) -> None:
        """Add an enquiry or replace what is known of it; an older version than the known one changes nothing."""
        known = self._waiting.get(item.id)
        if known is not None and known.version > item.version:
            return
        self._waiting[item.id] = item
        heapq.heappush(self._heaps.setdefault(class_of(item), []), (order_key(item), item.version))

    def remove_waiting(self, interaction_id: UUID) -> None:
        """Forget an enquiry; its heap entry is dropped when it comes up."""
        self._waiting.pop(interaction_id, None)

    def put_agent(self, agent: AgentFacts) -> None:
        """Add a person or replace what is known of them."""
        self._agents[agent.id] = agent

    def remove_agent(self, agent_id: UUID) -> None:
        """Forget a person."""
        self._agents.pop(agent_id, None)

    def decide(self, now: datetime, limit: int = 100) -> list[Decision]:
        """Return the next offers, best first, and reserve for them in memory.

        Longest waiting first within the highest priority, over all classes; who cannot be served now holds up nobody
        else. The caller commits, and puts back what the store refused.
        """
        decisions: list[Decision] = []
        blocked: set[ClassKey] = set()
        while len(decisions) < limit:
            head = self._best_head(blocked)
            if head is None:
                break
            class_key, item = head
            choice = self._choose(item)
            if choice is None:
                blocked.add(class_key)
                continue
            agent, given_up = choice
            self.remove_waiting(item.id)
            self._agents[agent.id] = _reserved(agent, item.units)
            decisions.append(
                Decision(
                    interaction_id=item.id, version=item.version, agent_id=agent.id, units=item.units,
                    reason=_reason(item, agent, given_up, now),
                )
            )  # fmt: skip
        return decisions

    def _best_head(self, blocked: set[ClassKey]) -> tuple[ClassKey, Waiting] | None:
        best: tuple[Key, ClassKey, Waiting] | None = None
        for class_key in list(self._heaps):
            if class_key in blocked:
                continue
            item = self._head(class_key)
            if item is None:
                continue
            key = order_key(item)
            if best is None or key < best[0]:
                best = (key, class_key, item)
        return (best[1], best[2]) if best else None

    def _head(self, class_key: ClassKey) -> Waiting | None:
        heap = self._heaps[class_key]
        while heap:
            (_, _, interaction_id), version = heap[0]
            item = self._waiting.get(interaction_id)
            if item is not None and item.version == version and class_of(item) == class_key:
                return item
            heapq.heappop(heap)
        del self._heaps[class_key]
        return None

    def _choose(self, item: Waiting) -> tuple[AgentFacts, tuple[str, ...]] | None:
        """Who asked to see it again comes first, then who has fewest other skills to spare, then who is idle longest."""
        able = [a for a in self._agents.values() if _can(a, item, item.needs)]
        given_up: tuple[str, ...] = ()
        if not able and any(need.optional for need in item.needs):
            hard = tuple(need for need in item.needs if not need.optional)
            able = [a for a in self._agents.values() if _can(a, item, hard)]
            given_up = tuple(need.skill for need in item.needs if need.optional)
        if not able:
            return None
        willing = [a for a in able if a.id not in item.refused] or able
        return min(willing, key=lambda a: _agent_order(a, item)), given_up


def class_of(item: Waiting) -> ClassKey:
    """Return what makes enquiries interchangeable for the question who can take them."""
    return (item.queue_id, item.needs, item.units)


def order_key(item: Waiting) -> Key:
    """Return the order of serving: priority, then longest waiting, then id."""
    return (-item.priority, item.since, item.id)


def _can(agent: AgentFacts, item: Waiting, needs: Iterable[Need]) -> bool:
    return (
        agent.available
        and agent.free >= item.units
        and item.queue_id in agent.queue_ids
        and all(agent.skills.get(need.skill, 0) >= need.level for need in needs)
    )


def _agent_order(agent: AgentFacts, item: Waiting) -> tuple[bool, int, int, datetime, UUID]:
    return (agent.id != item.preferred_agent_id, len(agent.skills), -agent.free, agent.idle_since, agent.id)


def _reserved(agent: AgentFacts, units: int) -> AgentFacts:
    return AgentFacts(
        id=agent.id, available=agent.available, free=agent.free - units, skills=agent.skills, queue_ids=agent.queue_ids,
        idle_since=agent.idle_since,
    )  # fmt: skip


def _reason(item: Waiting, agent: AgentFacts, given_up: tuple[str, ...], now: datetime) -> Reason:
    if agent.id == item.preferred_agent_id:
        code = "last_agent"
    elif item.needs and not given_up:
        code = "skilled"
    else:
        code = "longest_waiting"
    due = None if item.due_at.year >= 9999 else int((item.due_at - now).total_seconds())
    return Reason(
        code=code, waited_s=max(0, int((now - item.since).total_seconds())), due_in_s=due,
        skills=tuple(need.skill for need in item.needs if need.skill not in given_up), given_up=given_up,
    )  # fmt: skip
