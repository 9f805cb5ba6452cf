"""From a stored item to events. Pure.

An item is `{"kind": "push", "account": number, "field": ..., "at": seconds, "value": {"message" | "echo" | "status": {...},
"contacts": [...]}}`.
Source: facebook/openapi, business-messaging-api_v23.0.yaml, WebhookPayload; Meta for Developers, "Webhooks: messages" for edit
and revoke, "smb_message_echoes".
"""

from datetime import datetime, timedelta
from typing import Any

import msgspec

from unisono.connectors._graph.moments import moment
from unisono.contract import (
    MISSHAPEN,
    Author,
    CanReply,
    Created,
    Deleted,
    Edited,
    Event,
    InAttachment,
    Raw,
    Status,
    ThreadRef,
    Unreadable,
)
from unisono.domain.words import DeliveryState, ReplyRule, Visibility

WINDOW = timedelta(hours=24)
_WRONG = (*MISSHAPEN, KeyError, TypeError, AttributeError, OverflowError)
_STATES = {
    "sent": DeliveryState.SENT, "delivered": DeliveryState.DELIVERED, "read": DeliveryState.READ, "played": DeliveryState.READ,
    "failed": DeliveryState.FAILED,
}  # fmt: skip
_MEDIA = {"image": "image.jpg", "video": "video.mp4", "audio": "audio.ogg", "voice": "audio.ogg", "sticker": "sticker.webp",
          "document": "document"}  # fmt: skip


def read_item(raw: Raw) -> list[Event]:
    """Return what an item says; nothing for kinds of news that are none of ours. Raises Unreadable."""
    try:
        item = msgspec.json.decode(raw.body)
        value = item["value"]
        if "message" in value:
            return _message(value["message"], value.get("contacts") or [])
        if "echo" in value:
            return _echo(value["echo"], value.get("contacts") or [])
        return _status(value["status"])
    except _WRONG as error:
        raise Unreadable(f"This is no item as the WhatsApp Cloud API describes it ({type(error).__name__}).") from error


def _message(message: dict[str, Any], contacts: list[dict[str, Any]]) -> list[Event]:
    at, kind = moment(message["timestamp"]), str(message.get("type") or "")
    if kind == "revoke":
        return [Deleted(remote_id=str(message["revoke"]["original_message_id"]), occurred_at=at)]
    if kind == "edit":
        edit = message["edit"]
        changed = edit.get("message") or {}
        text = _text(changed, str(changed.get("type") or ""))
        original = str(edit["original_message_id"])
        return [Edited(remote_id=original, revision=int(at.timestamp()), occurred_at=at, text=text)]
    author = _author(message, "from", contacts)
    context = message.get("context") or {}
    # A sign below one of our messages, or a note that somebody has a new number, asks nobody for anything.
    automatic = kind in ("reaction", "system")
    group = str(message.get("group_id") or "")
    parent = context.get("id") or (message.get("reaction") or {}).get("message_id")
    text = _text(message, kind)
    if kind == "reaction" and not text:
        return []
    return [
        Created(
            remote_id=str(message["id"]),
            thread=ThreadRef(
                visibility=Visibility.PRIVATE, root_id=group or author.remote_id, parent_id=str(parent) if parent else None
            ),
            author=author, occurred_at=at, text=text, automatic=automatic, attachments=_attached(message, kind),
            can_reply=_window(at) if not group else CanReply(rule=ReplyRule.NO, reason="group"), details=_details(message, kind),
        )
    ]  # fmt: skip


def _window(at: datetime) -> CanReply:
    return CanReply(rule=ReplyRule.UNTIL, until=at + WINDOW, reason="service_window")


def _echo(echo: dict[str, Any], contacts: list[dict[str, Any]]) -> list[Event]:
    """What was written with the WhatsApp Business app on the same number."""
    at, kind = moment(echo["timestamp"]), str(echo.get("type") or "")
    if kind == "revoke":
        return [Deleted(remote_id=str(echo["revoke"]["original_message_id"]), occurred_at=at)]
    customer = _author(echo, "to", contacts)
    return [
        Created(
            remote_id=str(echo["id"]),
            thread=ThreadRef(visibility=Visibility.PRIVATE, root_id=customer.remote_id, customer=customer),
            author=Author(remote_id=str(echo["from"])), occurred_at=at, text=_text(echo, kind), own=True,
            attachments=_attached(echo, kind),
        )
    ]  # fmt: skip


