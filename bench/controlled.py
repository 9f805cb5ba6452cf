"""A mean made sharper by what is known exactly: control variates (Lavenberg, Welch 1981).

What chance brought, such as how much work came, explains most of how long people waited. Its true mean is known, so the
part that it explains can be taken off.
"""

import math
import statistics
from collections.abc import Sequence
from typing import Final

import numpy as np
from msgspec import Struct

_T95: Final = 2.0
"""Student's t for some 60 degrees of freedom; a little wide beyond, a little narrow below 30."""


class Mean(Struct, frozen=True, kw_only=True):
    """A mean over runs; half: of its 95 % interval; plain: without what was taken off."""

    mean: float
    half: float
    plain: float

    def covers(self, value: float) -> bool:
        """Tell whether the interval holds a value."""
        return abs(value - self.mean) <= self.half


def controlled(values: Sequence[float], *controls: tuple[Sequence[float], float]) -> Mean:
    """Return the mean of the values. controls: for each run what it brought, and the mean that this has in truth."""
    plain = statistics.fmean(values)
    columns = np.array([[1.0, *(control[run] - known for control, known in controls)] for run in range(len(values))])
    found, *_ = np.linalg.lstsq(columns, np.array(values), rcond=None)
    rest = np.array(values) - columns @ found
    spread = float(rest @ rest) / (len(values) - columns.shape[1])
    variance = spread * float(np.linalg.inv(columns.T @ columns)[0, 0])
    return Mean(mean=float(found[0]), half=_T95 * math.sqrt(variance), plain=plain)
