"""The ledger of tombstones: one JSON line for each thing that was erased, in a file that no backup takes along."""

import asyncio
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
    """What was erased when. `kind`: message or customer."""

    kind: str
    id: UUID
    at: datetime


class TombstoneFile:
    """Implements `service.ports.privacy.Tombstones`."""

    def __init__(self, data_dir: Path) -> None:
        self.path = data_dir / FILE
        self._lock = asyncio.Lock()

    async def add(self, kind: str, ids: Iterable[UUID]) -> None:
        """Append durably. Raises Unavailable when the disk does not take it; then nothing may be erased either."""
        now = datetime.now(UTC)
        lines = b"".join(msgspec.json.encode(Tombstone(kind=kind, id=one, at=now)) + b"\n" for one in ids)
        async with self._lock:
            try:
                await asyncio.to_thread(self._append, lines)
            except OSError as error:
                raise Unavailable(
                    f"The erasure could not be written to {self.path} ({error.strerror}). Nothing was erased; free room and "
                    "repeat it.",
                    code="disk_full",
                ) from error

    def _append(self, lines: bytes) -> None:
        descriptor = os.open(self.path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        try:
            os.write(descriptor, lines)
            os.fsync(descriptor)
        finally:
            os.close(descriptor)

    def read(self) -> list[Tombstone]:
        """Return all lines; a last one that a crash cut off is passed over."""
        if not self.path.exists():
            return []
        found: list[Tombstone] = []
        for line in self.path.read_bytes().splitlines():
            try:
                found.append(msgspec.json.decode(line, type=Tombstone))
            except msgspec.DecodeError:
                continue
        return found
