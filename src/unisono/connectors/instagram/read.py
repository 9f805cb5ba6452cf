"""From a stored item to events. Pure.

An item is JSON. Pulled: `{"kind": "comment" | "mention", "account": id, "comment": {...}, "media": {...}, "above": {...}}` and
`{"kind": "direct", ...}`; pushed: `{"kind": "push", "account": id, "field": ..., "value": {...}, "at": seconds}`; `{"kind":
"deleted", "id": id}`; `{"kind": "gone", "people": [id]}`.
Source: Meta for Developers, Instagram Platform, "IG Comment", "IG Media", "Webhooks: examples", "Mentions".
"""

from datetime import timedelta
from typing import Any

import msgspec

from unisono.connectors._graph.direct import read_gone, read_pulled, read_pushed
from unisono.connectors._graph.moments import moment
from unisono.contract import MISSHAPEN, Author, Created, Deleted, Event, Raw, ThreadRef, Unreadable
from unisono.domain.order import numeric_tie_break
from unisono.domain.words import Visibility

_WRONG = (*MISSHAPEN, KeyError, TypeError, AttributeError, OverflowError)
_ABOUT_CHARS = 140


def read_item(raw: Raw, window: timedelta) -> list[Event]:
    """Return what an item says; nothing for kinds of news that are none of ours. Raises Unreadable."""
    try:
        item = msgspec.json.decode(raw.body)
        match item["kind"]:
            case "comment" | "mention":
                return [_comment(item)] if "comment" in item else [_media(item)]
            case "direct":
                return read_pulled(item, realm="", window=window)
            case "deleted":
                return [Deleted(remote_id=str(item["id"]), occurred_at=raw.received_at)]
            case "gone":
                return read_gone(item, raw.received_at)
            case "push":
                return _pushed(item, raw, window)
    except _WRONG as error:
        raise Unreadable(f"This is no item as the Instagram Platform describes it ({type(error).__name__}).") from error
    raise Unreadable("This is no item of Instagram.")


def _pushed(item: dict[str, Any], raw: Raw, window: timedelta) -> list[Event]:
    value, account = item["value"], str(item["account"])
    if not item.get("field"):
        return read_pushed(value, account=account, realm="", window=window)
    if item["field"] not in ("comments", "live_comments"):
        # A mention is told by its ids alone; the pull asks what it says.
        return []
    at = moment(item["at"]) if item.get("at") else raw.received_at
    author = _author(value.get("from"), str(value["id"]))
    media = value.get("media") or {}
    root = str(media.get("id") or value.get("parent_id") or value["id"])
    if author.remote_id == account:
        # The pull also knows whom we answered.
        return []
    return [
        Created(
            remote_id=str(value["id"]),
            thread=ThreadRef(visibility=Visibility.PUBLIC, root_id=root, parent_id=str(value.get("parent_id") or root)),
            author=author, occurred_at=at, text=str(value.get("text") or ""), tie_break=numeric_tie_break(str(value["id"])),
            details={"kind": "live_comment" if item["field"] == "live_comments" else "comment"},
        )
    ]  # fmt: skip


def _comment(item: dict[str, Any]) -> Created:
    comment, media, above, account = item["comment"], item.get("media") or {}, item.get("above") or {}, str(item["account"])
    author = _author(comment.get("from"), str(comment["id"]), str(comment.get("username") or ""))
    own = author.remote_id == account
    root = str(media.get("id") or above.get("id") or comment["id"])
    other = above.get("from")
    customer = _author(other, "") if own and isinstance(other, dict) and str(other.get("id")) != account else None
    return Created(
        remote_id=str(comment["id"]),
        thread=ThreadRef(
            visibility=Visibility.PUBLIC, root_id=root, parent_id=str(comment.get("parent_id") or root), customer=customer
        ),
        author=author, occurred_at=moment(comment["timestamp"]), text=str(comment.get("text") or ""), own=own,
        tie_break=numeric_tie_break(str(comment["id"])), url=str(media.get("permalink") or ""),
        details=_details(str(item["kind"]), media),
    )  # fmt: skip


def _media(item: dict[str, Any]) -> Created:
    """Somebody's own picture whose caption mentions us."""
    media = item["media"]
    username = str(media.get("username") or "")
    owner = media.get("owner") or {}
    author = Author(
        remote_id=str(owner.get("id") or f"unknown:{username or media['id']}"), handle=f"@{username}" if username else ""
    )
    return Created(
        remote_id=str(media["id"]), thread=ThreadRef(visibility=Visibility.PUBLIC, root_id=str(media["id"])), author=author,
        occurred_at=moment(media["timestamp"]), text=str(media.get("caption") or ""),
        tie_break=numeric_tie_break(str(media["id"])), url=str(media.get("permalink") or ""), details={"kind": "mention"},
    )  # fmt: skip


def _author(who: Any, remote_id: str, username: str = "") -> Author:
    if not isinstance(who, dict) or not who.get("id"):
        return Author(remote_id=f"unknown:{username or remote_id}", handle=f"@{username}" if username else "")
    name = str(who.get("username") or username)
    return Author(
        remote_id=str(who["id"]), handle=f"@{name}" if name else "",
        profile_url=f"https://www.instagram.com/{name}/" if name else "",
    )  # fmt: skip


def _details(kind: str, media: dict[str, Any]) -> dict[str, str]:
    about = " ".join(str(media.get("caption") or "").split())
    found = {"kind": kind}
    if about:
        found["about"] = about if len(about) <= _ABOUT_CHARS else about[: _ABOUT_CHARS - 1] + "…"
    return found
