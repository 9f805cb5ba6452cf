"""The wallboard's figures, kept up to date by events: nothing is counted when somebody looks.

What stands open is folded here from the log, as `Counters` does it; what today brought is read from the tallies, which the clock
folds from the same log. Pure: rows and views go in, figures come out.
"""

import heapq
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final, NamedTuple
from uuid import UUID

from unisono.domain.words import InteractionState
from unisono.service.ports.tallies import PlacedTally, Tally
from unisono.service.views import AgentView, EventViews
from unisono.service.wall_views import PeopleView, ThresholdView, WallRow, WallView
from unisono.web.events.sight import Sight

WAITS: Final = frozenset({InteractionState.WAITING.value, InteractionState.OFFERED.value})
#: So many that have left may still stand in a line before it is tidied.
LEFT_IN_LINE: Final = 64
_CLOSED: Final = InteractionState.CLOSED.value
_NONE: Final = Tally()
_NOBODY: Final[tuple[Any, ...]] = ("", (), ())


class Spot(NamedTuple):
    """Where open work stands, as the wallboard tells it apart."""

    access_class: int
    queue_id: UUID
    channel_id: UUID
    medium: str
    skills: tuple[str, ...]
    state: str


class Wall:
    """Folds the event log; `line` is what waits, oldest first, for each spot."""

    def __init__(self) -> None:
        self._held: dict[UUID, tuple[Spot, str]] = {}
        self._numbers: Counter[Spot] = Counter()
        self._line: dict[Spot, list[tuple[str, UUID]]] = {}
        self._known: dict[Spot, Spot] = {}
        self._people: dict[UUID, tuple[Any, ...]] = {}
        self._states: Counter[tuple[object, str]] = Counter()
        self._day: list[PlacedTally] = []
        self.thresholds: list[ThresholdView] = []
        self.queues: Mapping[int, UUID] = {}
        self.skill_keys: Mapping[UUID, str] = {}

    # ---- folding ---------------------------------------------------------------------------------------------------

    def load(self, rows: Iterable[tuple[Any, ...]]) -> None:
        """Add what is open: all of it, some at a time, before anything is told."""
        for interaction_id, access_class, queue_id, channel_id, state, _, medium, skills, since in rows:
            self._put(interaction_id, Spot(access_class, queue_id, channel_id, medium, tuple(skills), state), since)

    def staff(self, agents: Iterable[AgentView]) -> None:
        """Add people who take work, likewise."""
        for agent in agents:
            self._put_person(agent.user_id, agent)

    def apply(self, views: EventViews, gone: Iterable[UUID]) -> bool:
        """Take in what a batch of events touched; returns whether a figure changed. gone: people who take no work any more."""
        changed = False
        for item in views.work:
            place = views.place.get(item.conversation.id)
            now = item.interaction
            spot = None
            if now.state != _CLOSED and place is not None:
                skills = tuple(sorted({str(need["skill"]) for need in now.skills}))
                spot = Spot(place[0], now.queue_id, now.channel_id, item.medium, skills, now.state)
            changed |= self._put(now.id, spot, now.waiting_since)
        for agent in views.agents:
            changed |= self._put_person(agent.user_id, agent)
        for user_id in gone:
            changed |= self._put_person(user_id, None)
        return changed

    def is_new(self, access_class: int | None) -> bool:
        """Whether a channel's work came into a queue that it never was in before."""
        return access_class is not None and access_class not in self.queues

    def set_day(self, day: list[PlacedTally]) -> bool:
        """Take the counts of today; returns whether they changed."""
        changed, self._day = day != self._day, day
        return changed

    def _put(self, interaction_id: UUID, spot: Spot | None, since: str) -> bool:
        before = self._held.get(interaction_id)
        if before == (spot, since) or (before is None and spot is None):
            return False
        if before is not None:
            self._leave(before[0])
        if spot is None:
            del self._held[interaction_id]
            return True
        spot = self._known.setdefault(spot, spot)
        self._held[interaction_id] = (spot, since)
        self._numbers[spot] += 1
        if spot.state in WAITS:
            line = self._line.setdefault(spot, [])
            heapq.heappush(line, (since, interaction_id))
            if len(line) > 2 * self._numbers[spot] + LEFT_IN_LINE:
                self._tidy(spot)
        return True

    def _tidy(self, spot: Spot) -> None:
        """Drop what has left from behind the one that waits longest, so that a line is as long as it is."""
        true = {entry for entry in self._line[spot] if self._held.get(entry[1]) == (spot, entry[0])}
        self._line[spot] = sorted(true)

    def _leave(self, spot: Spot) -> None:
        self._numbers[spot] -= 1
        if not self._numbers[spot]:
            del self._numbers[spot]
            self._known.pop(spot, None)
            self._line.pop(spot, None)

    def _put_person(self, user_id: UUID, agent: AgentView | None) -> bool:
        before = self._people.get(user_id, _NOBODY)
        now = _NOBODY
        if agent is not None:
            now = (agent.state, tuple(agent.queue_ids), tuple(skill.skill_id for skill in agent.skills))
        if now == before:
            return False
        for facts, step in ((before, -1), (now, 1)):
            state, queue_ids, skill_ids = facts
            for group in (None, *queue_ids, *skill_ids) if state else ():
                self._states[group, state] += step
        if now is _NOBODY:
            self._people.pop(user_id, None)
        else:
            self._people[user_id] = now
        return True

    # ---- figures ---------------------------------------------------------------------------------------------------

    def _longest(self, spot: Spot) -> str | None:
        """Since when the oldest of a spot waits. Entries that are no longer true are dropped when they come to the top."""
        line = self._line.get(spot, [])
        while line and self._held.get(line[0][1]) != (spot, line[0][0]):
            heapq.heappop(line)
        return line[0][0] if line else None

    def seen_by(self, sight: Sight, at: str) -> WallView:
        """Return the figures that a sight allows."""
        groups: dict[str, dict[str, _Sum]] = {"total": {"all": _Sum()}, "queues": {}, "channels": {}, "skills": {}, "media": {}}
        for spot, n in self._numbers.items():
            if sight.work is None or spot.access_class in sight.work:
                since = self._longest(spot) if spot.state in WAITS else None
                for sums in self._sums(groups, spot, spot.skills):
                    sums.open(spot.state, n, since)
        for day in self._day:
            if sight.work is not None and day.access_class not in sight.work:
                continue
            if day.skill:
                groups["skills"].setdefault(day.skill, _Sum()).done(day.tally)
                continue
            for sums in self._sums(groups, day, ()):
                sums.done(day.tally)
        return self._view(groups, sight, at)

    def _sums(self, groups: dict[str, dict[str, "_Sum"]], place: Spot | PlacedTally, skills: Iterable[str]) -> Iterator["_Sum"]:
        """Yield the rows that work of a queue, channel and skills counts to."""
        yield groups["total"]["all"]
        yield groups["queues"].setdefault(str(place.queue_id), _Sum())
        yield groups["channels"].setdefault(str(place.channel_id), _Sum())
        yield groups["media"].setdefault(place.medium, _Sum())
        for skill in skills:
            yield groups["skills"].setdefault(skill, _Sum())

    def _view(self, groups: dict[str, dict[str, "_Sum"]], sight: Sight, at: str) -> WallView:
        skill_ids = {key: skill_id for skill_id, key in self.skill_keys.items()}
        people: dict[tuple[str, str], PeopleView] = {}
        if sight.agents:
            people["total", "all"] = self._people_in(None)
            for queue_id in {queue for class_, queue in self.queues.items() if sight.work is None or class_ in sight.work}:
                people["queues", str(queue_id)] = self._people_in(queue_id)
                groups["queues"].setdefault(str(queue_id), _Sum())
            for key, skill_id in skill_ids.items():
                people["skills", key] = self._people_in(skill_id)
                if any(self._states[skill_id, name] for name in PeopleView.__struct_fields__):
                    groups["skills"].setdefault(key, _Sum())
        rows = {
            name: [sums[key].row(key, people.get((name, key))) for key in sorted(sums)] for name, sums in groups.items()
        }  # fmt: skip
        return WallView(
            at=at, total=rows["total"][0], queues=rows["queues"], channels=rows["channels"], skills=rows["skills"],
            media=rows["media"], thresholds=self.thresholds,
        )  # fmt: skip

    def _people_in(self, group: UUID | None) -> PeopleView:
        return PeopleView(**{name: self._states[group, name] for name in PeopleView.__struct_fields__})


class _Sum:
    """Figures of one row while they are added up."""

    def __init__(self) -> None:
        self._states: Counter[str] = Counter()
        self._since: str | None = None
        self._tally = _NONE

    def open(self, state: str, n: int, since: str | None) -> None:
        self._states["waiting" if state in WAITS else state] += n
        if since is not None and (self._since is None or since < self._since):
            self._since = since

    def done(self, tally: Tally) -> None:
        self._tally = self._tally.plus(tally)

    def row(self, key: str, people: PeopleView | None) -> WallRow:
        t = self._tally
        promised = t.in_time + t.late
        return WallRow(
            key=key, waiting=self._states["waiting"], longest_since=self._since, active=self._states["active"],
            parked=self._states["parked"], wrap_up=self._states["wrap_up"], arrived=t.arrived, moved_in=t.moved_in,
            handled=t.handled, abandoned=t.abandoned, answered=t.answered, in_time=t.in_time, late=t.late,
            level=round(t.in_time / promised, 4) if promised else None, people=people,
        )  # fmt: skip
