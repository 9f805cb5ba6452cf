"""People alike: what the router keeps of an agent, of those who can do the same, and of the idle reserves they count for."""

from uuid import UUID

from unisono.routing.bits import Bits
from unisono.routing.facts import AgentFacts, Reserve

Idle = tuple[float, UUID, int]
"""Idle since, id, stamp: an entry of a heap of people."""
Rooms = dict[tuple[int, int], list[Idle]]
"""People by units free and, with what their work in hand would lend, units in all."""


class Person:
    """An agent as the router keeps them; `stamp` rises with each change, so that older heap entries are known as stale."""

    __slots__ = ("available", "engaged", "free", "id", "idle_since", "lendable", "profile", "queue_ids", "skills", "stamp")

    def __init__(self, agent: AgentFacts, profile: "Profile", stamp: int) -> None:
        self.id = agent.id
        self.available = agent.available
        self.free = agent.free
        self.idle_since = agent.idle_since.timestamp()
        self.profile = profile
        self.skills = agent.skills
        self.queue_ids = agent.queue_ids
        self.lendable = agent.lendable
        self.engaged = agent.engaged
        self.stamp = stamp

    def room(self, interrupts: frozenset[UUID]) -> int:
        """Return the units that work which may interrupt these classes finds."""
        if not self.lendable or self.free < 0:
            return self.free
        return self.free + sum(units for class_id, units in self.lendable.items() if class_id in interrupts)


class Profile:
    """Agents with the same skills and queues, all engaged or none, by free units, longest idle first."""

    __slots__ = ("groups", "idle", "lenders", "mask", "number", "scarcity")

    def __init__(self, mask: int, scarcity: int, number: int) -> None:
        self.mask = mask
        self.scarcity = scarcity
        self.number = number
        self.idle: dict[int, list[Idle]] = {}
        self.lenders: dict[frozenset[UUID], Rooms] = {}
        self.groups: list[Group] = []


class Group:
    """An idle reserve at work: how many are idle, and how many must be."""

    __slots__ = ("hard", "idle", "queues", "reserve", "started")

    def __init__(self, reserve: Reserve, bits: Bits) -> None:
        self.reserve = reserve
        self.hard = bits.needs(reserve.needs)
        self.queues = bits.queues(reserve.queue_ids)
        self.idle = 0
        self.started = 0

    def holds(self, mask: int) -> bool:
        """Tell whether somebody with these bits counts."""
        return self.hard & mask == self.hard and bool(self.queues & mask)

    def spares(self) -> bool:
        """Tell whether one more may begin what could be deferred."""
        whole = int(self.reserve.agents)
        # The golden ratio spreads the fraction evenly over the starts, without chance.
        more = (self.started * 0.6180339887498949) % 1.0 < self.reserve.agents - whole
        return self.idle > whole + more
