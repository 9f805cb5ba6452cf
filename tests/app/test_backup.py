"""A backup proves itself, and comes back whole: into a fresh cluster, of another version, without what was erased since."""

from __future__ import annotations

import asyncio
import resource
import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

import asyncpg
import msgspec
import pytest

from tests.app.backup_house import a_house_with_a_past, contents, entries, erase_nothing, fetch, files_below, settled
from tests.db import Cluster, system_binaries
from tests.kit import START
from tests.peers import system_postgres
from unisono.app.backup import FileFacts, Manifest, backup, check
from unisono.app.build import build
from unisono.app.restoring import finish_restore, restore, restore_into
from unisono.app.settings import Settings
from unisono.domain.errors import Conflict, Invalid, Unavailable
from unisono.service.erase import erase_customer
from unisono.service.ports import NewEvent
from unisono.store import dump
from unisono.store.epoch import ensure_epoch
from unisono.store.talk import key_hash
from unisono.store.tombstone_file import TombstoneFile


@pytest.fixture(scope="module")
def clusters(cluster: Cluster) -> Iterator[dict[str, Cluster]]:
    system_postgres()
    binaries = system_binaries()
    assert binaries is not None
    old = Cluster(binaries)
    yield {"wheel": cluster, "system": old}
    old.stop()


@pytest.mark.parametrize(("before", "after"), [("wheel", "wheel"), ("system", "wheel"), ("wheel", "system")])
async def test_everything_comes_back_into_a_fresh_cluster_of_any_version(
    before: str, after: str, clusters: dict[str, Cluster], tmp_path: Path
) -> None:
    old, new = await clusters[before].create(), await clusters[after].create()
    await a_house_with_a_past(old, tmp_path / "old")
    (tmp_path / "new").mkdir()
    manifest = await backup(old, tmp_path / "old", tmp_path / "backup.zip")
    restored = await restore(tmp_path / "backup.zip", new, tmp_path / "new", erase_nothing)

    was, came = await contents(old), await contents(new)
    changed_on_purpose = {"cluster_epoch", "setting"}
    assert {name: c for name, c in came.items() if name not in changed_on_purpose} == {
        name: c for name, c in was.items() if name not in changed_on_purpose
    }
    assert sum(content.rows > 0 for content in was.values()) >= 25, "the house was furnished"
    assert {name: facts.rows for name, facts in manifest.tables.items()} == {name: c.rows for name, c in was.items()}
    own = "select name, value from setting where name not like 'log.%' order by name"
    assert await fetch(new, own) == await fetch(old, own)
    assert files_below(tmp_path / "new" / "attachments") == files_below(tmp_path / "old" / "attachments") != {}

    shape = (
        "select conrelid::regclass::text, conname, pg_get_constraintdef(oid) from pg_constraint "
        "where connamespace = 'public'::regnamespace and contype <> 'n' order by 1, 2"
    )
    assert await fetch(new, shape) == await fetch(old, shape)
    parts = (
        "select inhparent::regclass::text, inhrelid::regclass::text, count(*) from pg_inherits "
        "join pg_class on pg_class.oid = inhrelid where relkind = 'r' group by 1, 2 order by 1, 2"
    )
    assert ("event", "event_2026_11", 1) in await fetch(new, parts)
    assert await fetch(new, parts) == await fetch(old, parts)
    add_case = "insert into case_file (id, title, access_class) select gen_random_uuid(), 'neu', min(id) from access_class returning number"
    assert await fetch(new, add_case) == [(8,)], "numbers go on, also over one that was deleted"
    ((epoch_before,),) = await fetch(old, "select epoch from cluster_epoch")
    ((epoch_after,),) = await fetch(new, "select epoch from cluster_epoch")
    assert epoch_after == restored.epoch > epoch_before
    assert await ensure_epoch(new) == epoch_after, "the next start finds it raised already"


