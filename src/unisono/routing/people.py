"""Who could take work, grouped by what they can do: a question asks each group once, never each person."""

import heapq
from collections.abc import Iterator
from typing import TypeVar
from uuid import UUID

from unisono.routing.bits import Bits
from unisono.routing.classes import WorkClass
from unisono.routing.facts import AgentFacts, Reserve
from unisono.routing.profile import Group, Idle, Person, Profile

_Key = TypeVar("_Key", int, tuple[int, int])


class People:
    """All agents."""

    def __init__(self, bits: Bits) -> None:
        self._bits = bits
        self._persons: dict[UUID, Person] = {}
        self._profiles: dict[tuple[int, int], Profile] = {}
        self._all_profiles: list[Profile] = []
        self._roomy: dict[int, dict[int, Profile]] = {}
        self._groups: list[Group] = []
        self._stamp = 0
        self._interrupts: set[frozenset[UUID]] = set()
        self.available = 0

    def get(self, agent_id: UUID) -> Person | None:
        """Return one agent."""
        return self._persons.get(agent_id)

    def put(self, agent: AgentFacts) -> bool:
        """Add or replace an agent; tells whether a reserve has more idle people than before."""
        profile = self._profile(agent)
        idle = [group.idle for group in self._groups]
        self.remove(agent.id)
        self._stamp += 1
        self._enter(Person(agent, profile, self._stamp))
        return any(group.idle > before for group, before in zip(self._groups, idle, strict=True))

    def _profile(self, agent: AgentFacts) -> Profile:
        known = self._persons.get(agent.id)
        if (
            known is not None and known.skills == agent.skills and known.queue_ids == agent.queue_ids
            and known.engaged == agent.engaged
        ):  # fmt: skip
            return known.profile
        return self._profile_of(self._bits.agent(agent), len(agent.skills))

    def _profile_of(self, mask: int, scarcity: int) -> Profile:
        profile = self._profiles.get((mask, scarcity))
        if profile is None:
            profile = self._profiles[(mask, scarcity)] = Profile(mask, scarcity, len(self._profiles))
            self._all_profiles.append(profile)
            profile.groups = [group for group in self._groups if group.holds(mask)]
        return profile

    def remove(self, agent_id: UUID) -> None:
        """Forget an agent."""
        person = self._persons.pop(agent_id, None)
        if person is not None and person.available:
            self.available -= 1
            self._count(person, -1)

    def reserve(self, person: Person, units: int, *, engages: bool) -> None:
        """Take units of an agent, who is not the longest idle any more in the heap of what was free.

        Who lends lends nothing more until the store has said what they have left. engages: from now on they are among others.
        """
        self._count(person, -1)
        self._stamp += 1
        if units > person.free:
            person.lendable = {}
        person.free = max(0, person.free - units)
        person.stamp = self._stamp
        if engages:
            person.engaged = True
            person.profile = self._profile_of(person.profile.mask & ~self._bits.unengaged, person.profile.scarcity)
        self._count(person, +1)
        self._wait(person)

    def set_reserves(self, reserves: tuple[Reserve, ...]) -> None:
        """Say how many are kept idle for what."""
        self._groups = [Group(reserve, self._bits) for reserve in reserves]
        for profile in self._profiles.values():
            profile.groups = [group for group in self._groups if group.holds(profile.mask)]
        for person in self._persons.values():
            if person.available:
                self._count(person, +1)

    def spared(self, person: Person, units: int) -> bool:
        """Tell whether an agent may begin deferrable work of this size without touching a reserve."""
        return all(group.spares() for group in self._touched(person, units))

    def start_deferred(self, person: Person, units: int) -> None:
        """Note that deferrable work begins."""
        for group in self._touched(person, units):
            group.started += 1

    def able(self, work_class: WorkClass) -> list[Profile]:
        """Return the profiles that can take it, the least scarce skills first."""
        return work_class.able(self._all_profiles)

    def with_room(self, work_class: WorkClass, units: int) -> Iterator[Profile]:
        """Return the profiles in which somebody may take it and may have room, the least scarce skills first."""
        able = self.able(work_class)
        if units <= 0 or len(able) <= sum(map(len, self._roomy.values())):
            yield from able
            return
        match = work_class.match
        known = work_class.known
        for scarcity in sorted(self._roomy):
            # Asked so often that a call for what is known would cost more than the answer.
            yield from [p for p in self._roomy[scarcity].values() if (known[p.mask] if p.mask in known else match(p.mask))]

    def longest_idle(self, profile: Profile, units: int) -> Person | None:
        """Return who has most room and, of these, has been idle longest; None when nobody has room for so much."""
        for free in sorted(profile.idle, reverse=True):
            if free < units:
                return None
            person = self._top(profile, free)
            if person is not None:
                return person
            if not any(profile.idle):
                self._roomy.get(profile.scarcity, {}).pop(profile.number, None)
        return None

    def all_with_room(self, profile: Profile, units: int) -> list[Person]:
        """Return everybody of a profile with room."""
        return [
            person for free, heap in profile.idle.items() if free >= units for entry in heap
            if (person := self._valid(entry)) is not None
        ]  # fmt: skip

    def lenders(self, work_class: WorkClass) -> Iterator[Person]:
        """Return, of each profile that can take it, who lends least to work that may interrupt."""
        kinds = self._known(work_class.params.interrupts)
        for profile in self.able(work_class):
            rooms = profile.lenders.get(kinds, {})
            best: Person | None = None
            for key in sorted(rooms, reverse=True):
                if best is not None and key[0] < best.free:
                    break
                person = self._best(rooms, key) if key[1] >= work_class.units else None
                if person is not None and (best is None or (person.idle_since, person.id) < (best.idle_since, best.id)):
                    best = person
            if best is not None:
                yield best

    def all_lenders(self, work_class: WorkClass) -> Iterator[Person]:
        """Return everybody with room for it when their work in hand lends."""
        kinds = self._known(work_class.params.interrupts)
        for profile in self.able(work_class):
            for (_, room), heap in profile.lenders.get(kinds, {}).items():
                if room >= work_class.units:
                    yield from (person for entry in heap if (person := self._valid(entry)) is not None)

    def _known(self, kinds: frozenset[UUID]) -> frozenset[UUID]:
        """Keep people by what they would lend to work that may interrupt these, from the first time that it is asked."""
        if kinds not in self._interrupts:
            self._interrupts.add(kinds)
            for person in self._persons.values():
                if person.available:
                    self._lend(person, kinds)
        return kinds

    def _touched(self, person: Person, units: int) -> list[Group]:
        free = person.free
        return [g for g in person.profile.groups if free >= g.reserve.units > free - units]

    def _count(self, person: Person, by: int) -> None:
        for group in person.profile.groups:
            if person.free >= group.reserve.units:
                group.idle += by

    def _enter(self, person: Person) -> None:
        self._persons[person.id] = person
        if person.available:
            self.available += 1
            self._count(person, +1)
            self._wait(person)

    def _wait(self, person: Person) -> None:
        profile = person.profile
        heapq.heappush(profile.idle.setdefault(person.free, []), (person.idle_since, person.id, person.stamp))
        if person.free > 0:
            self._roomy.setdefault(profile.scarcity, {})[profile.number] = profile
        if person.lendable:
            for kinds in self._interrupts:
                self._lend(person, kinds)

    def _lend(self, person: Person, kinds: frozenset[UUID]) -> None:
        room = person.room(kinds)
        if room > person.free:
            rooms = person.profile.lenders.setdefault(kinds, {})
            heapq.heappush(rooms.setdefault((person.free, room), []), (person.idle_since, person.id, person.stamp))

    def _valid(self, entry: Idle) -> Person | None:
        person = self._persons.get(entry[1])
        return person if person is not None and person.stamp == entry[2] else None

    def _top(self, profile: Profile, free: int) -> Person | None:
        return self._best(profile.idle, free)

    def _best(self, heaps: dict[_Key, list[Idle]], key: _Key) -> Person | None:
        heap = heaps[key]
        while heap:
            person = self._valid(heap[0])
            if person is not None:
                return person
            heapq.heappop(heap)
        del heaps[key]
        return None
