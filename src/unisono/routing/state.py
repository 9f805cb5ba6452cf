"""What the router knows: who waits, who can take it. Pure memory; changed by facts, asked for decisions.

A question touches only what changed since the last one: a class with a new head looks for somebody, an agent with new room
looks for work. What neither could serve before cannot be served now either.
"""

import heapq
from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from msgspec import Struct

from unisono.routing import index
from unisono.routing.bits import Bits
from unisono.routing.classes import ClassKey, Rank, WorkClass, class_key, moments, preferring, seconds
from unisono.routing.facts import NO_PROMISE, AgentFacts, Decision, Reason, Reserve, Waiting
from unisono.routing.people import People
from unisono.routing.profile import Person, Profile
from unisono.routing.shelf import Lane, Shelf

MANY = 16
"""So many people with new room, and a quarter of the classes, ask one by one; more are looked for by the classes."""

_PairRank = tuple[int, float, float, float, UUID, int, int, float, UUID]
"""Rank of the enquiry, its index times the match; then scarce skills, room (negated), idle since, id of the person."""


class _Pair(Struct, frozen=True):
    """A possible decision, and where it came from: a class looking for somebody, or a person looking for work."""

    rank: _PairRank
    item: Waiting
    work_class: WorkClass
    person: Person
    stamp: int
    match: float


_Source = WorkClass | Profile | UUID
_Hope = tuple[_PairRank | Rank, int, _Source, _Pair | None]
"""A bound on the rank of what a source can yield (a prefix sorts before what it begins), a number, the source, the pair."""


