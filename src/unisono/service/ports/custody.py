"""What is asked of the store about whether every unit of work is in exactly one pair of hands."""

from collections.abc import Iterable
from datetime import datetime
from typing import Protocol
from uuid import UUID

from msgspec import Struct


class Broken(Struct, frozen=True, kw_only=True):
    """Something that cannot be. `kind`: see `service.custody.KINDS`; of an interaction, or of an agent alone."""

    kind: str
    interaction_id: UUID | None
    agent_id: UUID | None
    access_class: int | None


class StateCount(Struct, frozen=True, kw_only=True):
    """How many open interactions are in a state, and since when the oldest is; with_agent: how many of them have an agent.

    open: how many are not closed in all states together, counted apart.
    """

    state: str
    count: int
    oldest_at: datetime
    oldest_conversation_id: UUID
    with_agent: int
    open: int


class Place(Struct, frozen=True, kw_only=True):
    """Where an interaction stands."""

    id: UUID
    conversation_id: UUID
    queue_id: UUID
    state: str
    waiting_since: datetime
    access_class: int


class Custody(Protocol):
    """Port for the watch over hands."""

    async def broken(self, gone_after_s: float, only: UUID | None = None) -> list[Broken]:
        """Return what cannot be, all or of one interaction or agent."""

    async def end_consult_hold(self, interaction_id: UUID) -> None:
        """Drop what a consult that is over still holds; `add_up` comes after."""

    async def end_loan(self, interaction_id: UUID) -> None:
        """Take back what was lent to nothing; `add_up` comes after."""

    async def add_up(self, agent_id: UUID) -> bool:
        """Set an agent's units in use to the sum of what they hold; tells whether it was another."""

    async def states(self, classes: Iterable[int] | None) -> list[StateCount]:
        """Return the open interactions of these access classes (None: all), by state."""

    async def kinds_waiting(self) -> list[UUID]:
        """Return one waiting interaction of each kind: any of those that ask for the same in the same queue."""

    async def of_kinds(self, ids: Iterable[UUID]) -> list[UUID]:
        """Return all that waits and is of the kind of one of these."""

    async def agents_disabled(self) -> set[UUID]:
        """Return who has been disabled."""

    async def places(self, ids: Iterable[UUID]) -> list[Place]:
        """Return where these interactions stand."""
