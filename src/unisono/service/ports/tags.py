"""What is asked of the store about tags."""

from collections.abc import Sequence
from typing import Protocol
from uuid import UUID

from msgspec import UNSET, Struct, UnsetType

from unisono.service.views import TagView


class TagChange(Struct, frozen=True, kw_only=True):
    """What changes of a tag; what is not named stays."""

    name: str | UnsetType = UNSET
    colour: str | UnsetType = UNSET
    description: str | UnsetType = UNSET
    archived: bool | UnsetType = UNSET


class Tags(Protocol):
    """Port for tags."""

    async def all(self) -> list[TagView]:
        """Return every tag by name, archived ones too, with how many conversations bear it (up to a thousand)."""

    async def get(self, ids: Sequence[UUID]) -> list[TagView]: ...

    async def by_key(self, name_key: str) -> UUID | None: ...

    async def add(self, tag_id: UUID, name: str, name_key: str, colour: str, description: str, by: UUID) -> bool:
        """Return False when the name is taken or the id is there already."""

    async def change(self, tag_id: UUID, change: TagChange, name_key: str | None) -> bool:
        """Return False when the name is taken."""

    async def put(self, conversation_id: UUID, tag_id: UUID, by: UUID | None) -> bool:
        """Give a conversation a tag; returns whether it is new there. Its version rises then."""

    async def take(self, conversation_id: UUID, tag_id: UUID) -> bool:
        """Take a tag off; returns whether it was there."""