class RouterState:
    """Who waits and who can take it; the same facts in any order give the same decisions."""

    def __init__(self) -> None:
        self._bits = Bits()
        self._people = People(self._bits)
        self._waiting: dict[UUID, tuple[Waiting, WorkClass]] = {}
        self._classes: dict[ClassKey, WorkClass] = {}
        self._shelf = Shelf()
        self._own: dict[UUID, set[UUID]] = {}
        self._timers: list[tuple[float, UUID, int]] = []
        self._new: dict[UUID, Waiting] = {}
        self._changed_classes: dict[WorkClass, None] = {}
        self._changed_people: dict[UUID, None] = {}
        self._changed_profiles: dict[Profile, None] = {}
        self._refused: set[WorkClass] = set()
        self._interrupting: set[WorkClass] = set()
        self._leaning: dict[UUID, dict[WorkClass, None]] = {}
        self._held_back: dict[WorkClass, None] = {}
        self._hopes: list[_Hope] = []
        self._number = 0
        self._tick = float("-inf")
        self._horizon = index.HORIZON_MIN

    @property
    def waiting_count(self) -> int:
        """How many enquiries wait."""
        return len(self._waiting) + len(self._new)

    def put_waiting(self, item: Waiting) -> None:
        """Add an enquiry or replace what is known of it; an older version than the known one changes nothing."""
        known = self._known(item.id)
        if known is not None and known.version > item.version:
            return
        self.remove_waiting(item.id)
        self._new[item.id] = item

    def remove_waiting(self, interaction_id: UUID) -> None:
        """Forget an enquiry; its heap entry is dropped when it comes up."""
        self._new.pop(interaction_id, None)
        found = self._waiting.pop(interaction_id, None)
        if found is None:
            return
        item, work_class = found
        work_class.size -= 1
        if item.preferred_agent_id is not None:
            own = self._own.get(item.preferred_agent_id, set())
            own.discard(interaction_id)
            if not own:
                self._own.pop(item.preferred_agent_id, None)
        if work_class.rank is not None and work_class.rank[4] == interaction_id:
            self._rank(work_class)

    def put_agent(self, agent: AgentFacts) -> None:
        """Add a person or replace what is known of them."""
        if self._people.put(agent):
            self._look_again_at_held_back()
        self._changed_people[agent.id] = None
        self._lost_room(agent.id)
        person = self._people.get(agent.id)
        if person is not None:
            self._may_lend(person)

    def remove_agent(self, agent_id: UUID) -> None:
        """Forget a person."""
        self._people.remove(agent_id)
        self._lost_room(agent_id)
        self._changed_people.pop(agent_id, None)

    def set_reserves(self, reserves: Iterable[Reserve]) -> None:
        """Say how many agents are kept idle for what cannot wait."""
        self._people.set_reserves(tuple(reserves))
        self._look_again_at_held_back()

    def next_moment(self) -> datetime | None:
        """Return when a step of relaxation comes due or a preference ends; None when nothing changes by time alone."""
        while self._timers and not self._is_due_item(self._timers[0]):
            heapq.heappop(self._timers)
        return datetime.fromtimestamp(self._timers[0][0], NO_PROMISE.tzinfo) if self._timers else None

    def settle(self, now: datetime) -> None:
        """Put what is new in its place, so that the next decision need not: a standby that takes over decides at once."""
        self._settle(now.timestamp())

    def decide(self, now: datetime, limit: int = 100) -> list[Decision]:
        """Return the next offers, best first, and reserve for them in memory.

        Highest priority first, then highest index (see `index`), then what was promised first, then what waits longest. Who
        cannot be served now holds up nobody else. The caller commits, and puts back what the store refused.
        """
        exact, at = now.timestamp(), seconds(now)
        self._advance(exact, at)
        decisions: list[Decision] = []
        while len(decisions) < limit:
            self._enter_changes(at)
            if not self._hopes:
                break
            bound, _, source, pair = heapq.heappop(self._hopes)
            if pair is None and isinstance(source, WorkClass):
                pair = self._somebody_for(source)
                if pair is None:
                    continue
                if pair.rank[:5] != bound:
                    self._push(pair.rank, source, pair)
                    if source in self._interrupting:
                        # Whoever would be interrupted if this person had no room may suit it better.
                        self._leaning.setdefault(pair.person.id, {})[source] = None
                    continue
            assert pair is not None
            if self._holds(pair):
                decisions.append(self._assign(pair, exact))
                if pair.work_class.params.deferrable:
                    # Another threshold holds for the next start.
                    self._look_again_at_held_back()
            self._look_again(source)
        return decisions

    # -- what changed ---------------------------------------------------------------------------------------------

    def _known(self, interaction_id: UUID) -> Waiting | None:
        found = self._waiting.get(interaction_id)
        return found[0] if found else self._new.get(interaction_id)

    def _is_due_item(self, timer: tuple[float, UUID, int]) -> bool:
        known = self._known(timer[1])
        return known is not None and known.version == timer[2]

    def _look_again_at_held_back(self) -> None:
        self._changed_classes.update(self._held_back)
        self._held_back.clear()

    def _advance(self, exact: float, at: float) -> None:
        while self._timers and self._timers[0][0] <= exact:
            timer = heapq.heappop(self._timers)
            if self._is_due_item(timer) and timer[1] in self._waiting:
                self.put_waiting(self._waiting[timer[1]][0])
        self._settle(exact)
        if at != self._tick:
            self._tick = at
            self._weigh()
            hopes, self._hopes = self._hopes, []
            for _, _, source, _ in hopes:
                self._look_again(source)

    def _settle(self, exact: float) -> None:
        for item in self._new.values():
            self._place(item, exact)
        self._new.clear()

    def _place(self, item: Waiting, exact: float) -> None:
        item = preferring(item, exact)
        key = class_key(item, exact)
        work_class = self._classes.get(key)
        if work_class is None:
            work_class = self._classes[key] = WorkClass(key, item, self._bits)
            work_class.weight = index.static_weight(item.params, item.value, self._horizon)
            self._shelf.add(work_class)
            # Who can take it takes longest of a first decision: it is found out when the class comes up, also by a standby.
            self._people.able(work_class)
            if item.refused:
                self._refused.add(work_class)
            if item.params.interrupts and not item.params.deferrable:
                self._interrupting.add(work_class)
        self._waiting[item.id] = (item, work_class)
        work_class.push(item)
        if len(work_class.heap) > 4 * work_class.size + 64:
            self._sweep(work_class)
        if item.preferred_agent_id is not None:
            self._own.setdefault(item.preferred_agent_id, set()).add(item.id)
        later = [moment for moment in moments(item) if moment > exact]
        if later:
            heapq.heappush(self._timers, (min(later), item.id, item.version))
        head = work_class.heap[0]
        if head[2] == item.id or work_class.rank is None:
            self._rank(work_class)
        self._changed_classes[work_class] = None

    # -- the order of classes -------------------------------------------------------------------------------------

    def _weigh(self) -> None:
        work = sum(c.size * c.params.handling_s / 60.0 for c in self._classes.values())
        before, self._horizon = self._horizon, index.backlog_minutes(work, self._people.available)
        empty = 0
        for work_class in self._classes.values():
            if self._horizon != before:
                work_class.weight = index.static_weight(work_class.params, work_class.value, self._horizon)
            head = self._head(work_class)
            work_class.rank = work_class.rank_of_head(self._tick) if head is not None else None
            empty += head is None
        if empty > 64 + 2 * (len(self._classes) - empty):
            self._classes = {key: found for key, found in self._classes.items() if found.rank is not None}
            self._shelf.begin(self._classes.values())
            self._refused = {c for c in self._refused if c.rank is not None}
            self._interrupting = {c for c in self._interrupting if c.rank is not None}
        self._shelf.reorder()

    def _rank(self, work_class: WorkClass) -> None:
        """Put a class where its head belongs; one that is empty has no place."""
        head = self._head(work_class)
        work_class.rank = work_class.rank_of_head(self._tick) if head is not None else None
        if head is not None:
            self._shelf.moved(work_class)

    def _head(self, work_class: WorkClass) -> Waiting | None:
        heap = work_class.heap
        while heap:
            _, _, interaction_id, version = heap[0]
            found = self._waiting.get(interaction_id)
            if found is not None and found[0].version == version and found[1] is work_class:
                return found[0]
            heapq.heappop(heap)
        return None

    def _sweep(self, work_class: WorkClass) -> None:
        live = (found for _, _, number, _ in work_class.heap if (found := self._waiting.get(number)) and found[1] is work_class)
        work_class.heap = [work_class.order(item) for item, _ in {found[0].id: found for found in live}.values()]
        heapq.heapify(work_class.heap)

    # -- who for what ---------------------------------------------------------------------------------------------

    def _enter_changes(self, at: float) -> None:
        """Turn what changed into hopes: a class at the best rank that its head could have, a person with their best pair."""
        if self._changed_people:
            self._gather()
        if self._changed_classes:
            classes, self._changed_classes = self._changed_classes, {}
            for work_class in classes:
                self._hope_for_class(work_class)
        if self._changed_profiles:
            profiles, self._changed_profiles = self._changed_profiles, {}
            for profile in profiles:
                self._hope_for(profile, self._people.longest_idle(profile, self._shelf.least_units), at)
        if self._changed_people:
            people, self._changed_people = self._changed_people, {}
            for agent_id in people:
                self._hope_for(agent_id, self._people.get(agent_id), at)

    def _gather(self) -> None:
        """Reduce who has new room to as few questions as give the same pairs.

        More people than classes: the classes look for people. Else of people alike only the first one asks: whoever has most
        room, and of these is idle longest, outranks the others for anything. Not so for what waits for one of them, for what
        one of them refused, and under a reserve; there each asks, or the class does.
        """
        if len(self._changed_people) > MANY + len(self._classes) // 4:
            self._changed_classes.update((c, None) for c in self._classes.values() if c.rank is not None)
            self._changed_people = {person: None for person in self._changed_people if person in self._own}
            return
        alone: dict[UUID, None] = {}
        for agent_id in self._changed_people:
            person = self._people.get(agent_id)
            if agent_id in self._own or (person is not None and person.profile.groups):
                alone[agent_id] = None
            elif person is not None and person.available:
                self._changed_profiles[person.profile] = None
        if len(alone) < len(self._changed_people):
            self._changed_classes.update((c, None) for c in self._refused if c.rank is not None)
        self._changed_people = alone

    def _hope_for_class(self, work_class: WorkClass) -> None:
        rank = work_class.rank
        head = self._head(work_class) if rank is not None else None
        if rank is not None and head is not None:
            if head.preferred_agent_id is not None:
                rank = (rank[0], rank[1] * index.PREFERRED, *rank[2:])
            self._push(rank, work_class, None)

    def _hope_for(self, source: Profile | UUID, person: Person | None, at: float) -> None:
        pair = self._something_for(person, at) if person is not None else None
        if pair is not None:
            self._push(pair.rank, source, pair)

    def _push(self, rank: _PairRank | Rank, source: _Source, pair: _Pair | None) -> None:
        self._number += 1
        heapq.heappush(self._hopes, (rank, self._number, source, pair))

    def _lost_room(self, agent_id: UUID) -> None:
        """Let classes look again that would have gone to somebody with room, and may now interrupt somebody else."""
        if leaning := self._leaning.pop(agent_id, None):
            self._changed_classes.update(leaning)

    def _may_lend(self, person: Person) -> None:
        """Let classes look that may interrupt what somebody has in hand: a person offers only what room they have."""
        if person.lendable:
            self._changed_classes.update((c, None) for c in self._interrupting if c.rank is not None and may_borrow(person, c))

    def _look_again(self, source: _Source) -> None:
        if isinstance(source, WorkClass):
            self._changed_classes[source] = None
        elif isinstance(source, Profile):
            self._changed_profiles[source] = None
        else:
            self._changed_people[source] = None

    def _somebody_for(self, work_class: WorkClass) -> _Pair | None:
        if work_class.rank is None:
            return None
        item = self._head(work_class)
        if item is None:
            return None
        best = _best_of_these(self._able(work_class, item), work_class, item)
        if best is None and work_class in self._interrupting:
            best = _best_of_these(self._lenders(work_class, item), work_class, item)
        return best

    def _able(self, work_class: WorkClass, item: Waiting) -> Iterable[tuple[Person, float]]:
        """Return, of each profile, who comes into question first; who is preferred or has refused, by themselves."""
        units = work_class.units
        if item.preferred_agent_id is not None:
            preferred = self._people.get(item.preferred_agent_id)
            if preferred is not None and self._may(preferred, work_class):
                yield preferred, self._match(work_class, item, preferred)
        done = -1
        for profile in self._people.with_room(work_class, units):
            if 0 <= done < profile.scarcity:
                return
            if item.refused or (work_class.params.deferrable and profile.groups):
                for person in self._people.all_with_room(profile, units):
                    if self._may(person, work_class):
                        yield person, self._match(work_class, item, person)
                continue
            first = self._people.longest_idle(profile, units)
            if first is not None:
                match = work_class.match(profile.mask)
                yield first, match
                if match == 1.0:
                    done = profile.scarcity

    def _lenders(self, work_class: WorkClass, item: Waiting) -> Iterable[tuple[Person, float]]:
        """Return whose work in hand would lend; asked only when nobody has room."""
        people = self._people
        preferred = people.get(item.preferred_agent_id) if item.preferred_agent_id is not None else None
        if preferred is not None and may_borrow(preferred, work_class):
            yield preferred, self._match(work_class, item, preferred)
        for person in people.all_lenders(work_class) if item.refused else people.lenders(work_class):
            yield person, self._match(work_class, item, person)

    def _something_for(self, person: Person, at: float) -> _Pair | None:
        if not person.available or person.free < self._shelf.least_units:
            return None
        best: _Pair | None = None
        for interaction_id in self._own.get(person.id, ()):
            item, work_class = self._waiting[interaction_id]
            if self._may(person, work_class):
                pair = _pair(work_class.rank_of(item, at), item, work_class, person, self._match(work_class, item, person))
                if best is None or pair.rank < best.rank:
                    best = pair
        for lane in self._shelf.lanes(person.profile):
            if lane.units <= person.free:
                best = self._best_of(lane, person, best)
        return best

    def _best_of(self, lane: Lane, person: Person, best: _Pair | None) -> _Pair | None:
        """Look at the heads of a lane from the top, until none below can be better."""
        looked: list[tuple[Rank, WorkClass]] = []
        while (top := lane.top()) is not None and (best is None or top[0] < best.rank[:5]):
            looked.append(top)
            heapq.heappop(lane.heap)
            rank, work_class = top
            if not self._may(person, work_class):
                # The whole lane can be deferred, and the reserve forbids it; each class is to look again when that ends.
                continue
            head = self._head(work_class)
            assert head is not None
            pair = _pair(rank, head, work_class, person, self._match(work_class, head, person))
            if best is None or pair.rank < best.rank:
                best = pair
        for entry in looked:
            heapq.heappush(lane.heap, entry)
        return best

    def _may(self, person: Person, work_class: WorkClass) -> bool:
        if not person.available or person.free < work_class.units or work_class.match(person.profile.mask) == 0.0:
            return False
        if work_class.params.deferrable and person.profile.groups and not self._people.spared(person, work_class.units):
            self._held_back[work_class] = None
            return False
        return True

    @staticmethod
    def _match(work_class: WorkClass, item: Waiting, person: Person) -> float:
        match = work_class.match(person.profile.mask)
        if person.id in item.refused:
            match *= index.REFUSED
        elif person.id == item.preferred_agent_id:
            match *= index.PREFERRED
        return match

    def _holds(self, pair: _Pair) -> bool:
        known = self._waiting.get(pair.item.id)
        return (
            known is not None and known[0] is pair.item and self._people.get(pair.person.id) is pair.person
            and pair.person.stamp == pair.stamp and (self._may(pair.person, pair.work_class) or self._must_borrow(pair))
        )  # fmt: skip

    def _must_borrow(self, pair: _Pair) -> bool:
        if pair.work_class not in self._interrupting or not may_borrow(pair.person, pair.work_class):
            return False
        return next(iter(self._able(pair.work_class, pair.item)), None) is None

    def _assign(self, pair: _Pair, now: float) -> Decision:
        item, person, work_class = pair.item, pair.person, pair.work_class
        borrowed = max(0, item.units - person.free)
        reason = _reason(pair, now, borrowed)
        self.remove_waiting(item.id)
        if work_class.params.deferrable:
            self._people.start_deferred(person, work_class.units)
        self._people.reserve(person, work_class.units, engages=work_class.params.one_at_a_time)
        self._lost_room(person.id)
        self._may_lend(person)
        if work_class.params.one_at_a_time:
            # What is left of their room is nobody's who was asked so far.
            self._changed_people[person.id] = None
        return Decision(
            interaction_id=item.id, version=item.version, agent_id=person.id, units=item.units, reason=reason,
            interrupts=item.params.interrupts if borrowed else frozenset(), engages=item.params.one_at_a_time,
        )  # fmt: skip


