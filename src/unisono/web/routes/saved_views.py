"""Saved views of the work list."""

from typing import Annotated
from uuid import UUID

from litestar import delete, get, put
from litestar.params import FromPath, FromQuery, JSONBody
from msgspec import Meta

from unisono.service.page import Page
from unisono.service.saved_views import begin_with_view, drop_view, keep_view, order_views, saved_views
from unisono.service.view_counts import ViewCount, view_counts
from unisono.service.views import ListFilter, SavedView
from unisono.web.asking import Body
from unisono.web.authenticate import ActorDep, HouseDep
from unisono.web.needs import needs


class ViewBody(Body):
    """A view to save. scope_kind: self, team, queue or organisation; scope_id names the team or queue."""

    name: Annotated[str, Meta(max_length=200)]
    filter: ListFilter
    scope_kind: str = "self"
    scope_id: UUID | None = None


class OrderBody(Body):
    """One's own views in their order."""

    view_ids: list[UUID]


class DefaultBody(Body):
    """The view that one's list begins with; null is the usual one."""

    view_id: UUID | None


@get("/views", opt=needs("work.read"), tags=["Work"])
async def views(house: HouseDep, actor: ActorDep) -> Page[SavedView]:
    """Return one's own views and those that are shared with one, in their order."""
    return Page(items=await saved_views(house.db, actor.access))


@get("/view-counts", opt=needs("work.read"), tags=["Work"])
async def counted(house: HouseDep, actor: ActorDep, view_id: FromQuery[UUID | None] = None) -> Page[ViewCount]:
    """Return how many enquiries stand in each saved view, or in one; what is over is not counted."""
    return Page(items=await view_counts(house.db, actor.access, view_id))


@put("/views/{view_id:uuid}", opt=needs("work.read"), tags=["Work"])
async def keep(house: HouseDep, actor: ActorDep, view_id: FromPath[UUID], data: JSONBody[ViewBody]) -> SavedView:
    """Save a view under an id (UUIDv7) that the client makes, or change one's own. Sharing needs `work.supervise`."""
    return await keep_view(
        house.db, actor.access, view_id, name=data.name, filter=data.filter, scope_kind=data.scope_kind, scope_id=data.scope_id
    )


@delete("/views/{view_id:uuid}", opt=needs("work.read"), status_code=204, tags=["Work"])
async def drop(house: HouseDep, actor: ActorDep, view_id: FromPath[UUID]) -> None:
    """Delete a view."""
    await drop_view(house.db, actor.access, view_id)


@put("/me/view-order", opt=needs("work.read"), status_code=204, tags=["Work"])
async def order(house: HouseDep, actor: ActorDep, data: JSONBody[OrderBody]) -> None:
    """Put one's own views into this order."""
    await order_views(house.db, actor.access, data.view_ids)


@put("/me/default-view", opt=needs("work.read"), status_code=204, tags=["Work"])
async def default(house: HouseDep, actor: ActorDep, data: JSONBody[DefaultBody]) -> None:
    """Choose the view that one's work list begins with."""
    await begin_with_view(house.db, actor.access, data.view_id)


ROUTES = [views, counted, keep, drop, order, default]
