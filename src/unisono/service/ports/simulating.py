"""What is asked of whatever plays simulations: elsewhere than in this process, for no longer than a bound."""

from typing import Protocol

from unisono.routing.simulator.plan import Plan
from unisono.routing.simulator.report import Report
from unisono.routing.simulator.staffing import Advice


class Simulator(Protocol):
    """Port. Giving up waiting for an answer ends the work. Raises Invalid for a plan that cannot be played or takes too long,
    Unavailable while too many others are being played."""

    async def simulate(self, plan: Plan) -> Report:
        """Play a plan. When time runs out, what was played until then is told; `runs` says how many."""

    async def advise(self, plan: Plan) -> Advice:
        """Return how many people a plan takes."""
