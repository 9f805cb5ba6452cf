"""The store for answers that no network may have yet."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import UUID

from unisono.service.ports.held import HeldAnswer, NewHeld
from unisono.store.driver import Connection
from unisono.store.sql import load

_SQL = load("held")
_TALK = load("talk")


class PgHeld:
    """Implements `service.ports.Held`."""

    def __init__(self, connection: Connection, now: datetime) -> None:
        self._connection = connection
        self._now = now

    async def add(self, held: NewHeld) -> None:
        """Hold an answer."""
        await self._connection.execute(
            _SQL["add"], held.message_id, held.conversation_id, held.interaction_id, held.channel_id, held.user_id, held.state,
            held.send_at, held.stops, held.parent_remote_id, held.private_reply_to, self._now,
        )  # fmt: skip

    async def held(self, message_id: UUID, *, lock: bool = False) -> HeldAnswer | None:
        """Return a held answer."""
        if lock and await self._connection.fetchval(_SQL["lock"], message_id) is None:
            return None
        row = await self._connection.fetchrow(_SQL["held"], message_id)
        return HeldAnswer(**dict(row)) if row else None

    async def due(self, limit: int) -> list[UUID]:
        """Return what is due, without a lock."""
        return [row["message_id"] for row in await self._connection.fetch(_SQL["due_unlocked"], self._now, limit)]

    async def take_due(self, limit: int) -> list[HeldAnswer]:
        """Return and lock what is due."""
        ids = [row["message_id"] for row in await self._connection.fetch(_SQL["due"], self._now, limit)]
        found = [await self.held(message_id) for message_id in ids]
        return [held for held in found if held is not None]

    async def next_due(self) -> datetime | None:
        """Return when the next one is due."""
        due: datetime | None = await self._connection.fetchval(_SQL["next_due"])
        return due

    async def change(
        self, message_id: UUID, state: str, send_at: datetime | None, *, stops: bool, decided_by: UUID | None = None
    ) -> None:
        """Change what is held, and let its view be newer."""
        await self._connection.execute(_SQL["change"], message_id, state, send_at, stops, decided_by, self._now)
        await self._connection.execute(_SQL["touch"], [message_id])

    async def stop(self, conversation_ids: Iterable[UUID]) -> list[tuple[UUID, UUID]]:
        """Stop what is to stop when the customer writes."""
        rows = await self._connection.fetch(_SQL["stop"], list(conversation_ids))
        if rows:
            await self._connection.execute(_SQL["touch"], [row["message_id"] for row in rows])
        return [(row["message_id"], row["conversation_id"]) for row in rows]

    async def drop(self, message_ids: Iterable[UUID]) -> None:
        """Hold these no longer."""
        await self._connection.execute(_SQL["drop"], list(message_ids))

    async def say_now(self, message_id: UUID) -> None:
        """Put a message where it is said, and queue it."""
        await self._connection.execute(_SQL["say_now"], message_id, self._now)

    async def take_back(self, message_id: UUID, user_id: UUID) -> None:
        """Take away what was never said."""
        await self._connection.execute(_SQL["drop"], [message_id])
        await self._connection.execute(_SQL["free_files"], message_id, user_id, self._now)
        await self._connection.execute(_SQL["take_back"], message_id, self._now)
        for name in ("erase_texts", "erase_terms"):
            await self._connection.execute(_TALK[name], [message_id])

    async def waiting_for_approval(self, not_by: UUID, classes: Sequence[int] | None, limit: int) -> list[UUID]:
        """Return messages that wait for a second person."""
        rows = await self._connection.fetch(_SQL["waiting_for_approval"], not_by, classes, limit)
        return [row["message_id"] for row in rows]
