"""What is asked of the store about work that interrupts other work."""

from collections.abc import Iterable
from typing import Protocol
from uuid import UUID

from unisono.service.ports.work import InteractionFacts


class Lending(Protocol):
    """Port for units lent by work in hand. Whatever gives an interaction's capacity back gives back what it had borrowed."""

    async def lend(self, interaction_id: UUID, agent_id: UUID, units: int, class_ids: Iterable[UUID]) -> bool:
        """Let active work of these classes lend what the agent lacks for so many units; False when it does not make it up."""

    async def recall(self, interaction_id: UUID, agent_id: UUID) -> None:
        """Take back what was lent to work that did not come."""

    async def lenders(self, interaction_id: UUID) -> list[InteractionFacts]:
        """Return and lock the active work that lent to this, if its class sets aside what it interrupts."""

    async def interruption_over(self) -> InteractionFacts | None:
        """Return and lock work that was set aside for what is over now, passing over what somebody is at."""
