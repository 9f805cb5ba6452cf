"""What is asked of the store about interactions, offers, agents and their capacity."""

from collections.abc import AsyncIterator, Iterable, Sequence
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

from msgspec import UNSET, Struct, UnsetType

from unisono.routing.facts import AgentFacts, Decision, Reserve, Waiting
from unisono.service.ports.base import NewEvent


class InteractionFacts(Struct, frozen=True, kw_only=True):
    """An interaction as the verbs need it."""

    id: UUID
    conversation_id: UUID
    channel_id: UUID
    access_class: int
    queue_id: UUID
    state: str
    agent_id: UUID | None
    units: int
    priority: int
    skills: list[dict[str, Any]]
    version: int
    closed_at: datetime | None


class InteractionChange(Struct, frozen=True, kw_only=True):
    """What a verb changes; what is not named stays."""

    state: str | UnsetType = UNSET
    agent_id: UUID | None | UnsetType = UNSET
    queue_id: UUID | UnsetType = UNSET
    access_class: int | UnsetType = UNSET
    parked_until: datetime | None | UnsetType = UNSET
    closed_at: datetime | None | UnsetType = UNSET
    wrap_up_code_id: UUID | None | UnsetType = UNSET
    preferred_agent_id: UUID | None | UnsetType = UNSET
    reason: dict[str, Any] | UnsetType = UNSET
    due_at: datetime | UnsetType = UNSET
    priority: int | UnsetType = UNSET
    skills: list[dict[str, Any]] | UnsetType = UNSET
    avoid_agent_id: UUID | None | UnsetType = UNSET
    avoid_until: datetime | None | UnsetType = UNSET
    wrap_up_until: datetime | None | UnsetType = UNSET
    interrupted_by: UUID | None | UnsetType = UNSET
    work_class_id: UUID | UnsetType = UNSET
    approval: str | UnsetType = UNSET


class OfferFacts(Struct, frozen=True, kw_only=True):
    """A reservation."""

    id: UUID
    interaction_id: UUID
    agent_id: UUID
    state: str
    expires_at: datetime


class Duties(Struct, frozen=True, kw_only=True):
    """What the clock has to do now.

    Offers that are over, parked work and wrap-up time whose end has come, work whose interruption is over; and when the next open
    offer expires, None without one.
    """

    offers: bool
    parked: bool
    wrap_ups: bool
    interrupted: bool
    next_expiry: datetime | None


class Work(Protocol):
    """Port for the work and who does it."""

    async def interaction(self, interaction_id: UUID, *, lock: bool = False) -> InteractionFacts | None: ...

    async def open_of(self, conversation_id: UUID) -> InteractionFacts | None: ...

    async def change(self, interaction_id: UUID, change: InteractionChange) -> None:
        """Write the change and raise the version; the conversation's access class follows the queue's."""

    async def hold(self, interaction_id: UUID, agent_id: UUID, units: int, *, engages: bool = True) -> bool:
        """Take capacity; False when the agent has not enough left. A hold that is there already is enough.

        Of what one has one at a time nobody gets a second one, unless it is set aside and they are not engaged by it.
        """

    async def would_be_second(self, interaction_id: UUID, agent_id: UUID) -> bool:
        """Tell whether this is work of which one has one at a time, and the agent is engaged."""

    async def release(self, interaction_id: UUID) -> UUID | None:
        """Give an interaction's capacity back; returns whose it was."""

    async def offer(self, offer_id: UUID, *, lock: bool = False) -> OfferFacts | None: ...

    async def open_offer_of(self, interaction_id: UUID) -> OfferFacts | None: ...

    async def end_offer(self, offer_id: UUID, state: str, reason: str = "") -> None: ...

    async def overdue_offered(self) -> InteractionFacts | None:
        """Return and lock an interaction whose offer's time is over, passing over what somebody is at."""

    async def duties(self) -> Duties: ...

    async def commit_offers(self, token: int, decisions: Sequence[Decision], told: NewEvent) -> list[UUID] | None:
        """Turn decisions into offers in one statement; the ones not returned were refused (stale, no capacity).

        `told`: the event that stands in the log for each, with its ids filled in; ringing the bell is the caller's.
        None when the fencing token is no longer the lease's: this router must stop.
        """

    async def waiting(self, ids: Iterable[UUID]) -> list[Waiting]:
        """Return those of `ids` that wait."""

    async def waiting_of_customers(self, customer_ids: Iterable[UUID]) -> set[UUID]:
        """Return what of these customers waits."""

    def all_waiting(self, size: int) -> AsyncIterator[list[Waiting]]:
        """Yield all that waits, a page at a time, as it stands when this begins."""

    async def reserves(self) -> list[Reserve]:
        """Return the idle reserves of the queues."""

    async def agents(self, ids: Iterable[UUID]) -> list[AgentFacts]: ...

    def everybody(self, size: int) -> AsyncIterator[list[AgentFacts]]:
        """Yield all agents, `size` at a time, as they stand when this begins: what else runs has its turn in between."""

    async def agent(self, agent_id: UUID) -> AgentFacts | None: ...

    async def set_agent_state(self, agent_id: UUID, state: str, reason: str) -> bool:
        """Return whether it changed."""

    async def count_missed(self, agent_id: UUID, *, reset: bool) -> int:
        """Count offers in a row that the agent let pass; returns the count."""

    async def held_by(self, agent_id: UUID) -> list[InteractionFacts]:
        """Return what is offered to, active or in wrap-up with an agent."""

    async def wrap_up(self, interaction_id: UUID, code_id: UUID, user_id: UUID, note_message_id: UUID | None) -> None: ...

    async def code_exists(self, code_id: UUID) -> bool: ...

    async def queue_exists(self, queue_id: UUID) -> bool: ...
