"""What is asked of the store about files that somebody uploaded and no message names yet."""

from typing import Protocol
from uuid import UUID

from msgspec import Struct


class Upload(Struct, frozen=True, kw_only=True):
    """An uploaded file. Once a message names it, it is the message's."""

    id: UUID
    uploaded_by: UUID | None
    message_id: UUID | None
    channel_id: UUID | None
    name: str
    media_type: str
    size_bytes: int | None
    sha256: bytes | None
    alt_text: str
    state: str


class Uploads(Protocol):
    """Port for uploads."""

    async def add(self, upload: Upload) -> bool:
        """Return False when the id is there already."""

    async def stored(self, upload: Upload) -> None:
        """Record what was written to the disk, and what was said of it."""

    async def find(self, upload_id: UUID, *, lock: bool = False) -> Upload | None: ...

    async def describe(self, upload_id: UUID, alt_text: str) -> None: ...

    async def remove(self, upload_id: UUID) -> None: ...
