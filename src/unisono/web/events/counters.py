"""How many enquiries stand where, kept up to date by events instead of being counted.

Ten thousand people may have fifty thousand enquiries in hand: what all see is counted by places, of which there are few, and what
somebody has in hand is counted for that person. So nothing that is told each second looks at people who are not here.
"""

from collections import Counter
from collections.abc import Iterable
from typing import Any, Final, NamedTuple
from uuid import UUID

from unisono.domain.words import InteractionState
from unisono.service.views import EventViews
from unisono.web.events.sight import Sight

STATES: Final = ("waiting", "offered", "active", "parked", "wrap_up")
_CLOSED: Final = InteractionState.CLOSED.value


class Place(NamedTuple):
    """Where open enquiries stand, whoever has them."""

    access_class: int
    queue_id: UUID
    channel_id: UUID
    state: str


Standing = tuple[Place, UUID | None]
"""Where one open enquiry stands, and in whose hands."""


class Counters:
    """Folds the event log; the same answer as counting in the database, without counting."""

    def __init__(self) -> None:
        self._held: dict[UUID, Standing] = {}
        self._numbers: Counter[Place] = Counter()
        self._hands: dict[UUID, Counter[Place]] = {}
        self._waiting: dict[Place, Standing] = {}

    def load(self, rows: Iterable[tuple[UUID, int, UUID, UUID, str, UUID | None]]) -> None:
        """Add what is open: all of it, some at a time, before anything is told."""
        for interaction_id, access_class, queue_id, channel_id, state, agent_id in rows:
            self.put(interaction_id, self._one(Place(access_class, queue_id, channel_id, state), agent_id))

    def apply(self, views: EventViews) -> bool:
        """Take in what a batch of events touched; returns whether a number changed."""
        changed = False
        for item in views.work:
            place = views.place.get(item.conversation.id)
            now = item.interaction
            standing = None
            if now.state != _CLOSED and place is not None:
                standing = self._one(Place(place[0], now.queue_id, now.channel_id, now.state), now.agent_id)
            changed |= self.put(now.id, standing)
        return changed

    def _one(self, place: Place, agent_id: UUID | None) -> Standing:
        """What is in nobody's hands stands alike in many: they share one tuple, so that a hundred thousand take little room."""
        if agent_id is not None:
            return place, agent_id
        return self._waiting.setdefault(place, (place, None))

    @property
    def places(self) -> int:
        """How many numbers are kept of what all see."""
        return len(self._numbers)

    def put(self, interaction_id: UUID, standing: Standing | None) -> bool:
        """Let an enquiry stand elsewhere, or nowhere any more; returns whether a number changed."""
        before = self._held.get(interaction_id)
        if before == standing:
            return False
        if before is not None:
            self._count(before, -1)
        if standing is None:
            del self._held[interaction_id]
        else:
            self._held[interaction_id] = standing
            self._count(standing, 1)
        return True

    def _count(self, standing: Standing, step: int) -> None:
        place, agent_id = standing
        self._numbers[place] += step
        if not self._numbers[place]:
            del self._numbers[place]
            self._waiting.pop(place, None)
        if agent_id is None:
            return
        hands = self._hands.setdefault(agent_id, Counter())
        hands[place] += step
        if not hands[place]:
            del hands[place]
            if not hands:
                del self._hands[agent_id]

    def seen_by(self, sight: Sight) -> dict[str, Any]:
        """Return the numbers that a sight allows: in all, by queue, by channel; `mine` is apart."""
        total: dict[str, int] = dict.fromkeys(STATES, 0)
        by_queue: dict[str, dict[str, int]] = {}
        by_channel: dict[str, dict[str, int]] = {}
        seen = [(place, n) for place, n in self._numbers.items() if sight.sees_work(place.access_class, None)]
        if sight.own is not None and sight.own in self._hands:
            own = self._hands[sight.own].items()
            seen += [(place, n) for place, n in own if not sight.sees_work(place.access_class, None)]
        for place, n in seen:
            total[place.state] += n
            for group, key in ((by_queue, place.queue_id), (by_channel, place.channel_id)):
                states = group.setdefault(str(key), {})
                states[place.state] = states.get(place.state, 0) + n
        return {**total, "by_queue": by_queue, "by_channel": by_channel}

    def of_agent(self, agent_id: UUID) -> dict[str, int]:
        """Return the numbers of what somebody has in hand."""
        found = dict.fromkeys(STATES, 0)
        for place, n in self._hands.get(agent_id, {}).items():
            found[place.state] += n
        return found
