"""The store for what waits for repair."""

from typing import Any
from uuid import UUID

from unisono.service.ports.reading import Sight
from unisono.service.ports.repairs import Waiting
from unisono.store.driver import Connection
from unisono.store.sql import load

_SQL = load("repairs")


class PgRepairs:
    """Implements `service.ports.Repairs`."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def quarantine(self) -> list[Waiting]:
        """Return what is in quarantine, by channel."""
        return [tuple(row) for row in await self._connection.fetch(_SQL["quarantine"])]

    async def dead(self, sight: Sight) -> list[Waiting]:
        """Return answers that did not reach their network, by channel and code."""
        classes = None if sight.classes is None else sorted(sight.classes)
        return [tuple(row) for row in await self._connection.fetch(_SQL["dead"], classes)]

    async def code_of(self, message_id: UUID) -> str:
        """Return what went wrong with an answer."""
        return str(await self._connection.fetchval(_SQL["code_of"], message_id) or "")

    async def totals(self) -> tuple[int, int]:
        """Return how much waits in all."""
        row: Any = await self._connection.fetchrow(_SQL["totals"])
        return row["quarantine"], row["dead"]
