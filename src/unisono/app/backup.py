"""`unisono backup`: database and attachments out of one moment, in one file that proves itself.

The file is a ZIP archive: `tables/NAME.copy` (PostgreSQL's text format, rows in the order of the key), `attachments/...`,
`tombstones.jsonl`, and last `manifest.json` with the count of rows and the SHA-256 of every entry. The keys that open secrets
are not in it. It holds what people wrote: its mode is 0600, and it belongs where only administrators reach it.
"""

import asyncio
import hashlib
import os
import zipfile
import zlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Final
from uuid import UUID

import msgspec
from msgspec import Struct

from unisono import __version__
from unisono.domain.errors import Conflict, Invalid, Unavailable
from unisono.store import dump
from unisono.store.driver import Connection
from unisono.store.files import FOLDER, DiskFiles
from unisono.store.migrate import Applied, applied
from unisono.store.tombstone_file import FILE as TOMBSTONES

FORMAT: Final = 1
MANIFEST: Final = "manifest.json"
_PIECE = 1 << 20


class TableFacts(Struct, frozen=True, kw_only=True):
    """What a table's entry holds."""

    columns: list[str]
    rows: int
    sha256: str


class FileFacts(Struct, frozen=True, kw_only=True):
    """What a file's entry holds."""

    size_bytes: int
    sha256: str


class Manifest(Struct, frozen=True, kw_only=True):
    """What a backup holds. `missing`: attachments that the database knows but whose file was not there.

    `keys`: names of the keys that seal secrets and archive; without them those stay closed after a restore.
    """

    format: int
    unisono: str
    server: str
    made_at: datetime
    migrations: list[Applied]
    tables: dict[str, TableFacts]
    partitions: list[dump.Partition]
    sequences: list[dump.Stand]
    files: dict[str, FileFacts]
    missing: list[str]
    keys: list[str]

    @property
    def summary(self) -> str:
        """One line for people."""
        rows = sum(table.rows for table in self.tables.values())
        attachments = [facts for name, facts in self.files.items() if name.startswith(f"{FOLDER}/")]
        size = sum(facts.size_bytes for facts in attachments) / 1e6
        lost = f"; {len(self.missing)} attachments have no file" if self.missing else ""
        schema = self.migrations[-1].name.removesuffix(".sql") if self.migrations else "none"
        return f"{len(self.tables)} tables, {rows} rows, {len(attachments)} attachments ({size:.1f} MB), schema {schema}{lost}"


async def backup(dsn: str, data_dir: Path, target: Path) -> Manifest:
    """Write a backup to `target`, or to a file named by the time when that is a directory; the house goes on working.

    The file is there whole or not at all. Raises Conflict when it exists already, Unavailable when the disk does not take it.
    """
    made_at = datetime.now(UTC)
    target = _free_target(target, made_at)
    try:
        async with dump.one_moment(dsn) as connection, _fresh_archive(target) as archive:
            if not await applied(connection):
                raise Conflict("There is no house in this database yet, so there is nothing to back up. Is the address right?")
            return await _write(connection, data_dir, archive, made_at)
    except OSError as error:
        raise Unavailable(f"The backup could not be written to {target} ({error.strerror}). Nothing of it was kept.") from error


def _free_target(target: Path, made_at: datetime) -> Path:
    if target.is_dir():
        target /= f"unisono-{made_at:%Y-%m-%dT%H%M%SZ}.zip"
    if target.exists():
        raise Conflict(f"{target} exists. Nothing was written; name another file, or move that one away.")
    return target


@asynccontextmanager
async def _fresh_archive(target: Path) -> AsyncIterator[zipfile.ZipFile]:
    partial = target.with_name(f".{target.name}.{os.getpid()}.partial")
    descriptor = os.open(partial, os.O_RDWR | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        with os.fdopen(descriptor, "w+b") as file:
            with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=3) as archive:
                yield archive
            file.flush()
            await asyncio.to_thread(os.fsync, file.fileno())
        partial.rename(target)
    except BaseException:
        partial.unlink(missing_ok=True)
        raise
    _sync_directory(target.parent)


async def _write(connection: Connection, data_dir: Path, archive: zipfile.ZipFile, made_at: datetime) -> Manifest:
    facts: dict[str, TableFacts] = {}
    for table in await dump.tables(connection):
        with _entry(archive, table_entry(table.name), compress=True) as stream:
            writer = _InPieces(stream)
            content = await dump.copy_out(connection, table, writer.write)
            await writer.flush()
        facts[table.name] = TableFacts(columns=table.columns, rows=content.rows, sha256=content.sha256)
    known = await connection.fetch("select id from attachment where state = 'stored' order by id")
    # After the database's moment: whatever that knows is on the disk by now, or was erased since.
    files, missing = await asyncio.to_thread(_write_files, archive, data_dir, [row["id"] for row in known])
    keys = await connection.fetch("select key_id from secret union select key_id from sealed_item order by key_id")
    manifest = Manifest(
        format=FORMAT,
        unisono=__version__,
        server=await connection.fetchval("show server_version"),
        made_at=made_at,
        migrations=await applied(connection),
        tables=facts,
        partitions=await dump.partitions(connection),
        sequences=await dump.sequences(connection),
        files=files,
        missing=missing,
        keys=[row["key_id"] for row in keys],
    )
    archive.writestr(MANIFEST, msgspec.json.format(msgspec.json.encode(manifest), indent=1))
    return manifest


