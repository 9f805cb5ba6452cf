"""For each group of people alike, the classes that they can serve, best first; made when asked for, kept while it holds."""

import heapq
from collections.abc import Iterable

from unisono.routing.classes import Rank, WorkClass
from unisono.routing.profile import Profile


class Lane:
    """Classes of one size that can, or cannot, be deferred: for a person the lane as a whole has room or not."""

    __slots__ = ("heap", "units")

    def __init__(self, units: int) -> None:
        self.units = units
        self.heap: list[tuple[Rank, WorkClass]] = []

    def top(self) -> tuple[Rank, WorkClass] | None:
        """Return the best class whose place is still what it was."""
        heap = self.heap
        while heap:
            if heap[0][1].rank is heap[0][0]:
                return heap[0]
            heapq.heappop(heap)
        return None


class _View:
    """What one profile can serve, and up to where of the two lists it has read."""

    __slots__ = ("able", "classes_read", "lanes", "moves_read", "order")

    def __init__(self) -> None:
        self.able: list[WorkClass] = []
        self.classes_read = 0
        self.lanes: dict[tuple[int, bool], Lane] = {}
        self.moves_read = 0
        self.order = -1


class Shelf:
    """All classes, their moves since the last reordering, and the views on them."""

    def __init__(self) -> None:
        self._classes: list[WorkClass] = []
        self._moves: list[WorkClass] = []
        self._views: dict[int, _View] = {}
        self._order = 0
        self.least_units = 0

    def begin(self, classes: Iterable[WorkClass]) -> None:
        """Forget all but these classes."""
        self._classes = list(classes)
        self.least_units = min((c.units for c in self._classes), default=0)
        self._views.clear()

    def add(self, work_class: WorkClass) -> None:
        """Add a class."""
        self.least_units = min(self.least_units, work_class.units) if self._classes else work_class.units
        self._classes.append(work_class)

    def moved(self, work_class: WorkClass) -> None:
        """Note that a class has a new place."""
        self._moves.append(work_class)

    def reorder(self) -> None:
        """Note that all classes have new places."""
        self._moves = []
        self._order += 1

    def lanes(self, profile: Profile) -> Iterable[Lane]:
        """Return what somebody of this profile can serve."""
        view = self._views.get(profile.number)
        if view is None:
            view = self._views[profile.number] = _View()
        mask = profile.mask
        if view.classes_read < len(self._classes):
            view.able += [c for c in self._classes[view.classes_read :] if c.match(mask)]
            view.classes_read = len(self._classes)
        missed = len(self._moves) - view.moves_read
        if view.order != self._order or missed > 2 * len(view.able):
            self._fill(view)
        else:
            for work_class in self._moves[view.moves_read :]:
                if work_class.match(mask) and work_class.rank is not None:
                    heapq.heappush(_lane(view, work_class).heap, (work_class.rank, work_class))
        view.moves_read = len(self._moves)
        return view.lanes.values()

    def _fill(self, view: _View) -> None:
        view.order = self._order
        view.lanes = {}
        for work_class in view.able:
            if work_class.rank is not None:
                _lane(view, work_class).heap.append((work_class.rank, work_class))
        for lane in view.lanes.values():
            heapq.heapify(lane.heap)


def _lane(view: _View, work_class: WorkClass) -> Lane:
    key = (work_class.units, work_class.params.deferrable)
    lane = view.lanes.get(key)
    if lane is None:
        lane = view.lanes[key] = Lane(work_class.units)
    return lane
