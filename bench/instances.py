"""Instances of the literature that routing is measured by, as plans of the simulator, with what is known of each."""

import math
from itertools import permutations
from typing import Final

from unisono.routing.simulator.plan import Arrivals, Kept, Plan, Spread, Staff

# -- M1: one class, Erlang A --------------------------------------------------------------------------------------


def kind(name: str, per_minute: float, service: float, leaving: float, cost: float = 1.0) -> Arrivals:
    """Return a class with exponential times; rates per minute."""
    return Arrivals(
        name=name, per_minute=[per_minute], handling=Spread(mean_s=60 / service), patience=Spread(mean_s=60 / leaving), cost=cost
    )


def one_class(minutes: float) -> Plan:
    """50 people, 48 calls a minute of a minute each, patience two minutes."""
    return Plan(arrivals=[kind("call", 48, 1, 0.5)], staff=[Staff(count=50)], minutes=minutes, warm_up=30)


# -- M3: the reference centre of SSJ ------------------------------------------------------------------------------
# Parameters: umontreal-simul/ssj, src/main/docs/examples/tutorial/CallCenter.dat; outputs: CallCenter.res, CallCenter.txt.

SSJ_RATES: Final = (100, 150, 150, 180, 200, 150, 150, 150, 120, 100, 80, 70, 60)
"""Calls an hour from 8 o'clock on."""
SSJ_AGENTS: Final = (4, 6, 8, 8, 8, 7, 8, 8, 6, 6, 4, 4, 4)
SSJ_CALLS: Final = sum(SSJ_RATES)
SSJ_VARIANCE: Final = (8764.756 - 1660.366) / 1660.366**2
"""Of the day factor, as mean (1660.366) and variance (8764.756) of the day's arrivals in CallCenter.res tell it."""
SSJ_PUBLISHED: Final = {"wait_s": 4.713, "soon": 0.925, "lost": 0.020}
SSJ_WIDE_VARIANCE: Final = 0.1
"""Gamma(10, 10), as CallCenter.dat has it today; CallCenter.txt was made with it."""
SSJ_WIDE_PUBLISHED: Final = {"wait_s": 12.736, "soon": 0.854, "lost": 0.037}
SSJ_WIDE_HALF_S: Final = 0.493
"""Half the published 90 % interval of that wait."""


def ssj_day(variance: float = SSJ_VARIANCE) -> Plan:
    """One day: staff by the hour, busy and quiet days, one in ten hangs up at once, and the queue is emptied at the end."""
    calls = Arrivals(
        name="call", per_minute=[rate / 60 for rate in SSJ_RATES], handling=Spread(mean_s=100),
        patience=Spread(mean_s=1000, zero=0.1), answer_within_s=20,
    )  # fmt: skip
    return Plan(
        arrivals=[calls], staff=[Staff(counts=list(SSJ_AGENTS))], minutes=13 * 60, warm_up=0, empties=True,
        day_cv=math.sqrt(variance),
    )  # fmt: skip


# -- M4: the storm ------------------------------------------------------------------------------------------------

FLUID_BOUND: Final = 36.9


def storm(minutes: float) -> Plan:
    """Three classes, 74.6 Erlang, 50 people."""
    return Plan(
        arrivals=[kind("a", 30, 1, 2, 3), kind("b", 20, 1.5, 0.2, 1), kind("c", 25, 0.8, 0.6, 2)],
        staff=[Staff(count=50)], minutes=minutes, warm_up=30,
    )  # fmt: skip


# -- M5: two skills each (Wallace, Whitt 2004) --------------------------------------------------------------------

TYPES: Final = 6
EQUAL: Final = (1.4,) * TYPES
UNEQUAL: Final = (1.00, 1.16, 1.32, 1.48, 1.64, 1.80)


def _staff(pairs: list[tuple[int, ...]], each: int) -> list[Staff]:
    # The first of a person's skills is the primary one: level 2.
    return [Staff(count=each, skills={f"t{skill}": 2 if place == 0 else 1 for place, skill in enumerate(pair)}) for pair in pairs]


DESIGNS: Final = {
    "pooled": _staff([tuple(range(TYPES))], 90),
    "spread": _staff(list(permutations(range(TYPES), 2)), 3),
    "ring": _staff([(i, (i + 1) % TYPES) for i in range(TYPES)], 15),
    "single": _staff([(i,) for i in range(TYPES)], 15),
}
"""Who has which skills; 90 people each time."""


def skills(design: str, minutes: float, rates: tuple[float, ...] = EQUAL, *, primary_first: bool = False) -> Plan:
    """Six types of call, 10 minutes each, 30 places to wait. Who becomes free takes the oldest, or that of their first skill."""
    calls = [
        Arrivals(
            name=f"t{i}", per_minute=[rate], handling=Spread(mean_s=600), skills={f"t{i}": 1}, places="all",
            prefers={f"t{i}": 2} if primary_first else {},
        )
        for i, rate in enumerate(rates)
    ]  # fmt: skip
    return Plan(arrivals=calls, staff=DESIGNS[design], places={"all": 30}, minutes=minutes, warm_up=300)


# -- M6: calls beside an endless store of posts -------------------------------------------------------------------

BLENDS: Final = ((10, 2.0), (20, 4.5), (50, 12.0), (200, 55.0))
"""People and calls a minute; both kinds of work take three minutes."""


def blend(agents: int, calls: float, reserve: float, minutes: float) -> Plan:
    """Calls and posts in one queue, with an idle reserve for the calls."""
    return Plan(
        arrivals=[
            Arrivals(name="call", per_minute=[calls], handling=Spread(mean_s=180), cost=3.0),
            Arrivals(name="post", backlog=2, handling=Spread(mean_s=180), deferrable=True),
        ],
        staff=[Staff(count=agents)], reserves=[Kept(agents=reserve)] if reserve else [], minutes=minutes, warm_up=60,
    )  # fmt: skip
