"""What is asked of the store about looking at single people: permits that two agreed to, and who looked."""

from collections.abc import Iterable
from datetime import datetime
from typing import Protocol
from uuid import UUID

from msgspec import Struct


class PermitFacts(Struct, frozen=True, kw_only=True):
    """A permit. agent_id: whom it lets see; None is everybody. It holds once somebody agreed, until it ends."""

    id: UUID
    kind: str
    agent_id: UUID | None
    reason: str
    asked_by: UUID
    asked_at: datetime
    until: datetime
    agreed_by: UUID | None = None
    agreed_at: datetime | None = None
    ended_by: UUID | None = None
    ended_at: datetime | None = None
    agent_name: str | None = None
    asked_by_name: str = ""
    agreed_by_name: str | None = None


class LookFacts(Struct, frozen=True, kw_only=True):
    """Somebody looked at a person: at what, when first and last, and how often between."""

    id: UUID
    agent_id: UUID
    looked_by: UUID
    name: str
    kind: str
    what: str
    reason: str
    at: datetime
    last_at: datetime
    times: int


class PeopleFigures(Protocol):
    """Port for permits and looks."""

    async def add(self, permit: PermitFacts) -> None: ...

    async def permit(self, permit_id: UUID) -> PermitFacts | None:
        """Return a permit, locked."""

    async def permits(self, before: UUID | None, limit: int) -> list[PermitFacts]:
        """Return permits, newest first."""

    async def agree(self, permit_id: UUID, agreed_by: UUID) -> None: ...

    async def end(self, permit_id: UUID, ended_by: UUID) -> None: ...

    async def holding(self, kind: str, agent_ids: Iterable[UUID] | None) -> list[PermitFacts]:
        """Return permits of a kind that hold now, for any of these people or for everybody; None: for everybody only."""

    async def looked(
        self, looked_by: UUID, permits: Iterable[tuple[UUID, UUID]], kind: str, what: str, together_s: float
    ) -> list[UUID]:
        """Write looks at (agent, permit); one soon after another of the same is counted with it. Returns whose are new."""

    async def looks(self, agent_id: UUID, before: UUID | None, limit: int) -> list[LookFacts]:
        """Return who looked at a person, newest first."""

    async def forget(self, before: datetime) -> int:
        """Drop looks whose time is over; returns how many."""
