"""Attachments on disk: whole or not at all."""

import errno
import hashlib
import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from unisono.domain.errors import Invalid, NotFound, Unavailable
from unisono.domain.ids import new_id
from unisono.store.files import DiskFiles


async def pieces(*parts: bytes) -> AsyncIterator[bytes]:
    for part in parts:
        yield part


def left(tmp_path: Path) -> list[Path]:
    return [path for path in tmp_path.rglob("*") if path.is_file()]


async def test_a_file_is_written_read_and_deleted(tmp_path: Path) -> None:
    files, name = DiskFiles(tmp_path), new_id()
    stored = await files.put_stream(name, pieces(b"ab", b"", b"c" * 300_000), 1_000_000)
    assert (stored.size_bytes, stored.sha256) == (300_002, hashlib.sha256(b"ab" + b"c" * 300_000).digest())
    assert await files.read(name) == b"ab" + b"c" * 300_000
    assert (await files.put(name, b"new")).size_bytes == 3
    assert await files.read(name) == b"new"
    await files.delete([name, new_id()])
    assert left(tmp_path) == []
    with pytest.raises(NotFound):
        await files.read(name)


async def test_a_file_of_the_very_bound_fits_and_one_byte_more_leaves_nothing(tmp_path: Path) -> None:
    files = DiskFiles(tmp_path)
    assert (await files.put_stream(new_id(), pieces(b"x" * 10), 10)).size_bytes == 10
    with pytest.raises(Invalid) as caught:
        await files.put_stream(new_id(), pieces(b"x" * 6, b"x" * 5), 10)
    assert caught.value.code == "too_large"
    assert len(left(tmp_path)) == 1


async def test_a_source_that_breaks_leaves_nothing(tmp_path: Path) -> None:
    async def broken() -> AsyncIterator[bytes]:
        yield b"half"
        raise ConnectionError("gone")

    with pytest.raises(ConnectionError):
        await DiskFiles(tmp_path).put_stream(new_id(), broken(), 100)
    assert left(tmp_path) == []


async def test_a_full_disk_keeps_what_was_there_before(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    files, name = DiskFiles(tmp_path), new_id()
    await files.put(name, b"before")

    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", full)
        with pytest.raises(Unavailable, match="full"):
            await files.put(name, b"after")
    assert await files.read(name) == b"before"
    assert len(left(tmp_path)) == 1


async def test_a_directory_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "attachments").write_text("a file where the directory should be")
    with pytest.raises(Unavailable, match="directory for attachments"):
        await DiskFiles(tmp_path).put(new_id(), b"x")


async def test_files_spread_over_directories(tmp_path: Path) -> None:
    files = DiskFiles(tmp_path)
    for _ in range(60):
        await files.put(new_id(), b"x")
    assert len({path.parent.name for path in left(tmp_path)}) > 20
