"""Capabilities as data: what a channel, or one thread of it, allows. Composer, routing and checks ask only this."""

from enum import StrEnum

from msgspec import Struct

from unisono.domain.words import Visibility


class TextUnit(StrEnum):
    """How a network counts the length of a text."""

    CHARS = "chars"
    WEIGHTED = "weighted"
    UTF8 = "utf8"
    UTF16 = "utf16"
    GRAPHEMES = "graphemes"
    GSM7 = "gsm7"


class TextLimit(Struct, frozen=True, kw_only=True):
    """`maximum` in `unit`; None is no limit. `url_cost`: what a link counts whatever its length.

    mention_domain_free: the domain part of a remote `@user@domain` is not counted (Mastodon).
    """

    unit: TextUnit = TextUnit.CHARS
    maximum: int | None = None
    url_cost: int | None = None
    mention_domain_free: bool = False


class MediaLimit(Struct, frozen=True, kw_only=True):
    """What files an answer may carry; `types` may end in `/*`."""

    max_count: int = 0
    types: tuple[str, ...] = ()
    max_bytes: int = 0
    alt_text: bool = False
    max_alt_chars: int | None = None


class Caps(Struct, frozen=True, kw_only=True):
    """What can be done. Conformance cases and their excuses are derived from this, so it must be true.

    reply: answers are possible at all. visibilities: kinds of thread that occur.
    private_text: the limit in private threads where it differs; a connector that is asked for one thread puts it in `text`.
    native_idempotency: sending the same key twice is one message at the network, at any later time.
    key_window_s: for how long the network remembers a key; after that only `reconcile` helps.
    echo: our own posts come back on pull. pull / push: how items arrive. webhook: signed pushes over HTTP.
    reply_window_s: answers are allowed for so long after the customer's last message.
    retention_s: how far back the network can be pulled; beyond that a gap is raised.
    edits / deletes / account_deletion / statuses: inbound events that the network tells of.
    retract: our own message can be deleted. rate_per_s: items a second that the connector states to take in.
    hide / delete_comment / like: what we may do to a customer's public item (powers HideComment, DeleteComment, Like).
    report: a customer's item can be reported to those who run the network (power ReportItem).
    private_reply: a public item can be answered privately, for `private_reply_window_s` after it was said and
        `private_replies_max` times (None: as often as one likes); see `OutMessage.private_reply_to`.
    templates: pre-approved texts may be sent (power Templates), also after the window. backfill: see the power Backfill.
    context: what stands above a public item can be asked for (power Context).
    forward: what is said privately can be passed on to a third party (power Forward).
    max_parts: in so many parts may a text be sent that is longer than the limit (`domain.split`).
    """

    reply: bool = True
    visibilities: tuple[Visibility, ...] = (Visibility.PUBLIC, Visibility.PRIVATE)
    text: TextLimit = TextLimit()
    private_text: TextLimit | None = None
    media: MediaLimit = MediaLimit()
    subject: bool = False
    html: bool = False
    content_warning: bool = False
    copies: bool = False
    pull: bool = True
    push: bool = False
    webhook: bool = False
    challenge: bool = False
    echo: bool = True
    threads: bool = True
    native_idempotency: bool = False
    key_window_s: int | None = None
    reconcile: bool = True
    reply_window_s: int | None = None
    retention_s: int | None = None
    edits: bool = False
    deletes: bool = False
    account_deletion: bool = False
    statuses: bool = False
    typing: bool = False
    retract: bool = False
    private_reply: bool = False
    refresh: bool = False
    rate_per_s: int = 50
    hide: bool = False
    delete_comment: bool = False
    like: bool = False
    report: bool = False
    private_reply_window_s: int | None = None
    private_replies_max: int | None = None
    templates: bool = False
    backfill: bool = False
    context: bool = False
    forward: bool = False
    max_parts: int = 1