async def test_readers_of_the_log_begin_anew_after_a_restore_and_see_what_follows(
    clusters: dict[str, Cluster], tmp_path: Path
) -> None:
    old, new = await clusters["wheel"].create(), await clusters["system"].create()
    await a_house_with_a_past(old, tmp_path / "old")
    await backup(old, tmp_path / "old", tmp_path / "backup.zip")
    async with settled(old, tmp_path / "old") as house:
        async with house.db.write() as tx:
            tx.emit(NewEvent(type="after.backup"))
        async with house.db.read() as tx:
            seen = await tx.log.head()
    (tmp_path / "new").mkdir()
    await restore(tmp_path / "backup.zip", new, tmp_path / "new", erase_nothing)
    async with settled(new, tmp_path / "new") as house:
        async with house.db.read() as tx:
            assert await tx.log.after(seen, 10) is None
            fresh = await tx.log.head()
        async with house.db.write() as tx:
            tx.emit(NewEvent(type="after.restore"))
        async with house.db.read() as tx:
            events = await tx.log.after(fresh, 10)
        assert events is not None
        assert [event.type for event in events] == ["after.restore"]


async def test_the_same_backup_restored_twice_gives_two_epochs(
    clusters: dict[str, Cluster], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = await clusters["wheel"].create()
    await a_house_with_a_past(old, tmp_path / "old")
    await backup(old, tmp_path / "old", tmp_path / "backup.zip")
    epochs = []
    for number in range(2):
        (tmp_path / f"new{number}").mkdir()
        target = await clusters["wheel"].create()
        epochs.append((await restore(tmp_path / "backup.zip", target, tmp_path / f"new{number}", erase_nothing)).epoch)
        await asyncio.sleep(1.1)
    assert epochs[0] < epochs[1]


async def test_a_backup_is_one_moment_while_the_house_goes_on_working(clusters: dict[str, Cluster], tmp_path: Path) -> None:
    old, new = await clusters["wheel"].create(), await clusters["wheel"].create()
    await a_house_with_a_past(old, tmp_path / "old")
    under_way, done = asyncio.Event(), asyncio.Event()
    pairs = 0

    async def work() -> None:
        nonlocal pairs
        connection = await asyncpg.connect(old)
        while not done.is_set():
            # Each transaction writes to the first and to the last table that is read.
            async with connection.transaction():
                await connection.execute("insert into timer values (gen_random_uuid(), 'pair', gen_random_uuid(), now(), '{}')")
                await connection.execute(
                    "insert into audit (id, at, action, subject_kind, subject_id) values (gen_random_uuid(), now(), 'pair', '', '')"
                )
            pairs += 1
            if pairs == 20:
                under_way.set()
        await connection.close()

    worker = asyncio.create_task(work())
    await asyncio.wait_for(under_way.wait(), 30)
    manifest = await backup(old, tmp_path / "old", tmp_path / "backup.zip")
    at_the_end = pairs
    done.set()
    await worker
    assert 20 <= manifest.tables["audit"].rows < at_the_end, "somebody wrote while it was made"
    (tmp_path / "new").mkdir()
    await restore(tmp_path / "backup.zip", new, tmp_path / "new", erase_nothing)
    ((audits,),) = await fetch(new, "select count(*) from audit where action = 'pair'")
    ((timers,),) = await fetch(new, "select count(*) from timer where kind = 'pair'")
    assert audits == timers


async def test_keys_are_not_in_a_backup_and_nobody_else_may_read_it(clusters: dict[str, Cluster], tmp_path: Path) -> None:
    old = await clusters["wheel"].create()
    await a_house_with_a_past(old, tmp_path / "old")
    key = b"c2VjcmV0IGtleSBvZiB0aGUgaG91c2UsIDMyIGJ5dGU="
    (tmp_path / "old" / "secret.key").write_bytes(key)
    manifest = await backup(old, tmp_path / "old", tmp_path)
    (made,) = [path for path in entries(tmp_path) if path.name.startswith("unisono-")]
    assert made.stat().st_mode & 0o777 == 0o600
    with zipfile.ZipFile(made) as archive:
        assert all(key not in archive.read(name) for name in archive.namelist())
        assert {Path(name).parts[0] for name in archive.namelist()} == {
            "tables",
            "attachments",
            "tombstones.jsonl",
            "manifest.json",
        }
    assert manifest.keys == ["key-one", "key-two"]


async def test_an_attachment_without_its_file_is_told_and_does_not_stop_the_backup(
    clusters: dict[str, Cluster], tmp_path: Path
) -> None:
    old = await clusters["wheel"].create()
    await a_house_with_a_past(old, tmp_path / "old")
    gone = next(path for path in (tmp_path / "old" / "attachments").rglob("*") if path.is_file())
    gone.unlink()
    manifest = await backup(old, tmp_path / "old", tmp_path / "backup.zip")
    assert manifest.missing == [gone.name]
    assert "1 attachments have no file" in manifest.summary


async def test_a_backup_never_overwrites_another_file(clusters: dict[str, Cluster], tmp_path: Path) -> None:
    (tmp_path / "backup.zip").write_text("mein einziges")
    with pytest.raises(Conflict, match="exists"):
        await backup(clusters["wheel"].dsn("template_unisono"), tmp_path, tmp_path / "backup.zip")
    assert (tmp_path / "backup.zip").read_text() == "mein einziges"


async def test_a_full_disk_leaves_no_half_backup(clusters: dict[str, Cluster], tmp_path: Path) -> None:
    old = await clusters["wheel"].create()
    await a_house_with_a_past(old, tmp_path / "old")
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    # The system refuses to let files grow beyond this, as a full disk does.
    resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, hard))
    try:
        with pytest.raises(Unavailable, match="could not be written"):
            await backup(old, tmp_path / "old", tmp_path / "backup.zip")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert [path.name for path in entries(tmp_path)] == ["old"]


