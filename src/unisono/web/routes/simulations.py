"""The simulator: what comes of a plan, how many people it takes, and the house as a plan."""

import asyncio
import contextlib
from collections.abc import Coroutine
from typing import Any, TypeVar

from litestar import get, post
from litestar.params import JSONBody

from unisono.domain.errors import Unavailable
from unisono.routing.simulator.plan import Plan
from unisono.routing.simulator.report import Report
from unisono.routing.simulator.staffing import Advice
from unisono.service.fitted_plan import FittedPlan, fitted_plan
from unisono.service.simulations import advise_staff, simulate
from unisono.web.asking import Asking, Body
from unisono.web.authenticate import ActorDep, HouseDep
from unisono.web.needs import needs

T = TypeVar("T")


class SimulationBody(Body):
    """A plan of arrivals, people and policy; nothing of it is kept."""

    plan: Plan


@get("/simulations/plan", opt=needs("work.supervise"), tags=["Work"])
async def house_plan(house: HouseDep, actor: ActorDep) -> FittedPlan:
    """Return the house as a plan: classes, queues, reserves, what was learnt, and how many people are alike. Never a person."""
    return await fitted_plan(house.db, actor.access)


@post("/simulations", opt=needs("work.supervise"), tags=["Work"], status_code=200)
async def new_simulation(request: Asking, house: HouseDep, actor: ActorDep, data: JSONBody[SimulationBody]) -> Report:
    """Play a plan with the router itself and return what comes of it. Hanging up ends it. Changes nothing."""
    return await _while_asked(request, simulate(house.simulator, actor.access, data.plan))


@post("/simulations/staffing", opt=needs("work.supervise"), tags=["Work"], status_code=200)
async def new_staffing(request: Asking, house: HouseDep, actor: ActorDep, data: JSONBody[SimulationBody]) -> Advice:
    """Return the fewest people that reach the plan's targets, and the idle reserve. Hanging up ends it. Changes nothing."""
    return await _while_asked(request, advise_staff(house.simulator, actor.access, data.plan))


async def _while_asked(request: Asking, work: Coroutine[Any, Any, T]) -> T:
    """Do something for as long as somebody waits for the answer."""
    doing, left = asyncio.create_task(work), asyncio.create_task(_left(request))
    try:
        await asyncio.wait({doing, left}, return_when=asyncio.FIRST_COMPLETED)
        if doing.done():
            return doing.result()
        # Nobody reads this any more.
        raise Unavailable("The asker left; the simulation was ended.", code="simulation_ended")
    finally:
        for task in (doing, left):
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError, Exception):
                await task


async def _left(request: Asking) -> None:
    while (await request.receive())["type"] != "http.disconnect":
        pass


ROUTES = [house_plan, new_simulation, new_staffing]
