"""What is asked of the store about spam and blocked identities."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Protocol
from uuid import UUID

from msgspec import Struct

from unisono.service.ports.talk import NewInteraction
from unisono.service.views import BlockView


class BlockedIdentity(Struct, frozen=True, kw_only=True):
    """Who is to be blocked or let in again. places: (access class, agent) of each of their conversations."""

    identity_id: UUID
    customer_id: UUID
    is_blocked: bool
    is_erased: bool
    places: list[tuple[int, UUID | None]]


class Spam(Protocol):
    """Port for spam and blocked identities."""

    async def mark(self, interaction_id: UUID, *, spam: bool) -> None:
        """Set the mark alone; the version rises."""

    async def has_open(self, conversation_id: UUID) -> bool: ...

    async def close_new(self, interactions: Sequence[NewInteraction]) -> set[UUID]:
        """Write units of work that are closed as spam from the beginning; returns those that were really written."""

    async def again(self, interaction_ids: Iterable[UUID]) -> None:
        """Somebody blocked wrote again: put their spam on top of its list."""

    async def spam_of(self, conversation_ids: Iterable[UUID]) -> dict[UUID, UUID]:
        """Return by conversation its newest unit of work, where that is spam."""

    async def identity(self, identity_id: UUID) -> BlockedIdentity | None:
        """Return an identity, locked."""

    async def block(self, identity_id: UUID, by: UUID, reason: str, until: datetime | None) -> None: ...

    async def unblock(self, identity_ids: Iterable[UUID]) -> None: ...

    async def count(self, items: dict[UUID, int]) -> None:
        """Count what came of blocked identities."""

    async def waiting_of(self, identity_id: UUID) -> list[UUID]:
        """Return the work of an identity that waits for somebody."""

    async def over(self, limit: int) -> list[tuple[UUID, UUID]]:
        """Return (identity, customer) of blocks whose time is over."""

    async def blocks(self, after: tuple[datetime, UUID] | None, limit: int) -> list[BlockView]:
        """Return who is blocked, the latest first."""
