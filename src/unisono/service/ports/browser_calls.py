"""What is asked of the store about calls between browsers, while they live. All of it is gone a minute after a call's end."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol
from uuid import UUID

from msgspec import Struct


class KeptBoard(Struct, frozen=True, kw_only=True):
    """A call's board as its driver wrote it."""

    call_id: str
    board: bytes


class KeptWord(Struct, frozen=True, kw_only=True):
    """The newest word of one end of a connection to the other."""

    from_leg: str
    word: bytes


class KeptSound(Struct, frozen=True, kw_only=True):
    """One piece of a recording, in the order of `n`."""

    n: int
    file_id: UUID
    size_bytes: int


class BrowserCalls(Protocol):
    """Port for calls between browsers."""

    async def add(self, call_id: str, token: bytes, board: bytes) -> bool:
        """Add a call; False when it is there. token: hash of what its visitor holds."""

    async def by_token(self, token: bytes) -> KeptBoard | None:
        """Return a visitor's call."""

    async def lock(self, call_id: str) -> bytes | None:
        """Return a board and keep it until the commit."""

    async def board(self, call_id: str) -> bytes | None: ...

    async def put(
        self, call_id: str, board: bytes, *, users: Sequence[UUID], look_at: datetime | None, ended_at: datetime | None,
        events: Sequence[bytes] = (),
    ) -> None:  # fmt: skip
        """Write a board, and keep what the house is to be told, in order.

        users: whose desks are in it; look_at: when something is due by itself.
        """

    async def live(self) -> list[bytes]:
        """Return the boards of all calls that have not ended."""

    async def count(self) -> int:
        """Return how many have not ended."""

    async def of_user(self, user_id: UUID) -> list[KeptBoard]:
        """Return the calls that a person's desk is in."""

    async def due(self) -> list[str]:
        """Return calls in which something is due."""

    async def say(self, call_id: str, from_leg: str, to_leg: str, word: bytes) -> None:
        """Keep a word; an earlier one is replaced."""

    async def words(self, call_id: str, to_leg: str) -> list[KeptWord]:
        """Return what the other ends say to one."""

    async def seen(self, call_id: str, leg_id: str) -> None:
        """Note that an end is there."""

    async def silent(self, leg_id: str | None, seconds: float) -> list[tuple[str, str]]:
        """Return (call, leg) not heard of for so long; `leg_id` None: all legs but the visitor's."""

    async def untold(self, limit: int) -> list[tuple[int, bytes]]:
        """Return what the house has not been told, oldest first."""

    async def told(self, numbers: Sequence[int]) -> None:
        """Forget what the house has."""

    async def add_sound(self, recording_id: str, call_id: str, n: int, file_id: UUID, size_bytes: int) -> bool:
        """Keep a piece; False when that number is there."""

    async def sound(self, recording_id: str) -> list[KeptSound]:
        """Return a recording's pieces in order."""

    async def drop_sound(self, recording_id: str, n: int) -> list[UUID]:
        """Forget a recording from its piece `n` on; returns the files that can go."""

    async def forgotten_sound(self) -> list[str]:
        """Return recordings whose call is gone and that nobody has fetched for a day."""

    async def clean(self, seconds: float) -> None:
        """Forget calls that ended so long ago and of which everything was told."""
