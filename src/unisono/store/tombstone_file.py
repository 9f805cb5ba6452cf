"""The ledger of tombstones: one JSON line for each thing that was erased, in a file beside the data.

It lives on when the database is put back to an earlier state, so that a restore erases again what was erased since. It holds
our own ids and hashes, nothing to read.
"""

import asyncio
import fcntl
import os
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Final
from uuid import UUID

import msgspec
from msgspec import Struct

from unisono.domain.errors import Unavailable

FILE: Final = "tombstones.jsonl"


class Tombstone(Struct, frozen=True, kw_only=True):
    """What was erased when, by our id. `kind`: message or customer."""

    kind: str
    id: UUID
    at: datetime


class Buried(Struct, frozen=True, kw_only=True):
    """An item of a network that stays out when it is delivered again. `key_hash`: as in the table `tombstone`, in hex."""

    channel_id: UUID
    key_hash: str
    at: datetime


class Ledger(Struct, frozen=True, kw_only=True):
    """All that the file holds, in its order. `damaged`: lines that a crash or a full disk has cut off."""

    tombstones: list[Tombstone]
    buried: list[Buried]
    damaged: int = 0


class TombstoneFile:
    """Implements `service.ports.privacy.Tombstones`."""

    def __init__(self, data_dir: Path) -> None:
        self.path = data_dir / FILE

    async def add(self, kind: str, ids: Iterable[UUID]) -> None:
        """Append durably. Raises Unavailable when the disk does not take it; then nothing may be erased either."""
        now = datetime.now(UTC)
        await self._append([Tombstone(kind=kind, id=one, at=now) for one in ids])

    async def bury(self, channel_id: UUID, key_hashes: Iterable[bytes]) -> None:
        """Append durably what must stay out when the network delivers it again. Raises Unavailable."""
        now = datetime.now(UTC)
        await self._append([Buried(channel_id=channel_id, key_hash=one.hex(), at=now) for one in key_hashes])

    async def _append(self, entries: list[Tombstone] | list[Buried]) -> None:
        if not entries:
            return
        try:
            await asyncio.to_thread(self.write_lines, [msgspec.json.encode(entry) for entry in entries])
        except OSError as error:
            raise Unavailable(
                f"The erasure could not be written to {self.path} ({error.strerror}). Nothing was erased; make room and "
                "repeat it.",
                code="disk_full",
            ) from error

    def write_lines(self, lines: list[bytes]) -> None:
        """Append lines, all or none, on the disk when this returns. Raises OSError."""
        is_new = not self.path.exists()
        descriptor = os.open(self.path, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            before = os.fstat(descriptor).st_size
            cut_off = before > 0 and os.pread(descriptor, 1, before - 1) != b"\n"
            try:
                # What a crash has cut off must not swallow the line that follows it.
                _write_all(descriptor, (b"\n" if cut_off else b"") + b"".join(line + b"\n" for line in lines))
                os.fsync(descriptor)
            except OSError:
                os.ftruncate(descriptor, before)
                raise
        finally:
            os.close(descriptor)
        if is_new:
            _sync_directory(self.path.parent)

    def read(self) -> Ledger:
        """Return the whole ledger; an empty one when there is no file."""
        return read_lines(self.path.read_bytes() if self.path.exists() else b"")


def read_lines(content: bytes) -> Ledger:
    """Return the ledger that a file's bytes make up."""
    ledger = Ledger(tombstones=[], buried=[])
    damaged = 0
    for line in content.splitlines():
        try:
            ledger.tombstones.append(msgspec.json.decode(line, type=Tombstone))
        except msgspec.DecodeError:
            try:
                ledger.buried.append(msgspec.json.decode(line, type=Buried))
            except msgspec.DecodeError:
                damaged += 1
    return msgspec.structs.replace(ledger, damaged=damaged)


def _write_all(descriptor: int, content: bytes) -> None:
    rest = memoryview(content)
    while rest:
        rest = rest[os.write(descriptor, rest) :]


def _sync_directory(directory: Path) -> None:
    handle = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
