"""`unisono restore`: a backup into an empty database, proved by its counts and hashes, then brought up to date.

What was erased after the backup was made is erased again from the ledger of tombstones before anybody sees it. The epoch of
the event cursor rises before the first write, and readers of the event log begin anew: what they saw last may never have been.
"""

import asyncio
import os
import zipfile
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import IO
from uuid import UUID

import msgspec
from msgspec import Struct

from unisono.app.backup import Manifest, check, table_entry
from unisono.app.build import Running, build
from unisono.app.postgres import database_server, make_data_dir
from unisono.app.settings import Settings
from unisono.domain.errors import Conflict, Invalid, Unavailable
from unisono.service.erase import erase_again
from unisono.service.ports.base import Cursor
from unisono.store import dump
from unisono.store.driver import Connection
from unisono.store.epoch import raise_epoch
from unisono.store.files import FOLDER
from unisono.store.keyring import KEY_FILE, BadKey, key_id, parse_keys, read_key_file
from unisono.store.migrate import Migration, migrate, migrations
from unisono.store.tombstone_file import FILE as TOMBSTONES
from unisono.store.tombstone_file import Ledger, Tombstone, TombstoneFile, read_lines

PENDING = "restore.tombstones_pending"
_PIECE = 1 << 20
_EPOCHS_BEGIN = datetime(2026, 1, 1, tzinfo=UTC)

ApplyTombstones = Callable[[Sequence[Tombstone]], Awaitable[None]]


class Restored(Struct, frozen=True, kw_only=True):
    """What a restore did. `aside`: where attachments lie that were there before.

    `ledger_was_here`: whether the ledger of tombstones stood in the data directory, so that erasures after the backup are known.
    """

    manifest: Manifest
    epoch: int
    tombstones: int
    buried: int
    ledger_was_here: bool
    aside: Path | None


async def restore_into(settings: Settings, source: Path) -> str:
    """Restore into the deployment that the settings describe and return what to tell the administrator.

    Raises Invalid, Conflict, Unavailable, and what starting the server raises.
    """
    data_dir = settings.data_dir
    make_data_dir(data_dir)

    async def erase(tombstones: Sequence[Tombstone]) -> None:
        async with build(settings) as running:
            await _erase(running, tombstones)

    async with database_server(settings.database_url or None, data_dir, bin_dir=settings.postgres_bin_dir) as dsn:
        restored = await restore(source, dsn, data_dir, erase)
    told = (
        f"Restored from {source}: {restored.manifest.summary}. All counts and hashes agree. Erased again: "
        f"{restored.tombstones} entries of the ledger. Event epoch: {restored.epoch}."
    )
    lines = [told]
    if not restored.ledger_was_here:
        lines.append(
            f"There was no {TOMBSTONES} in {data_dir}: what was erased after {restored.manifest.made_at:%Y-%m-%d %H:%M} UTC is "
            "not known here. If you have that file, restore anew with it in place."
        )
    if restored.aside is not None:
        lines.append(f"Attachments that were here before lie in {restored.aside}; remove them when nobody needs them.")
    missing = sorted(set(restored.manifest.keys) - _known_keys(settings))
    if missing:
        lines.append(
            f"Secrets are sealed with keys that are not here: {', '.join(missing)}. Put them back into UNISONO_SECRET_KEY or "
            f"{data_dir / KEY_FILE}, or enter the secrets anew."
        )
    return "\n".join(lines)


async def finish_restore(running: Running) -> bool:
    """Erase again what a restore that was cut short had still to erase; belongs before the roles of a start.

    Returns whether there was anything to do.
    """
    async with running.pool.acquire() as connection:
        if not await connection.fetchval("select true from setting where name = $1", PENDING):
            return False
    await _erase(running, TombstoneFile(running.data_dir).read().tombstones)
    async with running.pool.acquire() as connection:
        await connection.execute("delete from setting where name = $1", PENDING)
    return True


async def _erase(running: Running, tombstones: Sequence[Tombstone]) -> None:
    customers = [one.id for one in tombstones if one.kind == "customer"]
    messages = [one.id for one in tombstones if one.kind == "message"]
    await erase_again(running.outside, customers, messages)


