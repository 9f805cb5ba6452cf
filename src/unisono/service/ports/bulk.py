"""What is asked of the store about bulk work: one verb on many enquiries, with a result for each, that can be undone."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

from msgspec import Struct

from unisono.service.views import BulkItem


class BulkFacts(Struct, frozen=True, kw_only=True):
    """A piece of bulk work."""

    id: UUID
    user_id: UUID
    verb: str
    args: dict[str, Any]
    total: int
    at: datetime
    undo_until: datetime
    undone_at: datetime | None


class BulkStep(Struct, frozen=True, kw_only=True):
    """One of its items. before: how the unit of work stood; after_version: its version when the step was done."""

    position: int
    interaction_id: UUID
    before: dict[str, Any] | None
    after_version: int | None


class Bulk(Protocol):
    """Port for bulk work."""

    async def begin(self, bulk: BulkFacts, interaction_ids: Sequence[UUID]) -> bool:
        """Write it with all its items to do; False when it is there already."""

    async def get(self, bulk_id: UUID, *, lock: bool = False) -> BulkFacts | None: ...

    async def counts(self, bulk_id: UUID) -> dict[str, int]:
        """Return how many items have each outcome."""

    async def steps(self, bulk_id: UUID, outcome: str, limit: int) -> list[BulkStep]:
        """Return the next items with an outcome, in their order."""

    async def claim(self, bulk_id: UUID, position: int, before: str, outcome: str) -> bool:
        """Give an item another outcome within a verb's transaction; False when somebody else did."""

    async def standing(self, interaction_id: UUID, tag_id: UUID | None) -> dict[str, Any] | None:
        """Return how a unit of work stands, locked; and whether its conversation bears the tag."""

    async def keep(self, bulk_id: UUID, position: int, before: dict[str, Any], code: str) -> None:
        """Keep how it stood before, its version now, and what is to be said of it."""

    async def settle(self, bulk_id: UUID, position: int, outcome: str, code: str) -> None: ...

    async def items(self, bulk_id: UUID, outcome: str | None, after: int, limit: int) -> list[BulkItem]: ...

    async def undone(self, bulk_id: UUID) -> None: ...

    async def take_back_wrap_up(self, interaction_id: UUID) -> None:
        """Forget what it was said to be about."""
