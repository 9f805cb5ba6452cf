"""The network's JSON as typed structs. What is not named here is ignored; what may be new is plain text, not an enum."""

from datetime import datetime

import msgspec
from msgspec import Struct


class Who(Struct, frozen=True):
    """An account; of one that is gone only the id is left."""

    id: str
    handle: str = ""
    name: str = ""
    url: str = ""


class Picture(Struct, frozen=True):
    """A file; its bytes are fetched by id."""

    id: str
    name: str = ""
    type: str = "application/octet-stream"
    size: int | None = None
    alt: str = ""


class Item(Struct, frozen=True):
    """Something said. `root_id` is null when the thread's first post was deleted."""

    id: str
    author: Who
    created_at: datetime
    text: str = ""
    kind: str = ""
    visibility: str = ""
    warning: str = ""
    edited_at: datetime | None = None
    revision: int = 0
    root_id: str | None = None
    parent_id: str | None = None
    thread_author_id: str | None = None
    answers: Who | None = None
    peer: Who | None = None
    links_to: str | None = None
    media: list[Picture] = []
    reply_until: datetime | None = None
    key: str | None = None
    url: str = ""


class Entry(Struct, frozen=True):
    """One line of what we are told."""

    type: str
    at: datetime
    seq: str = ""
    why: str = ""
    item: Item | None = None
    account: Who | None = None
    id: str | None = None
    state: str = ""
    key: str | None = None


class PulledPage(Struct, frozen=True):
    """A page of a pull; the entries stay as the bytes that they came in."""

    entries: list[msgspec.Raw]
    next: str
    more: bool = False
    gap: bool = False


class PushedBatch(Struct, frozen=True):
    """The body of a push."""

    entries: list[msgspec.Raw]


class OwnItems(Struct, frozen=True):
    """What we said ourselves, newest first."""

    items: list[Item]


class Rules(Struct, frozen=True):
    """What the network allows."""

    key: str
    unit: str = "chars"
    max_text: int | None = None
    url_cost: int | None = None
    max_direct: int | None = None
    media_count: int = 0
    media_types: tuple[str, ...] = ()
    media_bytes: int = 0
    max_alt: int | None = None
    key_window_s: float | None = None
    direct_window_s: float | None = None
    retention_s: float | None = None


class Tokens(Struct, frozen=True):
    """What a renewal gives."""

    token: str
    refresh_token: str


class Problem(Struct, frozen=True):
    """What a refusal says."""

    error: str = ""
    message: str = ""
