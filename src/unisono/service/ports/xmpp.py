"""What is asked about presence at XMPP: of the link to the server, and of the store."""

from collections.abc import Mapping
from contextlib import AbstractAsyncContextManager
from typing import Protocol
from uuid import UUID

from msgspec import Struct


class LinkLost(Exception):
    """There is no link to the server, or no more; the text says why, and names no address."""


class Heard(Struct, frozen=True, kw_only=True):
    """A presence stanza that came. kind: its type, `available` for none. sender: bare. to: the name before our domain."""

    kind: str
    sender: str
    resource: str
    to: str
    show: str = ""
    status: str = ""
    priority: int = 0


class Link(Protocol):
    """A link to the server that stands."""

    async def hear(self) -> Heard:
        """Wait for the next presence. Raises LinkLost."""

    async def tell(self, name: str, to: str, kind: str = "", show: str = "", status: Mapping[str, str] = {}) -> None:
        """Send a presence of somebody of ours. status: by language. Raises LinkLost."""


class Door(Protocol):
    """Opens the link."""

    @property
    def domain(self) -> str: ...

    def open(self) -> AbstractAsyncContextManager[Link]:
        """Raises LinkLost."""


class Followed(Struct, frozen=True, kw_only=True):
    """An account whose presence its owner wants to count. asked: None, `asked`, `granted` or `refused`."""

    account_id: UUID
    user_id: UUID
    login_key: str
    address: str
    asked: str | None


class XmppPeople(Protocol):
    """Port for whose presence is heard at XMPP, and who is shown to whom there."""

    async def followed(self) -> list[Followed]: ...

    async def note(self, account_id: UUID, asked: str) -> None:
        """Note what became of asking an account for its presence."""

    async def follow(self, account_id: UUID, user_id: UUID, on: bool) -> bool:
        """Count an account's presence, or no longer; False when this person has no such XMPP account."""

    async def show(self, user_id: UUID, on: bool) -> None:
        """Show somebody to colleagues there; no longer: who saw them is forgotten."""

    async def is_shown(self, user_id: UUID) -> bool: ...

    async def person(self, login_key: str) -> UUID | None:
        """Return who of those who are shown has this log-in."""

    async def owner(self, address: str) -> tuple[UUID, UUID] | None:
        """Return the account with this address and who linked it."""

    async def admit(self, user_id: UUID, account_id: UUID) -> None:
        """Let the owner of an account see somebody."""

    async def dismiss(self, user_id: UUID, address: str) -> None:
        """Let them see them no longer."""

    async def contacts(self) -> dict[tuple[UUID, str], str]:
        """Return who is seen by which address, with the log-in of who is seen."""
