"""What the scripted X is made of, and what it refuses."""

from datetime import datetime
from typing import Any

from msgspec import Struct, field

# Source: X developer documentation, "X IDs": milliseconds since this instant, shifted by 22 bits.
EPOCH_MS = 1_288_834_974_657
_TITLES = {400: "Invalid Request", 401: "Unauthorized", 403: "Forbidden", 404: "Not Found Error"}


class User(Struct, kw_only=True):
    """An account. takes_dms: whether anybody may write to it."""

    id: int
    username: str
    name: str
    at: datetime
    gone: bool = False
    takes_dms: bool = True
    followers: int = 7


class Post(Struct, kw_only=True):
    """A version of a post. history: the ids of all versions, oldest first; all versions share the list.

    implicit: whom it names by being a reply; explicit: whom its author named in so many words.
    listed_at: from when on lists show it; later than `at` for one that comes late.
    """

    id: int
    author: int
    text: str
    at: datetime
    conversation: int
    listed_at: datetime
    reply_to: int | None = None
    quotes: int | None = None
    implicit: tuple[int, ...] = ()
    explicit: tuple[int, ...] = ()
    media: tuple[str, ...] = ()
    history: list[int] = field(default_factory=list)
    hidden: bool = False
    gone: bool = False


class Dm(Struct, kw_only=True):
    """A direct message. conversation: `<smaller id>-<larger id>` between two, a number for a group."""

    id: int
    sender: int
    conversation: str
    people: tuple[int, ...]
    text: str
    at: datetime
    media: tuple[str, ...] = ()
    post: int | None = None
    gone: bool = False


class Media(Struct, kw_only=True):
    """A file. looks: how often its state must be asked for before it is ready (videos are worked on)."""

    id: int
    key: str
    media_type: str
    total: int
    owner: int
    parts: dict[int, bytes] = field(default_factory=dict)
    alt: str = ""
    ready: bool = False
    looks: int = 0

    @property
    def content(self) -> bytes:
        """The bytes."""
        return b"".join(self.parts[index] for index in sorted(self.parts))


class App(Struct, kw_only=True):
    """A developer's app. consumer_secret signs webhooks, bearer is its own token."""

    client_id: str
    client_secret: str
    consumer_secret: str
    bearer: str
    owner: int


class Grant(Struct, kw_only=True):
    """What a user allowed an app."""

    user: int
    app: str
    access: str
    refresh: str
    until: datetime
    scopes: tuple[str, ...] = ()
    revoked: bool = False
    renewals: int = 0


class Hook(Struct, kw_only=True):
    """A registered webhook."""

    id: int
    app: str
    url: str
    at: datetime
    valid: bool = True


class Subscription(Struct, kw_only=True):
    """What an app wants to be told of a user."""

    id: int
    app: str
    event_type: str
    user: int
    webhook: int | None = None
    tag: str = ""


class Rule(Struct, kw_only=True):
    """A rule of the filtered stream."""

    id: int
    app: str
    value: str
    tag: str = ""


class State(Struct, kw_only=True):
    """All that a network holds, to be written down and taken up again."""

    users: list[User] = field(default_factory=list)
    posts: list[Post] = field(default_factory=list)
    dms: list[Dm] = field(default_factory=list)
    media: list[Media] = field(default_factory=list)
    apps: list[App] = field(default_factory=list)
    grants: list[Grant] = field(default_factory=list)
    subscriptions: list[Subscription] = field(default_factory=list)


class Refused(Exception):
    """The network refuses; `body` is the answer in its own shape (RFC 7807 with X's types)."""

    def __init__(self, status: int, detail: str, *, title: str = "", type_: str = "about:blank", **more: Any) -> None:
        super().__init__(detail)
        self.status = status
        self.headers: dict[str, str] = {}
        self.body: dict[str, Any] = {
            "title": title or _TITLES.get(status, "Error"), "detail": detail, "type": type_, "status": status, **more,
        }  # fmt: skip


def invalid(detail: str) -> Refused:
    """A request that makes no sense."""
    return Refused(400, detail, type_="https://api.x.com/2/problems/invalid-request")


def missing(resource: str, resource_id: object) -> Refused:
    """Something that is not there (any more)."""
    refused = Refused(404, "", type_="https://api.x.com/2/problems/resource-not-found")
    refused.body = lost(resource, resource_id)
    return refused


def lost(resource: str, resource_id: object) -> dict[str, Any]:
    """Return the error that stands beside what was found."""
    return {
        "title": "Not Found Error", "detail": f"Could not find {resource} with id: [{resource_id}].",
        "type": "https://api.x.com/2/problems/resource-not-found", "resource_type": resource, "resource_id": str(resource_id),
        "parameter": "ids", "value": str(resource_id),
    }  # fmt: skip
