"""The shape of patience: how many are still there after so long (Kaplan, Meier 1958), beside what an exponential would say."""

import math
from bisect import bisect_right
from collections.abc import Sequence
from typing import Final

from msgspec import Struct

EDGES: Final = (
    5, 10, 20, 30, 45, 60, 90, 120, 180, 240, 300, 420, 600, 900, 1_200, 1_800, 2_700, 3_600, 7_200, 14_400, 28_800, 86_400,
)  # fmt: skip
"""Ends, in seconds, of the intervals that waits are counted in; the last interval has none."""
BINS: Final = len(EDGES) + 1
_Z: Final = 1.96


class Point(Struct, frozen=True, kw_only=True):
    """share: of people who would still be there after `after_s` if nobody were served, with 95 % bounds (Greenwood)."""

    after_s: float
    share: float
    low: float
    high: float


def bin_of(waited_s: float) -> int:
    """Return the interval that a wait falls into."""
    return bisect_right(EDGES, waited_s)


def kaplan_meier(waits: Sequence[tuple[float, bool]]) -> list[Point]:
    """Return the curve from single waits, each with whether it ended by leaving; a point at every leaving."""
    points, at_risk, share, spread = [], len(waits), 1.0, 0.0
    ordered = sorted(waits)
    place = 0
    while place < len(ordered):
        at = ordered[place][0]
        end = place
        while end < len(ordered) and ordered[end][0] == at:
            end += 1
        left = sum(1 for _, gone in ordered[place:end] if gone)
        if left:
            share *= 1 - left / at_risk
            spread += left / (at_risk * (at_risk - left)) if left < at_risk else 0.0
            points.append(_point(at, share, spread))
        at_risk -= end - place
        place = end
    return points


def from_counts(kept: Sequence[float], gone: Sequence[float]) -> list[Point]:
    """Return the curve from waits counted by `bin_of`: `kept` were served or are not known to have left.

    Who was served within an interval was there for half of it (the actuaries' rule). Ends where nobody waited any longer.
    """
    points, share, spread = [], 1.0, 0.0
    at_risk = float(sum(kept) + sum(gone))
    for end, stayed, left in zip(EDGES, kept, gone, strict=False):
        if at_risk <= 0:
            break
        there = at_risk - stayed / 2
        if there > 0 and left:
            share *= 1 - left / there
            spread += left / (there * (there - left)) if left < there else 0.0
        at_risk -= stayed + left
        points.append(_point(float(end), share, spread))
    return points


def largest_gap(points: Sequence[Point], mean_s: float, from_s: float = 0.0) -> float:
    """Return how far the curve lies from an exponential with this mean at most, in shares of 1; begun anew at `from_s`."""
    start = next((p.share for p in reversed(points) if p.after_s <= from_s), 1.0)
    return max(
        (abs(p.share / start - math.exp(-(p.after_s - from_s) / mean_s)) for p in points if p.after_s > from_s and start > 0),
        default=0.0,
    )


def _point(after_s: float, share: float, spread: float) -> Point:
    error = _Z * share * math.sqrt(spread)
    return Point(after_s=after_s, share=share, low=max(0.0, share - error), high=min(1.0, share + error))
