"""Webhooks: who is told what, and what became of it."""

from typing import Any
from uuid import UUID

import msgspec
from litestar import delete, get, patch, post
from litestar.params import FromPath, FromQuery, JSONBody
from msgspec import UNSET, Struct, UnsetType

from unisono.service.event_types import EVENT_TYPES
from unisono.service.house import House
from unisono.service.instant import Instant, instant, maybe_instant
from unisono.service.page import Page, bounded, paged, parse_place, place
from unisono.service.ports.webhooks import Delivery, Webhook, WebhookChange
from unisono.service.webhooks.manage import (
    add_webhook,
    change_webhook,
    find_webhook,
    remove_webhook,
    renew_secret,
    replay,
    try_webhook,
)
from unisono.web.asking import Asking, Body, id_under, key_of
from unisono.web.authenticate import ActorDep, HouseDep
from unisono.web.needs import needs


class WebhookBody(Body):
    """A webhook to add; meanings as in `WebhookView`."""

    name: str
    url: str
    events: list[str]
    with_text: bool = False


class ChangeWebhookBody(Body):
    """What changes of a webhook; what is not named stays."""

    name: str | UnsetType = UNSET
    url: str | UnsetType = UNSET
    events: list[str] | UnsetType = UNSET
    with_text: bool | UnsetType = UNSET
    enabled: bool | UnsetType = UNSET


class WebhookView(Struct, frozen=True, kw_only=True):
    """A webhook. `events`: types, `interaction.*` for all of a kind, `*` for all; empty: only what rules send it.

    with_text: subject and text of messages go along. waiting, dead: deliveries that wait, and that were given up.
    failing_since: the first failure after the last success. disabled_why: gone (it answered 410), failing, by_hand, or empty.
    secret: shown once, when it was made.
    """

    id: UUID
    name: str
    url: str
    events: list[str]
    with_text: bool
    enabled: bool
    waiting: int
    dead: int
    last_delivered_at: Instant | None
    failing_since: Instant | None
    disabled_at: Instant | None
    disabled_why: str
    version: int
    secret: str | UnsetType = UNSET


class DeliveryView(Struct, frozen=True, kw_only=True):
    """An event on its way to a webhook. state: waiting, sending, delivered, dead.

    error: status (see `status`), redirect, not_reached, refused (the guard of what goes out), gone, or empty.
    """

    id: UUID
    type: str
    state: str
    attempts: int
    next_at: Instant
    status: int | None
    error: str
    took_ms: int | None
    created_at: Instant
    done_at: Instant | None
    payload: dict[str, Any]


class ReplayView(Struct, frozen=True, kw_only=True):
    """How many deliveries are due again."""

    count: int


class EventTypeView(Struct, frozen=True, kw_only=True):
    """A type of event that a webhook can ask for."""

    name: str
    summary: str


@get("/webhooks", opt=needs("webhook.manage"), tags=["Administration"])
async def webhooks(house: HouseDep) -> Page[WebhookView]:
    """Return the webhooks by name."""
    async with house.db.read() as tx:
        return Page(items=[_view(one) for one in await tx.webhooks.all()])


@get("/webhooks/event-types", opt=needs("webhook.manage"), tags=["Administration"], sync_to_thread=False)
def event_types() -> Page[EventTypeView]:
    """Return the types of events that a webhook can ask for."""
    return Page(items=[EventTypeView(name=name, summary=kind.summary) for name, kind in sorted(EVENT_TYPES.items())])


@post("/webhooks", opt=needs("webhook.manage"), tags=["Administration"])
async def new_webhook(request: Asking, house: HouseDep, actor: ActorDep, data: JSONBody[WebhookBody]) -> WebhookView:
    """Add a webhook; the answer alone holds its secret."""
    webhook = Webhook(id=id_under(await key_of(request)), enabled=True, **msgspec.structs.asdict(data))
    secret = await add_webhook(house.db, house.outside.cipher, actor.access, webhook)
    return msgspec.structs.replace(await _one(house, webhook.id), secret=secret)


