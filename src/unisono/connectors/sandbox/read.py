"""From a stored entry to events. Pure.

The body of a `Raw` is one entry as the network gave it, whether it was pulled or pushed; both carry the same key.
"""

import hashlib

import msgspec

from unisono.connectors.sandbox.wire import Entry, Item, Who
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
    Status,
    ThreadRef,
    Unreadable,
)
from unisono.domain.order import numeric_tie_break
from unisono.domain.words import DeliveryState, ReplyRule, Visibility

_STATES = {state.value: state for state in (DeliveryState.SENT, DeliveryState.DELIVERED, DeliveryState.READ)}


def ingest_key(body: bytes) -> str:
    """Return the key of an entry, the same however often and by whatever way it comes.

    What cannot be read gets a key of its bytes, so that it is kept and shown to a person.
    """
    try:
        entry = msgspec.json.decode(body, type=Entry)
    except MISSHAPEN:
        return f"unreadable:{hashlib.sha256(body).hexdigest()[:32]}:0"
    if entry.item is not None:
        return f"item:{entry.item.id}:{entry.item.revision}"
    if entry.account is not None:
        return f"account:{entry.account.id}:0"
    if entry.state:
        return f"state:{entry.id}:{entry.state}"
    return f"{entry.type}:{entry.id or entry.seq}:0"


def read_entry(raw: Raw, realm: str) -> list[Event]:
    """Return what an entry says; nothing for a kind of news that did not exist when this was written. Raises Unreadable."""
    try:
        entry = msgspec.json.decode(raw.body, type=Entry)
    except MISSHAPEN as error:
        # The decoder names the field, never its value.
        raise Unreadable(f"This is not an entry as the network describes it: {error}") from error
    if entry.item is not None:
        return _said(entry, entry.item, realm)
    match entry.type:
        case "item.deleted" if entry.id:
            return [Deleted(remote_id=entry.id, occurred_at=entry.at)]
        case "account.deleted" if entry.account is not None:
            return [AuthorGone(author=_author(entry.account, realm), occurred_at=entry.at)]
        case "item.state" if entry.state in _STATES:
            return [Status(state=_STATES[entry.state], occurred_at=entry.at, remote_id=entry.id, client_key=entry.key)]
    return []


def _said(entry: Entry, item: Item, realm: str) -> list[Event]:
    """An item that was changed is told as it stands, so it is new and changed at once; the service keeps what it lacks."""
    own = entry.why == "own"
    # A visibility that we do not know yet counts as private: nothing private must ever stand in public.
    private = item.visibility != "public"
    created = Created(
        remote_id=item.id,
        thread=ThreadRef(
            visibility=Visibility.PRIVATE if private else Visibility.PUBLIC, root_id=item.root_id or item.parent_id or item.id,
            parent_id=item.parent_id, customer=_customer(item, realm) if own else None, links_to=item.links_to,
        ),
        author=_author(item.author, realm), occurred_at=item.created_at, text=item.text, tie_break=numeric_tie_break(item.id),
        own=own, client_key=item.key, addressed=_addressed(entry, item), attachments=_attachments(item),
        can_reply=CanReply(rule=ReplyRule.UNTIL, until=item.reply_until) if item.reply_until else CanReply(), url=item.url,
        details=_details(item),
    )  # fmt: skip
    if not item.revision:
        return [created]
    edited = Edited(
        remote_id=item.id, revision=item.revision, occurred_at=item.edited_at or entry.at, text=item.text,
        attachments=_attachments(item), details=_details(item),
    )  # fmt: skip
    return [created, edited]


def _addressed(entry: Entry, item: Item) -> bool:
    """Who only joins in below somebody else's post, without naming us, does not ask us."""
    return entry.why != "thread" or item.thread_author_id == item.author.id


def _customer(item: Item, realm: str) -> Author | None:
    """Whom our own item is for; nobody for a post that answers nobody."""
    other = item.peer or item.answers
    return _author(other, realm) if other is not None else None


def _author(who: Who, realm: str) -> Author:
    return Author(
        remote_id=who.id, realm=realm, handle=f"@{who.handle}" if who.handle else "", display_name=who.name, profile_url=who.url
    )


def _attachments(item: Item) -> tuple[InAttachment, ...]:
    return tuple(
        InAttachment(name=picture.name, media_type=picture.type, size_bytes=picture.size, ref=picture.id, alt_text=picture.alt)
        for picture in item.media
    )


def _details(item: Item) -> dict[str, str]:
    named = {"content_warning": item.warning, "kind": item.kind}
    return {name: value for name, value in named.items() if value}
