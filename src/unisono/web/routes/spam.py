"""Spam, and identities that are blocked."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from litestar import delete, get, post, put
from litestar.params import FromPath, FromQuery, JSONBody
from msgspec import Meta

from unisono.service.block_number import block_number
from unisono.service.look import interaction_if_seen
from unisono.service.once import once
from unisono.service.page import Page, bounded
from unisono.service.spam import block_identity, blocked_identities, mark_not_spam, mark_spam, unblock_identity
from unisono.service.views import BlockView
from unisono.web.asking import Asking, Body, key_of
from unisono.web.authenticate import ActorDep, HouseDep
from unisono.web.needs import needs
from unisono.web.routes.work import InteractionAnswer


class BlockBody(Body):
    """Why, and until when; without a time until it is taken back."""

    reason: Annotated[str, Meta(max_length=500)]
    until: datetime | None = None


class BlockNumberBody(Body):
    """A phone number as people type it, and in which country (ISO 3166) it is read."""

    number: Annotated[str, Meta(min_length=1, max_length=100)]
    reason: Annotated[str, Meta(max_length=500)]
    region: Annotated[str, Meta(pattern="^[A-Z]{2}$")] = "DE"
    until: datetime | None = None


@post("/interactions/{interaction_id:uuid}/spam", opt=needs("work.answer"), status_code=200, tags=["Work"])
async def spam(request: Asking, house: HouseDep, actor: ActorDep, interaction_id: FromPath[UUID]) -> InteractionAnswer:
    """Close an enquiry as spam; it stands in the view `spam`."""
    await once(house.db, await key_of(request), lambda db: mark_spam(db, actor.access, interaction_id), None)
    return InteractionAnswer(interaction=await interaction_if_seen(house.db, actor.access, interaction_id))


@post("/interactions/{interaction_id:uuid}/not-spam", opt=needs("work.answer"), status_code=200, tags=["Work"])
async def not_spam(request: Asking, house: HouseDep, actor: ActorDep, interaction_id: FromPath[UUID]) -> InteractionAnswer:
    """Take the mark off; the enquiry waits again at its old place."""
    await once(house.db, await key_of(request), lambda db: mark_not_spam(db, actor.access, interaction_id), None)
    return InteractionAnswer(interaction=await interaction_if_seen(house.db, actor.access, interaction_id))


@get("/blocked", opt=needs("work.supervise"), tags=["Work"])
async def blocked(house: HouseDep, after: FromQuery[str | None] = None, limit: FromQuery[int | None] = None) -> Page[BlockView]:
    """Return who is blocked, the latest first, with how much came of them since."""
    return await blocked_identities(house.db, after, bounded(limit))


@put("/identities/{identity_id:uuid}/block", opt=needs("work.answer"), status_code=204, tags=["Work"])
async def block(house: HouseDep, actor: ActorDep, identity_id: FromPath[UUID], data: JSONBody[BlockBody]) -> None:
    """Keep what comes from an identity unrouted, in the view `spam`: counted, never dropped."""
    await block_identity(house.db, actor.access, identity_id, data.reason, data.until)


@post("/blocked", opt=needs("work.supervise"), status_code=204, tags=["Work"])
async def block_phone(request: Asking, house: HouseDep, actor: ActorDep, data: JSONBody[BlockNumberBody]) -> None:
    """Block a phone number, whether it ever called or not."""
    key = await key_of(request)
    await once(house.db, key, lambda db: block_number(db, actor.access, data.number, data.region, data.reason, data.until), UUID)


@delete("/identities/{identity_id:uuid}/block", opt=needs("work.answer"), status_code=204, tags=["Work"])
async def unblock(house: HouseDep, actor: ActorDep, identity_id: FromPath[UUID]) -> None:
    """Let an identity in again."""
    await unblock_identity(house.db, actor.access, identity_id)


ROUTES = [spam, not_spam, blocked, block, block_phone, unblock]
