"""The store for whose hands work is in, and whether those hands are still there."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any
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
        return {row["user_id"]: Standing(**{k: v for k, v in row.items() if k != "user_id"}) for row in rows}

    async def lock_work_about(self, conversation_ids: Iterable[UUID], message_ids: Iterable[UUID]) -> None:
        """Lock in the order of their ids what is open in these conversations, and whatever these messages belong to."""
        await self._connection.fetch(_SQL["lock_work_about"], list(conversation_ids), list(message_ids))

    async def lock_work_of(self, customer_ids: Iterable[UUID]) -> None:
        """Lock in the order of their ids all work, open or not, with these people."""
        await self._connection.fetch(_SQL["lock_work_of"], list(customer_ids))

    async def got_meanwhile(self, agent_id: UUID, known: Iterable[UUID]) -> list[InteractionFacts]:
        """Return and lock what an agent has beyond `known`; what is locked is passed over."""
        rows = await self._connection.fetch(_SQL["got_meanwhile"], agent_id, list(known))
        return [InteractionFacts(**dict(row)) for row in rows]

    async def deferrable(self, ids: Iterable[UUID]) -> set[UUID]:
        """Return those of a class of work that can wait for hours."""
        return {row["id"] for row in await self._connection.fetch(_SQL["deferrable"], list(ids))}

    async def parked_units(self, interaction_id: UUID) -> int:
        """Return what work keeps while it is parked."""
        return int(await self._connection.fetchval(_SQL["parked_units"], interaction_id) or 0)

    async def overdue_parked(self) -> InteractionFacts | None:
        """Return and lock one parked interaction whose time has come."""
        row = await self._connection.fetchrow(_SQL["overdue_parked"], self._now)
        return InteractionFacts(**dict(row)) if row else None

    async def overdue_wrap_up(self) -> InteractionFacts | None:
        """Return and lock one interaction whose wrap-up time is over."""
        row = await self._connection.fetchrow(_SQL["overdue_wrap_up"], self._now)
        return InteractionFacts(**dict(row)) if row else None

    async def customer_wrote_on(self, interaction_id: UUID) -> bool:
        """Tell whether the customer wrote since it was set aside."""
        return bool(await self._connection.fetchval(_SQL["customer_wrote_on"], interaction_id))

    async def give_offer(
        self, interaction_id: UUID, offer_id: UUID, agent_id: UUID, reason: dict[str, Any], given_by: UUID | None
    ) -> None:
        """Write an open offer to a certain agent."""
        await self._connection.execute(
            _SQL["give_offer"], interaction_id, offer_id, agent_id, self._now, reason, given_by
        )  # fmt: skip

    async def given_by(self, offer_id: UUID) -> UUID | None:
        """Return the colleague who handed over what an offer offers."""
        user_id: UUID | None = await self._connection.fetchval(_SQL["given_by"], offer_id)
        return user_id

    async def experts(self, queue_id: UUID, skill: str, level: int, but: UUID | None) -> int:
        """Return how many of a queue's people have a skill at this level."""
        return int(await self._connection.fetchval(_SQL["experts"], queue_id, skill, level, but))

    async def wrap_up_s(self, queue_id: UUID) -> int:
        """Return the seconds that a queue gives for wrapping up."""
        return int(await self._connection.fetchval(_SQL["wrap_up_s"], queue_id) or 0)

    async def talks_to_others(self, agent_id: UUID, interaction_id: UUID) -> bool:
        """Tell whether an agent has work in hand or offered besides this."""
        return bool(await self._connection.fetchval(_SQL["talks_to_others"], agent_id, interaction_id))

    async def is_wrapping_up(self, agent_id: UUID) -> bool:
        """Tell whether wrap-up time of an agent still runs."""
        return bool(await self._connection.fetchval(_SQL["is_wrapping_up"], agent_id))

    async def silent(self, limit: int) -> list[UUID]:
        """Return active work that lies."""
        return [row["id"] for row in await self._connection.fetch(_SQL["silent"], self._now, None, limit)]

    async def is_silent(self, interaction_id: UUID) -> bool:
        """Tell it of one again."""
        return bool(await self._connection.fetch(_SQL["silent"], self._now, interaction_id, 1))

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

    async def desks(self, user_ids: Iterable[UUID]) -> dict[UUID, tuple[datetime, datetime | None]]:
        """Return since when each is in their state, and when their desk was last heard of."""
        rows = await self._connection.fetch(_SQL["desks"], list(user_ids))
        return {row["user_id"]: (row["since"], row["at"]) for row in rows}

    async def holds(self, agent_id: UUID) -> int:
        """Return how much somebody has in hand."""
        return int(await self._connection.fetchval(_SQL["holds"], agent_id))

    async def forget_desk(self, agent_id: UUID) -> None:
        """End the watch over a desk."""
        await self._connection.execute(_SQL["forget_desk"], agent_id)

    async def forget_nodes(self, before_s: float) -> None:
        """Drop nodes that were not heard of for so long."""
        await self._connection.execute(_SQL["forget_nodes"], self._now, before_s)