def _write_files(archive: zipfile.ZipFile, data_dir: Path, known: list[UUID]) -> tuple[dict[str, FileFacts], list[str]]:
    where = DiskFiles(data_dir)
    files: dict[str, FileFacts] = {}
    missing: list[str] = []
    for one in known:
        path = where.path(one)
        try:
            with path.open("rb") as source:
                name = path.relative_to(data_dir).as_posix()
                files[name] = _copy_file(archive, name, source)
        except FileNotFoundError:
            missing.append(str(one))
    ledger = data_dir / TOMBSTONES
    if ledger.is_file():
        with ledger.open("rb") as source:
            files[TOMBSTONES] = _copy_file(archive, TOMBSTONES, source)
    return files, missing


def _copy_file(archive: zipfile.ZipFile, name: str, source: IO[bytes]) -> FileFacts:
    digest, size = hashlib.sha256(), 0
    with _entry(archive, name, compress=False) as stream:
        while piece := source.read(_PIECE):
            digest.update(piece)
            size += len(piece)
            stream.write(piece)
    return FileFacts(size_bytes=size, sha256=digest.hexdigest())


def _entry(archive: zipfile.ZipFile, name: str, *, compress: bool) -> IO[bytes]:
    entry = zipfile.ZipInfo(name, datetime.now(UTC).timetuple()[:6])
    # Pictures and documents are packed as they are; text shrinks to a fifth.
    entry.compress_type = zipfile.ZIP_DEFLATED if compress else zipfile.ZIP_STORED
    return archive.open(entry, "w", force_zip64=True)


class _InPieces:
    """Gathers small pieces and writes large ones in a thread, so that packing keeps nobody waiting."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream = stream
        self._pieces = bytearray()

    async def write(self, chunk: bytes) -> None:
        self._pieces += chunk
        if len(self._pieces) >= _PIECE:
            await self.flush()

    async def flush(self) -> None:
        pieces, self._pieces = self._pieces, bytearray()
        await asyncio.to_thread(self._stream.write, pieces)


def table_entry(name: str) -> str:
    """Return the name of a table's entry in the archive."""
    return f"tables/{name}.copy"


def read_manifest(archive: zipfile.ZipFile) -> Manifest:
    """Return what an archive says that it holds. Raises Invalid when it is no backup or of a format yet to come."""
    try:
        content = archive.read(MANIFEST)
        stated = msgspec.json.decode(content, type=dict[str, object])["format"]
        if stated != FORMAT:
            raise Invalid(
                f"{archive.filename} is a backup of format {stated}; this program reads format {FORMAT}. Nothing was changed; "
                "restore it with the version of Unisono that wrote it, or a newer one."
            )
        return msgspec.json.decode(content, type=Manifest)
    except (KeyError, zipfile.BadZipFile, msgspec.DecodeError) as error:
        raise Invalid(f"{archive.filename} is no backup of Unisono ({error}). Nothing was changed.") from None


def check(source: Path) -> Manifest:
    """Read a whole backup and compare every entry with its hash. Raises Invalid, naming the first entry that is damaged."""
    try:
        with zipfile.ZipFile(source) as archive:
            manifest = read_manifest(archive)
            expected = {table_entry(name): facts.sha256 for name, facts in manifest.tables.items()}
            expected |= {name: facts.sha256 for name, facts in manifest.files.items()}
            for name, sha256 in expected.items():
                if _digest(archive, name) != sha256:
                    raise _damaged(source, name)
    except (zipfile.BadZipFile, OSError) as error:
        raise Invalid(f"{source} cannot be read ({error}). Nothing was changed; use another backup.") from error
    return manifest


def _digest(archive: zipfile.ZipFile, name: str) -> str:
    digest = hashlib.sha256()
    try:
        with archive.open(name) as stream:
            while piece := stream.read(_PIECE):
                digest.update(piece)
    except (KeyError, zipfile.BadZipFile, zlib.error, EOFError):
        return ""
    return digest.hexdigest()


def _damaged(source: Path, name: str) -> Invalid:
    return Invalid(f"{source} is damaged: {name} is not what was written. Nothing was changed; use another backup.")


def _sync_directory(directory: Path) -> None:
    handle = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
