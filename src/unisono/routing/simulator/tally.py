"""What a run counts, and what several runs say together, with the interval that the mean lies in."""

import math
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from typing import Final

from msgspec import Struct

from unisono.routing.simulator.plan import Plan

# Student's t, two-sided 95 %, by degrees of freedom; beyond 30 the normal distribution is close enough.
_T: Final = (
    12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228, 2.201, 2.179, 2.160, 2.145, 2.131, 2.120, 2.110,
    2.101, 2.093, 2.086, 2.080, 2.074, 2.069, 2.064, 2.060, 2.056, 2.052, 2.048, 2.045, 2.042,
)  # fmt: skip
_BEYOND: Final = 1.96


class Estimate(Struct, frozen=True, kw_only=True):
    """A mean over runs, and half the width of its 95 % interval; NaN half width for a single run."""

    mean: float
    half: float

    def covers(self, value: float) -> bool:
        """Tell whether the interval holds a value."""
        return abs(value - self.mean) <= self.half


class _Count:
    def __init__(self) -> None:
        self.came = 0
        self.work = 0.0
        self.served = 0
        self.abandoned = 0
        self.blocked = 0
        self.in_time = 0
        self.waits: list[float] = []
        self.queue_minutes = 0.0
        self.busy_units = 0.0


class Figures(Struct, frozen=True, kw_only=True):
    """One class in one run. Waits in seconds over all who got in, those who left included; rates per minute.

    level: share answered in time. prompt: share that was answered or gave up within that time. blocked: share of who came that
    found no place. load: share of all capacity. came: how many came. offered: people that they would keep busy (Erlang).
    """

    mean_wait_s: float
    p50_s: float
    p90_s: float
    level: float
    abandoned: float
    served_per_minute: float
    mean_queue: float
    load: float
    blocked: float
    prompt: float
    came: float
    offered: float


class Tally:
    """Counts one run; what happened before the warm-up's end is left out by the time of arrival."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self._within = {a.name: a.answer_within_s / 60.0 for a in plan.arrivals}
        self._counts = {a.name: _Count() for a in plan.arrivals}
        self._span = plan.minutes - plan.warm_up
        self._capacity = math.fsum(group.minutes(plan.warm_up, plan.minutes) * group.units for group in plan.staff)
        self._endless = {a.name: a.backlog > 0 for a in plan.arrivals}
        self.cost = {a.name: a.cost for a in plan.arrivals}

    def came(self, name: str, at: float, handling: float) -> None:
        """Note an arrival and how long it is going to take."""
        if at >= self._plan.warm_up:
            self._counts[name].came += 1
            self._counts[name].work += handling

    def blocked(self, name: str, at: float) -> None:
        """Note that somebody was turned away."""
        if at >= self._plan.warm_up:
            self._counts[name].blocked += 1

    def left(self, name: str, since: float, at: float) -> None:
        """Note that somebody gave up."""
        self._waited(name, since, at)
        if since >= self._plan.warm_up:
            self._counts[name].abandoned += 1

    def served(self, name: str, since: float, at: float, handling: float, units: int) -> None:
        """Note that work began."""
        count = self._counts[name]
        self._waited(name, since, at)
        until = min(at + handling, self._plan.minutes)
        count.busy_units += max(0.0, until - max(at, self._plan.warm_up)) * units
        if at >= self._plan.warm_up:
            count.served += 1
        if since >= self._plan.warm_up and at - since <= self._within[name]:
            count.in_time += 1

    def _waited(self, name: str, since: float, at: float) -> None:
        count = self._counts[name]
        count.queue_minutes += max(0.0, at - max(since, self._plan.warm_up))
        if since >= self._plan.warm_up:
            count.waits.append(at - since)

    def end(self, at: float, still_waiting: Iterable[tuple[str, float]]) -> None:
        """Note the end of the run. Who waits too long already counts with that; what becomes of the others is not known."""
        for name, since in still_waiting:
            count = self._counts[name]
            count.queue_minutes += max(0.0, min(at, self._plan.minutes) - max(since, self._plan.warm_up))
            if since >= self._plan.warm_up and at - since > self._within[name] and not self._endless[name]:
                count.waits.append(at - since)

    def figures(self, name: str) -> Figures:
        """Return what the run says about a class."""
        count = self._counts[name]
        waits = sorted(count.waits)
        n = len(waits) or 1
        within = self._within[name]
        return Figures(
            mean_wait_s=60.0 * math.fsum(waits) / n, p50_s=60.0 * _quantile(waits, 0.5), p90_s=60.0 * _quantile(waits, 0.9),
            level=count.in_time / n, abandoned=count.abandoned / n, served_per_minute=count.served / self._span,
            mean_queue=count.queue_minutes / self._span, load=count.busy_units / self._capacity if self._capacity else 0.0,
            blocked=count.blocked / (count.came or 1), prompt=bisect_right(waits, within) / n, came=count.came,
            offered=count.work / self._span,
        )  # fmt: skip

    def cost_rate(self) -> float:
        """Return the sum over classes of cost x mean number waiting."""
        return math.fsum(self.cost[name] * count.queue_minutes / self._span for name, count in self._counts.items())


def _quantile(ordered: list[float], share: float) -> float:
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else 0.0


def estimate(values: Sequence[float]) -> Estimate:
    """Return the mean over runs of a figure, with its 95 % interval (Student's t)."""
    mean = math.fsum(values) / len(values)
    if len(values) < 2:
        return Estimate(mean=mean, half=math.nan)
    spread = math.sqrt(math.fsum((v - mean) ** 2 for v in values) / (len(values) - 1) / len(values))
    freedom = len(values) - 1
    return Estimate(mean=mean, half=(_T[freedom - 1] if freedom <= len(_T) else _BEYOND) * spread)
