"""The store for permits to look at single people, and for who looked."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from unisono.domain.ids import new_id
from unisono.service.ports.people_figures import LookFacts, PermitFacts
from unisono.store.driver import Connection
from unisono.store.sql import load

_SQL = load("people_figures")


class PgPeopleFigures:
    """Implements `service.ports.PeopleFigures`."""

    def __init__(self, connection: Connection, now: datetime) -> None:
        self._connection = connection
        self._now = now

    async def add(self, permit: PermitFacts) -> None:
        """Add what was asked for."""
        await self._connection.execute(
            _SQL["add"], permit.id, permit.kind, permit.agent_id, permit.reason, permit.asked_by, permit.asked_at, permit.until
        )

    async def permit(self, permit_id: UUID) -> PermitFacts | None:
        """Return a permit, locked."""
        row = await self._connection.fetchrow(_SQL["permit"], permit_id)
        return PermitFacts(**dict(row)) if row else None

    async def permits(self, before: UUID | None, limit: int) -> list[PermitFacts]:
        """Return permits, newest first."""
        return [PermitFacts(**dict(row)) for row in await self._connection.fetch(_SQL["permits"], before, limit)]

    async def agree(self, permit_id: UUID, agreed_by: UUID) -> None:
        """Let a permit hold."""
        await self._connection.execute(_SQL["agree"], permit_id, agreed_by, self._now)

    async def end(self, permit_id: UUID, ended_by: UUID) -> None:
        """End a permit."""
        await self._connection.execute(_SQL["end_permit"], permit_id, ended_by, self._now)

    async def holding(self, kind: str, agent_ids: Iterable[UUID] | None) -> list[PermitFacts]:
        """Return permits that hold now."""
        rows = await self._connection.fetch(_SQL["holding"], kind, self._now, list(agent_ids or ()))
        return [PermitFacts(**dict(row)) for row in rows]

    async def looked(
        self, looked_by: UUID, permits: Iterable[tuple[UUID, UUID]], kind: str, what: str, together_s: float
    ) -> list[UUID]:
        """Write looks, in one order, so that two writers never wait for each other in a circle."""
        pairs = sorted(permits)
        agents, by = [agent for agent, _ in pairs], [permit for _, permit in pairs]
        rows = await self._connection.fetch(_SQL["looked_again"], agents, by, self._now, looked_by, kind, what, together_s)
        again = {row["agent_id"] for row in rows}
        new = [(agent, permit) for agent, permit in pairs if agent not in again]
        if new:
            await self._connection.execute(
                _SQL["looked"], [new_id() for _ in new], [agent for agent, _ in new], [permit for _, permit in new],
                looked_by, kind, what, self._now,
            )  # fmt: skip
        return [agent for agent, _ in new]

    async def looks(self, agent_id: UUID, before: UUID | None, limit: int) -> list[LookFacts]:
        """Return who looked at a person, newest first."""
        return [LookFacts(**dict(row)) for row in await self._connection.fetch(_SQL["looks"], agent_id, before, limit)]

    async def forget(self, before: datetime) -> int:
        """Drop looks whose time is over."""
        return int(await self._connection.fetchval(_SQL["forget"], before))