def may_borrow(person: Person, work_class: WorkClass) -> bool:
    """Tell whether somebody's work in hand would lend what they lack for it."""
    return (
        person.available and 0 <= person.free < work_class.units <= person.room(work_class.params.interrupts)
        and work_class.match(person.profile.mask) > 0.0
    )  # fmt: skip


def _best_of_these(people: Iterable[tuple[Person, float]], work_class: WorkClass, item: Waiting) -> _Pair | None:
    """Return the pair with who comes first of these for the head of a class; of a rank only what differs is compared."""
    rank = work_class.rank
    assert rank is not None
    index_of_head = rank[1]
    first: tuple[float, int, int, float, UUID] | None = None
    best: tuple[Person, float] | None = None
    for able in people:
        person, match = able
        place = (index_of_head * match, person.profile.scarcity, -person.free, person.idle_since, person.id)
        if first is None or place < first:
            first, best = place, able
    return _pair(rank, item, work_class, *best) if best is not None else None


def _pair(rank: Rank, item: Waiting, work_class: WorkClass, person: Person, match: float) -> _Pair:
    ranked = (
        rank[0], rank[1] * match, rank[2], rank[3], rank[4], person.profile.scarcity, -person.free, person.idle_since, person.id,
    )  # fmt: skip
    return _Pair(ranked, item, work_class, person, person.stamp, match)


def _reason(pair: _Pair, now: float, borrowed: int) -> Reason:
    item, work_class, mask = pair.item, pair.work_class, pair.person.profile.mask
    given_up = work_class.given_up(mask)
    if pair.person.id == item.preferred_agent_id:
        code = "last_agent"
    elif item.needs and not given_up:
        code = "skilled"
    else:
        code = "longest_waiting"
    _, weighed, due, since, *_ = pair.rank
    return Reason(
        code=code, waited_s=max(0, int(now - since)), due_in_s=int(due - now) if work_class.timed else None,
        skills=tuple(need.skill for need in item.needs if need.skill not in given_up) if given_up else work_class.skills,
        given_up=given_up,
        step=work_class.step, index=round(-weighed, 6), value=work_class.value,
        urgency=round(-weighed / (work_class.weight * pair.match), 4), match=round(pair.match, 4), borrowed=borrowed,
    )  # fmt: skip
