"""Numbered SQL migrations, applied under one advisory lock: several processes may start together.

A file `NNNN_name.sql` runs in one transaction with its entry in `schema_migration`; the first line
`-- unisono: no-transaction` is for what cannot (`create index concurrently`). An applied file never changes.
"""

import hashlib
import re
from importlib import resources
from typing import Any

import asyncpg
from msgspec import Struct

from unisono.domain.errors import Conflict, Unavailable

LOCK = 0x756E69736F6E6F
OLDEST_SERVER = 150_000
_NAME = re.compile(r"^(\d{4})_[a-z0-9_]+\.sql$")
_NO_TRANSACTION = "-- unisono: no-transaction"


class Migration(Struct, frozen=True, kw_only=True):
    """A file and its content."""

    number: int
    name: str
    sql: str

    @property
    def digest(self) -> str:
        """SHA-256 of the content."""
        return hashlib.sha256(self.sql.encode()).hexdigest()


def migrations() -> list[Migration]:
    """Return the program's migrations in order. Raises ValueError for a gap, a double or a name that does not fit."""
    found: list[Migration] = []
    folder = resources.files("unisono.store") / "migrations"
    for entry in sorted(folder.iterdir(), key=lambda e: e.name):
        if not entry.name.endswith(".sql"):
            continue
        match = _NAME.match(entry.name)
        if match is None or int(match[1]) != len(found) + 1:
            raise ValueError(f"{entry.name} is not the migration {len(found) + 1:04d}_some_name.sql that comes next.")
        found.append(Migration(number=int(match[1]), name=entry.name, sql=entry.read_text(encoding="utf-8")))
    return found


async def migrate(dsn: str) -> list[str]:
    """Bring the schema up to date; returns the names of what was applied.

    Raises Unavailable when the server does not answer or is too old, Conflict when the database was made by a newer
    program or an applied file has changed.
    """
    try:
        connection: Any = await asyncpg.connect(dsn, timeout=30, server_settings={"application_name": "unisono migrate"})
    except (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
        raise Unavailable(f"The database cannot be reached: {error}. Check the address, or run `unisono doctor`.") from error
    try:
        await check_server(connection)
        await connection.execute("select pg_advisory_lock($1)", LOCK)
        return await _apply(connection)
    finally:
        await connection.close()


async def check_server(connection: Any) -> None:
    """Raise Unavailable when the server is older than 15, does not keep UTF-8, or folds German wrongly."""
    version = int(await connection.fetchval("show server_version_num"))
    if version < OLDEST_SERVER:
        raise Unavailable(f"The server is PostgreSQL {version // 10_000}; version 15 or later is needed. Nothing was changed.")
    encoding = await connection.fetchval(
        "select pg_encoding_to_char(encoding) from pg_database where datname = current_database()"
    )
    if encoding != "UTF8":
        raise Unavailable(f"The database is encoded in {encoding}; create it anew with encoding UTF8. Nothing was changed.")
    if await connection.fetchval("select lower('ÄÖÜ')") != "äöü":
        raise Unavailable("The database's locale does not know German letters; create it anew with locale C.UTF-8.")


async def applied(connection: Any) -> dict[int, tuple[str, str]]:
    """Return (name, digest) of what the database has, by number."""
    if await connection.fetchval("select to_regclass('schema_migration')") is None:
        return {}
    rows = await connection.fetch("select number, name, digest from schema_migration order by number")
    return {row["number"]: (row["name"], row["digest"]) for row in rows}


async def _apply(connection: Any) -> list[str]:
    await connection.execute(
        "create table if not exists schema_migration (number integer primary key, name text not null, "
        "digest text not null, applied_at timestamptz not null default now())"
    )
    present, wanted = await applied(connection), migrations()
    check_history(present, wanted)
    done: list[str] = []
    for migration in wanted:
        if migration.number in present:
            continue
        if migration.sql.startswith(_NO_TRANSACTION):
            await connection.execute(migration.sql)
            await _record(connection, migration)
        else:
            async with connection.transaction():
                await connection.execute(migration.sql)
                await _record(connection, migration)
        done.append(migration.name)
    return done


def check_history(present: dict[int, tuple[str, str]], wanted: list[Migration]) -> None:
    """Raise Conflict when the database and the program do not share one history."""
    known = {m.number: m for m in wanted}
    newer = sorted(set(present) - set(known))
    if newer:
        raise Conflict(
            f"The database was made by a newer version of Unisono (migration {present[newer[-1]][0]}). Nothing was changed; "
            "install that version, or restore a backup made by this one.",
            code="schema_newer",
        )
    for number, (name, digest) in present.items():
        if known[number].digest != digest:
            raise Conflict(
                f"The migration {name} was changed after it had been applied. Nothing was changed; restore the file, and put "
                "the change into a new migration.",
                code="schema_changed",
            )


async def _record(connection: Any, migration: Migration) -> None:
    await connection.execute(
        "insert into schema_migration (number, name, digest) values ($1, $2, $3)",
        migration.number,
        migration.name,
        migration.digest,
    )
