"""Numbered SQL migrations, applied under one advisory lock: several processes may start together.

A file `NNNN_name.sql` runs in one transaction with its entry in `schema_migration`. Lines that begin with `-- unisono:` tell
more: `no-transaction` (in the first line) is for what cannot run in one, such as `create index concurrently`; its statements are
parted by lines `-- unisono: next` and must bear to be repeated, because a failure leaves the first ones done. `runs-with NNNN`
promises that a program whose newest migration is NNNN still runs on the result, so that code can be rolled back that far. An
applied file never changes.
"""

import asyncio
import hashlib
import re
from collections.abc import Sequence
from importlib import resources
from typing import Any

import asyncpg
import structlog
from msgspec import Struct

from unisono.domain.errors import Conflict, Unavailable
from unisono.store.driver import Connection

LOCK = 0x756E69736F6E6F
OLDEST_SERVER = 150_000
_NAME = re.compile(r"^(\d{4})_[a-z0-9_]+\.sql$")
_NO_TRANSACTION = "-- unisono: no-transaction"
_NEXT = re.compile(r"^-- unisono: next\s*$", re.MULTILINE)
_RUNS_WITH = re.compile(r"^-- unisono: runs-with (\d{4})\s*$", re.MULTILINE)
_WAIT_S = 0.1
_log = structlog.get_logger("migrate")


class Migration(Struct, frozen=True, kw_only=True):
    """A file and its content, with line ends as on Linux."""

    number: int
    name: str
    sql: str

    @property
    def digest(self) -> str:
        """SHA-256 of the content."""
        return hashlib.sha256(self.sql.encode()).hexdigest()

    @property
    def in_transaction(self) -> bool:
        """Whether it runs in a transaction."""
        return not self.sql.startswith(_NO_TRANSACTION)

    @property
    def statements(self) -> list[str]:
        """What is sent to the server, one after the other; parts that hold comments only are left out."""
        parts = [self.sql] if self.in_transaction else _NEXT.split(self.sql)
        return [part for part in parts if any(line.strip() and not line.startswith("--") for line in part.splitlines())]

    @property
    def runs_with(self) -> int:
        """The newest migration of the oldest program that runs on the result."""
        match = _RUNS_WITH.search(self.sql)
        return int(match[1]) if match else self.number


class Applied(Struct, frozen=True, kw_only=True):
    """An entry of `schema_migration`."""

    number: int
    name: str
    digest: str
    runs_with: int


def migrations() -> list[Migration]:
    """Return the program's migrations in order. Raises ValueError for a gap, a double or a name that does not fit."""
    folder = resources.files("unisono.store") / "migrations"
    files = {entry.name: entry.read_text(encoding="utf-8") for entry in folder.iterdir() if entry.name.endswith(".sql")}
    return in_order(files)


def in_order(files: dict[str, str]) -> list[Migration]:
    """Return files, by name, as migrations. Raises ValueError for a gap, a double or a name that does not fit."""
    found: list[Migration] = []
    for name in sorted(files):
        match = _NAME.match(name)
        if match is None or int(match[1]) != len(found) + 1:
            raise ValueError(f"{name} is not the migration {len(found) + 1:04d}_some_name.sql that comes next.")
        found.append(Migration(number=int(match[1]), name=name, sql=files[name].replace("\r\n", "\n")))
    return found


