"""What a restore refuses: broken files, a house in use, what another version made; and nothing is changed by it."""

from __future__ import annotations

import json
import zipfile
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from tests.app.backup_house import TEXTS, a_house_with_a_past, contents, entries, erase_nothing, fetch, files_below
from tests.db import Cluster
from unisono.app import restoring
from unisono.app.backup import backup
from unisono.app.restoring import restore
from unisono.domain.errors import Conflict, Invalid, Unavailable
from unisono.store import dump
from unisono.store.epoch import ensure_epoch
from unisono.store.migrate import migrate, migrations


@pytest.fixture(scope="module")
def clusters(cluster: Cluster) -> dict[str, Cluster]:
    return {"wheel": cluster}


async def a_backup(clusters: dict[str, Cluster], tmp_path: Path) -> Path:
    old = await clusters["wheel"].create()
    await a_house_with_a_past(old, tmp_path / "old")
    await backup(old, tmp_path / "old", tmp_path / "backup.zip")
    (tmp_path / "new").mkdir()
    return tmp_path / "backup.zip"


def rewritten(source: Path, change: Any) -> Path:
    """A backup with another manifest."""
    target = source.with_name("changed.zip")
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(target, "w") as new:
        for name in old.namelist():
            content = old.read(name)
            if name == "manifest.json":
                facts = json.loads(content)
                change(facts)
                content = json.dumps(facts).encode()
            new.writestr(name, content)
    return target


async def is_untouched(dsn: str, data_dir: Path) -> bool:
    made = await fetch(dsn, "select relname from pg_class where relnamespace = 'public'::regnamespace")
    return made == [] and entries(data_dir) == []


@pytest.mark.parametrize("part", ["tables/message_text.copy", "attachments/", "tombstones.jsonl"])
async def test_a_flipped_bit_anywhere_is_found_before_anything_is_changed(
    part: str, clusters: dict[str, Cluster], tmp_path: Path
) -> None:
    source = await a_backup(clusters, tmp_path)
    with zipfile.ZipFile(source) as archive:
        entry = next(info for info in archive.infolist() if info.filename.startswith(part))
    content = bytearray(source.read_bytes())
    content[entry.header_offset + 30 + len(entry.filename) + 30] ^= 1
    source.write_bytes(content)
    target = await clusters["wheel"].create()
    with pytest.raises(Invalid, match=f"is damaged: {part}"):
        await restore(source, target, tmp_path / "new", erase_nothing)
    assert await is_untouched(target, tmp_path / "new")


async def test_a_file_that_is_cut_off_or_something_else_is_no_backup(clusters: dict[str, Cluster], tmp_path: Path) -> None:
    source = await a_backup(clusters, tmp_path)
    target = await clusters["wheel"].create()
    cut = tmp_path / "cut.zip"
    cut.write_bytes(source.read_bytes()[:-100])
    other = tmp_path / "other.zip"
    with zipfile.ZipFile(other, "w") as archive:
        archive.writestr("holiday.jpg", b"")
    for wrong in (cut, other, tmp_path / "nowhere.zip"):
        with pytest.raises(Invalid, match="Nothing was changed"):
            await restore(wrong, target, tmp_path / "new", erase_nothing)
    assert await is_untouched(target, tmp_path / "new")


async def test_a_backup_of_a_format_or_schema_yet_to_come_is_refused(clusters: dict[str, Cluster], tmp_path: Path) -> None:
    source = await a_backup(clusters, tmp_path)
    target = await clusters["wheel"].create()
    with pytest.raises(Invalid, match="format 2; this program reads format 1"):
        await restore(rewritten(source, lambda facts: facts.update(format=2)), target, tmp_path / "new", erase_nothing)

    def add_migration(facts: dict[str, Any]) -> None:
        facts["migrations"].append({"number": 9999, "name": "9999_new.sql", "digest": "0", "runs_with": 9999})

    with pytest.raises(Conflict, match=r"9999_new\.sql, which this version does not know"):
        await restore(rewritten(source, add_migration), target, tmp_path / "new", erase_nothing)
    assert await is_untouched(target, tmp_path / "new")


async def test_a_file_name_that_leads_out_of_the_attachments_is_refused(clusters: dict[str, Cluster], tmp_path: Path) -> None:
    source = await a_backup(clusters, tmp_path)
    changed = tmp_path / "changed.zip"
    evil = "attachments/../../escaped"
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(changed, "w") as new:
        for name in old.namelist():
            content = old.read(name)
            if name == "manifest.json":
                facts = json.loads(content)
                facts["files"][evil] = {
                    "size_bytes": 0,
                    "sha256": "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
                }
                content = json.dumps(facts).encode()
            new.writestr(name, content)
        new.writestr(evil, b"")
    with pytest.raises(Invalid, match="that is no attachment"):
        await restore(changed, await clusters["wheel"].create(), tmp_path / "new", erase_nothing)
    assert not (tmp_path / "escaped").exists()
    assert not (tmp_path.parent / "escaped").exists()


