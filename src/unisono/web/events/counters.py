"""How many enquiries stand where, kept up to date by events instead of being counted."""

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any, Final, NamedTuple
from uuid import UUID

from unisono.domain.words import InteractionState
from unisono.service.views import EventViews
from unisono.web.events.sight import Sight

STATES: Final = ("waiting", "offered", "active", "parked", "wrap_up")
_CLOSED: Final = InteractionState.CLOSED.value


class Standing(NamedTuple):
    """Where one open enquiry stands."""

    access_class: int
    queue_id: UUID
    channel_id: UUID
    state: str
    agent_id: UUID | None


class Counters:
    """Folds the event log; the same answer as counting in the database, without counting."""

    def __init__(self) -> None:
        self._held: dict[UUID, Standing] = {}
        self._numbers: Counter[Standing] = Counter()
        self._known: dict[Any, Any] = {}

    def load(self, rows: Iterable[tuple[UUID, int, UUID, UUID, str, UUID | None]]) -> None:
        """Begin anew with all that is open."""
        self._held.clear()
        self._numbers.clear()
        for row in rows:
            self._put(row[0], self._one(Standing(*row[1:])))

    def apply(self, views: EventViews) -> bool:
        """Take in what a batch of events touched; returns whether a number changed."""
        changed = False
        for item in views.work:
            place = views.place.get(item.conversation.id)
            now = item.interaction
            standing = None
            if now.state != _CLOSED and place is not None:
                standing = self._one(Standing(place[0], now.queue_id, now.channel_id, now.state, now.agent_id))
            changed |= self._put(now.id, standing)
        return changed

    def _one(self, standing: Standing) -> Standing:
        """Many enquiries stand alike: they share one tuple, so that a hundred thousand take little room."""
        held: Standing = self._known.setdefault(standing, standing)
        return held

    def _put(self, interaction_id: UUID, standing: Standing | None) -> bool:
        before = self._held.get(interaction_id)
        if before == standing:
            return False
        if before is not None:
            self._numbers[before] -= 1
            if not self._numbers[before]:
                del self._numbers[before]
                self._known.pop(before, None)
        if standing is None:
            self._held.pop(interaction_id, None)
        else:
            self._held[interaction_id] = standing
            self._numbers[standing] += 1
        return True

    def seen_by(self, sight: Sight) -> dict[str, Any]:
        """Return the numbers that a sight allows: in all, by queue, by channel; `mine` is apart."""
        total: dict[str, int] = dict.fromkeys(STATES, 0)
        by_queue: dict[str, dict[str, int]] = {}
        by_channel: dict[str, dict[str, int]] = {}
        for standing, n in self._numbers.items():
            if not sight.sees_work(standing.access_class, standing.agent_id):
                continue
            total[standing.state] += n
            for group, key in ((by_queue, standing.queue_id), (by_channel, standing.channel_id)):
                states = group.setdefault(str(key), {})
                states[standing.state] = states.get(standing.state, 0) + n
        return {**total, "by_queue": by_queue, "by_channel": by_channel}

    def of_agents(self) -> Mapping[UUID, dict[str, int]]:
        """Return the numbers of each agent who has something in hand."""
        found: dict[UUID, dict[str, int]] = {}
        for standing, n in self._numbers.items():
            if standing.agent_id is not None:
                found.setdefault(standing.agent_id, dict.fromkeys(STATES, 0))[standing.state] += n
        return found
