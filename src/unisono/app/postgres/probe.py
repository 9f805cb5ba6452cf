"""What a server that may or may not be there says when asked, and whether its process lives."""

import os
from enum import Enum
from pathlib import Path
from urllib.parse import quote

import asyncpg

from unisono.app.postgres.cluster import SUPERUSER
from unisono.app.postgres.place import Place

_PATIENCE_S = 5


class Answer(Enum):
    """Nobody listens; it is starting, recovering or ending; it serves."""

    NONE = "none"
    BUSY = "busy"
    READY = "ready"


def dsn_of(socket_directory: Path, database: str) -> str:
    """Return the connection string; complete, so that PGPORT, PGSSLMODE and the like of the environment do not count."""
    return f"postgresql://{SUPERUSER}@/{database}?host={quote(str(socket_directory), safe='/')}&port=5432&sslmode=disable"


async def ask(place: Place, database: str) -> Answer:
    """Connect once and tell what came of it. Raises asyncpg.PostgresError when the server serves but refuses us."""
    directory = place.socket_directory()
    if directory is None:
        return Answer.NONE
    try:
        connection = await asyncpg.connect(dsn_of(directory, database), timeout=_PATIENCE_S)
    except (FileNotFoundError, ConnectionRefusedError):
        return Answer.NONE
    except (
        TimeoutError,
        ConnectionError,
        asyncpg.CannotConnectNowError,
        asyncpg.InternalClientError,
        asyncpg.InvalidCatalogNameError,
        asyncpg.ConnectionDoesNotExistError,
        asyncpg.ConnectionFailureError,
        asyncpg.AdminShutdownError,
        asyncpg.CrashShutdownError,
    ):
        return Answer.BUSY
    except asyncpg.TooManyConnectionsError:
        return Answer.READY
    await connection.close()
    return Answer.READY


def noted_pid(place: Place) -> int | None:
    """Return the process id in the server's own lock file, alive or not; None without one."""
    try:
        return int((place.cluster / "postmaster.pid").read_text(encoding="utf-8").split("\n", 1)[0])
    except (FileNotFoundError, ValueError):
        return None


def is_server(pid: int, place: Place) -> bool:
    """Tell whether this process is the server of this cluster; numbers are used again after a restart.

    Where the system shows no command lines (/proc), a living process counts as the server.
    """
    line = Path(f"/proc/{pid}/cmdline")
    try:
        if line.parent.parent.joinpath("self").exists():
            return os.fsencode(place.cluster) in line.read_bytes().split(b"\0")
        os.kill(pid, 0)
    except (FileNotFoundError, ProcessLookupError):
        return False
    except PermissionError:
        return True
    return True
