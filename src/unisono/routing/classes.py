"""Work of one class: whatever waits in it is alike for the question who can take it, so only its head competes."""

import heapq
import math
from collections.abc import Iterator
from datetime import datetime
from uuid import UUID

from msgspec.structs import replace

from unisono.routing import index
from unisono.routing.bits import Bits
from unisono.routing.facts import NO_PROMISE, Need, Params, Waiting
from unisono.routing.profile import Profile

ClassKey = tuple[UUID, tuple[Need, ...], int, int, Params, float, tuple[object, ...], int, bool, bool, frozenset[UUID]]
Rank = tuple[int, float, float, float, UUID]
"""Order of serving, smallest first: priority (negated), index (negated), promised time, arrival, id."""


def moments(item: Waiting) -> Iterator[float]:
    """Return the times (seconds of the epoch) at which an enquiry moves to another class, or ends to prefer, by itself."""
    since = item.since.timestamp()
    yield from (since + step.after_s for step in item.steps)
    if item.params.fades and item.due_at is not NO_PROMISE:
        yield item.due_at.timestamp()
    if item.preferred_agent_id is not None and item.preferred_until is not None:
        yield item.preferred_until.timestamp()


def preferring(item: Waiting, at: float) -> Waiting:
    """Return an enquiry as it stands at a time: once its preference is over, anybody may take it alike."""
    if item.preferred_agent_id is None or item.preferred_until is None or at < item.preferred_until.timestamp():
        return item
    return replace(item, preferred_agent_id=None)


def step_at(item: Waiting, at: float) -> int:
    """Return how many steps of relaxation have been taken at a time."""
    waited = at - item.since.timestamp()
    return sum(1 for step in item.steps if step.after_s <= waited)


def class_key(item: Waiting, at: float) -> ClassKey:
    """Return what makes enquiries interchangeable at a time."""
    timed = item.due_at < NO_PROMISE
    late = timed and item.params.fades and item.due_at.timestamp() <= at
    return (
        item.queue_id, item.needs, item.units, item.priority, item.params, item.value, item.steps, step_at(item, at), timed,
        late, item.refused,
    )  # fmt: skip


class WorkClass:
    """The heap of one class and what its head weighs."""

    def __init__(self, key: ClassKey, item: Waiting, bits: Bits) -> None:
        self.key = key
        self.params = item.params
        self.value = item.value
        self.units = item.units
        self.priority = item.priority
        self.step = key[7]
        self.timed, self.late = key[8], key[9]
        taken = item.steps[: self.step]
        self._lower = sum(step.lower for step in taken)
        dropped: frozenset[str] = frozenset().union(*(step.drop for step in taken))
        self.asked = tuple(need for need in item.needs if need.skill not in dropped)
        self.skills = tuple(need.skill for need in item.needs)
        self.dropped = tuple(need.skill for need in item.needs if need.skill in dropped)
        self.hard = bits.needs((need for need in self.asked if not need.optional), self._lower)
        if item.params.one_at_a_time:
            self.hard |= bits.unengaged
        self.soft = bits.needs((need for need in self.asked if need.optional), self._lower)
        self.queues = bits.queues({item.queue_id}.union(*(step.queue_ids for step in taken)))
        hard = [need for need in self.asked if not need.optional]
        self._levels = [bits.need(need, lower) for need in hard for lower in range(min(self._lower, need.level - 1))]
        self._soft_bits = [(need.skill, bits.need(need, self._lower)) for need in self.asked if need.optional]
        self.known: dict[int, float] = {}
        """Matches, by mask, that were asked for before."""
        self._able: list[Profile] = []
        self._read = 0
        self.heap: list[tuple[float, float, UUID, int]] = []
        self.size = 0
        self.weight = 0.0
        self.rank: Rank | None = None

    def __lt__(self, other: "WorkClass") -> bool:
        # Heaps order by rank; a class that stands there twice with one rank needs an answer, any.
        return False

    def order(self, item: Waiting) -> tuple[float, float, UUID, int]:
        """Return the place of an enquiry in the class: promised first, then oldest; what fades: the freshest first."""
        since = item.since.timestamp()
        due = item.due_at.timestamp() if self.timed else 0.0
        return (-due if self.late else due, since, item.id, item.version)

    def push(self, item: Waiting) -> None:
        """Let an enquiry wait here."""
        heapq.heappush(self.heap, self.order(item))
        self.size += 1

    def match(self, mask: int) -> float:
        """Return how well somebody with these bits fits, 0 when they cannot take it."""
        found = self.known.get(mask)
        if found is None:
            found = self.known[mask] = self._matched(mask)
        return found

    def able(self, profiles: list[Profile]) -> list[Profile]:
        """Return those of all profiles (a list that only grows) that can take it, the least scarce skills first."""
        if self._read < len(profiles):
            self._able += [profile for profile in profiles[self._read :] if self.match(profile.mask) > 0.0]
            self._able.sort(key=lambda profile: profile.scarcity)
            self._read = len(profiles)
        return self._able

    def _matched(self, mask: int) -> float:
        if self.hard & mask != self.hard or not self.queues & mask:
            return 0.0
        lacking = index.LACKING if self.soft & mask != self.soft else 1.0
        return lacking * index.LOWERED ** sum(1 for bit in self._levels if not bit & mask)

    def given_up(self, mask: int) -> tuple[str, ...]:
        """Return the skills asked that somebody with these bits does not bring."""
        if not self._soft_bits:
            return self.dropped
        return self.dropped + tuple(skill for skill, bit in self._soft_bits if not bit & mask)

    def rank_of(self, item: Waiting, at: float) -> Rank:
        """Return the place of an enquiry among all that waits."""
        return self._placed(item.due_at.timestamp() if self.timed else 0.0, item.since.timestamp(), item.id, at)

    def rank_of_head(self, at: float) -> Rank:
        """Return the place of what stands first in the heap."""
        due, since, interaction_id, _ = self.heap[0]
        return self._placed(-due if self.late else due, since, interaction_id, at)

    def _placed(self, due: float, since: float, interaction_id: UUID, at: float) -> Rank:
        urgency = index.urgency(self.params, at - since, due - at if self.timed else None)
        return (-self.priority, -self.weight * urgency, due if self.timed else math.inf, since, interaction_id)


def seconds(at: datetime) -> float:
    """Return a time as seconds of the epoch, whole: the index is compared second by second."""
    return float(int(at.timestamp()))
