"""The phone in the desk, as the web room sees it: what rings, with whom to connect, and what the person does."""

from collections.abc import AsyncIterator, Sequence
from typing import Any, Protocol
from uuid import UUID

from msgspec import Struct

from unisono.contract.connector import Route


class Peer(Struct, frozen=True, kw_only=True):
    """Somebody to be connected with. offers: whether this end begins. hears: whether this end is to hear them.

    word: what that end has to say of the connection, for the page's connection code alone.
    """

    id: str
    name: str
    offers: bool
    hears: bool = True
    word: Any = None


class PhoneCall(Struct, frozen=True, kw_only=True):
    """A call as one person's phone shows it. leg_id is theirs; state: `ringing`, `up` or `held`.

    call_id: the driver's name for it. peers: with whom the phone is to be connected. caller_held: the customer hears music and
    nobody hears them. record: what this phone is to do about `recording`; records: what is recorded at all, by whichever phone.
    asks: the caller is just being asked whether the talk may be recorded.
    """

    call_id: str
    leg_id: str
    state: str
    purpose: str
    rev: int
    caller_held: bool
    bridge: list[str]
    legs: dict[str, str]
    users: dict[str, UUID]
    peers: list[Peer]
    listens: bool
    listeners: int
    recording: str
    record: str
    records: str
    asks: bool


class IceServer(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A server that helps two browsers to find each other, as `RTCIceServer` has it."""

    urls: list[str]
    username: str = ""
    credential: str = ""


class Phone(Protocol):
    """The phone in the desk. Each act names the person; a call that is not theirs does not exist for them (NotFound)."""

    def servers(self) -> Sequence[IceServer]:
        """Return what helps browsers to find each other; of the settings."""

    async def calls(self, user_id: UUID) -> list[PhoneCall]:
        """Return what rings or goes on at somebody's desk; asking says that the desk is there."""

    async def take_up(self, user_id: UUID, call_id: str) -> None:
        """Take a ringing call up."""

    async def leave(self, user_id: UUID, call_id: str) -> None:
        """Hang up, or do not take what rings; the customer stays with who is left, or waits."""

    async def press(self, user_id: UUID, call_id: str, key: str) -> None:
        """Press a key. Raises Invalid for what is none."""

    async def say(self, user_id: UUID, call_id: str, to: str, word: Any) -> None:
        """Pass on what this end has to say of its connection with another."""

    async def runs(self, user_id: UUID, call_id: str, recording_id: str, mode: str) -> None:
        """Say what the phone's recording does: `on`, `pause`."""

    async def sound(self, user_id: UUID, call_id: str, recording_id: str, n: int, content: bytes) -> None:
        """Take a piece of a recording that both sides agreed to. Raises Forbidden when none is wanted."""

    async def sound_done(
        self, user_id: UUID, call_id: str, recording_id: str, *, pieces: int | None, media_type: str, seconds: float
    ) -> None:
        """Say that a recording is whole."""

    async def doors(self, line: str) -> Sequence[Route] | None:
        """Return the routes of a line's page, for visitors; None when there is no such line."""

    def recorded(self, recording_id: str) -> AsyncIterator[bytes]:
        """Yield a recording's bytes."""
