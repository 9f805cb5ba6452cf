"""Reading items: pure, from what the pull has put together."""

import re
from datetime import UTC, datetime
from typing import Any, Final

import msgspec

from unisono.connectors.matrix.answers import Json
from unisono.connectors.matrix.api import inside
from unisono.connectors.matrix.words import in_both
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

_FILES: Final = frozenset({"m.image", "m.file", "m.audio", "m.video"})
#: Older programs repeat what they answer. Source: specification v1.12, "Fallbacks for rich replies".
_QUOTED: Final = re.compile(r"\A(?:> [^\n]*\n)+\n")
_KEY: Final = "io.unisono.key"


def read_item(raw: Raw) -> list[Event]:
    """Return what an item says. Raises Unreadable."""
    try:
        item = msgspec.json.decode(raw.body)
        match item["kind"]:
            case "read":
                event_id = _word(item["event"]["event_id"])
                return [Status(state=DeliveryState.READ, occurred_at=raw.received_at, remote_id=event_id)]
            case "deleted":
                return _deleted(item["event"])
            case "edited":
                return [_edited(item["event"])]
            case "said" | "encrypted":
                return [_created(item)]
        raise ValueError("an unknown kind")
    except (*MISSHAPEN, KeyError, TypeError, AttributeError, OverflowError, OSError) as error:
        raise Unreadable(f"This is not an event as Matrix describes it ({type(error).__name__}).") from error


def _deleted(event: Json) -> list[Event]:
    # Since room version 11 it stands in the content.
    gone = event["content"].get("redacts") or event.get("redacts")
    return [Deleted(remote_id=_word(gone), occurred_at=_moment(event))]


def _edited(event: Json) -> Edited:
    content = event["content"]
    new = content.get("m.new_content")
    said = new if isinstance(new, dict) else content
    return Edited(
        remote_id=_word(content["m.relates_to"]["event_id"]), revision=int(event["origin_server_ts"]), occurred_at=_moment(event),
        text=_text(said, str(event.get("sender"))),
    )  # fmt: skip


def _created(item: Json) -> Created:
    event, me, public = item["event"], item["me"], item["public"] is True
    content, sender = event["content"], _word(event["sender"])
    own, hidden = sender == me, item["kind"] == "encrypted"
    key = content.get(_KEY)
    thread = inside(content, "m.relates_to", "event_id") if inside(content, "m.relates_to", "rel_type") == "m.thread" else None
    parent = inside(content, "m.relates_to", "m.in_reply_to", "event_id")
    return Created(
        remote_id=_word(event["event_id"]),
        thread=ThreadRef(
            visibility=Visibility.PUBLIC if public else Visibility.PRIVATE, root_id=_word(item["room"]),
            parent_id=parent if isinstance(parent, str) else None,
            customer=_author(_word(item["customer"]), "") if own else None,
        ),
        author=_author(sender, str(item.get("name") or "")), occurred_at=_moment(event),
        text=in_both("unreadable_message") if hidden else _text(content, sender),
        own=own, client_key=key if own and isinstance(key, str) else None,
        automatic=content.get("msgtype") == "m.notice" and not own,
        addressed=not public or own or _names_us(content, me) or item.get("answers") == me,
        attachments=tuple(_files(content)),
        can_reply=CanReply(rule=ReplyRule.NO, reason="encrypted") if hidden else CanReply(),
        url=f"https://matrix.to/#/{item['room']}/{event['event_id']}",
        details={"matrix_thread": thread} if isinstance(thread, str) else {},
    )  # fmt: skip


def _names_us(content: Json, me: str) -> bool:
    """Tell whether a message names us: by what programs say since 2023, or by our name in the text."""
    mentions = content.get("m.mentions")
    if isinstance(mentions, dict):
        named = mentions.get("user_ids")
        return isinstance(named, list) and me in named
    body, html = str(content.get("body") or ""), str(content.get("formatted_body") or "")
    name = me.removeprefix("@").partition(":")[0]
    by_name = re.search(rf"(?<![\w@]){re.escape(name)}(?!\w)", body, re.IGNORECASE) is not None
    return me in body or f"/#/{me}" in html or by_name


def _text(content: Json, sender: str) -> str:
    body = content.get("body")
    text = body if isinstance(body, str) else ""
    if content.get("msgtype") in _FILES and content.get("filename") in (None, body):
        # Without a name of its own for the file, the body is the file's name and no caption.
        return ""
    if inside(content, "m.relates_to", "m.in_reply_to") is not None:
        text = _QUOTED.sub("", text)
    return f"* {sender} {text}" if content.get("msgtype") == "m.emote" else text


def _files(content: Json) -> list[InAttachment]:
    address = content.get("url")
    if not isinstance(address, str) or not address.startswith("mxc://"):
        return []
    size, media_type = inside(content, "info", "size"), inside(content, "info", "mimetype")
    name = content.get("filename") or content.get("body") or "file"
    if not isinstance(media_type, str) or "/" not in media_type:
        media_type = "application/octet-stream"
    return [
        InAttachment(
            name=str(name), media_type=media_type,
            size_bytes=size if isinstance(size, int) and size >= 0 else None, ref=address,
        )
    ]  # fmt: skip


def _author(user_id: str, name: str) -> Author:
    return Author(remote_id=user_id, handle=user_id, display_name=name, profile_url=f"https://matrix.to/#/{user_id}")


def _moment(event: Json) -> datetime:
    return datetime.fromtimestamp(float(event["origin_server_ts"]) / 1_000, UTC)


def _word(value: Any) -> str:
    if not isinstance(value, str) or not value:
        raise ValueError("an id is no word")
    return value
