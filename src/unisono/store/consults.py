"""The store for consults: who is asked beside a conversation, and what that takes of their capacity."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from unisono.service.instant import instant, maybe_instant
from unisono.service.ports.consults import ConsultFacts
from unisono.service.views import ConsultView
from unisono.store.driver import Connection
from unisono.store.sql import load

_SQL = load("consults")


class PgConsults:
    """Implements `service.ports.Consults`."""

    def __init__(self, connection: Connection, now: datetime) -> None:
        self._connection = connection
        self._now = now

    async def consult(self, consult_id: UUID, *, lock: bool = False) -> ConsultFacts | None:
        """Return one consult."""
        row = await self._connection.fetchrow(_SQL["consult_locked" if lock else "consult"], consult_id)
        return ConsultFacts(**dict(row)) if row else None

    async def of_work(self, interaction_id: UUID) -> list[ConsultFacts]:
        """Return and lock what is asked about a unit of work."""
        return [ConsultFacts(**dict(row)) for row in await self._connection.fetch(_SQL["of_work"], interaction_id)]

    async def of_agent(self, agent_id: UUID) -> list[ConsultFacts]:
        """Return and lock what is asked of somebody."""
        return [ConsultFacts(**dict(row)) for row in await self._connection.fetch(_SQL["of_agent"], agent_id)]

    async def asked_on(self, interaction_ids: Iterable[UUID]) -> set[UUID | None]:
        """Return who is asked about these."""
        return {row["agent_id"] for row in await self._connection.fetch(_SQL["asked_on"], list(interaction_ids))}

    async def able(self, skill: str, but: UUID) -> list[UUID]:
        """Return agents at work who have a skill."""
        return [row["user_id"] for row in await self._connection.fetch(_SQL["able"], skill, but)]

    async def has_skill(self, agent_id: UUID, skill: str) -> bool:
        """Tell whether an agent has a skill."""
        return bool(await self._connection.fetchval(_SQL["has_skill"], agent_id, skill))

    async def is_asked(self, conversation_id: UUID, agent_id: UUID) -> bool:
        """Tell whether somebody helps with a conversation just now."""
        return bool(await self._connection.fetchval(_SQL["is_asked"], conversation_id, agent_id))

    async def ask(self, consult: ConsultFacts, question_id: UUID) -> None:
        """Write a request."""
        await self._connection.execute(
            _SQL["ask"], consult.id, consult.interaction_id, consult.asked_by, consult.agent_id, consult.skill, consult.units,
            question_id, self._now,
        )  # fmt: skip

    async def open(self, consult: ConsultFacts, agent_id: UUID) -> bool:
        """Let an agent begin; the guard of their capacity stands in the statement."""
        if await self._connection.fetchval(_SQL["hold"], consult.id, agent_id, consult.units) is None:
            return False
        await self._connection.execute(_SQL["open"], consult.id, agent_id, self._now)
        return True

    async def end(self, consult: ConsultFacts, state: str, ended_by: UUID | None) -> UUID | None:
        """End it and give back what it holds."""
        agent_id: UUID | None = await self._connection.fetchval(_SQL["release"], consult.id, self._now)
        await self._connection.execute(_SQL["end"], consult.id, state, self._now, ended_by)
        return agent_id

    async def views(self, ids: Iterable[UUID]) -> list[ConsultView]:
        """Return consults as the desk shows them."""
        return [
            ConsultView(
                id=row["id"], interaction_id=row["interaction_id"], conversation_id=row["conversation_id"],
                asked_by=row["asked_by"], agent_id=row["agent_id"], skill=row["skill"], state=row["state"], units=row["units"],
                question_id=row["question_id"], asked_at=instant(row["asked_at"]), opened_at=maybe_instant(row["opened_at"]),
                ended_at=maybe_instant(row["ended_at"]), ended_by=row["ended_by"], version=row["version"],
            )
            for row in await self._connection.fetch(_SQL["views"], list(ids))
        ]  # fmt: skip

    async def concerning(self, user_id: UUID) -> list[UUID]:
        """Return consults that somebody asked, is asked, or can take up."""
        return [row["id"] for row in await self._connection.fetch(_SQL["concerning"], user_id)]