# ---- what was erased stays erased ------------------------------------------------------------------------------------


async def erase_one(dsn: str, data_dir: Path, author: str) -> UUID:
    """Have the house erase a customer; returns the id."""
    async with settled(dsn, data_dir) as house:
        [row] = await house.sql("select customer_id from identity where remote_id = $1", author)
        supervisor = await house.agent()
        await erase_customer(house.outside, supervisor.access, row["customer_id"], "Art. 17")
        customer: UUID = row["customer_id"]
        return customer


async def traces(dsn: str, word: str) -> list[str]:
    """Tables in which a word stands."""
    found = []
    async with dump.one_moment(dsn) as connection:
        for table in await dump.tables(connection):
            pieces: list[bytes] = []

            async def keep(chunk: bytes, pieces: list[bytes] = pieces) -> None:
                pieces.append(chunk)

            await dump.copy_out(connection, table, keep)
            if word.encode() in b"".join(pieces) or word.encode().hex().encode() in b"".join(pieces):
                found.append(table.name)
    return found


@pytest.mark.law7
async def test_who_was_erased_after_the_backup_is_erased_again(clusters: dict[str, Cluster], tmp_path: Path) -> None:
    old, new = await clusters["wheel"].create(), await clusters["wheel"].create()
    await a_house_with_a_past(old, tmp_path / "data")
    await backup(old, tmp_path / "data", tmp_path / "backup.zip")
    assert "message_text" in await traces(old, "Grüße aus Köln")
    await erase_one(old, tmp_path / "data", "kunde0")
    assert await traces(old, "Grüße aus Köln") == []
    shutil.rmtree(tmp_path / "data" / "attachments")

    said = await restore_into(Settings(data=str(tmp_path / "data"), database_url=new), tmp_path / "backup.zip")
    assert "All counts and hashes agree" in said
    assert await traces(new, "Grüße aus Köln") == []
    assert await traces(new, "Kundin Ö 0") == []
    assert await traces(new, "Kundin Ö 1") != [], "the others are there"
    assert not any(b"Beleg 0" in content for content in files_below(tmp_path / "data" / "attachments").values())
    assert any(b"Beleg 1" in content for content in files_below(tmp_path / "data" / "attachments").values())
    assert "key-one, key-two" in said, "keys that are not here are named"


@pytest.mark.law7
async def test_the_ledger_travels_with_later_backups_and_its_absence_is_told(
    clusters: dict[str, Cluster], tmp_path: Path
) -> None:
    old, first, second = [await clusters["wheel"].create() for _ in range(3)]
    await a_house_with_a_past(old, tmp_path / "data")
    await backup(old, tmp_path / "data", tmp_path / "early.zip")
    await erase_one(old, tmp_path / "data", "kunde0")
    await backup(old, tmp_path / "data", tmp_path / "late.zip")

    said = await restore_into(Settings(data=str(tmp_path / "elsewhere"), database_url=first), tmp_path / "late.zip")
    assert "There was no tombstones.jsonl" in said
    shutil.rmtree(tmp_path / "elsewhere" / "attachments")
    said = await restore_into(Settings(data=str(tmp_path / "elsewhere"), database_url=second), tmp_path / "early.zip")
    assert "There was no" not in said
    assert await traces(second, "Grüße aus Köln") == []


