"""What is asked of the store about the writing aid: the words of a conversation, who takes part, and what was spent."""

from datetime import datetime
from typing import Protocol
from uuid import UUID

from msgspec import Struct


class SaidWords(Struct, frozen=True, kw_only=True):
    """A text of a conversation. by: "customer" or "us"."""

    by: str
    text: str
    language: str | None


class Spent(Struct, frozen=True, kw_only=True):
    """What was asked since some time, and what it cost."""

    asks: int
    tokens: int


class WritingAid(Protocol):
    """Port for the writing aid."""

    async def words(self, conversation_id: UUID, limit: int) -> list[SaidWords]:
        """Return the newest texts that went between customer and house, the oldest of them first.

        Never notes, what went to third parties, what a machine wrote, what is deleted or has not been sent.
        """

    async def names(self, conversation_id: UUID) -> list[str]:
        """Return how those who take part are called: customers' names and handles, and names of the house's people."""

    async def customer_name(self, conversation_id: UUID) -> str:
        """Return how the customer of a conversation is called; empty where nobody knows."""

    async def excluded(self, conversation_id: UUID) -> bool:
        """Tell whether one of the customers who wrote there is not to be given to a model."""

    async def exclude(self, customer_id: UUID, *, excluded: bool) -> int | None:
        """Say so of all identities of a customer; returns how many it changed, None for one who was erased."""

    async def lock(self) -> None:
        """Let nobody else reckon what is spent until the end of the transaction."""

    async def spent(self, since: datetime) -> Spent: ...

    async def add(self, ask_id: UUID, task: str, tokens: int) -> None: ...

    async def settle(self, ask_id: UUID, tokens: int, outcome: str) -> None: ...

    async def forget(self, before: datetime) -> None: ...
