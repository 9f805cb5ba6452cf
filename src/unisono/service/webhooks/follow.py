"""From the log to deliveries: the place in the log moves in the transaction that writes them, so that none is left out."""

from collections.abc import Iterable
from typing import Any, Final
from uuid import UUID

import msgspec

from unisono.domain.ids import new_id
from unisono.service.channel_context import Outside
from unisono.service.ports import LoggedEvent
from unisono.service.ports.webhooks import Delivery, Webhook

FOLLOWER: Final = "webhooks"
BATCH: Final = 200
#: A type that no event of the log has: sent by hand, to see whether it arrives.
TEST: Final = "webhook.test"


async def follow_for_webhooks(outside: Outside) -> bool:
    """Write the deliveries of the next events; tells whether there is more. Nothing while another node does."""
    async with outside.db.write() as tx:
        taken = await tx.followers.take(FOLLOWER)
        if taken is None:
            return False
        head = await tx.log.head()
        webhooks = [webhook for webhook in await tx.webhooks.all() if webhook.enabled]
        if taken[0] is None or not webhooks:
            # Nobody listens: what happens meanwhile is told to nobody later.
            if taken[0] is None or head > taken[0]:
                await tx.followers.move(FOLLOWER, head)
            return False
        events = await tx.followers.next_events(taken[0], None, BATCH)
        await tx.webhooks.queue([d for event in events for d in deliveries_of(event, webhooks)])
        full = len(events) == BATCH
        place = events[-1].cursor if full else max(head, taken[0])
        if place != taken[0]:
            await tx.followers.move(FOLLOWER, place)
    return full


def deliveries_of(event: LoggedEvent, webhooks: Iterable[Webhook]) -> list[Delivery]:
    """Return the deliveries of an event: to whoever subscribed, and to whom a rule names."""
    named = {str(one) for one in event.body.get("webhook_ids") or ()}
    return [
        delivery(webhook.id, event.cursor.id, event.type, payload_of(event), _message(event), event.at)
        for webhook in webhooks
        if str(webhook.id) in named or any(meant(event.type, pattern) for pattern in webhook.events)
    ]


def delivery(webhook_id: UUID, event_id: UUID, type_: str, payload: dict[str, Any], message_id: UUID | None, at: Any) -> Delivery:
    """Return a delivery that waits."""
    return Delivery(
        id=new_id(), webhook_id=webhook_id, event_id=event_id, type=type_, payload=payload, message_id=message_id,
        state="waiting", attempts=0, next_at=at, status=None, error="", took_ms=None, created_at=at, done_at=None,
    )  # fmt: skip


def meant(type_: str, pattern: str) -> bool:
    """Tell whether a subscription means a type: itself, all of a kind (`interaction.*`), or all (`*`)."""
    return pattern in ("*", type_) or (pattern.endswith(".*") and type_.startswith(pattern[:-1]))


def payload_of(event: LoggedEvent) -> dict[str, Any]:
    """Return an event as `docs/events/` describes it: ids, enums and numbers."""
    facts = msgspec.structs.asdict(event)
    built: dict[str, Any] = msgspec.to_builtins({**facts, "cursor": str(event.cursor)})
    return built


def _message(event: LoggedEvent) -> UUID | None:
    found = event.body.get("message_id")
    return UUID(str(found)) if found else None
