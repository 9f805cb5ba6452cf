"""Repair of many at once, what there is to repair, and answers that are mended."""

from typing import Any
from uuid import UUID

from litestar import get, post
from litestar.params import FromPath, JSONBody

from unisono.service.edit_answer import edit_answer
from unisono.service.look import message
from unisono.service.repair_many import (
    RepairedView,
    RepairSummary,
    discard_answers,
    discard_items,
    repair_summary,
    retry_answers,
    retry_items,
)
from unisono.web.asking import Body
from unisono.web.authenticate import ActorDep, HouseDep
from unisono.web.needs import needs
from unisono.web.routes.work import MessageAnswer


class ManyBody(Body):
    """Which ones: ids of quarantined items, or of messages; 200 at the most."""

    ids: tuple[UUID, ...]


class DiscardManyBody(Body):
    """Which ones are given up, and why; the reason is kept."""

    ids: tuple[UUID, ...]
    reason: str


class NewTextBody(Body):
    """The text as it is sent instead."""

    text: str


@get("/repair", opt=needs("work.answer"), tags=["Administration"])
async def summary(house: HouseDep, actor: ActorDep) -> RepairSummary:
    """Return how much waits for repair, by channel and by what went wrong."""
    return await repair_summary(house.db, actor.access)


@post("/quarantine/retry", opt=needs("quarantine.manage"), status_code=200, tags=["Administration"])
async def retry_raws(house: HouseDep, actor: ActorDep, data: JSONBody[ManyBody]) -> RepairedView:
    """Read many items again, with the connectors as they are now; each by itself."""
    return await retry_items(house.outside, actor.access, data.ids)


@post("/quarantine/discard", opt=needs("quarantine.manage"), status_code=200, tags=["Administration"])
async def discard_raws(house: HouseDep, actor: ActorDep, data: JSONBody[DiscardManyBody]) -> RepairedView:
    """Give many items up, with a reason; their bytes are erased."""
    return await discard_items(house.outside, actor.access, data.ids, data.reason)


@post("/dead-letters/retry", opt=needs("work.answer"), status_code=200, tags=["Administration"])
async def retry_letters(house: HouseDep, actor: ActorDep, data: JSONBody[ManyBody]) -> RepairedView:
    """Send many answers again, by their messages' ids; where their fate is unknown the network is asked first."""
    return await retry_answers(house.outside, actor.access, data.ids)


@post("/dead-letters/discard", opt=needs("work.answer"), status_code=200, tags=["Administration"])
async def discard_letters(house: HouseDep, actor: ActorDep, data: JSONBody[DiscardManyBody]) -> RepairedView:
    """Give many answers up, with a reason."""
    return await discard_answers(house.outside, actor.access, data.ids, data.reason)


@post("/messages/{message_id:uuid}/mend", opt=needs("work.answer"), status_code=200, tags=["Work"])
async def mend(house: HouseDep, actor: ActorDep, message_id: FromPath[UUID], data: JSONBody[NewTextBody]) -> MessageAnswer:
    """Replace the text of an answer that its network refused, and send it again. The new text is checked like a new answer's."""
    await edit_answer(house.outside, actor.access, message_id, data.text)
    return MessageAnswer(message=await message(house.db, actor.access, message_id))


ROUTES: list[Any] = [summary, retry_raws, discard_raws, retry_letters, discard_letters, mend]
