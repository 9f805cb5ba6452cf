"""The index: one number for a waiting enquiry and an agent; the highest is served first.

    index = value x cost x rate x horizon(leave rate, H) x urgency(slack, waited) x match

`horizon(theta, H) = (1 - exp(-theta H)) / theta` joins two rules of the literature: for a long backlog it tends to cost x rate
/ theta, which is asymptotically optimal in overload with abandonment (Atar, Giat, Shimkin 2010, doi 10.1287/opre.1100.0826);
for a short one, or when nobody leaves, to the order of cost x rate (Van Mieghem 1995). Times in the formula are minutes.
"""

import math
from typing import Final

from unisono.routing.facts import Params

HORIZON_MIN: Final = 5.0
HORIZON_MAX: Final = 240.0
LACKING: Final = 0.5
"""Match of somebody who lacks an optional skill."""
LOWERED: Final = 0.8
"""Match for each level that lies below what was asked."""
PREFERRED: Final = 1.25
"""Match of who served the customer before, or parked it."""
REFUSED: Final = 0.1
"""Match of who declined it or let it pass a short while ago."""


def leave_rate(params: Params) -> float:
    """Return by how much, per minute, what waits is lost: by people who leave and by answers that lose their worth."""
    return (60.0 / params.patience_s if params.patience_s else 0.0) + (60.0 / params.decay_s if params.decay_s else 0.0)


def horizon(theta: float, minutes: float) -> float:
    """Return the weight of a class that loses `theta` per minute when the backlog clears in `minutes`; finite for theta 0."""
    lost = theta * minutes
    return minutes if lost < 1e-9 else -math.expm1(-lost) / theta


def backlog_minutes(work_minutes: float, agents: int) -> float:
    """Return H, in minutes: work that waits over the people who are there, kept within bounds and to powers of two.

    The steps keep the order of classes still while the backlog moves a little.
    """
    minutes = min(max(work_minutes / max(agents, 1), HORIZON_MIN), HORIZON_MAX)
    return min(HORIZON_MIN * 2.0 ** round(math.log2(minutes / HORIZON_MIN)), HORIZON_MAX)


def static_weight(params: Params, value: float, minutes: float) -> float:
    """Return what is the same for all that waits in a class, given H."""
    return value * params.cost * (60.0 / params.handling_s) * horizon(leave_rate(params), minutes)


def urgency(params: Params, waited_s: float, due_in_s: float | None) -> float:
    """Return how much more it matters now than when it came, from 1 up.

    The promise: 1 while the slack (time left minus the time that handling takes) is comfortable, rising with the square of
    what is used up to the cap; afterwards the cap stays, or fades. Waiting: a steady growth, so that nothing waits for ever
    (the affine family of Chan, Koole, L'Ecuyer 2014).
    """
    return pressing(params, due_in_s) * (1.0 + params.growth * max(waited_s, 0.0) / 60.0)


def pressing(params: Params, due_in_s: float | None) -> float:
    """Return the part of the urgency that the promise makes; see `urgency`."""
    if due_in_s is None:
        return 1.0
    if due_in_s < 0.0 and params.fades and params.decay_s:
        return params.cap * math.exp(due_in_s / params.decay_s)
    window = params.promise_s or 3600.0
    used = 1.0 - (due_in_s - min(params.handling_s, window / 2.0)) / window
    return 1.0 + (params.cap - 1.0) * min(max(used, 0.0), 1.0) ** 2
