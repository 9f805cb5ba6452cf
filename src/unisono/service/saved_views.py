"""Saved views of the work list: a name for filters and an order, one's own or shared with a team, a queue or everybody."""

from typing import Final
from uuid import UUID

import msgspec

from unisono.domain.errors import Conflict, Forbidden, Invalid, NotFound
from unisono.service.access import Access
from unisono.service.ports import Database
from unisono.service.ports.saved_views import ViewFacts
from unisono.service.text import storable
from unisono.service.views import ListFilter, SavedView

SCOPES: Final = ("self", "team", "queue", "organisation")
MAX_NAME_CHARS: Final = 60
MOST: Final = 50


async def saved_views(db: Database, access: Access) -> list[SavedView]:
    """Return one's own views and those that are shared with one, in their order."""
    async with db.read() as tx:
        return await tx.saved_views.of(access.user_id)


async def keep_view(
    db: Database, access: Access, view_id: UUID, *, name: str, filter: ListFilter, scope_kind: str = "self",  # noqa: A002
    scope_id: UUID | None = None,
) -> SavedView:  # fmt: skip
    """Save a view under an id of the client's making, or change one's own; the same again changes nothing.

    Raises Invalid; Forbidden for sharing without `work.supervise` or with whom one has nothing to do; NotFound for somebody
    else's; Conflict for more than MOST.
    """
    clean = " ".join(storable(name).split())
    if not clean:
        raise Invalid("A view needs a name.", code="empty", field="name")
    if len(clean) > MAX_NAME_CHARS:
        raise Invalid(f"The name of a view takes {MAX_NAME_CHARS} characters.", code="too_long", field="name")
    if scope_kind not in SCOPES:
        raise Invalid(f"{scope_kind!r} is no scope; there are {', '.join(SCOPES)}.", code="not_one_of", field="scope_kind")
    if (scope_id is None) != (scope_kind in ("self", "organisation")):
        raise Invalid("Name the team or queue to share with, and none otherwise.", code="no_scope", field="scope_id")
    if scope_kind != "self" and not access.may("work.supervise"):
        raise Forbidden("Views are shared by who leads: this needs the right 'work.supervise'.", action="work.supervise")
    async with db.write() as tx:
        before = await tx.saved_views.get(view_id)
        if before is not None and before.owner_id != access.user_id:
            raise NotFound("This view does not exist, or is not yours to change.")
        there = await tx.saved_views.count(access.user_id)
        if before is None and there >= MOST:
            raise Conflict(f"So many views nobody finds again: {MOST} is the most. Delete one first.", code="too_many")
        everywhere = access.visible_classes("work.supervise") is None
        if scope_id is not None and not everywhere and not await tx.saved_views.reachable(access.user_id, scope_kind, scope_id):
            raise Forbidden("You can share with a team or a queue that you belong to.", action="work.supervise")
        await tx.saved_views.put(
            ViewFacts(
                id=view_id, owner_id=access.user_id, name=clean, scope_kind=scope_kind, scope_id=scope_id,
                filter=msgspec.to_builtins(filter), position=before.position if before else there,
            )
        )  # fmt: skip
        if scope_kind != "self":
            await tx.privacy.audit(access.user_id, "view.shared", "saved_view", str(view_id), {"scope": scope_kind})
        return next(view for view in await tx.saved_views.of(access.user_id) if view.id == view_id)


async def drop_view(db: Database, access: Access, view_id: UUID) -> None:
    """Delete one's own view; who leads everywhere deletes any that is shared. Raises NotFound."""
    async with db.write() as tx:
        before = await tx.saved_views.get(view_id)
        leads = access.may("work.supervise") and access.visible_classes("work.supervise") is None
        if before is None or (before.owner_id != access.user_id and not (leads and before.scope_kind != "self")):
            raise NotFound("This view does not exist, or is not yours to delete.")
        await tx.saved_views.drop(view_id)
        if before.scope_kind != "self":
            await tx.privacy.audit(access.user_id, "view.dropped", "saved_view", str(view_id), {"scope": before.scope_kind})


async def order_views(db: Database, access: Access, view_ids: list[UUID]) -> None:
    """Put one's own views into this order; others' are left where they are."""
    async with db.write() as tx:
        await tx.saved_views.order(access.user_id, view_ids)


async def begin_with_view(db: Database, access: Access, view_id: UUID | None) -> None:
    """Choose the view that one's work list begins with; None: the usual one. Raises NotFound."""
    async with db.write() as tx:
        if view_id is not None and view_id not in {view.id for view in await tx.saved_views.of(access.user_id)}:
            raise NotFound("This view does not exist, or is not shared with you.")
        await tx.saved_views.set_default(access.user_id, view_id)
