"""From a stored notification to events. Pure."""

import hashlib
from datetime import UTC, datetime
from typing import Final

import msgspec

from unisono.connectors.linkedin.shapes import Comment, Item, Notification, Said
from unisono.connectors.linkedin.urns import canonical, comment_parts
from unisono.contract import MISSHAPEN, Author, Created, Deleted, Edited, Event, Raw, ThreadRef, Unreadable
from unisono.domain.order import numeric_tie_break
from unisono.domain.words import Visibility

COMMENTED: Final = ("COMMENT", "ADMIN_COMMENT", "COMMENT_EDIT")
REMOVED: Final = ("COMMENT_DELETE",)
SHARED: Final = ("SHARE_MENTION", "SHARE")


def ingest_key(told: Notification) -> str:
    """Return the key of a notification: what was done to what, whoever was told and however often."""
    match told.action:
        case "COMMENT" | "ADMIN_COMMENT":
            return f"comment:{canonical(told.activity)}:0"
        case "COMMENT_EDIT":
            return f"comment:{canonical(told.activity)}:{told.last_modified_at}"
        case "COMMENT_DELETE":
            return f"deleted:{canonical(told.activity)}:0"
        case "SHARE_MENTION" | "SHARE":
            return f"share:{told.activity}:0"
    return f"notification:{told.id}:0"


def unreadable_key(body: bytes) -> str:
    """Return the key of something that is kept only for a person to look at."""
    return f"unreadable:{hashlib.sha256(body).hexdigest()[:32]}:0"


def read_item(raw: Raw) -> list[Event]:
    """Return what a notification says; nothing for actions that nobody knows here. Raises Unreadable.

    An edit is told as new and as changed: if the first form never came, it stands as well.
    """
    try:
        item = msgspec.json.decode(raw.body, type=Item)
        return _events(item)
    except MISSHAPEN as error:
        raise Unreadable(f"This is not a notification as LinkedIn describes it: {error}") from error


def _events(item: Item) -> list[Event]:
    told = item.told
    if told.action in REMOVED:
        return [Deleted(remote_id=canonical(told.activity), occurred_at=_at(told.last_modified_at))]
    if told.action in SHARED:
        said = told.said.share if told.said else None
        return [_share(told, said)] if said is not None and said.owner else []
    if told.action not in COMMENTED:
        return []
    said = told.said.comment if told.said else None
    if item.comment is None and said is None:
        return []
    created = _comment(item, item.comment, said or Said())
    if told.action != "COMMENT_EDIT":
        return [created]
    text = said.text if said is not None and said.text else created.text
    changed = _at(told.last_modified_at)
    return [created, Edited(remote_id=created.remote_id, revision=told.last_modified_at, occurred_at=changed, text=text)]


def _comment(item: Item, comment: Comment | None, said: Said) -> Created:
    told = item.told
    remote_id = canonical(told.activity)
    actor = comment.actor if comment else said.owner
    own = actor == told.page
    root = told.post or (comment_parts(remote_id) or ("", ""))[0]
    parent = canonical(comment.parent) if comment and comment.parent else None
    stamp = comment.created.time if comment and comment.created.time else told.last_modified_at
    return Created(
        remote_id=remote_id,
        thread=ThreadRef(
            visibility=Visibility.PUBLIC, root_id=root, parent_id=parent or root,
            customer=_author(item.above.actor) if own and item.above is not None and item.above.actor != told.page else None,
        ),
        author=_author(actor), occurred_at=_at(stamp), text=comment.message.text if comment else said.text,
        tie_break=numeric_tie_break((comment_parts(remote_id) or ("", ""))[1]), own=own, url=_url(root),
        details={"kind": "comment"},
    )  # fmt: skip


def _share(told: Notification, said: Said) -> Created:
    root = told.activity or said.entity
    return Created(
        remote_id=root, thread=ThreadRef(visibility=Visibility.PUBLIC, root_id=root), author=_author(said.owner),
        occurred_at=_at(told.last_modified_at), text=said.text, tie_break=numeric_tie_break(root.rpartition(":")[2]),
        own=said.owner == told.page, addressed=told.action == "SHARE_MENTION", url=_url(root),
        details={"kind": "mention" if told.action == "SHARE_MENTION" else "share"},
    )  # fmt: skip


def _author(urn: str) -> Author:
    """LinkedIn tells an app no names of members, and lets nobody keep them for longer than a day."""
    return Author(remote_id=urn, handle=urn.rpartition(":")[2])


def _url(post: str) -> str:
    return f"https://www.linkedin.com/feed/update/{post}/"


def _at(milliseconds: int) -> datetime:
    try:
        return datetime.fromtimestamp(milliseconds / 1_000, UTC)
    except (OverflowError, OSError) as error:
        raise ValueError("a time lies outside the calendar") from error
