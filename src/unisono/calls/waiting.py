"""What callers who wait are told: their place in the line, and how long it may take."""

from math import ceil
from typing import Final

from msgspec import Struct

#: Nobody is promised more than can be known.
LONGEST_S: Final = 3_600
STEP_S: Final = 60


class Line(Struct, frozen=True, kw_only=True):
    """A caller's line. position: from 1. free: agents who could take a call just now. serving: those who take calls at all.

    handling_s: what a call takes on average, by its class of work.
    """

    position: int
    free: int
    serving: int
    handling_s: float


def expected_wait_s(line: Line) -> int | None:
    """Return the expected wait, rounded up to whole minutes; None when nobody serves the line.

    Of n agents at work one gets free every handling_s / n on average, whoever they speak with; the caller waits for as many of
    them as stand before them, less those who are free already. (M/M/n, the wait of one who has to wait.)
    """
    if line.serving <= 0:
        return None
    ahead = max(0, line.position - line.free)
    seconds = ahead * line.handling_s / line.serving
    return min(LONGEST_S, ceil(seconds / STEP_S) * STEP_S)
