"""What goes out: the answer as the outbox holds it, and what may come of an attempt to send it."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any

from msgspec import Struct, field

from unisono.contract.inbound import Author, ThreadRef


class OutAttachment(Struct, frozen=True, kw_only=True):
    """A file to send; `read()` yields its bytes from our store."""

    name: str
    media_type: str
    size_bytes: int
    read: Callable[[], Awaitable[bytes]]
    alt_text: str = ""


class Template(Struct, frozen=True, kw_only=True):
    """A text that the network approved beforehand, by name and language; `{{1}}` or `{{name}}` stand for its parameters.

    parameters: their names in the order of the text. usable: approved and not paused; else `status` says what it is.
    """

    name: str
    language: str
    text: str
    category: str = ""
    parameters: tuple[str, ...] = ()
    header: str = ""
    footer: str = ""
    usable: bool = True
    status: str = ""


class TemplateChoice(Struct, frozen=True, kw_only=True):
    """A template with its parameters filled in, by name."""

    name: str
    language: str
    parameters: dict[str, str] = field(default_factory=dict)


class OutMessage(Struct, frozen=True, kw_only=True):
    """One answer. All of it is fixed when the outbox row is written, so that every attempt sends the same.

    key: our idempotency key, unique and stable over attempts (the message's UUIDv7 as text).
    thread: where; its visibility is the law: a connector must never send a private one to a public place.
    in_reply_to: remote id of the item that is answered, None for a new thread.
    recipient: the customer. created_at: fixed instant, for networks that want one in the item.
    references: remote ids of the thread so far, oldest first (e-mail). details: what the composer set
        (content warning, Cc, ...), by the names that the capabilities declare.
    private_reply_to: remote id of the public item to which this is the private answer. `thread` is then PRIVATE, links to
        the public thread's root, and its own root is a stand-in: what the network calls the thread is told in `Sent`.
    template: send this template; `text` shows it filled in.
    """

    key: str
    thread: ThreadRef
    in_reply_to: str | None
    recipient: Author
    text: str
    created_at: datetime
    html: str | None = None
    subject: str = ""
    attachments: tuple[OutAttachment, ...] = ()
    references: tuple[str, ...] = ()
    details: dict[str, Any] = field(default_factory=dict)
    private_reply_to: str | None = None
    template: TemplateChoice | None = None


class Sent(Struct, frozen=True, kw_only=True, tag="sent"):
    """The network has it. `remote_ids` names every part when the text had to be split; the first leads.

    root_id, recipient: of a private reply that opened a thread, the thread's root as `read` will give it when the customer
        answers there, and the customer's id in it, where it is not the one that they comment with.
    """

    remote_id: str
    url: str = ""
    remote_ids: tuple[str, ...] = ()
    root_id: str | None = None
    recipient: Author | None = None


class Retry(Struct, frozen=True, kw_only=True, tag="retry"):
    """Surely not sent, may succeed later. `after_s`: what the network asked for; None lets the outbox choose.

    throttled: a rate limit, which counts as no failed attempt and slows the whole lane.
    """

    reason: str
    after_s: float | None = None
    throttled: bool = False


class Reject(Struct, frozen=True, kw_only=True, tag="reject"):
    """The network refuses this message for good. `code`: stable word; `human`: what it said, for the agent."""

    code: str
    human: str


class Reauth(Struct, frozen=True, kw_only=True, tag="reauth"):
    """Our authorisation no longer holds. Sending on the channel stops, receiving and the cursor go on, a person is asked."""

    human: str


class Unknown(Struct, frozen=True, kw_only=True, tag="unknown"):
    """It may or may not have arrived (time-out, cut answer, 5xx after the body). Always reconciled before a retry."""

    reason: str


SendResult = Sent | Retry | Reject | Reauth | Unknown


class NotSent(Struct, frozen=True, kw_only=True, tag="not_sent"):
    """The network does not have it, as far as can be seen now. Two of these, apart in time, allow a retry."""

    reason: str = ""


class Undecidable(Struct, frozen=True, kw_only=True, tag="undecidable"):
    """The network cannot tell. A person decides."""

    reason: str


ReconcileResult = Sent | NotSent | Undecidable
