"""The store for saved views of the work list."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import msgspec

from unisono.service.ports.saved_views import ViewFacts
from unisono.service.views import ListFilter, SavedView
from unisono.store.driver import Connection
from unisono.store.sql import load

_SQL = load("saved_views")


class PgSavedViews:
    """Implements `service.ports.SavedViews`."""

    def __init__(self, connection: Connection, now: datetime) -> None:
        self._connection = connection
        self._now = now

    async def of(self, user_id: UUID) -> list[SavedView]:
        """Return the views that somebody has."""
        rows = await self._connection.fetch(_SQL["of"], user_id)
        # What an older program kept is read as far as it goes.
        return [SavedView(**{**dict(row), "filter": msgspec.convert(row["filter"], ListFilter, strict=False)}) for row in rows]

    async def get(self, view_id: UUID) -> ViewFacts | None:
        """Return one view."""
        row = await self._connection.fetchrow(_SQL["get"], view_id)
        return ViewFacts(**dict(row)) if row else None

    async def count(self, owner_id: UUID) -> int:
        """Return how many views somebody owns."""
        found: int = await self._connection.fetchval(_SQL["count"], owner_id)
        return found

    async def put(self, view: ViewFacts) -> None:
        """Write a view."""
        await self._connection.execute(
            _SQL["put"], view.id, view.owner_id, view.name, view.scope_kind, view.scope_id, view.filter, view.position, self._now
        )

    async def drop(self, view_id: UUID) -> None:
        """Delete a view."""
        await self._connection.execute(_SQL["drop"], view_id)

    async def order(self, owner_id: UUID, view_ids: Sequence[UUID]) -> None:
        """Give views their places."""
        await self._connection.execute(_SQL["order"], owner_id, list(view_ids))

    async def set_default(self, user_id: UUID, view_id: UUID | None) -> None:
        """Choose the view that the list begins with."""
        if view_id is None:
            await self._connection.execute(_SQL["no_default"], user_id)
        else:
            await self._connection.execute(_SQL["set_default"], user_id, view_id)

    async def reachable(self, user_id: UUID, scope_kind: str, scope_id: UUID) -> bool:
        """Tell whether somebody belongs to a team or works in a queue."""
        return bool(await self._connection.fetchval(_SQL[f"in_{scope_kind}"], user_id, scope_id))
