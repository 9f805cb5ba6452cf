"""Presence: one's own, colleagues', and where one's calls go."""

from datetime import datetime
from typing import Any
from uuid import UUID

from litestar import delete, get, put
from litestar.params import FromQuery, JSONBody

from unisono.domain.errors import Invalid
from unisono.presence.divert import Rules, Way
from unisono.service.page import Page
from unisono.service.presence.look import MyPresence, PresenceView, my_presence, presences
from unisono.service.presence.own import clear_presence, set_call_rule, set_presence
from unisono.web.asking import Body
from unisono.web.authenticate import ActorDep, HouseDep
from unisono.web.needs import SIGNED_IN, needs

MOST: int = 500


class SetPresenceBody(Body):
    """available, away, busy or dnd; until when (an hour from now when it is not named), and why."""

    value: str
    until: datetime | None = None
    reason: str = ""


class CallRuleBody(Body):
    """Where calls go by presence: ring, voicemail or deputy."""

    available: str = Way.RING.value
    away: str = Way.VOICEMAIL.value
    busy: str = Way.VOICEMAIL.value
    unknown: str = Way.RING.value
    deputy_id: UUID | None = None


@get("/me/presence", opt=needs(SIGNED_IN), tags=["Presence"])
async def mine(house: HouseDep, actor: ActorDep) -> MyPresence:
    """Return one's own presence, and where one's calls go."""
    return await my_presence(house.db, actor.access)


@put("/me/presence", opt=needs(SIGNED_IN), tags=["Presence"])
async def set_mine(house: HouseDep, actor: ActorDep, data: JSONBody[SetPresenceBody]) -> MyPresence:
    """Set one's own presence until a time. An agent who is available gets no offers meanwhile."""
    await set_presence(house.outside, actor.access, data.value, data.until, data.reason)
    return await my_presence(house.db, actor.access)


@delete("/me/presence", opt=needs(SIGNED_IN), status_code=200, tags=["Presence"])
async def clear_mine(house: HouseDep, actor: ActorDep) -> MyPresence:
    """End one's own setting; what the other sources say counts again."""
    await clear_presence(house.outside, actor.access)
    return await my_presence(house.db, actor.access)


@put("/me/call-rule", opt=needs(SIGNED_IN), tags=["Presence"])
async def set_rule(house: HouseDep, actor: ActorDep, data: JSONBody[CallRuleBody]) -> MyPresence:
    """Say where calls on one's direct line go: to oneself, to voicemail or to a deputy."""
    rules = Rules(available=_way(data.available), away=_way(data.away), busy=_way(data.busy), unknown=_way(data.unknown))
    await set_call_rule(house.outside, actor.access, rules, data.deputy_id)
    return await my_presence(house.db, actor.access)


@get("/presence", opt=needs("agent.read"), tags=["Presence"])
async def of_people(house: HouseDep, actor: ActorDep, user_id: FromQuery[list[UUID]]) -> Page[PresenceView]:
    """Return the presence of these people, at most 500 at a time. The stream's topic `live:presence` tells what changes."""
    if len(user_id) > MOST:
        raise Invalid(f"At most {MOST} people at a time.", code="too_many_people", field="user_id")
    return Page(items=await presences(house.db, actor.access, user_id))


def _way(name: str) -> Way:
    if name not in set(Way):
        raise Invalid(f"{name!r} is no way for a call; there are ring, voicemail and deputy.", code="no_way", field="way")
    return Way(name)


ROUTES: list[Any] = [mine, set_mine, clear_mine, set_rule, of_people]
