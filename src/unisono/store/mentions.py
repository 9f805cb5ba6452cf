"""The store for people who are named in notes."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from unisono.domain.ids import new_id
from unisono.service.instant import instant, maybe_instant
from unisono.service.views import MentionView
from unisono.store.driver import Connection
from unisono.store.sql import load

_SQL = load("mentions")


class PgMentions:
    """Implements `service.ports.Mentions`."""

    def __init__(self, connection: Connection, now: datetime) -> None:
        self._connection = connection
        self._now = now

    async def add(
        self, message_id: UUID, conversation_id: UUID, user_ids: Sequence[UUID], by_id: UUID | None
    ) -> list[tuple[UUID, UUID]]:
        """Write who is named."""
        named = sorted(set(user_ids))
        rows = await self._connection.fetch(
            _SQL["add"], [new_id() for _ in named], message_id, conversation_id, named, by_id, self._now
        )
        return [(row["id"], row["user_id"]) for row in rows]

    async def views(self, ids: Iterable[UUID]) -> list[MentionView]:
        """Return mentions by id."""
        return [_view(row) for row in await self._connection.fetch(_SQL["views"], list(ids))]

    async def of_user(self, user_id: UUID, before: tuple[datetime, UUID] | None, limit: int) -> list[MentionView]:
        """Return where somebody is named, newest first."""
        at, last = before if before is not None else (None, None)
        return [_view(row) for row in await self._connection.fetch(_SQL["of_user"], user_id, at, last, limit)]

    async def unread(self, user_id: UUID) -> int:
        """Count what somebody has not read."""
        count: int = await self._connection.fetchval(_SQL["unread"], user_id)
        return count

    async def mark_read(self, user_id: UUID, mention_id: UUID | None) -> list[UUID]:
        """Mark one, or all, as read."""
        return [row["id"] for row in await self._connection.fetch(_SQL["mark_read"], user_id, mention_id, self._now)]


def _view(row: Any) -> MentionView:
    return MentionView(**{**dict(row), "at": instant(row["at"]), "read_at": maybe_instant(row["read_at"])})
