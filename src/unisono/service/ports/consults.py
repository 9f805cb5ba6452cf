"""What is asked of the store about consults: a colleague is asked beside the conversation."""

from collections.abc import Iterable
from typing import Protocol
from uuid import UUID

from msgspec import Struct

from unisono.service.views import ConsultView


class ConsultFacts(Struct, frozen=True, kw_only=True):
    """A consult as the verbs need it. agent_id: who is asked; None while it is anybody who has the skill."""

    id: UUID
    interaction_id: UUID
    asked_by: UUID
    agent_id: UUID | None
    skill: str | None
    state: str
    units: int
    version: int


class Consults(Protocol):
    """Port for consults. Who changes one has locked the agent whose capacity it holds before."""

    async def consult(self, consult_id: UUID, *, lock: bool = False) -> ConsultFacts | None: ...

    async def of_work(self, interaction_id: UUID) -> list[ConsultFacts]:
        """Return and lock what is asked about a unit of work and has not ended."""

    async def of_agent(self, agent_id: UUID) -> list[ConsultFacts]:
        """Return and lock what is asked of somebody, or helped with by them, and has not ended."""

    async def asked_on(self, interaction_ids: Iterable[UUID]) -> set[UUID | None]:
        """Return who is asked about these, in consults that have not ended; None among them: anybody who has a skill."""

    async def able(self, skill: str, but: UUID) -> list[UUID]:
        """Return agents who are not logged off and have a skill."""

    async def has_skill(self, agent_id: UUID, skill: str) -> bool: ...

    async def is_asked(self, conversation_id: UUID, agent_id: UUID) -> bool:
        """Tell whether somebody helps with a conversation just now."""

    async def ask(self, consult: ConsultFacts, question_id: UUID) -> None: ...

    async def open(self, consult: ConsultFacts, agent_id: UUID) -> bool:
        """Let an agent begin, with the capacity that it takes; False when they have no room."""

    async def end(self, consult: ConsultFacts, state: str, ended_by: UUID | None) -> UUID | None:
        """End it and give back what it holds; returns whose capacity that was."""

    async def views(self, ids: Iterable[UUID]) -> list[ConsultView]: ...

    async def concerning(self, user_id: UUID) -> list[UUID]:
        """Return consults that have not ended and that somebody asked, is asked, or can take up."""
