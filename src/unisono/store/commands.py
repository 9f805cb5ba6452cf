"""The store for commands that carry an idempotency key."""

from datetime import datetime
from typing import Any
from uuid import UUID

from unisono.service.ports.commands import Command
from unisono.store.driver import Connection
from unisono.store.sql import load

_SQL = load("commands")


class PgCommands:
    """Implements `service.ports.Commands`."""

    def __init__(self, connection: Connection, now: datetime) -> None:
        self._connection = connection
        self._now = now

    async def claim(self, key: UUID, actor_id: UUID, verb: str, digest: bytes) -> bool:
        """Write the key with this transaction; False when it is there."""
        return await self._connection.fetchval(_SQL["claim"], key, actor_id, verb, digest, self._now) is not None

    async def find(self, key: UUID) -> Command | None:
        """Return a command that was carried out."""
        row = await self._connection.fetchrow(_SQL["find"], key)
        return Command(**dict(row)) if row else None

    async def record(self, key: UUID, result: Any) -> None:
        """Keep what it came to."""
        await self._connection.execute(_SQL["record"], key, result)
