"""What the Graph API's objects are made of, and how it refuses. Source: Meta for Developers, Graph API, "Handling Errors"."""

from datetime import UTC, datetime
from typing import Any

from msgspec import Struct, field


class Refused(Exception):
    """The network does not do it. Answered as `{"error": {...}}` with the code that programs go by."""

    def __init__(
        self,
        code: int,
        message: str,
        *,
        subcode: int = 0,
        status: int = 400,
        kind: str = "OAuthException",
        transient: bool = False,
    ) -> None:
        super().__init__(message)
        self.code = code
        self.subcode = subcode
        self.status = status
        self.kind = kind
        self.transient = transient

    def body(self) -> dict[str, Any]:
        """Return the error as the network writes it."""
        error: dict[str, Any] = {"message": str(self), "type": self.kind, "code": self.code, "fbtrace_id": "AeF0Gr4pH"}
        if self.subcode:
            error["error_subcode"] = self.subcode
        if self.transient:
            error["is_transient"] = True
        return {"error": error}


def no_object(node: str) -> Refused:
    """Return the refusal for something that does not exist, or that the token may not see: the network does not tell which."""
    return Refused(
        100, f"Unsupported request. Object with ID '{node}' does not exist, cannot be loaded due to missing permissions.",
        subcode=33, kind="GraphMethodException",
    )  # fmt: skip


class Person(Struct, kw_only=True):
    """Somebody with an account. id: page-scoped, Instagram-scoped, or the number on WhatsApp.

    shy: on WhatsApp known by a name of their own; businesses see their business-scoped id alone.
    """

    id: str
    name: str
    username: str = ""
    gone: bool = False
    shy: bool = False

    @property
    def scoped(self) -> str:
        """The business-scoped id on WhatsApp."""
        return f"DE.{self.id}"


class Picture(Struct, kw_only=True):
    """A file that lies at the network. node: the media's id."""

    node: str
    media_type: str
    content: bytes
    name: str = ""


class Page(Struct, kw_only=True):
    """A company's page. installed: the fields of which the app is told, None as long as it is not installed."""

    id: str
    name: str
    token: str
    installed: tuple[str, ...] | None = None


class Post(Struct, kw_only=True):
    """Something on a page's feed. tags: ids of pages that it mentions."""

    id: str
    page: str
    author: Person
    text: str
    at: datetime
    updated: datetime
    tags: tuple[str, ...] = ()
    picture: Picture | None = None


class Comment(Struct, kw_only=True):
    """Something below a post, or below another comment. written: by which program; "" is the network's own app."""

    id: str
    post: str
    parent: str | None
    author: Person
    text: str
    at: datetime
    picture: Picture | None = None
    hidden: bool = False
    liked: bool = False
    deleted: bool = False
    written: str = ""


class Chat(Struct, kw_only=True):
    """One person's messages with a page (Messenger) or an account (Instagram)."""

    id: str
    account: str
    platform: str
    person: Person
    messages: list["Direct"] = field(default_factory=list)

    @property
    def heard_at(self) -> datetime | None:
        """When the person last wrote."""
        return max((m.at for m in self.messages if not m.ours and not m.deleted), default=None)

    @property
    def updated(self) -> datetime:
        """When anybody last wrote."""
        return max((m.at for m in self.messages), default=datetime.min.replace(tzinfo=UTC))


class Direct(Struct, kw_only=True):
    """A direct message. metadata: what its program wrote beside it. comment: the comment that it answers privately."""

    mid: str
    chat: str
    ours: bool
    text: str
    at: datetime
    pictures: list[Picture] = field(default_factory=list)
    reply_to: str | None = None
    story: str | None = None
    metadata: str = ""
    tag: str = ""
    comment: str | None = None
    deleted: bool = False
    written: str = ""


class News(Struct, frozen=True, kw_only=True):
    """One thing that a webhook tells. object: page, instagram or whatsapp_business_account. account: whose it is.

    field: of a change, "" for something in `messaging`. subject: what it is about, for finding it again.
    """

    object: str
    account: str
    field: str
    value: dict[str, Any]
    at: datetime
    subject: str = ""


def instant(at: datetime) -> str:
    """Return a time as the Graph API writes it: whole seconds, offset without a colon."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S+0000")


def unix(at: datetime) -> int:
    """Return a time in seconds."""
    return int(at.timestamp())


def millis(at: datetime) -> int:
    """Return a time in milliseconds."""
    return int(at.timestamp() * 1000)
