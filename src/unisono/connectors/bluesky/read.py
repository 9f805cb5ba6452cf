"""From a stored item to events. Pure.

An item is JSON with a `kind`:
  post, own   `post`: address, cid, author, record, indexedAt, embed and viewer as the network shows them; `customer` for ours
  message     `message`: a chat's message; `convo`: its chat; `members`: who is in it
  deleted     `id`: of a post or a message
  gone        `did`: of an account
`me` is our own DID. Source: lexicons app.bsky.feed.defs#postView, app.bsky.feed.post, chat.bsky.convo.defs#messageView.
"""

from datetime import UTC, datetime
from typing import Any, Final

import msgspec

from unisono.connectors.bluesky.api import did_of, key_of
from unisono.connectors.bluesky.facets import whole_text
from unisono.connectors.bluesky.tid import number_of
from unisono.contract import (
    Author,
    AuthorGone,
    CanReply,
    Created,
    Deleted,
    Event,
    InAttachment,
    Raw,
    ThreadRef,
    Unreadable,
)
from unisono.domain.order import numeric_tie_break
from unisono.domain.words import ReplyRule, Visibility

#: What misshapen JSON of a stranger raises when it is read.
MISSHAPEN: Final = (
    msgspec.DecodeError, KeyError, TypeError, ValueError, AttributeError, OverflowError, RecursionError, IndexError,
)  # fmt: skip
_UNSHOWN_EMBEDS: Final = {"app.bsky.embed.video#view": "video", "app.bsky.embed.gallery#view": "gallery"}


def read_item(raw: Raw) -> list[Event]:
    """Return what an item says. Raises Unreadable."""
    try:
        item = msgspec.json.decode(raw.body)
        match item["kind"]:
            case "post" | "own":
                return [_post(item, own=item["kind"] == "own")]
            case "message":
                return [_message(item)]
            case "deleted":
                return [Deleted(remote_id=str(item["id"]), occurred_at=raw.received_at)]
            case "gone":
                return [AuthorGone(author=Author(remote_id=str(item["did"])), occurred_at=raw.received_at)]
        raise ValueError(item["kind"])
    except MISSHAPEN as error:
        raise Unreadable(f"This is no item as Bluesky's lexicons describe it ({type(error).__name__}).") from error


def moment(text: str) -> datetime:
    """Return a time of the network in UTC. Raises ValueError, TypeError, OverflowError."""
    found = datetime.fromisoformat(text)
    return found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)


def root_of(uri: str, record: dict[str, Any]) -> str:
    """Return the first of the thread: records name it, so nobody need be asked."""
    reply = record.get("reply")
    return str(reply["root"]["uri"]) if isinstance(reply, dict) else uri


def parent_of(record: dict[str, Any]) -> str | None:
    """Return what a record answers."""
    reply = record.get("reply")
    return str(reply["parent"]["uri"]) if isinstance(reply, dict) else None


def mentioned(record: dict[str, Any]) -> list[str]:
    """Return the DIDs that a record mentions, in order."""
    features = [feature for one in record.get("facets") or () for feature in one.get("features") or ()]
    return [one["did"] for one in features if str(one.get("$type", "")).endswith("#mention") and isinstance(one.get("did"), str)]


def customer_of(record: dict[str, Any], me: str) -> str | None:
    """Return with whom our own post talks: whom it answers, else whom it mentions first."""
    parent, root = parent_of(record), root_of("", record)
    for did in [*(did_of(uri) for uri in (parent, root) if uri), *mentioned(record)]:
        if did != me:
            return did
    return None


def _post(item: dict[str, Any], *, own: bool) -> Created:
    post, record = item["post"], item["post"]["record"]
    uri = str(post["uri"])
    text = whole_text(str(record.get("text") or ""), record.get("facets"))
    details = _details(post, record, item)
    created_at = moment(record["createdAt"])
    # The author writes createdAt as they like; when the network saw it is what orders.
    at = moment(post["indexedAt"]) if post.get("indexedAt") else created_at
    number = number_of(key_of(uri))
    return Created(
        remote_id=uri,
        thread=ThreadRef(
            visibility=Visibility.PUBLIC, root_id=root_of(uri, record), parent_id=parent_of(record),
            customer=_author(item["customer"]) if own and item.get("customer") else None,
        ),
        author=_author(post["author"]), occurred_at=at, text=text,
        tie_break=numeric_tie_break(str(number)) if number is not None else "", own=own,
        attachments=tuple(_images(post.get("embed"))), can_reply=_can_reply(post), url=url_of(uri),
        language=_language(record), details=details,
    )  # fmt: skip


