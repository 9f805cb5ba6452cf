"""Durable timers."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from unisono.domain.ids import new_id
from unisono.service.ports.ledgers import Timer
from unisono.store.driver import Connection
from unisono.store.sql import load

_SQL = load("timers")


class PgTimers:
    """Implements `service.ports.Timers`."""

    def __init__(self, connection: Connection, now: datetime) -> None:
        self._connection = connection
        self._now = now

    async def set(self, kind: str, subject: UUID, due_at: datetime, body: dict[str, Any] | None = None) -> None:
        """Set or move the timer of this kind and subject."""
        await self._connection.execute(_SQL["set_timer"], new_id(), kind, subject, due_at, body or {})

    async def cancel(self, kind: str, subject: UUID) -> None:
        """Take the timer away, if there is one."""
        await self._connection.execute(_SQL["cancel_timer"], kind, subject)

    async def take_due(self, kinds: Sequence[str], limit: int) -> list[Timer]:
        """Take due timers away and return them; the caller does their work in the same transaction."""
        rows = await self._connection.fetch(_SQL["take_due"], self._now, list(kinds), limit)
        return [Timer(**dict(row)) for row in rows]

    async def next_due(self) -> datetime | None:
        """Return when the next timer of any kind is due."""
        due: datetime | None = await self._connection.fetchval(_SQL["next_due"])
        return due
