"""The store for whose hands work is in, and whether those hands are still there."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from unisono.service.ports.hands import Standing
from unisono.service.ports.work import InteractionFacts
from unisono.store.driver import Connection
from unisono.store.sql import load

_SQL = load("hands")


class PgHands:
    """Implements `service.ports.Hands`."""

    def __init__(self, connection: Connection, now: datetime) -> None:
        self._connection = connection
        self._now = now

    async def lock_agents(self, ids: Iterable[UUID]) -> dict[UUID, Standing]:
        """Lock agents in the order of their ids."""
        rows = await self._connection.fetch(_SQL["lock_agents"], list(ids))
        return {row["user_id"]: Standing(state=row["state"], free=row["free"], disabled=row["disabled"]) for row in rows}

    async def lock_work(self, ids: Iterable[UUID]) -> list[InteractionFacts]:
        """Return and lock interactions in the order of their ids."""
        return [InteractionFacts(**dict(row)) for row in await self._connection.fetch(_SQL["lock_work"], list(ids))]

    async def got_meanwhile(self, agent_id: UUID, known: Iterable[UUID]) -> list[InteractionFacts]:
        """Return and lock what an agent has beyond `known`; what is locked is passed over."""
        rows = await self._connection.fetch(_SQL["got_meanwhile"], agent_id, list(known))
        return [InteractionFacts(**dict(row)) for row in rows]

    async def deferrable(self, ids: Iterable[UUID]) -> set[UUID]:
        """Return those of a class of work that can wait for hours."""
        return {row["id"] for row in await self._connection.fetch(_SQL["deferrable"], list(ids))}

    async def desks_open(self, node: str, user_ids: Iterable[UUID], pause_s: float) -> None:
        """Write down that these desks are open at this node."""
        await self._connection.execute(_SQL["node_listens"], node, self._now, pause_s)
        wanted = list(user_ids)
        if wanted:
            await self._connection.execute(_SQL["desks_open"], wanted, self._now)

    async def lost_desks(self, grace_s: float, fresh_s: float, limit: int) -> list[UUID]:
        """Return who is logged in as an agent and was silent for `grace_s`."""
        rows = await self._connection.fetch(_SQL["lost_desks"], self._now, grace_s, fresh_s, limit)
        return [row["user_id"] for row in rows]

    async def is_lost(self, agent_id: UUID, grace_s: float) -> bool:
        """Tell it of one again."""
        return bool(await self._connection.fetchval(_SQL["is_lost"], agent_id, self._now, grace_s))

    async def forget_desk(self, agent_id: UUID) -> None:
        """End the watch over a desk."""
        await self._connection.execute(_SQL["forget_desk"], agent_id)

    async def forget_nodes(self, before_s: float) -> None:
        """Drop nodes that were not heard of for so long."""
        await self._connection.execute(_SQL["forget_nodes"], self._now, before_s)
