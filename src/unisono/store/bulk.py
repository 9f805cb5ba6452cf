"""The store for bulk work."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from unisono.service.ports.bulk import BulkFacts, BulkStep
from unisono.service.views import BulkItem
from unisono.store.driver import Connection
from unisono.store.sql import load

_SQL = load("bulk")


class PgBulk:
    """Implements `service.ports.Bulk`."""

    def __init__(self, connection: Connection, now: datetime) -> None:
        self._connection = connection
        self._now = now

    async def begin(self, bulk: BulkFacts, interaction_ids: Sequence[UUID]) -> bool:
        """Write a piece of bulk work with its items."""
        new = await self._connection.fetchval(
            _SQL["begin"], bulk.id, bulk.user_id, bulk.verb, bulk.args, len(interaction_ids), bulk.at, bulk.undo_until
        )
        if new is not None:
            await self._connection.execute(_SQL["begin_items"], bulk.id, list(interaction_ids))
        return new is not None

    async def get(self, bulk_id: UUID, *, lock: bool = False) -> BulkFacts | None:
        """Return one."""
        row = await self._connection.fetchrow(_SQL["get_locked" if lock else "get"], bulk_id)
        return BulkFacts(**dict(row)) if row else None

    async def counts(self, bulk_id: UUID) -> dict[str, int]:
        """Return how many items have each outcome."""
        return {row["outcome"]: row["n"] for row in await self._connection.fetch(_SQL["counts"], bulk_id)}

    async def steps(self, bulk_id: UUID, outcome: str, limit: int) -> list[BulkStep]:
        """Return the next items."""
        return [BulkStep(**dict(row)) for row in await self._connection.fetch(_SQL["steps"], bulk_id, outcome, limit)]

    async def claim(self, bulk_id: UUID, position: int, before: str, outcome: str) -> bool:
        """Give an item another outcome."""
        return await self._connection.fetchval(_SQL["claim"], bulk_id, position, before, outcome) is not None

    async def standing(self, interaction_id: UUID, tag_id: UUID | None) -> dict[str, Any] | None:
        """Return how a unit of work stands."""
        row = await self._connection.fetchrow(_SQL["standing"], interaction_id, tag_id)
        found: dict[str, Any] | None = msgspec.to_builtins(dict(row)) if row else None
        return found

    async def keep(self, bulk_id: UUID, position: int, before: dict[str, Any], code: str) -> None:
        """Keep how it stood."""
        await self._connection.execute(_SQL["keep"], bulk_id, position, before, code)

    async def settle(self, bulk_id: UUID, position: int, outcome: str, code: str) -> None:
        """Say what came of an item."""
        await self._connection.execute(_SQL["settle"], bulk_id, position, outcome, code)

    async def items(self, bulk_id: UUID, outcome: str | None, after: int, limit: int) -> list[BulkItem]:
        """Return what came of each item."""
        rows = await self._connection.fetch(_SQL["items"], bulk_id, outcome, after, limit)
        return [BulkItem(**dict(row)) for row in rows]

    async def undone(self, bulk_id: UUID) -> None:
        """Say that it was taken back."""
        await self._connection.execute(_SQL["undone"], bulk_id, self._now)

    async def take_back_wrap_up(self, interaction_id: UUID) -> None:
        """Forget what it was about."""
        await self._connection.execute(_SQL["take_back_wrap_up"], interaction_id)
