"""What is asked of the store about conversations that belong together: merged, linked, split."""

from collections.abc import Iterable, Mapping
from typing import Protocol
from uuid import UUID

from msgspec import Struct

from unisono.service.views import BondView


class Bond(Struct, frozen=True, kw_only=True):
    """A tie between two conversations. closed_work: the unit of work that the merge closed."""

    id: UUID
    kind: str
    a: UUID
    b: UUID
    standing: bool
    closed_work: UUID | None


class Talk(Struct, frozen=True, kw_only=True):
    """A conversation as merging needs it."""

    id: UUID
    customer_id: UUID
    access_class: int
    merge_id: UUID | None


class Bonds(Protocol):
    """Port for conversations that belong together."""

    async def talks(self, conversation_ids: Iterable[UUID], *, lock: bool = False) -> dict[UUID, Talk]: ...

    async def merged_with(self, conversation_ids: Iterable[UUID]) -> list[UUID]:
        """Return all that these are merged with, themselves included."""

    async def open_work(self, conversation_ids: Iterable[UUID]) -> list[UUID]:
        """Return the open units of work of conversations."""

    async def bond(self, bond_id: UUID) -> Bond | None: ...

    async def merges_of(self, conversation_ids: Iterable[UUID]) -> list[Bond]:
        """Return the merges that stand and touch these."""

    async def add(self, bond: Bond, user_id: UUID) -> bool:
        """Write a tie; False when the two are tied so already."""

    async def end(self, bond_id: UUID, user_id: UUID | None) -> None: ...

    async def group(self, groups: Mapping[UUID, UUID | None]) -> None:
        """Write by conversation what it is merged under (None: alone), on its open work too; raises their versions."""

    async def views(self, conversation_ids: Iterable[UUID]) -> list[BondView]: ...

    async def across(self, customer_ids: Iterable[UUID]) -> list[Bond]:
        """Return merges that stand between conversations of different customers, of these."""

    async def split(self, conversation_id: UUID, new_id: UUID, message_id: UUID) -> list[UUID]:
        """Begin another part of a thread with a message and all after it; returns its messages."""
