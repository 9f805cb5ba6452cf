"""What all runs of a plan say together, for people and programs."""

from collections.abc import Sequence
from typing import Final

from msgspec import Struct

from unisono.routing.simulator.plan import Plan
from unisono.routing.simulator.tally import Tally, estimate

FIGURES: Final = (
    "mean_wait_s", "p50_s", "p90_s", "level", "abandoned", "blocked", "served_per_minute", "mean_queue", "load", "offered",
)  # fmt: skip


class Range(Struct, frozen=True, kw_only=True):
    """A mean over runs, and half the width of its 95 % interval; null for a single run."""

    mean: float
    half: float | None


class ClassReport(Struct, frozen=True, kw_only=True):
    """One class of arrivals. Waits in seconds over all who got in, those who gave up included.

    p50_s, p90_s: median, and what 90 % do not exceed. level: share answered in time. abandoned: share that gave up. blocked:
    share that found no place to wait. mean_queue: how many wait. load: share of all capacity. offered: people that what comes
    would keep busy (Erlang).
    """

    name: str
    mean_wait_s: Range
    p50_s: Range
    p90_s: Range
    level: Range
    abandoned: Range
    blocked: Range
    served_per_minute: Range
    mean_queue: Range
    load: Range
    offered: Range


class Report(Struct, frozen=True, kw_only=True):
    """All classes. cost_rate: sum over classes of cost x mean number waiting, per minute. runs: how many were played."""

    classes: list[ClassReport]
    cost_rate: Range
    runs: int


def report(plan: Plan, tallies: Sequence[Tally]) -> Report:
    """Return what these runs of a plan say."""
    return Report(
        classes=[
            ClassReport(name=a.name, **{figure: _over(tallies, a.name, figure) for figure in FIGURES}) for a in plan.arrivals
        ],
        cost_rate=_range([tally.cost_rate() for tally in tallies]),
        runs=len(tallies),
    )  # fmt: skip


def _over(tallies: Sequence[Tally], name: str, figure: str) -> Range:
    return _range([getattr(tally.figures(name), figure) for tally in tallies])


def _range(values: Sequence[float]) -> Range:
    found = estimate(values)
    return Range(mean=found.mean, half=found.half if len(values) > 1 else None)
