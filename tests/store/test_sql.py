"""SQL in files: blocks are found by name, and every one of them fits the real schema on every server."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from importlib import resources
from pathlib import Path

import asyncpg
import pytest

from tests.db import Cluster, migrate_template, system_binaries
from tests.peers import system_postgres
from unisono.store.sql import load

MODULES = sorted(
    entry.name.removesuffix(".sql") for entry in resources.files("unisono.store").iterdir() if entry.name.endswith(".sql")
)


@pytest.fixture
def written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A directory from which blocks are loaded instead of the store's."""
    monkeypatch.setattr("unisono.store.sql.resources.files", lambda _: tmp_path)
    load.cache_clear()
    yield tmp_path
    load.cache_clear()


def test_blocks_are_found_by_their_name_without_the_semicolon(written: Path) -> None:
    (written / "x.sql").write_text("-- For all.\n-- name: one\n-- why\nselect 1;\n\n-- name: two_2\nselect ';'\n")
    assert load("x") == {"one": "-- why\nselect 1", "two_2": "select ';'"}


def test_a_name_that_stands_twice_and_an_empty_block_are_errors(written: Path) -> None:
    (written / "double.sql").write_text("-- name: a\nselect 1;\n-- name: a\nselect 2;\n")
    (written / "empty.sql").write_text("-- name: a\n-- name: b\nselect 2;\n")
    with pytest.raises(ValueError, match="two blocks named a"):
        load("double")
    with pytest.raises(ValueError, match="block a of"):
        load("empty")


def test_a_file_that_is_missing_is_an_error(written: Path) -> None:
    with pytest.raises(FileNotFoundError):
        load("nowhere")


@pytest.fixture(scope="module")
def old_dsn() -> Iterator[str]:
    system_postgres()
    binaries = system_binaries()
    assert binaries is not None
    server = Cluster(binaries)
    asyncio.run(migrate_template(server))
    yield server.dsn("template_unisono")
    server.stop()


def test_there_are_statements_to_check() -> None:
    assert len(MODULES) > 10
    assert sum(len(load(module)) for module in MODULES) > 100


@pytest.mark.parametrize("module", MODULES)
async def test_every_statement_fits_the_schema_on_every_server(module: str, dsn: str, old_dsn: str) -> None:
    for server in (dsn, old_dsn):
        connection = await asyncpg.connect(server)
        try:
            for name, statement in load(module).items():
                try:
                    bare = "\n".join(line for line in statement.splitlines() if not line.startswith("--"))
                    if ";" in bare:
                        # Several statements go to the server as they are; they take no arguments.
                        async with connection.transaction():
                            await connection.execute(statement)
                    else:
                        await connection.prepare(statement)
                except asyncpg.PostgresError as error:
                    pytest.fail(f"{module}.{name}: {error}")
        finally:
            await connection.close()
