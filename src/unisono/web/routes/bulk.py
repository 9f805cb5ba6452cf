"""Bulk work: one verb on many enquiries, with a result for each, and undone as a whole."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from litestar import get, post
from litestar.params import FromPath, FromQuery, JSONBody
from msgspec import Meta

from unisono.service.bulk import MOST, BulkArgs, begin_bulk, bulk_items, bulk_view, go_on, undo_bulk
from unisono.service.page import Page, bounded
from unisono.service.views import BulkItem, BulkView, ListFilter
from unisono.web.asking import Asking, Body, id_under, key_of
from unisono.web.authenticate import ActorDep, HouseDep
from unisono.web.needs import needs


class BulkBody(Body):
    """What is done to which: enquiries by id, or `all_of` a list.

    verb: tag or untag (tag_id), transfer (queue_id, note), close (code_id, note), spam, not_spam, take, park (until), or priority
    (priority and reason).
    """

    verb: str
    interaction_ids: Annotated[tuple[UUID, ...], Meta(max_length=MOST)] = ()
    all_of: ListFilter | None = None
    tag_id: UUID | None = None
    queue_id: UUID | None = None
    code_id: UUID | None = None
    until: datetime | None = None
    priority: int | None = None
    reason: Annotated[str, Meta(max_length=500)] = ""
    note: Annotated[str, Meta(max_length=20_000)] = ""


@post("/bulk", opt=needs("work.answer"), tags=["Work"])
async def begin(request: Asking, house: HouseDep, actor: ActorDep, data: JSONBody[BulkBody]) -> BulkView:
    """Do something to many; works for a slice of time and tells how far it came. The Idempotency-Key is its id."""
    key = await key_of(request)
    args = BulkArgs(
        tag_id=data.tag_id, queue_id=data.queue_id, code_id=data.code_id, until=data.until, priority=data.priority,
        reason=data.reason, note=data.note,
    )  # fmt: skip
    return await begin_bulk(
        house.db, actor.access, id_under(key), verb=data.verb, args=args, interaction_ids=data.interaction_ids, all_of=data.all_of
    )


@get("/bulk/{bulk_id:uuid}", opt=needs("work.answer"), tags=["Work"])
async def look(house: HouseDep, actor: ActorDep, bulk_id: FromPath[UUID]) -> BulkView:
    """Tell how far it is."""
    return await bulk_view(house.db, actor.access, bulk_id)


@get("/bulk/{bulk_id:uuid}/items", opt=needs("work.answer"), tags=["Work"])
async def items(
    house: HouseDep, actor: ActorDep, bulk_id: FromPath[UUID], after: FromQuery[int] = 0, limit: FromQuery[int | None] = None
) -> Page[BulkItem]:
    """Return what came of each enquiry."""
    return await bulk_items(house.db, actor.access, bulk_id, after, bounded(limit))


@post("/bulk/{bulk_id:uuid}/go-on", opt=needs("work.answer"), status_code=200, tags=["Work"])
async def carry_on(house: HouseDep, actor: ActorDep, bulk_id: FromPath[UUID]) -> BulkView:
    """Go on with what is left; repeat until `left` is 0."""
    return await go_on(house.db, actor.access, bulk_id)


@post("/bulk/{bulk_id:uuid}/undo", opt=needs("work.answer"), status_code=200, tags=["Work"])
async def undo(house: HouseDep, actor: ActorDep, bulk_id: FromPath[UUID]) -> BulkView:
    """Put back what was done, within ten minutes; repeat until `left` is 0. What changed since is kept as it is, and said."""
    return await undo_bulk(house.db, actor.access, bulk_id)


ROUTES = [begin, look, items, carry_on, undo]
