"""The nouns of the sandbox network, as its database holds them."""

from datetime import datetime

from msgspec import Struct


class Refused(Exception):
    """The network does not do what was asked. `status` is HTTP's; `code` is for programs, the text for people."""

    def __init__(self, status: int, code: str, text: str, headers: dict[str, str] | None = None) -> None:
        super().__init__(text)
        self.status = status
        self.code = code
        self.headers = headers or {}


class Account(Struct, frozen=True, kw_only=True):
    """Somebody on a face. A company has a token for the programming interface."""

    id: int
    face: str
    handle: str
    name: str
    about: str = ""
    company: bool = False
    token: str | None = None
    refresh_token: str | None = None
    token_expires_at: datetime | None = None
    created_at: datetime
    deleted_at: datetime | None = None


class Item(Struct, frozen=True, kw_only=True):
    """Something said. `peer` is set for a direct message: the two accounts are author and peer.

    root: the first item of the thread (its own id for a root). page: on whose page it stands, on faces with pages.
    links_to: root of the public thread that a direct message was born from. state: sent, delivered or read.
    """

    id: int
    face: str
    author: int
    text: str
    root: int
    parent: int | None = None
    peer: int | None = None
    page: int | None = None
    links_to: int | None = None
    warning: str = ""
    key: str | None = None
    keyed_at: datetime | None = None
    state: str = "sent"
    created_at: datetime
    edited_at: datetime | None = None
    revision: int = 0
    deleted_at: datetime | None = None

    @property
    def direct(self) -> bool:
        """Whether only two people can read it."""
        return self.peer is not None

    @property
    def kind(self) -> str:
        """post, comment or direct."""
        if self.direct:
            return "direct"
        return "post" if self.root == self.id else "comment"


class Picture(Struct, frozen=True, kw_only=True):
    """An uploaded file without its bytes; `item` is None until it is used."""

    id: str
    face: str
    owner: int
    item: int | None
    name: str
    media_type: str
    size_bytes: int
    alt: str


class Entry(Struct, frozen=True, kw_only=True):
    """One line of what a company is told, in the order of `seq`.

    type: item.created, item.edited, item.deleted, account.deleted, item.state. why: own, mention, page, reply, thread
        or direct. subject: the item, or the account for account.deleted.
    """

    seq: int
    account: int
    type: str
    subject: int
    at: datetime
    why: str = ""
    revision: int = 0
    state: str = ""
