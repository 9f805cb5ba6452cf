"""What is asked of the store about saved views."""

from collections.abc import Sequence
from typing import Any, Protocol
from uuid import UUID

from msgspec import Struct

from unisono.service.views import SavedView


class ViewFacts(Struct, frozen=True, kw_only=True):
    """A saved view as it is written."""

    id: UUID
    owner_id: UUID
    name: str
    scope_kind: str
    scope_id: UUID | None
    filter: dict[str, Any]
    position: int


class SavedViews(Protocol):
    """Port for saved views."""

    async def of(self, user_id: UUID) -> list[SavedView]:
        """Return one's own views and those shared with one's teams and queues or everybody, in their order."""

    async def get(self, view_id: UUID) -> ViewFacts | None:
        """Return a view, locked."""

    async def count(self, owner_id: UUID) -> int: ...

    async def put(self, view: ViewFacts) -> None:
        """Add or replace."""

    async def drop(self, view_id: UUID) -> None: ...

    async def order(self, owner_id: UUID, view_ids: Sequence[UUID]) -> None:
        """Give one's own views these places."""

    async def set_default(self, user_id: UUID, view_id: UUID | None) -> None: ...

    async def reachable(self, user_id: UUID, scope_kind: str, scope_id: UUID) -> bool:
        """Tell whether somebody belongs to a team or works in a queue."""