def _details(post: dict[str, Any], record: dict[str, Any], item: dict[str, Any]) -> dict[str, str]:
    found = {"cid": str(post.get("cid") or ""), "reason": str(item.get("reason") or "")}
    labels = record.get("labels")
    values = labels.get("values") if isinstance(labels, dict) else None
    if isinstance(values, list) and values:
        found["content_warning"] = ", ".join(str(one.get("val") or "") for one in values)
    embed = record.get("embed")
    if isinstance(embed, dict):
        kind = str(embed.get("$type") or "")
        if kind == "app.bsky.embed.external":
            found["link"] = str((embed.get("external") or {}).get("uri") or "")
        elif kind == "app.bsky.embed.record":
            found["quotes"] = str((embed.get("record") or {}).get("uri") or "")
        elif kind == "app.bsky.embed.recordWithMedia":
            found["quotes"] = str(((embed.get("record") or {}).get("record") or {}).get("uri") or "")
    shown = post.get("embed")
    if isinstance(shown, dict) and (attached := _UNSHOWN_EMBEDS.get(str(shown.get("$type")))):
        found["attached"] = attached
    return {name: value for name, value in found.items() if value}


def _images(embed: Any) -> list[InAttachment]:
    if not isinstance(embed, dict):
        return []
    if isinstance(embed.get("media"), dict):
        return _images(embed["media"])
    images = embed.get("images")
    return [
        InAttachment(
            name=_name(image["fullsize"]), media_type=_TYPES.get(_ending(image["fullsize"]), "image/jpeg"),
            ref=str(image["fullsize"]), alt_text=str(image.get("alt") or ""),
        )
        for image in (images if isinstance(images, list) else ())
        if isinstance(image, dict) and isinstance(image.get("fullsize"), str)
    ]  # fmt: skip


_TYPES: Final = {"png": "image/png", "gif": "image/gif", "webp": "image/webp", "jpeg": "image/jpeg", "jpg": "image/jpeg"}


def _ending(url: str) -> str:
    # The picture store names the format behind an @: .../did/cid@jpeg
    return url.rpartition("@")[2].rpartition(".")[2].lower()


def _name(url: str) -> str:
    path, _, ending = url.rpartition("@")
    return f"{path.rpartition('/')[2][-12:]}.{ending}" if path and ending.isalnum() else url.rpartition("/")[2] or "image"


def _can_reply(post: dict[str, Any]) -> CanReply:
    viewer = post.get("viewer")
    if isinstance(viewer, dict) and viewer.get("replyDisabled") is True:
        return CanReply(rule=ReplyRule.NO, reason="threadgate")
    return CanReply()


def _message(item: dict[str, Any]) -> Created:
    message, me = item["message"], str(item["me"])
    sender = str(message["sender"]["did"])
    others = {str(one["did"]): one for one in item["members"]}
    customer = next((one for did, one in others.items() if did != me), None)
    own = sender == me
    text = whole_text(str(message["text"]), message.get("facets"))
    embed = message.get("embed")
    quoted = embed.get("record") if isinstance(embed, dict) else None
    details = {"quotes": str(quoted.get("uri") or "")} if isinstance(quoted, dict) else {}
    answered = message.get("replyTo")
    return Created(
        remote_id=str(message["id"]),
        thread=ThreadRef(
            visibility=Visibility.PRIVATE, root_id=str(item["convo"]),
            parent_id=str(answered["id"]) if isinstance(answered, dict) and answered.get("id") else None,
            customer=_author(customer) if own and customer else None,
        ),
        author=_author(others.get(sender) or {"did": sender}), occurred_at=moment(message["sentAt"]), text=text,
        tie_break=str(message["rev"]), own=own, details=details,
    )  # fmt: skip


def _author(profile: dict[str, Any]) -> Author:
    handle, did = str(profile.get("handle") or ""), str(profile["did"])
    # The network says so where a handle no longer leads to its account.
    known = handle if handle != "handle.invalid" else ""
    return Author(
        remote_id=did, handle=f"@{known}" if known else "", display_name=str(profile.get("displayName") or known or did),
        profile_url=f"https://bsky.app/profile/{did}",
    )  # fmt: skip


def _language(record: dict[str, Any]) -> str | None:
    languages = record.get("langs")
    return str(languages[0]).split("-")[0].lower() if isinstance(languages, list) and languages else None


def url_of(uri: str) -> str:
    """Return where people see a post."""
    return f"https://bsky.app/profile/{did_of(uri)}/post/{key_of(uri)}"