async def restore(source: Path, dsn: str, data_dir: Path, apply_tombstones: ApplyTombstones) -> Restored:
    """Load a backup into an empty database and data directory, and prove that it is what was backed up.

    `apply_tombstones` erases by our ids; it runs on the newest schema, after the load has been committed. When anything
    fails before that, the database is empty as it was, and so is the directory of attachments.
    Raises Invalid for a damaged or foreign file, Conflict when the database is not empty or the program is too old.
    """
    manifest = await asyncio.to_thread(check, source)
    wanted = _same_schema(manifest)
    ledger_file = TombstoneFile(data_dir)
    ledger_was_here = ledger_file.path.exists()
    await _require_empty(dsn)
    await migrate(dsn, wanted)
    with zipfile.ZipFile(source) as archive:
        ledger = await asyncio.to_thread(_merge_ledger, archive, manifest, ledger_file)
        attachments = _Attachments(data_dir)
        try:
            await asyncio.to_thread(attachments.unpack, archive, manifest)
            async with dump.loading(dsn) as connection:
                await _load(connection, archive, manifest)
                # The same backup may be restored twice: each time readers must be able to tell it from the time before.
                epoch = await raise_epoch(connection, at_least=int((datetime.now(UTC) - _EPOCHS_BEGIN).total_seconds()))
                await _begin_anew(connection, epoch, ledger)
                await asyncio.to_thread(attachments.put_in_place)
        except BaseException as error:
            attachments.take_back()
            if isinstance(error, OSError):
                raise Unavailable(
                    f"The restore failed: {error}. The database is empty as it was; make room and repeat."
                ) from error
            raise
    await migrate(dsn)
    await apply_tombstones(ledger.tombstones)
    async with dump.loading(dsn) as connection:
        await connection.execute("delete from setting where name = $1", PENDING)
    return Restored(
        manifest=manifest,
        epoch=epoch,
        tombstones=len(ledger.tombstones),
        buried=len(ledger.buried),
        ledger_was_here=ledger_was_here,
        aside=attachments.aside,
    )


def _same_schema(manifest: Manifest) -> list[Migration]:
    """Return this program's migrations up to those of the backup. Raises Conflict when they differ."""
    ours = migrations()[: len(manifest.migrations)]
    if [m.digest for m in ours] != [entry.digest for entry in manifest.migrations]:
        newest = manifest.migrations[-1].name if manifest.migrations else "none"
        raise Conflict(
            f"The backup was made by Unisono {manifest.unisono} with the schema {newest}, which this version does not know. "
            "Nothing was changed; restore it with that version or a newer one."
        )
    return ours


async def _require_empty(dsn: str) -> None:
    async with dump.loading(dsn) as connection:
        found = [table.name for table in await dump.tables(connection)]
        # Every start of the house writes the epoch first. A schema without it was left by a restore that failed.
        in_use = bool(found) and ("cluster_epoch" not in found or await connection.fetchval("select true from cluster_epoch"))
        if in_use:
            raise Conflict(
                "The database is not empty. Nothing was changed; restore into a new one: point UNISONO_DATA to a new directory "
                "(and bring tombstones.jsonl and the key file), or create an empty database for UNISONO_DATABASE_URL."
            )


async def _load(connection: Connection, archive: zipfile.ZipFile, manifest: Manifest) -> None:
    """Load all tables and compare each with the manifest."""
    found = {table.name: table for table in await dump.tables(connection)}
    if {name: table.columns for name, table in found.items()} != {n: facts.columns for n, facts in manifest.tables.items()}:
        raise Invalid("The tables of the backup are not those of its schema. Nothing was changed; use another backup.")
    for partition in manifest.partitions:
        await dump.make_partition(connection, partition)
    async with dump.without_foreign_keys(connection, list(found.values())):
        for name, table in found.items():
            with archive.open(table_entry(name)) as stream:
                await dump.copy_in(connection, table, _pieces(stream))
        for sequence in manifest.sequences:
            await dump.set_sequence(connection, sequence)
        for name, table in found.items():
            content = await dump.copy_out(connection, table)
            facts = manifest.tables[name]
            if (content.rows, content.sha256) != (facts.rows, facts.sha256):
                raise Invalid(
                    f"The table {name} holds {content.rows} rows (SHA-256 {content.sha256}) after the restore, not the "
                    f"{facts.rows} (SHA-256 {facts.sha256}) of the backup. Nothing was changed."
                )


