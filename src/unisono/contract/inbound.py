"""What comes in: raw items as the network gave them, and the events that a connector reads from them."""

from datetime import datetime
from typing import Any

import msgspec
from msgspec import Struct, field

from unisono.domain.words import DeliveryState, ReplyRule, Visibility


class Raw(Struct, frozen=True, kw_only=True):
    """One inbound item, byte for byte as it came; it stands in the inbox before the network is acknowledged.

    ingest_key: unique within the channel and stable over redelivery: `kind:remote id:revision`. The same thing said
        twice by the network must give the same key; an edit must give another (`networks.md`, section 3).
    body: what `read` needs, complete; a connector that had to ask the network for context wraps both in one JSON.
    received_at: when we had it, aware, UTC.
    account: remote id of the account that it is for, where a network pushes the items of several accounts to one address
        (one app, several pages): the house stores it with that account's channel of the same connector, before the 2xx, and
        drops and counts what is for an account that is no channel here. None: for the channel that was called.
    connector: id of the connector whose channel it is for, where several share one address (a page and its Messenger); None
        is the one that verified it.
    """

    ingest_key: str
    body: bytes
    received_at: datetime
    account: str | None = None
    connector: str | None = None


class Page(Struct, frozen=True, kw_only=True):
    """One step of a pull. `next_cursor` is committed in the same transaction as `raws`.

    gap: the network says, or the cursor shows, that items between the old cursor and this page are lost to us.
    """

    raws: list[Raw]
    next_cursor: str | None
    has_more: bool = False
    gap: bool = False


class Author(Struct, frozen=True, kw_only=True):
    """Who said it. `remote_id` is the network's stable id, never the handle.

    realm: what the id is unique in: the instance for federated networks, empty where the network has one id space.
    followers: how many follow them, where the network says so beside what they said; None where it does not.
    """

    remote_id: str
    realm: str = ""
    handle: str = ""
    display_name: str = ""
    profile_url: str = ""
    followers: int | None = None


class ThreadRef(Struct, frozen=True, kw_only=True):
    """Where it was said. A conversation is (channel, visibility, root, customer).

    root_id: remote id of the first item of the thread that can be known; for a root itself, its own id.
    parent_id: what this item answers, if anything.
    aliases: other remote ids that, when we know one of them, name the same thread (e-mail `References`).
    customer: whom the thread is with, when the author is ourselves; None means the author.
    links_to: root id of the public thread that this private thread was born from.
    """

    visibility: Visibility
    root_id: str
    parent_id: str | None = None
    aliases: tuple[str, ...] = ()
    customer: Author | None = None
    links_to: str | None = None


class InAttachment(Struct, frozen=True, kw_only=True):
    """A file that came along. Either `content` holds the bytes, or `ref` says how `Media.get` fetches them."""

    name: str
    media_type: str
    size_bytes: int | None = None
    content: bytes | None = None
    ref: str | None = None
    alt_text: str = ""
    content_id: str | None = None


class CanReply(Struct, frozen=True, kw_only=True):
    """Whether the network lets us answer this item; computed at ingest and again at send.

    until: end of the window for UNTIL, by the network's clock. reason: a stable word. url: the deep link.
    """

    rule: ReplyRule = ReplyRule.YES
    until: datetime | None = None
    reason: str = ""
    url: str = ""


class Created(Struct, frozen=True, kw_only=True, tag="created"):
    """Something was said.

    text: plain text, NFC not required (the service folds). html: sanitised by the service before anybody sees it.
    tie_break: sorts items of the same instant in the network's own order (see `domain.order.numeric_tie_break`).
    own: said by this channel's own account; recorded, never an enquiry. client_key: our key, when the network
        gives it back. automatic: an auto-reply, bounce or list mail; recorded, never answered, opens no interaction.
    addressed: false when it only mentions a topic and nobody asked the company (listening, not work).
    details: small facts for the screen and for answering (content warning, Cc list, ...), strings and numbers only.
    """

    remote_id: str
    thread: ThreadRef
    author: Author
    occurred_at: datetime
    text: str
    html: str | None = None
    subject: str = ""
    revision: int = 0
    tie_break: str = ""
    own: bool = False
    client_key: str | None = None
    automatic: bool = False
    addressed: bool = True
    attachments: tuple[InAttachment, ...] = ()
    can_reply: CanReply = CanReply()
    url: str = ""
    language: str | None = None
    details: dict[str, Any] = field(default_factory=dict)


class Above(Struct, frozen=True, kw_only=True):
    """A post that stands above another one. It is shown and not kept, whoever wrote it; `own`: this channel's own account."""

    remote_id: str
    author: Author
    text: str = ""
    occurred_at: datetime | None = None
    url: str = ""
    own: bool = False


class Edited(Struct, frozen=True, kw_only=True, tag="edited"):
    """The author changed it. A higher `revision` wins, whatever order they arrive in."""

    remote_id: str
    revision: int
    occurred_at: datetime
    text: str
    html: str | None = None
    subject: str = ""
    attachments: tuple[InAttachment, ...] | None = None
    details: dict[str, Any] = field(default_factory=dict)


class Deleted(Struct, frozen=True, kw_only=True, tag="deleted"):
    """It is gone at the source, and so here: text, search, previews, raw bytes. A later re-delivery stays out."""

    remote_id: str
    occurred_at: datetime


class AuthorGone(Struct, frozen=True, kw_only=True, tag="author_gone"):
    """The account was deleted at the network: the identity and all it said are erased."""

    author: Author
    occurred_at: datetime


class Status(Struct, frozen=True, kw_only=True, tag="status"):
    """What the network reports of one of our own messages; names it by remote id or by our client key."""

    state: DeliveryState
    occurred_at: datetime
    remote_id: str | None = None
    client_key: str | None = None
    code: str = ""
    human: str = ""


Event = Created | Edited | Deleted | AuthorGone | Status


#: What decoding bytes of a stranger with msgspec can raise: another shape, another character set, nesting without end.
MISSHAPEN = (msgspec.DecodeError, ValueError, RecursionError)


class Unreadable(Exception):
    """`read` cannot make sense of a raw item; it is quarantined with its bytes and shown to a person.

    The text says what was wrong, without quoting personal text.
    """
