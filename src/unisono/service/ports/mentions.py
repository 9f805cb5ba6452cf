"""What is asked of the store about people who are named in notes."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Protocol
from uuid import UUID

from unisono.service.views import MentionView


class Mentions(Protocol):
    """Port for mentions of colleagues in notes."""

    async def add(
        self, message_id: UUID, conversation_id: UUID, user_ids: Sequence[UUID], by_id: UUID | None
    ) -> list[tuple[UUID, UUID]]:
        """Write who is named, by somebody or by a rule; returns (mention, user) of those that were new."""

    async def views(self, ids: Iterable[UUID]) -> list[MentionView]: ...

    async def of_user(self, user_id: UUID, before: tuple[datetime, UUID] | None, limit: int) -> list[MentionView]:
        """Return where somebody is named, newest first."""

    async def unread(self, user_id: UUID) -> int: ...

    async def mark_read(self, user_id: UUID, mention_id: UUID | None) -> list[UUID]:
        """Mark one, or all, of somebody's as read; returns those that were not."""
