"""From a batch of webhooks to items: one app has one address for each object type, whoever's channel was called there.

A page's address brings comments (for its Facebook channel) and messages (for its Messenger channel), of all pages that the app
is on. Each item is named for the account and the connector that it is for, and has the key that a pull would give it.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import msgspec

from unisono.connectors._graph.webhook import Batch, Told, unreadable_key
from unisono.contract import Raw

#: What a webhook calls a post of a page.
POSTS = frozenset({"post", "status", "photo", "video", "share", "link", "album", "note", "event"})


def items_of(batch: Batch, now: datetime) -> list[Raw]:
    """Return what a push brought, for whichever channels it is; what is none of anybody's work is left out."""
    if batch.rest:
        return [Raw(ingest_key=unreadable_key(batch.rest), body=batch.rest, received_at=now)]
    return [raw for told in batch.told for raw in _items(told, now)]


def _items(told: Told, now: datetime) -> Iterator[Raw]:
    match told.object:
        case "page" if told.field:
            if (key := _feed_key(told)) is not None:
                yield _raw("facebook", told.account, key, told, told.value, now)
        case "page" | "instagram" if not told.field:
            connector = "messenger" if told.object == "page" else "instagram"
            for key in _message_keys(told.value):
                yield _raw(connector, told.account, key, told, told.value, now)
        case "instagram":
            if (key := _instagram_key(told)) is not None:
                yield _raw("instagram", told.account, key, told, told.value, now)
        case "whatsapp_business_account":
            yield from _whatsapp(told, now)


def _raw(connector: str, account: str, key: str, told: Told, value: dict[str, Any], now: datetime) -> Raw:
    body = {"kind": "push", "account": account, "field": told.field, "value": value, "at": told.at}
    return Raw(ingest_key=key, body=msgspec.json.encode(body), received_at=now, account=account, connector=connector)


def _feed_key(told: Told) -> str | None:
    """What the page itself says is left to the pull, which also knows whom it answers."""
    value = told.value
    comment = value.get("item") == "comment" and value.get("comment_id")
    if told.field not in ("feed", "mention") or (not comment and (value.get("item") not in POSTS or not value.get("post_id"))):
        return None
    kind, node = ("comment", value["comment_id"]) if comment else ("post", value["post_id"])
    who = value.get("from")
    match value.get("verb"):
        case "add" if not isinstance(who, dict) or str(who.get("id")) != told.account:
            return f"{kind}:{node}:0"
        case "edited" | "edit":
            return f"{kind}:{node}:{told.at}"
        case "remove" | "delete":
            return f"deleted:{node}:0"
    return None


def _message_keys(value: dict[str, Any]) -> Iterator[str]:
    message, read, delivery = value.get("message"), value.get("read"), value.get("delivery")
    if isinstance(message, dict) and message.get("mid"):
        yield f"{'deleted' if message.get('is_deleted') else 'message'}:{message['mid']}:0"
    elif isinstance(read, dict):
        sender = value.get("sender")
        who = sender.get("id") if isinstance(sender, dict) else ""
        yield f"read:{read.get('mid') or who}:{read.get('watermark') or 0}"
    elif isinstance(delivery, dict):
        for mid in delivery.get("mids") or ():
            yield f"delivered:{mid}:0"
    elif isinstance(value.get("postback"), dict):
        yield f"message:{value['postback'].get('mid') or value.get('timestamp')}:0"


def _instagram_key(told: Told) -> str | None:
    value = told.value
    match told.field:
        case "comments" | "live_comments" if value.get("id"):
            return f"comment:{value['id']}:0"
        case "mentions" if value.get("media_id"):
            return f"mention:{value.get('comment_id') or value['media_id']}:0"
    return None


def _whatsapp(told: Told, now: datetime) -> Iterator[Raw]:
    """Each message and status by itself, with what it needs of its neighbours: contacts and metadata."""
    value = told.value
    metadata = value.get("metadata")
    account = str(metadata.get("phone_number_id") or "") if isinstance(metadata, dict) else ""
    if not account:
        return
    contacts = [one for one in value.get("contacts") or () if isinstance(one, dict)]
    for message in _things(value, "messages"):
        yield _raw("whatsapp", account, f"message:{message['id']}:0", told, {"message": message, "contacts": contacts}, now)
    for echo in _things(value, "message_echoes"):
        yield _raw("whatsapp", account, f"message:{echo['id']}:0", told, {"echo": echo, "contacts": contacts}, now)
    for status in _things(value, "statuses"):
        yield _raw("whatsapp", account, f"status:{status['id']}:{status.get('status')}", told, {"status": status}, now)


def _things(value: dict[str, Any], name: str) -> Iterator[dict[str, Any]]:
    for one in value.get(name) or ():
        if isinstance(one, dict) and one.get("id"):
            yield one
