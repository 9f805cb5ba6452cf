"""What-if for who leads: plans of arrivals, people and policy, played by the router itself; and the plan of the house as it is.

A plan holds rates and distributions. Nothing here reads what really came, but for sums that were learnt (`estimates`).
"""

import math
from typing import Final

from unisono.domain.errors import Invalid
from unisono.routing.simulator.plan import BadPlan, Plan, checked
from unisono.routing.simulator.report import Report
from unisono.routing.simulator.staffing import Advice
from unisono.service.access import Access
from unisono.service.ports.simulating import Simulator

MAX_CLASSES: Final = 40
MAX_GROUPS: Final = 60
MAX_PERIODS: Final = 400
MAX_PEOPLE: Final = 2_000
MAX_RUNS: Final = 100
MAX_ARRIVALS: Final = 3_000_000
"""Over all runs. What they take in time is bounded as well."""
_UNREADABLE: Final = 1e15


async def simulate(simulator: Simulator, access: Access, plan: Plan) -> Report:
    """Return what comes of a plan. Raises Forbidden, Invalid, Unavailable."""
    access.require("work.supervise")
    return await simulator.simulate(bounded(plan))


async def advise_staff(simulator: Simulator, access: Access, plan: Plan) -> Advice:
    """Return the fewest people that reach the plan's targets. Raises Forbidden, Invalid, Unavailable."""
    access.require("work.supervise")
    return await simulator.advise(bounded(plan))


def bounded(plan: Plan) -> Plan:
    """Return a plan that can be played and is not too large. Raises Invalid."""
    try:
        checked(plan)
    except BadPlan as error:
        raise Invalid(str(error), code=error.code, field="plan", **error.facts) from error
    _at_most(len(plan.arrivals), MAX_CLASSES, "arrivals")
    _at_most(max(len(plan.staff), len(plan.reserves), len(plan.places)), MAX_GROUPS, "staff")
    _at_most(max(len(a.per_minute) for a in plan.arrivals), MAX_PERIODS, "per_minute")
    _at_most(max(len(group.counts) for group in plan.staff), MAX_PERIODS, "counts")
    _at_most(sum(max(group.counts, default=group.count) for group in plan.staff), MAX_PEOPLE, "staff")
    _at_most(plan.runs, MAX_RUNS, "runs")
    shortest = min([a.period_minutes for a in plan.arrivals if len(a.per_minute) > 1] + [g.period_minutes for g in plan.staff])
    _at_most(plan.minutes / shortest * plan.runs, MAX_ARRIVALS, "period_minutes")
    comes = sum(sum(a.per_minute) / len(a.per_minute) for a in plan.arrivals if a.per_minute)
    stored = sum(max(a.backlog, plan.minutes * 60.0 / a.handling.mean_s) for a in plan.arrivals if a.backlog)
    _at_most(plan.runs * (comes * plan.minutes + stored), MAX_ARRIVALS, "minutes")
    return plan


def _at_most(wanted: float, most: int, field: str) -> None:
    if wanted > most:
        # What has hundreds of digits, or is infinite, is told as what nobody reads to its end either.
        number = math.ceil(min(wanted, _UNREADABLE))
        raise Invalid(
            f"{field}: {number:,} is more than the {most:,} that can be simulated here. Take less of it, or `unisono simulate`.",
            code="plan_too_large", field=field, what=field, number=number, most=most,
        )  # fmt: skip