@patch("/webhooks/{webhook_id:uuid}", opt=needs("webhook.manage"), tags=["Administration"])
async def edit_webhook(
    house: HouseDep, actor: ActorDep, webhook_id: FromPath[UUID], data: JSONBody[ChangeWebhookBody]
) -> WebhookView:
    """Change a webhook, or switch it on or off; switched on again it begins where it stopped."""
    named = {name: value for name, value in msgspec.structs.asdict(data).items() if value is not UNSET}
    await change_webhook(house.db, actor.access, webhook_id, WebhookChange(**named))
    return await _one(house, webhook_id)


@delete("/webhooks/{webhook_id:uuid}", opt=needs("webhook.manage"), tags=["Administration"])
async def drop_webhook(house: HouseDep, actor: ActorDep, webhook_id: FromPath[UUID]) -> None:
    """Take a webhook away with its deliveries."""
    await remove_webhook(house.db, actor.access, webhook_id)


@post("/webhooks/{webhook_id:uuid}/secret", opt=needs("webhook.manage"), tags=["Administration"])
async def new_secret(house: HouseDep, actor: ActorDep, webhook_id: FromPath[UUID]) -> WebhookView:
    """Make a new secret, shown this once; the one before signs no more."""
    secret = await renew_secret(house.db, house.outside.cipher, actor.access, webhook_id)
    return msgspec.structs.replace(await _one(house, webhook_id), secret=secret)


@post("/webhooks/{webhook_id:uuid}/test", opt=needs("webhook.manage"), tags=["Administration"], status_code=202)
async def test(house: HouseDep, actor: ActorDep, webhook_id: FromPath[UUID]) -> ReplayView:
    """Send a delivery of the type `webhook.test`."""
    await try_webhook(house.db, actor.access, webhook_id)
    return ReplayView(count=1)


@get("/webhooks/{webhook_id:uuid}/deliveries", opt=needs("webhook.manage"), tags=["Administration"])
async def deliveries(
    house: HouseDep, webhook_id: FromPath[UUID], standing: FromQuery[str | None] = None, after: FromQuery[str | None] = None,
    limit: FromQuery[int | None] = None,
) -> Page[DeliveryView]:  # fmt: skip
    """Return the deliveries of a webhook, newest first; `standing`: only those in this state."""
    size = bounded(limit)
    before: UUID | None = parse_place(after, tuple[UUID])[0] if after else None
    async with house.db.read() as tx:
        await find_webhook(tx, webhook_id)
        found, more = paged(await tx.webhooks.deliveries(webhook_id, standing, before, size + 1), size)
    return Page(items=[_delivery(one) for one in found], next=place(found[-1].id) if more else None)


@post("/webhooks/{webhook_id:uuid}/replay", opt=needs("webhook.manage"), tags=["Administration"], status_code=202)
async def replay_all(house: HouseDep, actor: ActorDep, webhook_id: FromPath[UUID]) -> ReplayView:
    """Let all deliveries that were given up be due again."""
    return ReplayView(count=await replay(house.db, actor.access, webhook_id, None))


@post(
    "/webhooks/{webhook_id:uuid}/deliveries/{delivery_id:uuid}/replay", opt=needs("webhook.manage"), tags=["Administration"],
    status_code=202,
)  # fmt: skip
async def replay_one(house: HouseDep, actor: ActorDep, webhook_id: FromPath[UUID], delivery_id: FromPath[UUID]) -> ReplayView:
    """Let one delivery be due again, under its own id."""
    return ReplayView(count=await replay(house.db, actor.access, webhook_id, delivery_id))


async def _one(house: House, webhook_id: UUID) -> WebhookView:
    async with house.db.read() as tx:
        return _view(await find_webhook(tx, webhook_id))


def _view(one: Webhook) -> WebhookView:
    facts = msgspec.structs.asdict(one)
    for name in ("last_delivered_at", "failing_since", "disabled_at"):
        facts[name] = maybe_instant(facts[name])
    return WebhookView(**facts)


def _delivery(one: Delivery) -> DeliveryView:
    return DeliveryView(
        id=one.id, type=one.type, state=one.state, attempts=one.attempts, next_at=instant(one.next_at), status=one.status,
        error=one.error, took_ms=one.took_ms, created_at=instant(one.created_at), done_at=maybe_instant(one.done_at),
        payload=one.payload,
    )  # fmt: skip


ROUTES = [
    webhooks, event_types, new_webhook, edit_webhook, drop_webhook, new_secret, test, deliveries, replay_all, replay_one,
]  # fmt: skip
