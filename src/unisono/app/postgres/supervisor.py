"""The embedded server: one process owns it, others join, and it ends with its owner."""

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Self, TypeVar

import asyncpg
import structlog

from unisono.app.postgres import cluster, ownership, probe, wheel_copy
from unisono.app.postgres.account import ENVIRONMENT
from unisono.app.postgres.binaries import Binaries, find_binaries
from unisono.app.postgres.errors import ClusterUnreachable, PostgresFailed
from unisono.app.postgres.place import STATE_DIR, Place, prepare_place
from unisono.app.postgres.probe import Answer
from unisono.domain.errors import UnisonoError

_WATCHDOG = Path(__file__).with_name("watchdog.py")
_LOOK_S = 0.05
_KEEP_S = 0.5
_TELL_S = 10
_LARGEST_LOG = 5 << 20
# A killed server's last children, or one that is still ending, are in the way for moments only.
_IN_THE_WAY = (b"lock file", b"pre-existing shared memory block")
_IN_THE_WAY_S = 30
_T = TypeVar("_T")
_log = structlog.get_logger("postgres")


class EmbeddedPostgres:
    """A PostgreSQL server for one data directory, used as `async with EmbeddedPostgres(data_dir) as server: server.dsn`.

    The first process owns the server: it makes the cluster when there is none, starts the server, starts it anew when it
    dies, and ends it when it ends itself, even by SIGKILL. Others join by connecting; when the owner goes, one of them
    becomes the owner within a second. The connection string is the same for all and stays the same.
    """

    def __init__(self, data_dir: Path, *, bin_dir: Path | None = None, state_dir: Path = STATE_DIR) -> None:
        self._data_dir = data_dir
        self._bin_dir = bin_dir
        self._state_dir = state_dir
        self._turn = asyncio.Lock()
        self._place: Place | None = None
        self._lock: ownership.OwnerLock | None = None
        self._watchdog: subprocess.Popen[bytes] | None = None
        self._leash: int | None = None
        self._keeper: asyncio.Task[None] | None = None

    @property
    def dsn(self) -> str:
        """How to connect. Raises RuntimeError before `start`."""
        directory = None if self._place is None else self._place.socket_directory()
        if directory is None:
            raise RuntimeError("The server was not started yet.")
        return probe.dsn_of(directory, cluster.DATABASE)

    @property
    def is_owner(self) -> bool:
        """Whether the server is ours and ends with us."""
        return self._lock is not None and self._lock.held

    @property
    def directory(self) -> Path:
        """Where the cluster and its log lie. Raises RuntimeError before `start`."""
        if self._place is None:
            raise RuntimeError("The server was not started yet.")
        return self._place.directory

    async def start(self) -> str:
        """Start the server or join the one that runs; returns the connection string. Recovery may take as long as it needs.

        Raises PostgresNotFound, WrongMajorVersion, ClusterUnreachable, PostgresFailed; nothing is left behind then.
        """
        if self._keeper is not None:
            return await self.ensure()
        self._place = await _in_thread(lambda: prepare_place(self._data_dir, state_dir=self._state_dir))
        self._lock = ownership.OwnerLock(self._place.lock)
        try:
            dsn = await self.ensure()
        except BaseException:
            await self._halt()
            self._lock.release()
            raise
        self._keeper = asyncio.create_task(self._keep(), name="postgres-keeper")
        return dsn

    async def ensure(self) -> str:
        """Return the connection string of a server that answers now: join, wait, take over or start anew as needed."""
        async with self._turn:
            await self._settle()
        return self.dsn

    async def stop(self) -> None:
        """End the server by a fast shutdown if it is ours, and return when it is gone. Who only joined just leaves."""
        if self._keeper is not None:
            self._keeper.cancel()
            await asyncio.gather(self._keeper, return_exceptions=True)
            self._keeper = None
        await self._halt()
        if self._lock is not None:
            self._lock.release()

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        await self.stop()

    # ---- owning, joining, keeping --------------------------------------------------------------------------------

    async def _settle(self) -> None:
        place, lock = self._started()
        told = time.monotonic()
        while True:
            if lock.held or self._take(lock):
                if not self._is_running():
                    await self._serve(place)
                elif not await self._wait_until_ready(place):
                    continue
                return
            if await probe.ask(place, cluster.DATABASE) is Answer.READY:
                return
            told = _tell(told, "waiting_for_owner", place)
            await asyncio.sleep(_LOOK_S)

    def _is_running(self) -> bool:
        return self._watchdog is not None and self._watchdog.poll() is None

    def _started(self) -> tuple[Place, ownership.OwnerLock]:
        if self._place is None or self._lock is None:
            raise RuntimeError("The server was not started yet.")
        return self._place, self._lock

    def _take(self, lock: ownership.OwnerLock) -> bool:
        try:
            return lock.take()
        except PermissionError as error:
            raise ClusterUnreachable(
                f"No permission for {error.filename}: the database belongs to another user. Nothing was started. Run as that "
                "user, or point UNISONO_DATA to a directory of your own."
            ) from error

    async def _keep(self) -> None:
        """Start the server anew when it dies, and become the owner when the owner is gone."""
        pause = _KEEP_S
        while True:
            await asyncio.sleep(pause)
            _, lock = self._started()
            pause = _KEEP_S
            if not lock.held and not lock.take():
                continue
            if self._is_running():
                continue
            began = time.monotonic()
            try:
                async with self._turn:
                    await self._settle()
            except (UnisonoError, OSError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
                pause = min(30.0, max(1.0, 2 * (time.monotonic() - began)))
                _log.error("server_down", error=str(error), next_try_s=pause)

    # ---- serving -------------------------------------------------------------------------------------------------

    async def _serve(self, place: Place) -> None:
        """Bring the server up; the lock is ours."""
        if self._watchdog is not None:
            _log.warning("server_died", exit_code=self._watchdog.returncode, log=str(place.log))
            await self._halt()
        binaries = await _in_thread(lambda: self._prepare(place))
        await self._end_orphan(place)
        await _in_thread(lambda: cluster.write_settings(place, binaries.major))
        try:
            await self._launch_until_ready(place, binaries)
            await _ensure_database(place)
        except BaseException:
            await self._halt()
            raise
        _log.info("server_ready", version=binaries.version, source=binaries.source, directory=str(place.directory))

    def _prepare(self, place: Place) -> Binaries:
        binaries = wheel_copy.runnable(find_binaries(self._bin_dir), place.account, self._state_dir)
        if place.exists:
            cluster.check_version(place, binaries)
            if place.account is not None and place.cluster.stat().st_uid == 0:
                cluster.hand_over(place, place.cluster)
        else:
            cluster.make_cluster(place, binaries)
        place.make_socket_directory()
        return binaries

    async def _end_orphan(self, place: Place) -> None:
        """Wait until a server that lost its owner is gone, and ask it to go."""
        told = began = time.monotonic()
        asked: dict[int, signal.Signals] = {}
        while True:
            pid = probe.noted_pid(place)
            if pid is None or not probe.is_server(pid, place):
                return
            wanted = signal.SIGINT if time.monotonic() - began < 60 else signal.SIGQUIT
            if asked.get(pid) is not wanted:
                asked[pid] = wanted
                try:
                    os.kill(pid, wanted)
                except ProcessLookupError:
                    continue
            told = _tell(told, "waiting_for_old_server", place)
            await asyncio.sleep(_LOOK_S)

    async def _launch_until_ready(self, place: Place, binaries: Binaries) -> None:
        began = time.monotonic()
        while True:
            said_before = _trim(place)
            self._launch(place, binaries)
            if await self._wait_until_ready(place):
                return
            said = _tail(place, said_before)
            await self._halt()
            if any(phrase in said for phrase in _IN_THE_WAY) and time.monotonic() - began < _IN_THE_WAY_S:
                await asyncio.sleep(4 * _LOOK_S)
                continue
            raise PostgresFailed(
                f"PostgreSQL {binaries.version} did not start in {place.directory}; no data was touched by this. Its log, "
                f"{place.log}, ends: {said.decode(errors='replace').strip() or '(nothing)'}"
            )

    def _launch(self, place: Place, binaries: Binaries) -> None:
        directory = place.make_socket_directory()
        uid, gid = (-1, -1) if place.account is None else (place.account.uid, place.account.gid)
        command: list[str | Path] = [
            sys.executable, "-I", "-S", _WATCHDOG, str(uid), str(gid),
            binaries.directory / "postgres", "-D", place.cluster, "-k", directory, "-h", "", "-p", "5432",
        ]  # fmt: skip
        environment = dict(ENVIRONMENT)
        stale = probe.noted_pid(place)
        if stale is not None:
            # The number of a dead server may belong to somebody else by now, which would keep the new one from starting.
            # We know better (`_end_orphan`), and this is how the server takes our word while its check of the shared
            # memory still protects the files (CreateLockFile in src/backend/utils/init/miscinit.c).
            environment["PG_GRANDPARENT_PID"] = str(stale)
        reading, writing = os.pipe()
        self._leash = ownership.hold(writing)
        try:
            with _open_log(place) as log:
                self._watchdog = subprocess.Popen(
                    command, stdin=reading, stdout=log, stderr=log, env=environment, cwd="/", start_new_session=True
                )
        finally:
            os.close(reading)

    async def _wait_until_ready(self, place: Place) -> bool:
        """Wait for as long as the process lives: recovery has no time limit. False when it ended."""
        told = time.monotonic()
        while self._is_running():
            if await probe.ask(place, "postgres") is Answer.READY:
                return True
            told = _tell(told, "waiting_for_recovery", place)
            await asyncio.sleep(_LOOK_S)
        return False

    async def _halt(self) -> None:
        """Let the leash go and wait for the watchdog, which waits for the server."""
        if self._leash is not None:
            ownership.let_go(self._leash)
            self._leash = None
        watchdog, self._watchdog = self._watchdog, None
        while watchdog is not None and watchdog.poll() is None:  # noqa: ASYNC110 - a process sets no event
            await asyncio.sleep(_LOOK_S / 2)


async def _ensure_database(place: Place) -> None:
    directory = place.socket_directory()
    if directory is None:
        raise RuntimeError("A server runs without a socket directory.")
    connection = await asyncpg.connect(probe.dsn_of(directory, "postgres"))
    try:
        if not await connection.fetchval("select true from pg_database where datname = $1", cluster.DATABASE):
            await connection.execute(f'create database "{cluster.DATABASE}"')
    finally:
        await connection.close()


async def _in_thread(work: Callable[[], _T]) -> _T:
    """Run blocking work in a thread; when cancelled, wait for its end, so that it never outlives the lock."""
    task = asyncio.ensure_future(asyncio.to_thread(work))
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        await asyncio.gather(task, return_exceptions=True)
        raise


def _open_log(place: Place) -> BinaryIO:
    descriptor = os.open(place.log, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
    place.give(place.log)
    return os.fdopen(descriptor, "ab")


def _trim(place: Place) -> int:
    """Put a log that grew large aside, and return where the next line will stand."""
    if not place.log.is_file():
        return 0
    size = place.log.stat().st_size
    if size <= _LARGEST_LOG:
        return size
    place.log.replace(place.log.with_suffix(".log.1"))
    return 0


def _tail(place: Place, start: int) -> bytes:
    with place.log.open("rb") as log:
        log.seek(start)
        return log.read()[-2000:]


def _tell(told: float, what: str, place: Place) -> float:
    now = time.monotonic()
    if now - told < _TELL_S:
        return told
    _log.info(what, directory=str(place.directory), log=str(place.log))
    return now