def _status(status: dict[str, Any]) -> list[Event]:
    state = _STATES.get(str(status.get("status")))
    if state is None:
        return []
    [error, *_] = status.get("errors") or [{}]
    code = str(error.get("code") or "")
    return [
        Status(
            state=state, occurred_at=moment(status["timestamp"]), remote_id=str(status["id"]),
            client_key=str(status["biz_opaque_callback_data"]) if status.get("biz_opaque_callback_data") else None,
            code="window_closed" if code == "131047" else f"whatsapp_{code}" if code else "",
            human=str((error.get("error_data") or {}).get("details") or error.get("title") or ""),
        )
    ]  # fmt: skip


def _author(message: dict[str, Any], end: str, contacts: list[dict[str, Any]]) -> Author:
    """Who is at one end of a message, `from` or `to`.

    The business-scoped id is the one that is always there: whoever uses a name of their own on WhatsApp keeps the number from
    businesses. Without one (before April 2026) the number is the id. Source: Meta for Developers, "Business-scoped user IDs".
    """
    number, scoped = str(message.get(end) or ""), str(message.get(f"{end}_user_id") or "")
    remote_id = scoped or number
    if not remote_id:
        raise ValueError("the message names nobody")
    known = next((one for one in contacts if str(one.get("user_id") or one.get("wa_id")) in (scoped, number)), {})
    profile = known.get("profile") or {}
    username = str(profile.get("username") or "")
    handle = f"+{number}" if number.isdigit() else f"@{username}" if username else ""
    return Author(remote_id=remote_id, handle=handle, display_name=str(profile.get("name") or ""))


def _text(message: dict[str, Any], kind: str) -> str:
    """Return a message's words, whatever it is; for what has none a line that says what it is."""
    own = message.get(kind)
    body: dict[str, Any] = own if isinstance(own, dict) else {}
    match kind:
        case "text":
            return str(body["body"])
        case "reaction":
            return str(body.get("emoji") or "")
        case "button":
            return str(body.get("text") or "")
        case "interactive":
            return _chosen(body)
        case "location":
            place = ", ".join(str(body[name]) for name in ("name", "address") if body.get(name))
            return f"{place} ({body['latitude']}, {body['longitude']})" if place else f"{body['latitude']}, {body['longitude']}"
        case "contacts":
            return "\n".join(_contact(one) for one in own or () if isinstance(one, dict))
        case "order":
            items = ", ".join(f"{one.get('quantity')} × {one.get('product_retailer_id')}" for one in body["product_items"])
            return "\n".join(part for part in (str(body.get("text") or ""), items) if part)
        case "system":
            return str(body.get("body") or "")
        case _ if kind in _MEDIA:
            return str(body.get("caption") or "")
    # A kind that did not exist when this was written, or that the API does not pass on: a person must look at the phone.
    return str(body.get("body") or body.get("text") or body.get("caption") or f"[{kind or 'unsupported'}]")


def _chosen(body: dict[str, Any]) -> str:
    for kind in ("button_reply", "list_reply"):
        if isinstance(body.get(kind), dict):
            return str(body[kind].get("title") or body[kind].get("id") or "")
    flow = body.get("nfm_reply")
    return str(flow.get("body") or "") if isinstance(flow, dict) else "[interactive]"


def _contact(one: dict[str, Any]) -> str:
    name = str((one.get("name") or {}).get("formatted_name") or "")
    phones = ", ".join(str(phone.get("phone") or "") for phone in one.get("phones") or ())
    return f"{name}: {phones}" if phones else name


def _attached(message: dict[str, Any], kind: str) -> tuple[InAttachment, ...]:
    """Files are fetched at once, by their id: the address that the network gives for one lives for minutes."""
    own = message.get(kind)
    if kind not in _MEDIA or not isinstance(own, dict) or not own.get("id"):
        return ()
    return (
        InAttachment(
            name=str(own.get("filename") or _MEDIA[kind]), media_type=str(own.get("mime_type") or "application/octet-stream"),
            ref=str(own["id"]),
        ),
    )  # fmt: skip


def _details(message: dict[str, Any], kind: str) -> dict[str, str]:
    found = {"kind": kind}
    referral = message.get("referral")
    if isinstance(referral, dict) and referral.get("headline"):
        found["about"] = str(referral["headline"])[:140]
    if (message.get("context") or {}).get("forwarded"):
        found["forwarded"] = "yes"
    return found
