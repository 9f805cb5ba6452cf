"""The store for tags and which conversations bear them."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from msgspec import UNSET

from unisono.service.ports.tags import TagChange
from unisono.service.views import TagView
from unisono.store.driver import Connection
from unisono.store.sql import load

_SQL = load("tags")


class PgTags:
    """Implements `service.ports.Tags`."""

    def __init__(self, connection: Connection, now: datetime) -> None:
        self._connection = connection
        self._now = now

    async def all(self) -> list[TagView]:
        """Return every tag, by name."""
        return [TagView(**dict(row)) for row in await self._connection.fetch(_SQL["all"])]

    async def get(self, ids: Sequence[UUID]) -> list[TagView]:
        """Return tags by id."""
        return [TagView(**dict(row)) for row in await self._connection.fetch(_SQL["get"], list(ids))]

    async def by_key(self, name_key: str) -> UUID | None:
        """Return the tag of this name."""
        found: UUID | None = await self._connection.fetchval(_SQL["by_key"], name_key)
        return found

    async def add(self, tag_id: UUID, name: str, name_key: str, colour: str, description: str, by: UUID) -> bool:
        """Add a tag."""
        return (
            await self._connection.fetchval(_SQL["add"], tag_id, name, name_key, colour, description, by, self._now) is not None
        )

    async def change(self, tag_id: UUID, change: TagChange, name_key: str | None) -> bool:
        """Write what the change names."""
        if name_key is not None and await self.by_key(name_key) not in (None, tag_id):
            return False
        values = [None if value is UNSET else value for value in (change.name, name_key, change.colour, change.description)]
        archived = None if change.archived is UNSET else change.archived
        await self._connection.execute(_SQL["change"], tag_id, *values, archived, self._now)
        return True

    async def put(self, conversation_id: UUID, tag_id: UUID, by: UUID | None) -> bool:
        """Give a conversation a tag."""
        new = await self._connection.fetchval(_SQL["put"], conversation_id, tag_id, by, self._now) is not None
        if new:
            await self._connection.execute(_SQL["bump"], conversation_id)
        return new

    async def take(self, conversation_id: UUID, tag_id: UUID) -> bool:
        """Take a tag off."""
        gone = await self._connection.fetchval(_SQL["take"], conversation_id, tag_id) is not None
        if gone:
            await self._connection.execute(_SQL["bump"], conversation_id)
        return gone
