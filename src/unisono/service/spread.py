"""How long it took, kept as counts in intervals: what a share of all did not exceed can be told without keeping any of them.

Each interval is a tenth longer than the one before, so a quantile is off by a twentieth at the most. Counts add up: of days,
queues and channels. Pure.
"""

import math
from collections.abc import Mapping
from typing import Final

GROWTH: Final = 1.1
LAST: Final = 170
"""Of the last interval, which has no end: more than 100 days."""
_LOG: Final = math.log(GROWTH)
_DIGITS: Final = 8


def bin_of(seconds: float) -> int:
    """Return the interval of a span; what is shorter than a second, or negative, stands in the first."""
    return 0 if seconds < 1 else min(LAST, 1 + int(math.log(seconds) / _LOG))


def edges(bin_: int) -> tuple[float, float]:
    """Return where an interval begins and ends, in seconds."""
    return (0.0, 1.0) if bin_ <= 0 else (GROWTH ** (bin_ - 1), GROWTH**bin_)


def unpacked(number: int) -> dict[int, int]:
    """Return the counts of a histogram that the database keeps as one number, eight digits to an interval (`report_bin`)."""
    counts: dict[int, int] = {}
    digits = str(number)
    for bin_, end in enumerate(range(len(digits), 0, -_DIGITS)):
        if count := int(digits[max(0, end - _DIGITS) : end]):
            counts[bin_] = count
    return counts


def quantile_ms(number: int, share: float) -> float | None:
    """Return the span in milliseconds that `share` of all in such a number did not exceed; None of nothing."""
    found = quantile(unpacked(number), share)
    return None if found is None else round(found * 1_000)


def quantile(counts: Mapping[int, int], share: float) -> float | None:
    """Return the span that `share` of all (0 to 1) did not exceed; None of nothing."""
    total = sum(counts.values())
    if total <= 0:
        return None
    wanted, passed = share * total, 0
    for bin_ in sorted(counts):
        passed += counts[bin_]
        if passed >= wanted:
            low, high = edges(bin_)
            inside = 1 - (passed - wanted) / counts[bin_] if counts[bin_] else 1.0
            return low + (high - low) * inside
    return edges(max(counts))[1]
