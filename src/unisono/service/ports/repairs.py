"""What is asked of the store about what waits for repair: counts, never contents."""

from datetime import datetime
from typing import Protocol
from uuid import UUID

from unisono.service.ports.reading import Sight

#: (channel, what went wrong, how many, since when the oldest)
Waiting = tuple[UUID, str, int, datetime]


class Repairs(Protocol):
    """Port for what waits for repair."""

    async def quarantine(self) -> list[Waiting]:
        """Return what is in quarantine by channel; what went wrong is empty."""

    async def dead(self, sight: Sight) -> list[Waiting]:
        """Return answers that did not reach their network, by channel and code."""

    async def code_of(self, message_id: UUID) -> str:
        """Return what went wrong with an answer; empty if nothing."""

    async def totals(self) -> tuple[int, int]:
        """Return how much is in quarantine, and how many answers did not reach their network."""
