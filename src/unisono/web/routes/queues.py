"""Queues and who takes their work; skills, wrap-up codes, teams, brands, agents."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

import msgspec
from litestar import get, patch, post, put
from litestar.params import FromPath, FromQuery, JSONBody
from msgspec import UNSET, UnsetType

from unisono.domain.errors import NotFound
from unisono.service.catalogue import add_brand, add_code, add_skill, add_team, change_code, rename_skill
from unisono.service.house import House
from unisono.service.once import once
from unisono.service.page import Page, bounded, paged, parse_place, place
from unisono.service.ports.setup import CodeChange, NewQueue, QueueChange
from unisono.service.queues import add_queue, change_agent, change_queue, set_members
from unisono.service.setup_views import (
    CodeView,
    Names,
    QueueLevelView,
    QueueSkillView,
    QueueStepView,
    QueueView,
    ScopeView,
    SkillView,
)
from unisono.service.views import AgentView
from unisono.web.asking import Asking, Body, id_under, key_of
from unisono.web.authenticate import ActorDep, HouseDep
from unisono.web.needs import needs


class NewQueueBody(Body):
    """A queue to add."""

    key: str
    name: Names
    team_id: UUID | None = None
    time_zone: str = "Europe/Berlin"
    first_response_s: int = 3600
    offer_s: int = 30
    skills: tuple[QueueSkillView, ...] = ()
    match_language: bool = False
    steps: tuple[QueueStepView, ...] = ()
    reserve_agents: float = 0.0
    reserve_units: int = 60
    reserve_auto: bool = False
    reserve_share: float = 0.8
    reserve_within_s: int = 20
    mode: str = "push"
    silence_s: int | None = None
    wrap_up_s: int = 0
    prefer_s: int = 300
    service_levels: tuple[QueueLevelView, ...] = ()
    member_ids: tuple[UUID, ...] = ()


class ChangeQueueBody(Body):
    """What changes of a queue; what is not named stays."""

    key: str | UnsetType = UNSET
    name: Names | UnsetType = UNSET
    team_id: UUID | UnsetType | None = UNSET
    time_zone: str | UnsetType = UNSET
    first_response_s: int | UnsetType = UNSET
    offer_s: int | UnsetType = UNSET
    skills: tuple[QueueSkillView, ...] | UnsetType = UNSET
    match_language: bool | UnsetType = UNSET
    steps: tuple[QueueStepView, ...] | UnsetType = UNSET
    reserve_agents: float | UnsetType = UNSET
    reserve_units: int | UnsetType = UNSET
    reserve_auto: bool | UnsetType = UNSET
    reserve_share: float | UnsetType = UNSET
    reserve_within_s: int | UnsetType = UNSET
    mode: str | UnsetType = UNSET
    silence_s: int | UnsetType | None = UNSET
    wrap_up_s: int | UnsetType = UNSET
    prefer_s: int | UnsetType = UNSET
    service_levels: tuple[QueueLevelView, ...] | UnsetType = UNSET
    archived: bool | UnsetType = UNSET


class MembersBody(Body):
    """All members; who is missing leaves."""

    member_ids: tuple[UUID, ...]


class NewWordBody(Body):
    """A key for programs and rules, and a name in each language."""

    key: str
    name: Names


class RenameBody(Body):
    """A name in each language."""

    name: Names


class ChangeCodeBody(Body):
    """What changes of a wrap-up code; what is not named stays."""

    key: str | UnsetType = UNSET
    name: Names | UnsetType = UNSET
    archived: bool | UnsetType = UNSET


class NewScopeBody(Body):
    """A key for programs and rules, and a name."""

    key: str
    name: str


class AgentSkillBody(Body):
    """A skill at a level from 1 to 5."""

    skill_id: UUID
    level: int = 1


class ChangeAgentBody(Body):
    """What changes of an agent; `capacity` in units, `skills` replaces all."""

    capacity: int | None = None
    skills: tuple[AgentSkillBody, ...] | None = None


@get("/queues", opt=needs("queue.read"), tags=["Administration"])
async def queues(house: HouseDep, archived: FromQuery[bool] = False) -> Page[QueueView]:
    """Return the queues in their order."""
    async with house.db.read() as tx:
        cursor = str(await tx.log.head())
        return Page(items=await tx.setup.queues(None, archived=archived), cursor=cursor)


@post("/queues", opt=needs("queue.manage"), tags=["Administration"])
async def new_queue(request: Asking, house: HouseDep, actor: ActorDep, data: JSONBody[NewQueueBody]) -> QueueView:
    """Add a queue."""
    key = await key_of(request)
    queue = NewQueue(
        id=id_under(key), key=data.key, name=data.name, team_id=data.team_id, time_zone=data.time_zone,
        first_response_s=data.first_response_s, offer_s=data.offer_s, skills=data.skills, match_language=data.match_language,
        steps=data.steps, reserve_agents=data.reserve_agents, reserve_units=data.reserve_units,
        reserve_auto=data.reserve_auto, reserve_share=data.reserve_share, reserve_within_s=data.reserve_within_s,
        mode=data.mode, silence_s=data.silence_s, wrap_up_s=data.wrap_up_s, prefer_s=data.prefer_s,
        service_levels=data.service_levels,
    )  # fmt: skip
    queue_id = await once(house.db, key, lambda db: add_queue(db, actor.access, queue, data.member_ids), UUID)
    return await _queue(house, queue_id)


@patch("/queues/{queue_id:uuid}", opt=needs("queue.manage"), tags=["Administration"])
async def edit_queue(house: HouseDep, actor: ActorDep, queue_id: FromPath[UUID], data: JSONBody[ChangeQueueBody]) -> QueueView:
    """Change or archive a queue."""
    await change_queue(house.db, actor.access, queue_id, QueueChange(**_named(data)))
    return await _queue(house, queue_id)


@put("/queues/{queue_id:uuid}/members", opt=needs("queue.manage"), tags=["Administration"])
async def members(house: HouseDep, actor: ActorDep, queue_id: FromPath[UUID], data: JSONBody[MembersBody]) -> QueueView:
    """Say who can be offered the queue's work."""
    await set_members(house.db, actor.access, queue_id, data.member_ids)
    return await _queue(house, queue_id)


