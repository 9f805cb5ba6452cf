"""Attachments on disk: `attachments/<2 hex digits>/<id>` under the data directory.

A file is written beside its place, brought to the disk and renamed: it is there whole or not at all, also after a crash
or on a full disk. The two digits are the id's last, which are random; its first are the time.
"""

import asyncio
import contextlib
import errno
import hashlib
import os
from collections.abc import AsyncIterator, Callable, Iterable
from pathlib import Path
from typing import IO, Final
from uuid import UUID

from unisono.domain.errors import Invalid, NotFound, Unavailable
from unisono.domain.ids import new_id
from unisono.service.ports.files import StoredFile

FOLDER: Final = "attachments"
CHUNK_BYTES: Final = 256 * 1024
_FULL: Final = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})


class DiskFiles:
    """Implements `service.ports.files.AttachmentFiles`."""

    def __init__(self, data_dir: Path) -> None:
        self._root = data_dir / FOLDER

    def path(self, attachment_id: UUID) -> Path:
        """Return where a file lies."""
        return self._root / attachment_id.hex[-2:] / str(attachment_id)

    async def put(self, attachment_id: UUID, content: bytes) -> StoredFile:
        """Write durably, replacing what was there. Raises Unavailable when the disk is full or not writable."""

        async def whole() -> AsyncIterator[bytes]:
            yield content

        return await self.put_stream(attachment_id, whole(), len(content))

    async def put_stream(self, attachment_id: UUID, chunks: AsyncIterator[bytes], max_bytes: int) -> StoredFile:
        """Write while it comes. Raises Invalid (`too_large`) past the bound, Unavailable; nothing stays then."""
        writing = _Writing(self.path(attachment_id))
        try:
            await _on_disk(writing.begin)
            async for chunk in chunks:
                if writing.size + len(chunk) > max_bytes:
                    raise Invalid(
                        f"The file has more than {max_bytes} bytes, which is as much as is taken here. Nothing was stored.",
                        code="too_large", limit=max_bytes,
                    )  # fmt: skip
                await _on_disk(writing.add, chunk)
            await _on_disk(writing.finish)
        finally:
            await asyncio.to_thread(writing.clear)
        return StoredFile(size_bytes=writing.size, sha256=writing.digest.digest())

    async def read(self, attachment_id: UUID) -> bytes:
        """Return the bytes. Raises NotFound, Unavailable."""
        return b"".join([chunk async for chunk in self.chunks(attachment_id)])

    async def chunks(self, attachment_id: UUID) -> AsyncIterator[bytes]:
        """Yield the bytes in pieces. Raises NotFound before the first, Unavailable."""
        try:
            file = await asyncio.to_thread(self.path(attachment_id).open, "rb")
        except FileNotFoundError:
            raise NotFound("The bytes of this attachment are no longer here.", code="file_gone") from None
        except OSError as error:
            raise _unavailable(error) from error
        try:
            while piece := await asyncio.to_thread(file.read, CHUNK_BYTES):
                yield piece
        except OSError as error:
            raise _unavailable(error) from error
        finally:
            await asyncio.to_thread(file.close)

    async def delete(self, attachment_ids: Iterable[UUID]) -> None:
        """Take files away for good; those that are gone already are no error."""
        await asyncio.to_thread(self._delete, list(attachment_ids))

    def _delete(self, attachment_ids: list[UUID]) -> None:
        try:
            for attachment_id in attachment_ids:
                self.path(attachment_id).unlink(missing_ok=True)
        except OSError as error:
            raise _unavailable(error) from error


class _Writing:
    """One file on its way; `clear` takes away what is left of an attempt, and is harmless after `finish`."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._fresh = path.with_name(f".{path.name}.{new_id().hex[-12:]}")
        self._file: IO[bytes] | None = None
        self.size = 0
        self.digest = hashlib.sha256()

    def begin(self) -> None:
        self._path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._file = self._fresh.open("xb")

    def add(self, chunk: bytes) -> None:
        if self._file is not None:
            self._file.write(chunk)
        self.digest.update(chunk)
        self.size += len(chunk)

    def finish(self) -> None:
        if self._file is None:
            return
        self._file.flush()
        os.fsync(self._file.fileno())
        self._file.close()
        self._fresh.replace(self._path)
        folder = os.open(self._path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)

    def clear(self) -> None:
        if self._file is not None:
            # A full disk says so once more when the rest of the buffer is written.
            with contextlib.suppress(OSError):
                self._file.close()
        with contextlib.suppress(OSError):
            self._fresh.unlink()


async def _on_disk(work: Callable[..., None], *args: object) -> None:
    """Run off the event loop; only what the disk says is the disk's fault, not what breaks in the source of the bytes."""
    try:
        await asyncio.to_thread(work, *args)
    except OSError as error:
        raise _unavailable(error) from error


def _unavailable(error: OSError) -> Unavailable:
    if error.errno in _FULL:
        return Unavailable("The disk for attachments is full. Nothing was stored; make room and try again.", code="disk_full")
    return Unavailable(
        f"The directory for attachments cannot be used ({error.strerror}). Nothing was stored; `unisono doctor` tells more.",
        code="disk_failed",
    )
