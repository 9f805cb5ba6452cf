"""Consults: a colleague is asked beside the conversation."""

from uuid import UUID

from litestar import get, post
from litestar.params import FromPath, JSONBody
from msgspec import Struct

from unisono.service.consult import ask_colleague, begin_consult, decline_consult, end_consult
from unisono.service.look import ConsultItem, consult_view, my_consults
from unisono.service.once import once
from unisono.service.page import Page
from unisono.service.views import ConsultView
from unisono.web.asking import Asking, Body, id_under, key_of
from unisono.web.authenticate import ActorDep, HouseDep
from unisono.web.needs import needs


class ConsultAnswer(Struct, frozen=True, kw_only=True):
    """The consult as it stands now."""

    consult: ConsultView


class AskBody(Body):
    """Whom to ask, a colleague or whoever has a skill (its key), and what; the question is kept as a note."""

    question: str
    agent_id: UUID | None = None
    skill: str | None = None


@get("/consults", opt=needs("work.read"), tags=["Work"])
async def consults(house: HouseDep, actor: ActorDep) -> Page[ConsultItem]:
    """Return what is being asked: by oneself, of oneself, and of everybody with a skill of one's own."""
    return await my_consults(house.db, actor.access)


@post("/interactions/{interaction_id:uuid}/consults", opt=needs("work.answer"), tags=["Work"])
async def ask(
    request: Asking, house: HouseDep, actor: ActorDep, interaction_id: FromPath[UUID], data: JSONBody[AskBody]
) -> ConsultAnswer:
    """Ask a colleague, or whoever has a skill, about work in hand; whose work it is stays as it is."""
    key = await key_of(request)
    made = id_under(key)
    consult_id = await once(
        house.db, key,
        lambda db: ask_colleague(
            db, actor.access, interaction_id, made, data.question, agent_id=data.agent_id, skill=data.skill
        ),
        UUID,
    )  # fmt: skip
    return ConsultAnswer(consult=await consult_view(house.db, consult_id))


@post("/consults/{consult_id:uuid}/accept", opt=needs("work.read"), status_code=200, tags=["Work"])
async def accept_it(request: Asking, house: HouseDep, actor: ActorDep, consult_id: FromPath[UUID]) -> ConsultAnswer:
    """Begin to help: read the conversation, answer by notes; 409 when somebody else does or one's capacity is used up."""
    await once(house.db, await key_of(request), lambda db: begin_consult(db, actor.access, consult_id), UUID)
    return ConsultAnswer(consult=await consult_view(house.db, consult_id))


@post("/consults/{consult_id:uuid}/decline", opt=needs("work.read"), status_code=200, tags=["Work"])
async def decline_it(request: Asking, house: HouseDep, actor: ActorDep, consult_id: FromPath[UUID]) -> ConsultAnswer:
    """Say that one cannot help."""
    await once(house.db, await key_of(request), lambda db: decline_consult(db, actor.access, consult_id), None)
    return ConsultAnswer(consult=await consult_view(house.db, consult_id))


@post("/consults/{consult_id:uuid}/end", opt=needs("work.read"), status_code=200, tags=["Work"])
async def end_it(request: Asking, house: HouseDep, actor: ActorDep, consult_id: FromPath[UUID]) -> ConsultAnswer:
    """End it, from either side; what it held of the helper's capacity is free."""
    await once(house.db, await key_of(request), lambda db: end_consult(db, actor.access, consult_id), None)
    return ConsultAnswer(consult=await consult_view(house.db, consult_id))


ROUTES = [consults, ask, accept_it, decline_it, end_it]