async def _begin_anew(connection: Connection, epoch: int, ledger: Ledger) -> None:
    """Tell readers of the log to start anew, keep out what was buried, and note that erasing is still to be done."""
    settings = {"log.pruned_to": str(Cursor(epoch, 0, UUID(int=0))), PENDING: True}
    for name, value in settings.items():
        await connection.execute(
            "insert into setting (name, value) values ($1, $2::text::jsonb) "
            "on conflict (name) do update set value = excluded.value, changed_at = now()",
            name,
            msgspec.json.encode(value).decode(),
        )
    await connection.execute(
        "insert into tombstone (kind, channel_id, key_hash, at) select 'message', * from unnest($1::uuid[], $2::bytea[], "
        "$3::timestamptz[]) on conflict do nothing",
        [one.channel_id for one in ledger.buried],
        [bytes.fromhex(one.key_hash) for one in ledger.buried],
        [one.at for one in ledger.buried],
    )


async def _pieces(stream: IO[bytes]) -> AsyncIterator[bytes]:
    while piece := await asyncio.to_thread(stream.read, _PIECE):
        yield piece


def _merge_ledger(archive: zipfile.ZipFile, manifest: Manifest, file: TombstoneFile) -> Ledger:
    """Bring the backup's copy of the ledger into the one here, and return all of it: a later restore may need either."""
    if TOMBSTONES in manifest.files:
        here = file.read()
        seen = {msgspec.json.encode(entry) for entry in [*here.tombstones, *here.buried]}
        theirs = read_lines(archive.read(TOMBSTONES))
        lines = [msgspec.json.encode(entry) for entry in [*theirs.tombstones, *theirs.buried]]
        fresh = [line for line in lines if line not in seen]
        if fresh:
            file.write_lines(fresh)
    return file.read()


class _Attachments:
    """Attachments unpacked beside their place, put there when the database is loaded, and taken back when that fails."""

    def __init__(self, data_dir: Path) -> None:
        self._place = data_dir / FOLDER
        self._fresh = data_dir / f"{FOLDER}.restoring"
        self._in_place = False
        self._data_dir = data_dir
        self.aside: Path | None = None

    def unpack(self, archive: zipfile.ZipFile, manifest: Manifest) -> None:
        """Write all files and bring them to the disk. Raises Invalid for a name that leads elsewhere."""
        _remove_tree(self._fresh)
        self._fresh.mkdir(mode=0o700)
        for name in manifest.files:
            if name == TOMBSTONES:
                continue
            parts = Path(name).parts
            if parts[0] != FOLDER or ".." in parts or len(parts) < 2:
                raise Invalid(f"The backup holds a file {name!r} that is no attachment. Nothing was changed.")
            target = self._fresh.joinpath(*parts[1:])
            target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            with archive.open(name) as stream, target.open("xb") as file:
                while piece := stream.read(_PIECE):
                    file.write(piece)
                file.flush()
                os.fsync(file.fileno())

    def put_in_place(self) -> None:
        """Swap the unpacked files in; what was there is kept aside."""
        if self._place.exists() and any(self._place.iterdir()):
            aside = self._data_dir / f"{FOLDER}-before-restore-{datetime.now(UTC):%Y-%m-%dT%H%M%SZ}"
            self._place.rename(aside)
            self.aside = aside
        elif self._place.exists():
            self._place.rmdir()
        self._fresh.rename(self._place)
        self._in_place = True

    def take_back(self) -> None:
        """Undo everything."""
        if self._in_place:
            self._place.rename(self._fresh)
        if self.aside is not None:
            self.aside.rename(self._place)
        _remove_tree(self._fresh)


def _remove_tree(directory: Path) -> None:
    if directory.is_dir():
        for path in sorted(directory.rglob("*"), reverse=True):
            path.rmdir() if path.is_dir() else path.unlink()
        directory.rmdir()


def _known_keys(settings: Settings) -> set[str]:
    path = settings.data_dir / KEY_FILE
    try:
        if settings.secret_key:
            return {key_id(key) for key in parse_keys(settings.secret_key, "UNISONO_SECRET_KEY")}
        return {key_id(key) for key in read_key_file(path)} if path.exists() else set()
    except BadKey:
        return set()
