"""The store for calls between browsers, while they live."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from unisono.service.ports.browser_calls import KeptBoard, KeptSound, KeptWord
from unisono.store.driver import Connection
from unisono.store.sql import load

_SQL = load("browser_calls")
# Recordings that the house was told of and never fetched.
_SOUND_KEPT: Final = timedelta(days=1)


class PgBrowserCalls:
    """Implements `service.ports.browser_calls.BrowserCalls`."""

    def __init__(self, connection: Connection, now: datetime) -> None:
        self._connection = connection
        self._now = now

    async def add(self, call_id: str, token: bytes, board: bytes) -> bool:
        """Add a call; False when it is there."""
        return await self._connection.fetchval(_SQL["add"], call_id, token, board, self._now) is not None

    async def by_token(self, token: bytes) -> KeptBoard | None:
        """Return a visitor's call."""
        row = await self._connection.fetchrow(_SQL["by_token"], token)
        return KeptBoard(**dict(row)) if row else None

    async def lock(self, call_id: str) -> bytes | None:
        """Return a board and keep it until the commit."""
        found: bytes | None = await self._connection.fetchval(_SQL["lock"], call_id)
        return found

    async def board(self, call_id: str) -> bytes | None:
        """Return a board."""
        found: bytes | None = await self._connection.fetchval(_SQL["board"], call_id)
        return found

    async def put(
        self, call_id: str, board: bytes, *, users: Sequence[UUID], look_at: datetime | None, ended_at: datetime | None,
        events: Sequence[bytes] = (),
    ) -> None:  # fmt: skip
        """Write a board, and keep what the house is to be told, in order."""
        await self._connection.execute(_SQL["put"], call_id, board, list(users), look_at, ended_at, list(events))

    async def live(self) -> list[bytes]:
        """Return the boards of all calls that have not ended."""
        return [row["board"] for row in await self._connection.fetch(_SQL["live"])]

    async def count(self) -> int:
        """Return how many have not ended."""
        return int(await self._connection.fetchval(_SQL["count"]))

    async def of_user(self, user_id: UUID) -> list[KeptBoard]:
        """Return the calls that a person's desk is in."""
        return [KeptBoard(**dict(row)) for row in await self._connection.fetch(_SQL["of_user"], user_id)]

    async def due(self) -> list[str]:
        """Return calls in which something is due."""
        return [row["call_id"] for row in await self._connection.fetch(_SQL["due"], self._now)]

    async def say(self, call_id: str, from_leg: str, to_leg: str, word: bytes) -> None:
        """Keep a word; an earlier one is replaced."""
        await self._connection.execute(_SQL["say"], call_id, from_leg, to_leg, word)

    async def words(self, call_id: str, to_leg: str) -> list[KeptWord]:
        """Return what the other ends say to one."""
        return [KeptWord(**dict(row)) for row in await self._connection.fetch(_SQL["words"], call_id, to_leg)]

    async def seen(self, call_id: str, leg_id: str) -> None:
        """Note that an end is there."""
        await self._connection.execute(_SQL["seen"], call_id, leg_id, self._now)

    async def silent(self, leg_id: str | None, seconds: float) -> list[tuple[str, str]]:
        """Return (call, leg) not heard of for so long."""
        before = self._now - timedelta(seconds=seconds)
        if leg_id is None:
            rows = await self._connection.fetch(_SQL["silent_others"], before)
        else:
            rows = await self._connection.fetch(_SQL["silent_leg"], leg_id, before)
        return [(row["call_id"], row["leg_id"]) for row in rows]

    async def untold(self, limit: int) -> list[tuple[int, bytes]]:
        """Return what the house has not been told, oldest first."""
        return [(row["number"], row["event"]) for row in await self._connection.fetch(_SQL["untold"], limit)]

    async def told(self, numbers: Sequence[int]) -> None:
        """Forget what the house has."""
        await self._connection.execute(_SQL["told"], list(numbers))

    async def add_sound(self, recording_id: str, call_id: str, n: int, file_id: UUID, size_bytes: int) -> bool:
        """Keep a piece; False when that number is there."""
        added = await self._connection.fetchval(_SQL["add_sound"], recording_id, call_id, n, file_id, size_bytes, self._now)
        return added is not None

    async def sound(self, recording_id: str) -> list[KeptSound]:
        """Return a recording's pieces in order."""
        return [KeptSound(**dict(row)) for row in await self._connection.fetch(_SQL["sound"], recording_id)]

    async def drop_sound(self, recording_id: str, n: int) -> list[UUID]:
        """Forget a recording from its piece `n` on; returns the files that can go."""
        return [row["file_id"] for row in await self._connection.fetch(_SQL["drop_sound"], recording_id, n)]

    async def forgotten_sound(self) -> list[str]:
        """Return recordings whose call is gone and that nobody has fetched for a day."""
        rows = await self._connection.fetch(_SQL["forgotten_sound"], self._now - _SOUND_KEPT)
        return [row["recording_id"] for row in rows]

    async def clean(self, seconds: float) -> None:
        """Forget calls that ended so long ago and of which everything was told."""
        await self._connection.execute(_SQL["clean"], self._now - timedelta(seconds=seconds))
