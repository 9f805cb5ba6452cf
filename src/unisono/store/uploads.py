"""The store for files that were uploaded and that no message names yet."""

from datetime import datetime
from uuid import UUID

from unisono.service.ports.uploads import Upload
from unisono.store.driver import Connection
from unisono.store.sql import load

_SQL = load("uploads")


class PgUploads:
    """Implements `service.ports.Uploads`."""

    def __init__(self, connection: Connection, now: datetime) -> None:
        self._connection = connection
        self._now = now

    async def add(self, upload: Upload) -> bool:
        """Add a file; False when the id is there already."""
        added = await self._connection.fetchval(
            _SQL["add"], upload.id, upload.uploaded_by, upload.channel_id, upload.name, upload.media_type,
            upload.size_bytes, upload.sha256, upload.alt_text, upload.state, self._now,
        )  # fmt: skip
        return added is not None

    async def stored(self, upload: Upload) -> None:
        """Record what was written to the disk."""
        await self._connection.execute(
            _SQL["stored"], upload.id, upload.channel_id, upload.media_type, upload.size_bytes, upload.sha256, upload.alt_text
        )

    async def find(self, upload_id: UUID, *, lock: bool = False) -> Upload | None:
        """Return a file; `lock` keeps it until the commit."""
        row = await self._connection.fetchrow(_SQL["find_locked" if lock else "find"], upload_id)
        return Upload(**dict(row)) if row else None

    async def describe(self, upload_id: UUID, alt_text: str) -> None:
        """Set what is said about it to who cannot see it."""
        await self._connection.execute(_SQL["describe"], upload_id, alt_text)

    async def remove(self, upload_id: UUID) -> None:
        """Take the row away; the bytes go after the commit."""
        await self._connection.execute(_SQL["remove"], upload_id)
