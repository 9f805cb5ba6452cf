"""Triage: what texts were judged to be, what people say of them, and what is learned from that."""

from typing import Annotated, Any
from uuid import UUID

from litestar import get, post, put
from litestar.params import FromPath, FromQuery, JSONBody
from msgspec import Meta

from unisono.service.page import bounded
from unisono.service.triage.labels import label_item, label_tasks
from unisono.service.triage.learn import ask_learning, use_version
from unisono.service.triage.page import triage_page
from unisono.service.triage.show import conversation_triage
from unisono.service.triage.views import ConversationTriage, LabelTasks, TriagePage, TriageView
from unisono.web.asking import Body
from unisono.web.authenticate import ActorDep, HouseDep
from unisono.web.needs import needs


class LabelBody(Body):
    """What a customer's text is; null takes back what was said. source: page (one after the other) or correction."""

    head: Annotated[str, Meta(max_length=40)]
    label: Annotated[str, Meta(max_length=60)] | None
    source: str = "correction"


@get("/triage", opt=needs("work.read"), tags=["Triage"])
async def standing(house: HouseDep, actor: ActorDep) -> TriagePage:
    """Return what was labelled, what was learned from it, and how good that is."""
    return await triage_page(house.db, house.fitter, actor.access)


@get("/triage/tasks", opt=needs("work.answer"), tags=["Triage"])
async def tasks(
    house: HouseDep, actor: ActorDep, head: FromQuery[str] = "answer", language: FromQuery[str] = "",
    limit: FromQuery[int | None] = None,
) -> LabelTasks:  # fmt: skip
    """Return texts that nobody has said anything of about a question, those first of which triage is least sure."""
    return await label_tasks(house.db, house.outside.judge, actor.access, head, language, bounded(limit))


@put("/triage/items/{item_id:uuid}/label", opt=needs("work.answer"), tags=["Triage"])
async def label(house: HouseDep, actor: ActorDep, item_id: FromPath[UUID], data: JSONBody[LabelBody]) -> TriageView:
    """Say what a customer's text is: a message, or a mention that came by no channel."""
    return await label_item(house.db, house.outside.judge, actor.access, item_id, data.head, data.label, data.source)


@get("/conversations/{conversation_id:uuid}/triage", opt=needs("work.read"), tags=["Triage"])
async def of_conversation(house: HouseDep, actor: ActorDep, conversation_id: FromPath[UUID]) -> ConversationTriage:
    """Return what the newest texts of a conversation's customer were judged to be, with reasons in words."""
    return await conversation_triage(house.db, house.outside.judge, actor.access, conversation_id)


@post("/triage/learn", opt=needs("monitor.manage"), tags=["Triage"], status_code=204)
async def learn(house: HouseDep, actor: ActorDep) -> None:
    """Learn now what would be learned at night."""
    await ask_learning(house.db, house.fitter, actor.access)


@post("/triage/heads/{head_id:uuid}/use", opt=needs("monitor.manage"), tags=["Triage"], status_code=204)
async def use(house: HouseDep, actor: ActorDep, head_id: FromPath[UUID]) -> None:
    """Go back to a version that was kept."""
    await use_version(house.db, actor.access, head_id)


ROUTES: list[Any] = [standing, tasks, label, of_conversation, learn, use]
