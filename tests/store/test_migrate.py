"""Numbered migrations: applied once, in order, however many processes start together, on every server that we support."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

import asyncpg
import pytest
import pytest_asyncio

from tests.db import Cluster, system_binaries
from tests.peers import system_postgres
from unisono.domain.errors import Conflict, Unavailable
from unisono.store import migrate as subject
from unisono.store.migrate import Migration, applied, check_history, check_server, in_order, migrate, migrations


@pytest.fixture(scope="module")
def old_cluster() -> Iterator[Cluster]:
    system_postgres()
    binaries = system_binaries()
    assert binaries is not None
    server = Cluster(binaries)
    yield server
    server.stop()


@pytest_asyncio.fixture(params=["wheel", "system"])
async def empty(request: pytest.FixtureRequest, cluster: Cluster, old_cluster: Cluster) -> AsyncIterator[str]:
    """An empty database on each server."""
    server = cluster if request.param == "wheel" else old_cluster
    made = await server.create()
    yield made
    await server.drop(made)


async def fetch(dsn: str, statement: str) -> list[object]:
    connection = await asyncpg.connect(dsn)
    try:
        return [row[0] for row in await connection.fetch(statement)]
    finally:
        await connection.close()


def files(**sql: str) -> list[Migration]:
    """Migrations from their text, numbered in the order given."""
    return in_order({f"{number:04d}_{name}.sql": text for number, (name, text) in enumerate(sql.items(), 1)})


async def test_the_whole_schema_is_applied_once(empty: str) -> None:
    wanted = migrations()
    assert await migrate(empty, wanted) == [m.name for m in wanted]
    assert await migrate(empty, wanted) == []
    assert await fetch(empty, "select name from schema_migration order by number") == [m.name for m in wanted]
    assert await fetch(empty, "select count(*) from message") == [0]


async def test_several_processes_that_start_together_all_succeed_and_each_file_runs_once(empty: str) -> None:
    program = "import asyncio, sys; from unisono.store.migrate import migrate; print(len(asyncio.run(migrate(sys.argv[1]))))"
    said = await asyncio.gather(
        *(asyncio.to_thread(subprocess.check_output, [sys.executable, "-c", program, empty]) for _ in range(4))
    )
    assert sum(int(out.split()[-1]) for out in said) == len(migrations())
    assert await fetch(empty, "select count(*) from schema_migration") == [len(migrations())]


async def test_several_that_start_together_do_not_deadlock_over_an_index_built_concurrently(empty: str) -> None:
    wanted = files(
        first="create table t (n int); insert into t select generate_series(1, 20000);",
        second="-- unisono: no-transaction\ndrop index if exists t_n;\n-- unisono: next\n"
        "create index concurrently t_n on t (n);\n",
    )
    done = await asyncio.wait_for(asyncio.gather(*(migrate(empty, wanted) for _ in range(6))), 30)
    assert sorted(name for names in done for name in names) == ["0001_first.sql", "0002_second.sql"]
    assert await fetch(empty, "select indisvalid from pg_index where indexrelid = 't_n'::regclass") == [True]


class Overtaken:
    """A connection that finds the lock taken at first; just before it asks again, another process does all the work."""

    def __init__(self, connection: Any, other: Callable[[], Awaitable[object]]) -> None:
        self._connection = connection
        self._other = other
        self._tries = 0

    async def fetchval(self, statement: str, *arguments: object) -> Any:
        if "pg_try_advisory" in statement:
            self._tries += 1
            if self._tries == 2:
                await self._other()
        return await self._connection.fetchval(statement, *arguments)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._connection, name)


@pytest.mark.parametrize("marker", ["", "-- unisono: no-transaction\n"])
async def test_a_process_that_is_overtaken_just_before_it_has_the_lock_does_nothing_twice(marker: str, empty: str) -> None:
    wanted = files(first=f"{marker}create table a ();", second=f"{marker}create table b ();")
    connection: Any = await asyncpg.connect(empty, statement_cache_size=0)
    faster: Any = await asyncpg.connect(empty)
    await faster.execute("select pg_advisory_lock($1)", subject.LOCK)

    async def overtake() -> None:
        await faster.execute("select pg_advisory_unlock($1)", subject.LOCK)
        await subject._apply(faster, wanted)

    try:
        assert await subject._apply(Overtaken(connection, overtake), wanted) == []  # type: ignore[arg-type]
    finally:
        await connection.close()
        await faster.close()
    assert await fetch(empty, "select name from schema_migration order by number") == ["0001_first.sql", "0002_second.sql"]


async def test_a_file_that_fails_leaves_nothing_and_those_before_it_stay(empty: str) -> None:
    broken = files(first="create table a ();", second="create table b (); create table a ();")
    with pytest.raises(asyncpg.DuplicateTableError):
        await migrate(empty, broken)
    assert await fetch(empty, "select name from schema_migration") == ["0001_first.sql"]
    assert await fetch(empty, "select to_regclass('b')") == [None]
    assert await migrate(empty, files(first="create table a ();", second="create table b ();")) == ["0002_second.sql"]


async def test_a_file_outside_transactions_that_failed_half_way_is_repeated(empty: str) -> None:
    await migrate(empty, files(first="create table t (n int); insert into t values (1), (1);"))
    unique = (
        "-- unisono: no-transaction\ndrop index if exists t_n;\n-- unisono: next\ncreate unique index concurrently t_n on t (n);"
    )
    wanted = files(first="create table t (n int); insert into t values (1), (1);", second=unique)
    with pytest.raises(asyncpg.UniqueViolationError):
        await migrate(empty, wanted)
    await fetch(empty, "delete from t returning n")
    assert await migrate(empty, wanted) == ["0002_second.sql"]
    assert await fetch(empty, "select indisvalid from pg_index where indexrelid = 't_n'::regclass") == [True]


async def test_an_applied_file_that_was_changed_stops_the_start_with_advice(empty: str) -> None:
    await migrate(empty, files(first="create table a ();"))
    with pytest.raises(Conflict, match=r"0001_first\.sql was changed.*into a new migration") as caught:
        await migrate(empty, files(first="create table a (); -- a thought", second="create table b ();"))
    assert caught.value.code == "schema_changed"
    assert await fetch(empty, "select to_regclass('b')") == [None]


async def test_line_ends_of_another_system_are_no_change(empty: str) -> None:
    await migrate(empty, files(first="create table a ();\n-- end\n"))
    assert await migrate(empty, files(first="create table a ();\r\n-- end\r\n")) == []


async def test_a_database_of_a_newer_program_is_refused_unless_it_says_that_older_ones_run(empty: str) -> None:
    ours = files(first="create table a ();")
    strict = files(first="create table a ();", second="alter table a add b int;")
    await migrate(empty, strict)
    with pytest.raises(Conflict, match=r"newer version.*0002_second\.sql") as caught:
        await migrate(empty, ours)
    assert caught.value.code == "schema_newer"
    connection = await asyncpg.connect(empty)
    await connection.execute("delete from schema_migration where number = 2; alter table a drop b")
    await connection.close()
    mild = files(first="create table a ();", second="-- unisono: runs-with 0001\nalter table a add b int;")
    assert await migrate(empty, mild) == ["0002_second.sql"]
    assert await migrate(empty, ours) == []


async def test_a_file_that_comes_late_with_an_early_number_is_refused(empty: str) -> None:
    await migrate(empty, files(first="create table a ();", second="create table b ();"))
    connection = await asyncpg.connect(empty)
    await connection.execute("delete from schema_migration where number = 1")
    await connection.close()
    with pytest.raises(Conflict, match=r"0001_first\.sql came after 0002_second\.sql"):
        await migrate(empty, files(first="create table a ();", second="create table b ();"))


def test_a_gap_a_double_or_a_bad_name_is_found_before_anything_runs() -> None:
    for names in (["0002_b.sql"], ["0001_a.sql", "0001_b.sql"], ["0001_A.sql"], ["1_a.sql"]):
        with pytest.raises(ValueError, match="is not the migration"):
            in_order(dict.fromkeys(names, ""))


def test_a_migration_that_is_new_is_no_conflict() -> None:
    check_history([], files(first="", second=""))


async def test_the_server_is_looked_at_before_anything_is_changed(cluster: Cluster) -> None:
    connection = await asyncpg.connect(cluster.dsn("postgres"))
    try:
        await check_server(connection)
        await connection.execute("create database latin template template0 encoding 'LATIN1' locale_provider libc locale 'C'")
        await connection.execute("create database plain template template0 encoding 'UTF8' locale_provider libc locale 'C'")
        try:
            with pytest.raises(Unavailable, match=r"encoded in LATIN1.*create it anew"):
                await migrate(cluster.dsn("latin"))
            with pytest.raises(Unavailable, match=r"does not know German letters.*C\.UTF-8"):
                await migrate(cluster.dsn("plain"))
            assert await fetch(cluster.dsn("plain"), "select to_regclass('schema_migration')") == [None]
        finally:
            await connection.execute("drop database latin")
            await connection.execute("drop database plain")
    finally:
        await connection.close()


async def test_a_server_that_is_too_old_is_named(empty: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(subject, "OLDEST_SERVER", 990_000)
    with pytest.raises(Unavailable, match=r"is PostgreSQL \d\d; version 15 or later"):
        await migrate(empty)
    assert await fetch(empty, "select to_regclass('schema_migration')") == [None]


async def test_a_server_that_does_not_answer_is_an_error_for_people(tmp_path: Path) -> None:
    with pytest.raises(Unavailable, match="cannot be reached"):
        await migrate(f"postgresql://app@/nothing?host={tmp_path}")


async def test_what_is_applied_can_be_asked(empty: str) -> None:
    connection = await asyncpg.connect(empty)
    try:
        assert await applied(connection) == []
        wanted = files(first="-- nothing")
        await migrate(empty, wanted)
        (entry,) = await applied(connection)
        assert (entry.number, entry.name, entry.digest, entry.runs_with) == (1, "0001_first.sql", wanted[0].digest, 1)
    finally:
        await connection.close()
