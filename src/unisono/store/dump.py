"""The database's content as text, table by table, out of one moment and into an empty schema of the same migrations.

COPY and not pg_dump, which must be of the server's version or newer and is not there at all beside a server of one's own.
The text format is the same for all versions from 15 on, so a dump moves between any two of them.
"""

import hashlib
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Any

import asyncpg
from msgspec import Struct

from unisono.store.driver import Connection
from unisono.store.sql import load

_SQL = load("dump")


class Table(Struct, frozen=True, kw_only=True):
    """A table, its columns, and the order in which its rows are written."""

    name: str
    columns: list[str]
    order_by: str


class Partition(Struct, frozen=True, kw_only=True):
    """A partition that is not the default one; `bound` as PostgreSQL prints it."""

    name: str
    parent: str
    bound: str


class Stand(Struct, frozen=True, kw_only=True):
    """Where a sequence stands."""

    name: str
    last_value: int
    is_called: bool


class Content(Struct, frozen=True, kw_only=True):
    """What a table holds: the number of rows, and the SHA-256 of their text in the order of the key."""

    rows: int
    sha256: str


@asynccontextmanager
async def one_moment(dsn: str) -> AsyncIterator[Connection]:
    """Yield a connection that sees the database as it is now, for as long as the block runs, and keeps no writer waiting."""
    connection: Any = await asyncpg.connect(dsn, timeout=30, statement_cache_size=0)
    try:
        await connection.execute(_SQL["session"])
        async with connection.transaction(isolation="repeatable_read", readonly=True):
            # Nobody drops a partition that has been counted but not yet read.
            found = await tables(connection)
            if found:
                names = ", ".join(_quoted(table.name) for table in found)
                await connection.execute(f"lock table {names} in access share mode")
            yield connection
    finally:
        await connection.close()


@asynccontextmanager
async def loading(dsn: str) -> AsyncIterator[Connection]:
    """Yield a connection in one transaction, with the session's settings that a dump was written with."""
    connection: Any = await asyncpg.connect(dsn, timeout=30, statement_cache_size=0)
    try:
        await connection.execute(_SQL["session"])
        async with connection.transaction():
            yield connection
    finally:
        await connection.close()


async def tables(connection: Connection) -> list[Table]:
    """Return all tables of the schema but `schema_migration`."""
    rows = await connection.fetch(_SQL["tables"])
    return [Table(name=r["name"], columns=r["columns"], order_by=_order(r["key"], r["collated"])) for r in rows]


async def partitions(connection: Connection) -> list[Partition]:
    """Return the partitions that were made beside those of the migrations, and those."""
    return [Partition(**dict(row)) for row in await connection.fetch(_SQL["partitions"])]


async def sequences(connection: Connection) -> list[Stand]:
    """Return where all sequences stand."""
    found = []
    for row in await connection.fetch(_SQL["sequences"]):
        stand = await connection.fetchrow(f"select last_value, is_called from {_quoted(row['name'])}")
        if stand is not None:
            found.append(Stand(name=row["name"], last_value=stand["last_value"], is_called=stand["is_called"]))
    return found


async def copy_out(connection: Connection, table: Table, write: Callable[[bytes], Awaitable[None]] | None = None) -> Content:
    """Write a table's rows in the order of its key to `write`, or only count and hash them."""
    digest = hashlib.sha256()

    async def take(chunk: bytes) -> None:
        digest.update(chunk)
        if write is not None:
            await write(chunk)

    columns = ", ".join(_quoted(column) for column in table.columns)
    query = f"select {columns} from {_quoted(table.name)} as t order by {table.order_by}"
    status = await connection.copy_from_query(query, output=take)
    return Content(rows=int(status.split()[-1]), sha256=digest.hexdigest())


async def copy_in(connection: Connection, table: Table, chunks: AsyncIterator[bytes]) -> int:
    """Load rows that `copy_out` wrote; returns their number."""
    status = await connection.copy_to_table(table.name, source=chunks, columns=table.columns)
    return int(status.split()[-1])


@asynccontextmanager
async def without_foreign_keys(connection: Connection, found: Sequence[Table]) -> AsyncIterator[None]:
    """Empty the tables and load them in any order in the block; the keys are put back, and checked, at its end."""
    keys = await connection.fetch(_SQL["foreign_keys"])
    for key in keys:
        await connection.execute(f"alter table {key['table']} drop constraint {_quoted(key['name'])}")
    if found:
        # Migrations may have sown rows, which the dump holds as well.
        await connection.execute("truncate " + ", ".join(_quoted(table.name) for table in found))
    yield
    for key in keys:
        await connection.execute(f"alter table {key['table']} add constraint {_quoted(key['name'])} {key['definition']}")


async def make_partition(connection: Connection, partition: Partition) -> None:
    """Make a partition unless it is there. Raises ValueError for a bound that PostgreSQL did not print."""
    if not partition.bound.startswith("FOR VALUES ") or ";" in partition.bound:
        raise ValueError(f"{partition.bound!r} is no bound of a partition.")
    await connection.execute(
        f"create table if not exists {_quoted(partition.name)} partition of {_quoted(partition.parent)} {partition.bound}"
    )


async def set_sequence(connection: Connection, sequence: Stand) -> None:
    """Let a sequence go on where it stood."""
    await connection.execute(_SQL["set_sequence"], sequence.name, sequence.last_value, sequence.is_called)


def _order(key: list[str] | None, collated: list[str]) -> str:
    if key is None:
        return '(t.*)::text collate "C"'
    # By code points, whatever the database's collation.
    return ", ".join(_quoted(column) + (' collate "C"' if column in collated else "") for column in key)


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