@get("/skills", opt=needs("queue.read"), tags=["Administration"])
async def skills(house: HouseDep) -> Page[SkillView]:
    """Return the skills."""
    async with house.db.read() as tx:
        return Page(items=await tx.setup.skills())


@post("/skills", opt=needs("queue.manage"), tags=["Administration"])
async def new_skill(request: Asking, house: HouseDep, actor: ActorDep, data: JSONBody[NewWordBody]) -> SkillView:
    """Add a skill."""
    key = await key_of(request)
    return await once(house.db, key, lambda db: add_skill(db, actor.access, id_under(key), data.key, data.name), SkillView)


@patch("/skills/{skill_id:uuid}", opt=needs("queue.manage"), tags=["Administration"])
async def edit_skill(house: HouseDep, actor: ActorDep, skill_id: FromPath[UUID], data: JSONBody[RenameBody]) -> SkillView:
    """Rename a skill."""
    await rename_skill(house.db, actor.access, skill_id, data.name)
    async with house.db.read() as tx:
        return next(skill for skill in await tx.setup.skills() if skill.id == skill_id)


@get("/wrap-up-codes", opt=needs("queue.read"), tags=["Administration"])
async def codes(house: HouseDep) -> Page[CodeView]:
    """Return the wrap-up codes, archived ones too: old work names them."""
    async with house.db.read() as tx:
        return Page(items=await tx.setup.codes())


@post("/wrap-up-codes", opt=needs("queue.manage"), tags=["Administration"])
async def new_code(request: Asking, house: HouseDep, actor: ActorDep, data: JSONBody[NewWordBody]) -> CodeView:
    """Add a wrap-up code."""
    key = await key_of(request)
    return await once(house.db, key, lambda db: add_code(db, actor.access, id_under(key), data.key, data.name), CodeView)