@pytest.mark.law7
async def test_what_came_and_was_erased_after_the_backup_stays_out_when_the_network_delivers_it_again(
    clusters: dict[str, Cluster], tmp_path: Path
) -> None:
    old, new = await clusters["wheel"].create(), await clusters["wheel"].create()
    await a_house_with_a_past(old, tmp_path / "data")
    await backup(old, tmp_path / "data", tmp_path / "backup.zip")
    ((channel_id,),) = await fetch(old, "select id from channel")
    await TombstoneFile(tmp_path / "data").bury(channel_id, [key_hash("77")])
    shutil.rmtree(tmp_path / "data" / "attachments")
    await restore_into(Settings(data=str(tmp_path / "data"), database_url=new), tmp_path / "backup.zip")
    async with settled(new, tmp_path / "data") as house:
        async with house.db.write() as tx:
            channel = await tx.channels.facts(channel_id)
        assert channel is not None
        await house.hear(channel, {"id": "77", "text": "Das war geloescht"}, {"id": "78", "text": "Das ist neu"})
    assert await traces(new, "Das ist neu") != []
    assert "message_text" not in await traces(new, "Das war geloescht")


@pytest.mark.law7
async def test_a_restore_that_is_cut_short_before_erasing_is_finished_at_the_next_start(
    clusters: dict[str, Cluster], tmp_path: Path
) -> None:
    old, new = await clusters["wheel"].create(), await clusters["wheel"].create()
    await a_house_with_a_past(old, tmp_path / "data")
    await backup(old, tmp_path / "data", tmp_path / "backup.zip")
    await erase_one(old, tmp_path / "data", "kunde0")
    shutil.rmtree(tmp_path / "data" / "attachments")

    async def die(tombstones: Any) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        await restore(tmp_path / "backup.zip", new, tmp_path / "data", die)
    assert await traces(new, "Grüße aus Köln") != []
    async with build(Settings(data=str(tmp_path / "data"), database_url=new)) as running:
        assert await finish_restore(running)
        assert not await finish_restore(running)
    assert await traces(new, "Grüße aus Köln") == []


# ---- as a user does it -----------------------------------------------------------------------------------------------


@pytest.fixture
def open_directory() -> Iterator[Path]:
    """A directory that every user can walk to, so that root's server keeps its files in it."""
    made = Path(tempfile.mkdtemp(prefix="unisono-test-"))
    made.chmod(0o755)
    yield made
    shutil.rmtree(made, ignore_errors=True)


@pytest.mark.timeout(240)
async def test_the_commands_carry_a_house_from_one_embedded_server_to_another(open_directory: Path) -> None:
    async def unisono(*arguments: str) -> str:
        command = [sys.executable, "-c", "from unisono.app.cli import main; main()", *arguments]
        return await asyncio.to_thread(subprocess.check_output, command, text=True, stderr=subprocess.STDOUT)

    one, other, file = (str(open_directory / name) for name in ("one", "other", "house.zip"))
    await unisono("user", "add", "erika", "--name", "Erika Mustermann", "--data", one)
    assert "house.zip: " in await unisono("backup", file, "--data", one)
    assert "All counts and hashes agree" in await unisono("restore", file, "--data", other)
    assert "Erika Mustermann" in await unisono("user", "list", "--data", other)


def test_check_reads_every_entry(tmp_path: Path) -> None:
    empty = tmp_path / "empty.zip"
    manifest = Manifest(
        format=1, unisono="0", server="18", made_at=START, migrations=[], tables={}, partitions=[], sequences=[],
        files={"attachments/ab/x": FileFacts(size_bytes=1, sha256="0")}, missing=[], keys=[],
    )  # fmt: skip
    with zipfile.ZipFile(empty, "w") as archive:
        archive.writestr("manifest.json", msgspec.json.encode(manifest))
    with pytest.raises(Invalid, match="attachments/ab/x"):
        check(empty)
