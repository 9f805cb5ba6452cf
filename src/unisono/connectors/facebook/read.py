"""From a stored item to events. Pure.

An item is JSON. Pulled: `{"kind": "comment" | "edited" | "post" | "mention", "page": id, "comment": {...}, "post": {...}}`;
pushed: `{"kind": "push", "account": page, "field": "feed" | "mention", "value": {...}, "at": s}`; gone: `{"kind": "deleted",
"id": id}` or `{"kind": "gone", "people": [id]}`.
Source: Meta for Developers, Graph API, "Comment", "Page Post", "Webhooks: Page, feed and mention".
"""

from datetime import datetime
from typing import Any

import msgspec

from unisono.connectors._graph.moments import moment
from unisono.connectors._graph.pushed import POSTS
from unisono.contract import (
    MISSHAPEN,
    Author,
    AuthorGone,
    Created,
    Deleted,
    Edited,
    Event,
    InAttachment,
    Raw,
    ThreadRef,
    Unreadable,
)
from unisono.domain.order import numeric_tie_break
from unisono.domain.words import Visibility

_WRONG = (*MISSHAPEN, KeyError, TypeError, AttributeError, OverflowError)
_ABOUT_CHARS = 140


def read_item(raw: Raw) -> list[Event]:
    """Return what an item says; nothing for kinds of news that are none of ours. Raises Unreadable."""
    try:
        item = msgspec.json.decode(raw.body)
        match item["kind"]:
            case "comment":
                return [_comment(item)]
            case "edited":
                return [_edited(item)]
            case "post" | "mention":
                return [_post(item)]
            case "push":
                return _pushed(item, raw.received_at)
            case "deleted":
                return [Deleted(remote_id=str(item["id"]), occurred_at=raw.received_at)]
            case "gone":
                return [AuthorGone(author=Author(remote_id=str(one)), occurred_at=raw.received_at) for one in item["people"]]
    except _WRONG as error:
        raise Unreadable(f"This is no item as the Graph API describes it ({type(error).__name__}).") from error
    raise Unreadable("This is no item of a Facebook page.")


def _comment(item: dict[str, Any]) -> Created:
    comment, post, page = item["comment"], item.get("post") or {}, str(item["page"])
    author = _author(comment.get("from"), str(comment["id"]))
    above = comment.get("parent") or {}
    own = author.remote_id == page
    root = str(post.get("id") or (comment.get("object") or {}).get("id") or above.get("id") or comment["id"])
    return Created(
        remote_id=str(comment["id"]),
        thread=ThreadRef(
            visibility=Visibility.PUBLIC, root_id=root, parent_id=str(above.get("id") or root),
            customer=_other(above.get("from") or post.get("from"), page) if own else None,
        ),
        author=author, occurred_at=moment(comment["created_time"]), text=str(comment.get("message") or ""),
        tie_break=_tie_break(str(comment["id"])), own=own, attachments=_attached(comment.get("attachment")),
        url=str(comment.get("permalink_url") or ""), details=_details("comment", post),
    )  # fmt: skip


def _edited(item: dict[str, Any]) -> Edited:
    thing = item.get("comment") or item["post"]
    seen = moment(item["seen"])
    return Edited(
        remote_id=str(thing["id"]), revision=int(seen.timestamp()), occurred_at=seen, text=str(thing.get("message") or "")
    )


def _post(item: dict[str, Any]) -> Created:
    post, page = item["post"], str(item["page"])
    author = _author(post.get("from"), str(post["id"]))
    return Created(
        remote_id=str(post["id"]), thread=ThreadRef(visibility=Visibility.PUBLIC, root_id=str(post["id"])), author=author,
        occurred_at=moment(post["created_time"]), text=str(post.get("message") or ""), tie_break=_tie_break(str(post["id"])),
        own=author.remote_id == page, url=str(post.get("permalink_url") or ""),
        attachments=_attached({"media": {"image": {"src": post.get("full_picture")}}}),
        details={"kind": "mention" if item["kind"] == "mention" else "post"},
    )  # fmt: skip


def _pushed(item: dict[str, Any], received_at: datetime) -> list[Event]:
    value, page = item["value"], str(item["account"])
    at = moment(item["at"]) if item.get("at") else received_at
    is_comment = value.get("item") == "comment" and value.get("comment_id")
    if not is_comment and value.get("item") not in POSTS:
        return []
    remote_id = str(value["comment_id"] if is_comment else value["post_id"])
    match value.get("verb"):
        case "remove" | "delete":
            return [Deleted(remote_id=remote_id, occurred_at=at)]
        case "edited" | "edit":
            text = str(value.get("message") or "")
            return [Edited(remote_id=remote_id, revision=int(at.timestamp()), occurred_at=at, text=text)]
        case "add":
            return [_told(value, remote_id, page, at, mention=item.get("field") == "mention")]
    return []


def _told(value: dict[str, Any], remote_id: str, page: str, at: datetime, *, mention: bool) -> Created:
    root = str(value.get("post_id") or remote_id)
    who = value.get("from") or {"id": value.get("sender_id"), "name": value.get("sender_name")}
    author = _author(who, remote_id)
    links = [str(value["photo"])] if value.get("photo") else []
    return Created(
        remote_id=remote_id,
        thread=ThreadRef(
            visibility=Visibility.PUBLIC, root_id=root,
            parent_id=str(value.get("parent_id") or root) if remote_id != root else None,
        ),
        author=author, occurred_at=moment(value["created_time"]) if value.get("created_time") else at,
        text=str(value.get("message") or ""), tie_break=_tie_break(remote_id), own=author.remote_id == page,
        attachments=tuple(InAttachment(name="photo.jpg", media_type="image/jpeg", ref=link) for link in links),
        url=str((value.get("post") or {}).get("permalink_url") or ""),
        details={"kind": "mention" if mention else "comment" if remote_id != root else "post"},
    )  # fmt: skip


def _author(who: Any, remote_id: str) -> Author:
    """Whoever has not shared their name with the page's app cannot be told apart from others; each item is then its own."""
    if not isinstance(who, dict) or not who.get("id"):
        return Author(remote_id=f"unknown:{remote_id}")
    return Author(
        remote_id=str(who["id"]), display_name=str(who.get("name") or ""), profile_url=f"https://www.facebook.com/{who['id']}"
    )


def _other(who: Any, page: str) -> Author | None:
    """With whom our own comment talks."""
    if not isinstance(who, dict) or not who.get("id") or str(who["id"]) == page:
        return None
    return _author(who, "")


def _attached(attachment: Any) -> tuple[InAttachment, ...]:
    if not isinstance(attachment, dict):
        return ()
    media = attachment.get("media") or {}
    image = (media.get("image") or {}).get("src")
    video = media.get("source")
    if video:
        return (InAttachment(name="video.mp4", media_type="video/mp4", ref=str(video)),)
    if image:
        return (InAttachment(name="photo.jpg", media_type="image/jpeg", ref=str(image)),)
    return ()


def _details(kind: str, post: dict[str, Any]) -> dict[str, str]:
    about = " ".join(str(post.get("message") or "").split())
    found = {"kind": kind}
    if about:
        found["about"] = about if len(about) <= _ABOUT_CHARS else about[: _ABOUT_CHARS - 1] + "…"
    return found


def _tie_break(remote_id: str) -> str:
    return numeric_tie_break(remote_id.rpartition("_")[2])
