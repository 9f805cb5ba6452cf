"""From a stored item to events. Pure.

The body of a `Raw` is ours: what X said of one post or message, what it said beside it, and the little that we had to know
when it came (who we are, what we had learnt). Pulled or pushed, the same thing has the same key.
"""

from datetime import UTC, datetime
from urllib.parse import urlsplit

import msgspec
from msgspec import Struct

from unisono.connectors.x.summon import Call, Counts, call_of, can_reply
from unisono.connectors.x.text import plain
from unisono.connectors.x.wire import Beside, Dm, Media, Post, User
from unisono.contract import (
    MISSHAPEN,
    Author,
    AuthorGone,
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
from unisono.domain.words import ReplyRule, Visibility

SITE = "https://x.com"
ENCRYPTED = "Verschlüsselte Nachricht, nur bei X zu lesen. / Encrypted message, readable on X only."
_TYPES = {"photo": "image/jpeg", "animated_gif": "video/mp4", "video": "video/mp4"}
_ENDINGS = {
    "png": "image/png", "gif": "image/gif", "webp": "image/webp", "jpg": "image/jpeg", "jpeg": "image/jpeg", "mp4": "video/mp4",
}  # fmt: skip


class Chat(Struct, frozen=True):
    """An encrypted message: that there is one, from whom, and where."""

    id: str
    sender_id: str
    conversation_id: str
    created_at_msec: str = ""


class Item(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What is stored of one item. kind: post, dm, chat, gone, author_gone.

    me: our id. known: whether we had an older version. counts, enterprise: the summon rule as it was known then. followed:
    it was found in a thread in which its author had asked us before.
    """

    kind: str
    me: str
    post: msgspec.Raw = msgspec.Raw(b"null")
    dm: msgspec.Raw = msgspec.Raw(b"null")
    chat: msgspec.Raw = msgspec.Raw(b"null")
    beside: msgspec.Raw = msgspec.Raw(b"{}")
    id: str = ""
    known: bool = False
    counts: str = Counts.UNKNOWN.value
    enterprise: bool = False
    followed: bool = False


def read_item(raw: Raw) -> list[Event]:
    """Return what an item says; nothing for a kind that did not exist when this was written. Raises Unreadable."""
    try:
        item = msgspec.json.decode(raw.body, type=Item)
        match item.kind:
            case "post":
                return _said(item, msgspec.json.decode(item.post, type=Post), msgspec.json.decode(item.beside, type=Beside))
            case "dm":
                return _written(item, msgspec.json.decode(item.dm, type=Dm), msgspec.json.decode(item.beside, type=Beside))
            case "chat":
                return _chat(item, msgspec.json.decode(item.chat, type=Chat), raw.received_at)
            case "gone":
                return [Deleted(remote_id=item.id, occurred_at=raw.received_at)]
            case "author_gone":
                return [AuthorGone(author=Author(remote_id=item.id), occurred_at=raw.received_at)]
    except (*MISSHAPEN, OverflowError) as error:
        # The decoder names the field, never its value.
        raise Unreadable(f"This is not an item as X describes it: {error}") from error
    return []


def post_key(post: Post) -> str:
    """Return the ingest key of a version of a post."""
    return f"post:{post.first_id}:{post.revision}"


def pair(one: str, other: str) -> str:
    """Return the conversation of two, as X names it: the smaller id first."""
    return "-".join(sorted((one, other), key=lambda text: (len(text), text)))


def author_of(user_id: str, beside: Beside) -> Author:
    """Return an account as an author."""
    user = beside.user(user_id) or User(id=user_id)
    return Author(
        remote_id=user.id, handle=f"@{user.username}" if user.username else "", display_name=user.name,
        profile_url=f"{SITE}/{user.username}" if user.username else f"{SITE}/i/user/{user.id}",
        followers=user.public_metrics.followers_count if user.public_metrics else None,
    )  # fmt: skip


def _said(item: Item, post: Post, beside: Beside) -> list[Event]:
    own = post.author_id == item.me
    text = plain(*post.whole)
    url = f"{SITE}/i/status/{post.id}"
    parent_id = post.refers("replied_to")
    parent = beside.post(parent_id) if parent_id else None
    call = call_of(post, beside, item.me)
    details = {"latest_id": post.id} if post.revision else {}
    if quoted := post.refers("quoted"):
        details["quotes"] = quoted
    attachments = _files(beside.files(post.attachments))
    created = Created(
        remote_id=post.first_id,
        thread=ThreadRef(
            visibility=Visibility.PUBLIC, root_id=post.conversation_id or post.first_id,
            parent_id=parent.first_id if parent is not None else parent_id,
            customer=_customer(post, beside, item.me) if own else None,
        ),
        author=author_of(post.author_id, beside), occurred_at=post.created_at.astimezone(UTC), text=text,
        tie_break=numeric_tie_break(post.first_id), own=own, addressed=own or call is not Call.NOT or item.followed,
        attachments=attachments, url=url, language=_language(post.lang), details=details,
        can_reply=CanReply() if own else can_reply(call, enterprise=item.enterprise, counts=Counts(item.counts), url=url),
    )  # fmt: skip
    if not post.revision:
        return [created]
    edited = Edited(
        remote_id=post.first_id, revision=post.revision, occurred_at=post.created_at.astimezone(UTC), text=text,
        attachments=attachments, details=details,
    )  # fmt: skip
    # Somebody who hears of it only after the edit still needs the item itself.
    return [edited] if item.known else [created, edited]


def _customer(post: Post, beside: Beside, me: str) -> Author | None:
    """With whom our own post talks: whom it answers, else the first that it names."""
    for user_id in (post.in_reply_to_user_id, *(one.id for one in post.names)):
        if user_id and user_id != me:
            return author_of(user_id, beside)
    return None


def _written(item: Item, dm: Dm, beside: Beside) -> list[Event]:
    if dm.event_type != "MessageCreate":
        return []
    own = dm.sender_id == item.me
    people = dm.dm_conversation_id.split("-") if "-" in dm.dm_conversation_id else [*(dm.participant_ids or ())]
    others = [one for one in people if one != item.me]
    root = pair(item.me, others[0]) if "-" in dm.dm_conversation_id and others else dm.dm_conversation_id
    about = beside.post(dm.about) if dm.about else None
    return [
        Created(
            remote_id=dm.id,
            thread=ThreadRef(
                visibility=Visibility.PRIVATE, root_id=root or dm.id,
                customer=author_of(others[0], beside) if own and others else None,
                links_to=about.conversation_id or about.first_id if about is not None else dm.about,
            ),
            author=author_of(dm.sender_id, beside), occurred_at=dm.created_at.astimezone(UTC),
            text=plain(dm.text, (dm.entities and dm.entities.urls) or ()), tie_break=numeric_tie_break(dm.id), own=own,
            attachments=_files(beside.files(dm.attachments)), url=f"{SITE}/messages/{root}",
        )
    ]  # fmt: skip


def _chat(item: Item, chat: Chat, received_at: datetime) -> list[Event]:
    """An encrypted message cannot be read by an app; that somebody waits is shown, with the way there."""
    at = datetime.fromtimestamp(int(chat.created_at_msec) / 1000, UTC) if chat.created_at_msec.isdigit() else received_at
    url = f"{SITE}/i/chat/{chat.conversation_id.replace(':', '-')}"
    return [
        Created(
            remote_id=chat.id, thread=ThreadRef(visibility=Visibility.PRIVATE, root_id=f"chat:{chat.conversation_id}"),
            author=author_of(chat.sender_id, msgspec.json.decode(item.beside, type=Beside)), occurred_at=at,
            text=f"{ENCRYPTED} {url}",
            own=chat.sender_id == item.me, can_reply=CanReply(rule=ReplyRule.DEEPLINK, url=url), url=url,
            details={"kind": "encrypted_chat"},
        )
    ]  # fmt: skip


def _files(media: list[Media]) -> tuple[InAttachment, ...]:
    found = []
    for one in media:
        best = max(one.variants or (), key=lambda v: (v.content_type == "video/mp4", v.bit_rate or 0), default=None)
        ref = one.url or (best.url if best is not None else "") or one.preview_image_url or ""
        name = urlsplit(ref).path.rsplit("/", 1)[-1] or one.media_key
        media_type = _ENDINGS.get(name.rsplit(".", 1)[-1].lower()) or _TYPES.get(one.type, "application/octet-stream")
        found.append(InAttachment(name=name, media_type=media_type, ref=ref or None, alt_text=one.alt_text or ""))
    return tuple(found)


def _language(code: str | None) -> str | None:
    return code.split("-")[0].lower() if code and code not in ("und", "qme", "qam", "qst", "zxx") else None