async def migrate(dsn: str, wanted: Sequence[Migration] | None = None) -> list[str]:
    """Bring the schema up to date, or to `wanted`; returns the names of what this call applied.

    Raises Unavailable when the server does not answer or does not fit, Conflict when the database was made by a newer program
    or an applied file has changed; a failing migration raises what the server said, and is not applied.
    """
    wanted = migrations() if wanted is None else wanted
    try:
        connection: Any = await asyncpg.connect(dsn, timeout=30, statement_cache_size=0)
    except (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
        raise Unavailable(f"The database cannot be reached: {error}. Check the address, or run `unisono doctor`.") from error
    try:
        await connection.execute("set statement_timeout = 0; set idle_in_transaction_session_timeout = 0")
        await check_server(connection)
        return await _apply(connection, wanted)
    finally:
        await connection.close()


async def check_server(connection: Connection) -> None:
    """Raise Unavailable when the server is older than 15, a standby, does not keep UTF-8, or folds German wrongly."""
    version = int(await connection.fetchval("show server_version_num"))
    if version < OLDEST_SERVER:
        raise Unavailable(f"The server is PostgreSQL {version // 10_000}; version 15 or later is needed. Nothing was changed.")
    if await connection.fetchval("select pg_is_in_recovery()"):
        raise Unavailable("The server is a standby and takes no writes. Nothing was changed; give the primary's address.")
    encoding = await connection.fetchval(
        "select pg_encoding_to_char(encoding) from pg_database where datname = current_database()"
    )
    anew = "create it anew: create database NAME template template0 encoding 'UTF8' locale 'C.UTF-8'"
    if encoding != "UTF8":
        raise Unavailable(f"The database is encoded in {encoding}, not UTF8. Nothing was changed; {anew}")
    if not await connection.fetchval("select lower('ÄÖÜ') = 'äöü' and 'Ä' ilike 'ä'"):
        raise Unavailable(f"The database's locale does not know German letters. Nothing was changed; {anew}")


async def applied(connection: Connection) -> list[Applied]:
    """Return what the database has, in order."""
    # Not to_regclass: within a transaction that asked before, it goes on saying that there is none while another process has
    # made it meanwhile (its cache is refreshed at the start of a transaction, or with a lock on the relation).
    there = await connection.fetchval(
        "select exists (select from pg_class "
        "where relname = 'schema_migration' and relnamespace = current_schema()::regnamespace)"
    )
    if not there:
        return []
    rows = await connection.fetch("select number, name, digest, runs_with from schema_migration order by number")
    return [Applied(**dict(row)) for row in rows]


def check_history(present: Sequence[Applied], wanted: Sequence[Migration]) -> None:
    """Raise Conflict when the database and the program do not share one history, or the program is too old for it."""
    known = {m.number: m for m in wanted}
    newest = max(known, default=0)
    beyond = [entry for entry in present if entry.number not in known]
    if any(entry.runs_with > newest for entry in beyond):
        raise Conflict(
            f"The database was made by a newer version of Unisono (migration {beyond[-1].name}). Nothing was changed; "
            "install that version, or restore a backup made by this one.",
            code="schema_newer",
        )
    for entry in present:
        if entry.number in known and known[entry.number].digest != entry.digest:
            raise Conflict(
                f"The migration {entry.name} was changed after it had been applied. Nothing was changed; put the file back as it "
                "was, and the change into a new migration.",
                code="schema_changed",
            )
    gone_past = [m for m in wanted if present and m.number < present[-1].number and m.number not in {e.number for e in present}]
    if gone_past:
        raise Conflict(
            f"The migration {gone_past[0].name} came after {present[-1].name} had been applied. Nothing was changed; give it the "
            "next free number.",
            code="schema_changed",
        )


async def _apply(connection: Connection, wanted: Sequence[Migration]) -> list[str]:
    done: list[str] = []
    while True:
        # Without the lock first: in the usual case there is nothing to do, and behind a pooler a lock could be left behind.
        present = await applied(connection)
        check_history(present, wanted)
        numbers = {entry.number for entry in present}
        missing = [migration for migration in wanted if migration.number not in numbers]
        if not missing:
            return done
        step = _transactional if missing[0].in_transaction else _statement_by_statement
        if await step(connection, missing[0], numbers):
            _log.info("migrated", migration=missing[0].name)
            done.append(missing[0].name)
        else:
            # Waiting for the lock within the server would hold a snapshot, and `create index concurrently` in the process
            # that has the lock waits for every older snapshot to end: a deadlock.
            await asyncio.sleep(_WAIT_S)


async def _transactional(connection: Connection, migration: Migration, numbers: set[int]) -> bool:
    # Each statement must see what was committed before it, whatever the server's default.
    async with connection.transaction(isolation="read_committed"):
        if not await connection.fetchval("select pg_try_advisory_xact_lock($1)", LOCK):
            return False
        if {entry.number for entry in await applied(connection)} != numbers:
            return False
        for statement in migration.statements:
            await connection.execute(statement)
        await _record(connection, migration)
    return True


async def _statement_by_statement(connection: Connection, migration: Migration, numbers: set[int]) -> bool:
    if not await connection.fetchval("select pg_try_advisory_lock($1)", LOCK):
        return False
    try:
        if {entry.number for entry in await applied(connection)} != numbers:
            return False
        for statement in migration.statements:
            await connection.execute(statement)
        await _record(connection, migration)
    finally:
        await connection.execute("select pg_advisory_unlock($1)", LOCK)
    return True


async def _record(connection: Connection, migration: Migration) -> None:
    await connection.execute(
        "create table if not exists schema_migration (number integer primary key, name text not null, digest text not null, "
        "runs_with integer not null, applied_at timestamptz not null default now())"
    )
    await connection.execute(
        "insert into schema_migration (number, name, digest, runs_with) values ($1, $2, $3, $4)",
        migration.number,
        migration.name,
        migration.digest,
        migration.runs_with,
    )
