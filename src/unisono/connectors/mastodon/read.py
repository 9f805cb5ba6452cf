"""From a stored item to events. Pure.

An item is JSON: `{"kind": "status" | "own" | "deleted", "status": {...}, "root": id, "me": id}`; `root` was found by
asking for the thread above, because a status names only what it answers.
Source: docs.joinmastodon.org, entities Status and Account.
"""

from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

import msgspec

from unisono.connectors.mastodon.text import plain_text
from unisono.contract import (
    Author,
    CanReply,
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

PUBLIC = frozenset({"public", "unlisted"})
# A recursion error comes of JSON nested without end; an overflow of a year that no other time zone has.
MISSHAPEN = (msgspec.DecodeError, KeyError, TypeError, ValueError, AttributeError, OverflowError, RecursionError)


def read_item(raw: Raw, realm: str) -> list[Event]:
    """Return what an item says. Raises Unreadable."""
    try:
        item = msgspec.json.decode(raw.body)
        if item["kind"] == "deleted":
            return [Deleted(remote_id=str(item["id"]), occurred_at=raw.received_at)]
        return _status_events(item, realm)
    except MISSHAPEN as error:
        raise Unreadable(f"This is not a status as the Mastodon API describes it ({type(error).__name__}).") from error


def revision_of(status: dict[str, Any]) -> int:
    """Return a number that rises with each edit: the time of the last one in milliseconds, 0 if there was none."""
    edited_at = status.get("edited_at")
    return int(moment(edited_at).timestamp() * 1000) if edited_at else 0


def known_revision(status: dict[str, Any]) -> int:
    """Return the revision, 0 where the time of the last edit cannot be read; reading the item says so later."""
    try:
        return revision_of(status)
    except MISSHAPEN:
        return 0


def said_at(status: dict[str, Any], otherwise: datetime) -> datetime:
    """Return when a status was said, `otherwise` where that cannot be read."""
    try:
        return moment(status["created_at"])
    except MISSHAPEN:
        return otherwise


def moment(text: str) -> datetime:
    """Return an API time in UTC, which it also is when it names no zone. Raises ValueError, TypeError, OverflowError."""
    found = datetime.fromisoformat(text)
    return found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)


def visibility_of(status: dict[str, Any]) -> Visibility:
    """Return who can read it. What is neither public nor unlisted, also a value yet unknown, counts as private."""
    return Visibility.PUBLIC if status.get("visibility") in PUBLIC else Visibility.PRIVATE


def _status_events(item: dict[str, Any], realm: str) -> list[Event]:
    status, own = item["status"], item["kind"] == "own"
    account = status["account"]
    text = plain_text(status.get("content") or "")
    warning = status.get("spoiler_text") or ""
    revision = revision_of(status)
    details = {"network_visibility": str(status.get("visibility") or "")}
    if warning:
        details["content_warning"] = warning
    created = Created(
        remote_id=str(status["id"]),
        thread=ThreadRef(
            visibility=visibility_of(status), root_id=str(item["root"]), parent_id=_text(status.get("in_reply_to_id")),
            customer=_customer(status, item["me"], realm) if own else None,
        ),
        author=_author(account, realm), occurred_at=moment(status["created_at"]), text=text,
        revision=0 if revision else revision, tie_break=numeric_tie_break(str(status["id"])), own=own,
        attachments=tuple(_attachment(a) for a in status.get("media_attachments") or ()),
        can_reply=CanReply(), url=status.get("url") or status.get("uri") or "", language=_language(status), details=details,
    )  # fmt: skip
    if not revision:
        return [created]
    edited = Edited(
        remote_id=created.remote_id,
        revision=revision,
        occurred_at=moment(status["edited_at"]),
        text=text,
        details=details,
    )
    # Somebody who hears of it only after the edit still needs the item itself.
    return [edited] if item.get("known") else [created, edited]


def _text(value: Any) -> str | None:
    return None if value is None else str(value)


def _count(value: Any) -> int | None:
    # Some servers hide it, and give -1 then.
    return value if isinstance(value, int) and value >= 0 else None


def _language(status: dict[str, Any]) -> str | None:
    code = status.get("language")
    return str(code).split("-")[0].lower() if code else None


def _author(account: dict[str, Any], realm: str) -> Author:
    return Author(
        remote_id=str(account["id"]), realm=realm, handle="@" + str(account.get("acct") or account.get("username") or ""),
        display_name=str(account.get("display_name") or account.get("username") or ""),
        profile_url=str(account.get("url") or ""), followers=_count(account.get("followers_count")),
    )  # fmt: skip


def _customer(status: dict[str, Any], me: str, realm: str) -> Author | None:
    """With whom our own status talks: whom it answers, else the first that it mentions."""
    mentions = [m for m in status.get("mentions") or () if str(m.get("id")) != me]
    answered = status.get("in_reply_to_account_id")
    for mention in mentions:
        if answered is None or str(mention["id"]) == str(answered):
            return _author({**mention, "display_name": mention.get("username")}, realm)
    return None


def _attachment(media: dict[str, Any]) -> InAttachment:
    url = str(media.get("url") or media.get("remote_url") or "")
    name = urlsplit(url).path.rsplit("/", 1)[-1] or f"{media.get('type', 'file')}"
    types = {"image": "image/jpeg", "gifv": "video/mp4", "video": "video/mp4", "audio": "audio/mpeg"}
    by_ending = {
        "png": "image/png",
        "gif": "image/gif",
        "webp": "image/webp",
        "jpg": "image/jpeg",
        "jpeg": "image/jpeg",
    }
    media_type = by_ending.get(name.rsplit(".", 1)[-1].lower(), types.get(str(media.get("type")), "application/octet-stream"))
    return InAttachment(name=name, media_type=media_type, ref=url or None, alt_text=str(media.get("description") or ""))
