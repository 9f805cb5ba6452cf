"""One's own figures; nobody else's."""

from typing import Any

from litestar import get
from litestar.params import FromQuery

from unisono.service.own_figures import OwnFigures, own_figures
from unisono.web.authenticate import ActorDep, HouseDep
from unisono.web.needs import SIGNED_IN, needs


@get("/me/figures", opt=needs(SIGNED_IN), tags=["Session"])
async def figures(house: HouseDep, actor: ActorDep, zone: FromQuery[str] = "UTC") -> OwnFigures:
    """Return what one handled oneself, today and in the last eight weeks; nobody else can read it. zone: an IANA name."""
    return await own_figures(house.db, actor.access, zone)


ROUTES: list[Any] = [figures]