@patch("/wrap-up-codes/{code_id:uuid}", opt=needs("queue.manage"), tags=["Administration"])
async def edit_code(house: HouseDep, actor: ActorDep, code_id: FromPath[UUID], data: JSONBody[ChangeCodeBody]) -> CodeView:
    """Rename or archive a wrap-up code."""
    await change_code(house.db, actor.access, code_id, CodeChange(**_named(data)))
    async with house.db.read() as tx:
        return next(code for code in await tx.setup.codes() if code.id == code_id)


@get("/teams", opt=needs("queue.read"), tags=["Administration"])
async def teams(house: HouseDep) -> Page[ScopeView]:
    """Return the teams."""
    async with house.db.read() as tx:
        return Page(items=await tx.setup.teams())


@post("/teams", opt=needs("queue.manage"), tags=["Administration"])
async def new_team(request: Asking, house: HouseDep, actor: ActorDep, data: JSONBody[NewScopeBody]) -> ScopeView:
    """Add a team; grants can be narrowed to its queues."""
    key = await key_of(request)
    return await once(house.db, key, lambda db: add_team(db, actor.access, id_under(key), data.key, data.name), ScopeView)


@get("/brands", opt=needs("queue.read"), tags=["Administration"])
async def brands(house: HouseDep) -> Page[ScopeView]:
    """Return the brands."""
    async with house.db.read() as tx:
        return Page(items=await tx.setup.brands())


@post("/brands", opt=needs("channel.manage"), tags=["Administration"])
async def new_brand(request: Asking, house: HouseDep, actor: ActorDep, data: JSONBody[NewScopeBody]) -> ScopeView:
    """Add a brand; grants can be narrowed to its channels."""
    key = await key_of(request)
    return await once(house.db, key, lambda db: add_brand(db, actor.access, id_under(key), data.key, data.name), ScopeView)


@get("/agents", opt=needs("agent.read"), tags=["Administration"])
async def agents(house: HouseDep, after: FromQuery[str | None] = None, limit: FromQuery[int | None] = None) -> Page[AgentView]:
    """Return who takes work, by name, with their state now."""
    size = bounded(limit)
    place_after: tuple[str, UUID] | None = parse_place(after, tuple[str, UUID]) if after else None
    async with house.db.read() as tx:
        cursor = str(await tx.log.head())
        found, more = paged(await tx.setup.agent_page(place_after, size + 1), size)
        items = await tx.reading.agents([user_id for _, user_id in found])
    return Page(items=items, next=place(*found[-1]) if more else None, cursor=cursor)


@patch("/agents/{user_id:uuid}", opt=needs("agent.manage"), tags=["Administration"])
async def edit_agent(house: HouseDep, actor: ActorDep, user_id: FromPath[UUID], data: JSONBody[ChangeAgentBody]) -> AgentView:
    """Set an agent's capacity and skills."""
    levels: Mapping[UUID, int] | None = None
    if data.skills is not None:
        levels = {skill.skill_id: skill.level for skill in data.skills}
    await change_agent(house.db, actor.access, user_id, capacity=data.capacity, skills=levels)
    async with house.db.read() as tx:
        (agent,) = await tx.reading.agents([user_id])
    return agent


def _named(body: ChangeQueueBody | ChangeCodeBody) -> dict[str, Any]:
    return {name: value for name, value in msgspec.structs.asdict(body).items() if value is not UNSET}


async def _queue(house: House, queue_id: UUID) -> QueueView:
    async with house.db.read() as tx:
        found = await tx.setup.queues([queue_id])
    if not found:
        raise NotFound("This queue does not exist.")
    return found[0]


ROUTES = [
    queues, new_queue, edit_queue, members, skills, new_skill, edit_skill, codes, new_code, edit_code, teams, new_team,
    brands, new_brand, agents, edit_agent,
]  # fmt: skip
