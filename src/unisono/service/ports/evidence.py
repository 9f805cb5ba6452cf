"""What is asked of the store about what was reported to a network."""

from typing import TYPE_CHECKING, Protocol
from uuid import UUID

if TYPE_CHECKING:
    from unisono.service.evidence import EvidenceRow


class EvidencePort(Protocol):
    """Port for what was reported; the content stands in the sealed archive."""

    async def is_reported(self, message_id: UUID) -> bool: ...

    async def add(self, message_id: UUID, number: int, user_id: UUID) -> None: ...

    async def page(self, before: int | None, limit: int) -> "list[EvidenceRow]": ...
