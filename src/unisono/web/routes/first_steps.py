"""The first steps of a new house."""

from litestar import get, put
from litestar.params import JSONBody

from unisono.service.first_steps import FirstStepsView, first_steps, go_on
from unisono.web.asking import Body
from unisono.web.authenticate import ActorDep, HouseDep
from unisono.web.needs import needs


class GoOnBody(Body):
    """A step that is done as it is (organisation, hours, queue), or whether the steps are put away."""

    confirm: str | None = None
    put_away: bool | None = None


@get("/first-steps", opt=needs("setting.manage"), tags=["Administration"])
async def steps(house: HouseDep) -> FirstStepsView:
    """Return what of the first steps is done."""
    return await first_steps(house.db)


@put("/first-steps", opt=needs("setting.manage"), tags=["Administration"])
async def change_steps(house: HouseDep, actor: ActorDep, data: JSONBody[GoOnBody]) -> FirstStepsView:
    """Confirm a step, put the steps away, or fetch them back."""
    await go_on(house.db, actor.access, confirm=data.confirm, put_away=data.put_away)
    return await first_steps(house.db)


ROUTES = [steps, change_steps]
