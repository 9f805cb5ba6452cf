"""The bytes of attachments, on disk under the data directory."""

from collections.abc import AsyncIterator, Iterable
from typing import Protocol
from uuid import UUID

from msgspec import Struct


class StoredFile(Struct, frozen=True, kw_only=True):
    """What was written: its size and the SHA-256 of its bytes."""

    size_bytes: int
    sha256: bytes


class AttachmentFiles(Protocol):
    """Files by attachment id. A file is there whole or not at all."""

    async def put(self, attachment_id: UUID, content: bytes) -> StoredFile:
        """Write durably, replacing what was there. Raises `domain.errors.Unavailable` when the disk is full."""

    async def put_stream(self, attachment_id: UUID, chunks: AsyncIterator[bytes], max_bytes: int) -> StoredFile:
        """Write while it comes. Raises `domain.errors.Invalid` (code `too_large`) past the bound; nothing stays then."""

    async def read(self, attachment_id: UUID) -> bytes:
        """Return the bytes. Raises `domain.errors.NotFound`."""

    def chunks(self, attachment_id: UUID) -> AsyncIterator[bytes]:
        """Yield the bytes in pieces. Raises `domain.errors.NotFound`."""

    async def delete(self, attachment_ids: Iterable[UUID]) -> None:
        """Take files away for good; those that are gone already are no error."""
