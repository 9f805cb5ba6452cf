"""The store for what interrupts and what is interrupted: units lent and given back, work set aside and taken up again."""

from collections.abc import Iterable
from uuid import UUID

from unisono.service.ports.work import InteractionFacts
from unisono.store.driver import Connection
from unisono.store.sql import load

_SQL = load("lending")


class PgLending:
    """Implements `service.ports.Lending`."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def lend(self, interaction_id: UUID, agent_id: UUID, units: int, class_ids: Iterable[UUID]) -> bool:
        """Make room; the look at what is in hand comes after the lock, so that nobody changes it any more."""
        await self._connection.fetchval(_SQL["lock_agent"], agent_id)
        return await self._connection.fetchval(_SQL["lend"], interaction_id, agent_id, units, list(class_ids)) is not None

    async def recall(self, interaction_id: UUID, agent_id: UUID) -> None:
        """Take back what was lent to work that did not come."""
        await self._connection.execute(_SQL["recall"], interaction_id, agent_id)

    async def lenders(self, interaction_id: UUID) -> list[InteractionFacts]:
        """Return and lock what is to be set aside."""
        return [InteractionFacts(**dict(row)) for row in await self._connection.fetch(_SQL["lenders"], interaction_id)]

    async def interruption_over(self) -> InteractionFacts | None:
        """Return and lock one that can be taken up again."""
        row = await self._connection.fetchrow(_SQL["interruption_over"])
        return InteractionFacts(**dict(row)) if row else None
