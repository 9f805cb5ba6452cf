"""The embedded PostgreSQL: its programs, its cluster, and the supervisor that ties it to its owner.

`database_server` is the door: a server of one's own by its address, or the embedded one.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from unisono.app.postgres.binaries import Binaries, bin_dir, find_binaries
from unisono.app.postgres.errors import ClusterUnreachable, PostgresFailed, PostgresNotFound, WrongMajorVersion
from unisono.app.postgres.place import STATE_DIR, Place, look_up_place, make_data_dir
from unisono.app.postgres.supervisor import EmbeddedPostgres


@asynccontextmanager
async def database_server(
    database_url: str | None, data_dir: Path, *, bin_dir: Path | None = None, state_dir: Path = STATE_DIR
) -> AsyncIterator[str]:
    """Yield a connection string: `database_url` as it is when given, else that of the embedded server, started or joined.

    Raises what `EmbeddedPostgres.start` raises.
    """
    if database_url:
        yield database_url
        return
    async with EmbeddedPostgres(data_dir, bin_dir=bin_dir, state_dir=state_dir) as server:
        yield server.dsn


__all__ = [
    "Binaries",
    "ClusterUnreachable",
    "EmbeddedPostgres",
    "Place",
    "PostgresFailed",
    "PostgresNotFound",
    "WrongMajorVersion",
    "bin_dir",
    "database_server",
    "find_binaries",
    "look_up_place",
    "make_data_dir",
]
