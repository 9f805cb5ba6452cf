"""The store for the watch over hands."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from unisono.service.ports.custody import Broken, Place, StateCount
from unisono.store.driver import Connection
from unisono.store.sql import load

_SQL = load("custody")


class PgCustody:
    """Implements `service.ports.Custody`."""

    def __init__(self, connection: Connection, now: datetime) -> None:
        self._connection = connection
        self._now = now

    async def broken(self, gone_after_s: float, only: UUID | None = None) -> list[Broken]:
        """Return what cannot be."""
        rows = await self._connection.fetch(_SQL["broken"], self._now, gone_after_s, only)
        return [Broken(**dict(row)) for row in rows]

    async def end_consult_hold(self, interaction_id: UUID) -> None:
        """Drop what a consult that is over still holds."""
        await self._connection.execute(_SQL["end_consult_hold"], interaction_id)

    async def end_loan(self, interaction_id: UUID) -> None:
        """Take back what was lent to nothing."""
        await self._connection.execute(_SQL["end_loan"], interaction_id)

    async def add_up(self, agent_id: UUID) -> bool:
        """Set an agent's units in use to the sum of what they hold."""
        return await self._connection.fetchval(_SQL["add_up"], agent_id) is not None

    async def states(self, classes: Iterable[int] | None) -> list[StateCount]:
        """Return open interactions by state."""
        rows = await self._connection.fetch(_SQL["states"], None if classes is None else list(classes))
        return [StateCount(**dict(row)) for row in rows]

    async def kinds_waiting(self) -> list[UUID]:
        """Return one waiting interaction of each kind."""
        return [row["id"] for row in await self._connection.fetch(_SQL["kinds_waiting"])]

    async def of_kinds(self, ids: Iterable[UUID]) -> list[UUID]:
        """Return all that waits and is of the kind of one of these."""
        return [row["id"] for row in await self._connection.fetch(_SQL["of_kinds"], list(ids))]

    async def agents_disabled(self) -> set[UUID]:
        """Return who has been disabled."""
        return {row["id"] for row in await self._connection.fetch(_SQL["agents_disabled"])}

    async def places(self, ids: Iterable[UUID]) -> list[Place]:
        """Return where these interactions stand."""
        return [Place(**dict(row)) for row in await self._connection.fetch(_SQL["places"], list(ids))]
