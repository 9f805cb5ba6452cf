"""Whose hands all open work is in."""

from litestar import get

from unisono.service.custody import HandsView, hands
from unisono.web.authenticate import ActorDep, HouseDep
from unisono.web.needs import needs


@get("/hands", opt=needs("work.supervise"), tags=["Work"])
async def all_hands(house: HouseDep, actor: ActorDep) -> HandsView:
    """Return what is open by state, whether each is in exactly one pair of hands, and what nobody can ever take."""
    return await hands(house.db, actor.access)


ROUTES = [all_hands]
