"""What is asked of the store about canned answers and signatures."""

from collections.abc import Sequence
from typing import Protocol
from uuid import UUID

from msgspec import Struct

from unisono.service.instant import Instant


class CannedView(Struct, frozen=True, kw_only=True):
    """A text that is used again and again. texts: by language; scope_kind: house, queue or own; scope_id: which queue, whose own.

    key: short word by which it is found when one types `/`.
    """

    id: UUID
    scope_kind: str
    scope_id: UUID | None
    folder: str
    key: str
    name: str
    texts: dict[str, str]
    changed_at: Instant
    version: int


class NewCanned(Struct, frozen=True, kw_only=True):
    """A canned answer to keep."""

    id: UUID
    scope_kind: str
    scope_id: UUID | None
    folder: str
    key: str
    name: str
    texts: dict[str, str]


class Signature(Struct, frozen=True, kw_only=True):
    """text: the channel's own, else its brand's, or empty. on: whether it stands below answers unless switched."""

    text: str
    on: bool


class Canned(Protocol):
    """Port for our own texts."""

    async def usable(self, user_id: UUID, queue_id: UUID | None) -> list[CannedView]:
        """Return the house's, a queue's (None: every queue's) and a person's own, in order of folder and name."""

    async def find(self, canned_id: UUID) -> CannedView | None: ...

    async def put(self, canned: NewCanned, by: UUID) -> bool:
        """Write one, new or changed; False when its key is taken where it stands."""

    async def archive(self, canned_id: UUID) -> None: ...

    async def values(self, conversation_id: UUID, user_id: UUID) -> dict[str, str]:
        """Return what the variables stand for in a conversation."""

    async def values_of_channel(self, channel_id: UUID, user_id: UUID) -> dict[str, str]: ...

    async def signature(self, channel_id: UUID) -> Signature: ...

    async def own_signature(self, channel_id: UUID) -> tuple[str | None, bool | None]:
        """Return what is set for the channel itself."""

    async def set_signature(self, channel_id: UUID, text: str | None, *, signs: bool | None) -> None: ...

    async def set_brand_signature(self, brand_id: UUID, text: str) -> bool: ...

    async def brand_signatures(self) -> Sequence[tuple[UUID, str, str]]:
        """Return (brand, name, signature)."""
