"""Who is there just now, what one person has in hand, and how a lost desk is logged off."""

from typing import Any
from uuid import UUID

from litestar import get, post
from litestar.params import FromPath, FromQuery, JSONBody

from unisono.service.live_people import LivePeople, LiveWork, live_people, live_work
from unisono.service.log_off import log_off
from unisono.service.views import AgentView
from unisono.web.asking import Body
from unisono.web.authenticate import ActorDep, HouseDep
from unisono.web.needs import needs


class LogOffBody(Body):
    """Why somebody else is logged off; it is kept."""

    reason: str


@get("/live/people", opt=needs("work.supervise"), tags=["Supervision"])
async def people(house: HouseDep, actor: ActorDep, since: FromQuery[bool] = False) -> LivePeople:
    """Return who takes work, with state and room. `since=true` tells since when too: that needs a permit, and they see it."""
    return await live_people(house.db, actor.access, since=since)


@get("/live/people/{user_id:uuid}", opt=needs("work.supervise"), tags=["Supervision"])
async def person(house: HouseDep, actor: ActorDep, user_id: FromPath[UUID]) -> LiveWork:
    """Return what one person has in hand just now. Needs a permit for live view, is written down, and the person sees it."""
    return await live_work(house.db, actor.access, user_id)


@post("/agents/{user_id:uuid}/log-off", opt=needs("agent.manage"), status_code=200, tags=["Supervision"])
async def log_off_lost(house: HouseDep, actor: ActorDep, user_id: FromPath[UUID], data: JSONBody[LogOffBody]) -> AgentView:
    """Log somebody off whose desk is lost, with a reason; what cannot wait goes back to the head of the queue."""
    await log_off(house.db, actor.access, user_id, data.reason)
    async with house.db.read() as tx:
        (agent,) = await tx.reading.agents([user_id])
    return agent


ROUTES: list[Any] = [people, person, log_off_lost]
