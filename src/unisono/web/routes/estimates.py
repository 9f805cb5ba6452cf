"""What was learnt from work that is over."""

from litestar import get

from unisono.service.estimates import EstimatesView, estimates
from unisono.web.authenticate import ActorDep, HouseDep
from unisono.web.needs import needs


@get("/estimates", opt=needs("work.supervise"), tags=["Work"])
async def all_estimates(house: HouseDep, actor: ActorDep) -> EstimatesView:
    """Return what was learnt: handling time and patience of each class of work and skill with intervals, and what is in use;
    arrivals of each queue. Never of a person."""
    return await estimates(house.db, actor.access)


ROUTES = [all_estimates]