async def test_a_house_in_use_is_never_restored_over(clusters: dict[str, Cluster], tmp_path: Path) -> None:
    source = await a_backup(clusters, tmp_path)
    target = await clusters["wheel"].create()
    await a_house_with_a_past(target, tmp_path / "used")
    before = await contents(target)
    with pytest.raises(Conflict, match="not empty"):
        await restore(source, target, tmp_path / "new", erase_nothing)
    assert await contents(target) == before


async def test_tables_of_another_program_are_left_alone(clusters: dict[str, Cluster], tmp_path: Path) -> None:
    source = await a_backup(clusters, tmp_path)
    target = await clusters["wheel"].create()
    connection = await asyncpg.connect(target)
    await connection.execute("create table accounting (euro int); insert into accounting values (1)")
    await connection.close()
    with pytest.raises(Conflict, match="not empty"):
        await restore(source, target, tmp_path / "new", erase_nothing)
    assert await fetch(target, "select relname from pg_class where relkind = 'r' and relnamespace = 'public'::regnamespace") == [
        ("accounting",)
    ]


async def test_a_row_lost_while_loading_is_found_and_the_restore_can_be_repeated(
    clusters: dict[str, Cluster], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = await a_backup(clusters, tmp_path)
    target = await clusters["wheel"].create()
    whole = dump.copy_in

    async def losing(connection: Any, table: dump.Table, chunks: Any) -> int:
        async def without_last_line() -> AsyncIterator[bytes]:
            content = b"".join([chunk async for chunk in chunks])
            yield b"".join(content.splitlines(keepends=True)[:-1])

        return await whole(connection, table, without_last_line() if table.name == "setting" else chunks)

    monkeypatch.setattr(dump, "copy_in", losing)
    with pytest.raises(Invalid, match="The table setting holds"):
        await restore(source, target, tmp_path / "new", erase_nothing)
    assert await fetch(target, "select count(*) from message") == [(0,)]
    assert not (tmp_path / "new" / "attachments").exists()
    monkeypatch.setattr(dump, "copy_in", whole)
    await restore(source, target, tmp_path / "new", erase_nothing)
    assert (await fetch(target, "select count(*) from message"))[0][0] >= len(TEXTS) - 1


async def test_attachments_that_were_there_are_kept_aside_and_come_back_when_the_restore_fails(
    clusters: dict[str, Cluster], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = await a_backup(clusters, tmp_path)
    target = await clusters["wheel"].create()
    mine = tmp_path / "new" / "attachments" / "00"
    mine.mkdir(parents=True)
    (mine / "mine").write_text("vorher")
    put_in_place = restoring._Attachments.put_in_place

    def failing(self: Any) -> None:
        put_in_place(self)
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(restoring._Attachments, "put_in_place", failing)
    with pytest.raises(Unavailable, match="No space left"):
        await restore(source, target, tmp_path / "new", erase_nothing)
    assert [path.name for path in entries(tmp_path / "new") if path.is_dir()] == ["attachments"]
    assert files_below(tmp_path / "new" / "attachments") == {"00/mine": b"vorher"}
    monkeypatch.setattr(restoring._Attachments, "put_in_place", put_in_place)
    restored = await restore(source, target, tmp_path / "new", erase_nothing)
    assert restored.aside is not None
    assert (restored.aside / "00" / "mine").read_text() == "vorher"
    assert files_below(tmp_path / "new" / "attachments") == files_below(tmp_path / "old" / "attachments")


async def test_a_backup_of_an_older_schema_is_brought_up_to_date(clusters: dict[str, Cluster], tmp_path: Path) -> None:
    assert len(migrations()) > 1
    old, new = await clusters["wheel"].create(), await clusters["wheel"].create()
    await migrate(old, migrations()[:1])
    await ensure_epoch(old)
    await fetch(old, "insert into brand (id, key, name) values (gen_random_uuid(), 'alt', 'Altbau') returning id")
    await backup(old, tmp_path, tmp_path / "backup.zip")
    (tmp_path / "new").mkdir()
    await restore(tmp_path / "backup.zip", new, tmp_path / "new", erase_nothing)
    assert await fetch(new, "select name from brand") == [("Altbau",)]
    assert await migrate(new) == []
    assert await fetch(new, "select count(*) from schema_migration") == [(len(migrations()),)]
