"""What the scripts share: run a step, retry it when a registry is away, know whether it must be done again.

Only the standard library, since these scripts make the environments that everything else comes from.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
CACHE = ROOT / ".cache"
REQUIREMENTS = ROOT / "requirements"
OLDEST = (3, 11)
TRIES = 3


class Failed(Exception):
    """A step failed; the text says what happened, what was kept and what to do next."""


def run(main: Callable[[], None]) -> int:
    """Call `main` under the oldest Python that will do, and turn a `Failed` into a message and exit code 1."""
    if sys.version_info < OLDEST:
        found = ".".join(map(str, sys.version_info[:3]))
        return _stop(
            f"Python {found} ({sys.executable}) is too old: Unisono needs 3.11 or later. Nothing was changed. "
            "Install it, or name one that you have: make setup PYTHON=python3.12"
        )
    try:
        main()
    except Failed as failure:
        return _stop(str(failure))
    except KeyboardInterrupt:
        return _stop("Stopped. What was done so far is kept; the same command goes on from there.")
    return 0


def fingerprint(paths: Iterable[Path], *more: str) -> str:
    """Return a checksum of names and contents of the files, and of whatever else the result depends on."""
    digest = hashlib.sha256("\0".join(more).encode())
    for path in sorted(paths):
        name = path.relative_to(ROOT).as_posix()
        digest.update(f"\0{name}\0{path.stat().st_size}\0".encode() + path.read_bytes())
    return digest.hexdigest()


def is_stamped(stamp: Path, wanted: str) -> bool:
    """Say whether the stamp was written for exactly these inputs."""
    return stamp.is_file() and stamp.read_text(encoding="utf-8").strip() == wanted


@contextlib.contextmanager
def one_at_a_time(name: str) -> Iterator[None]:
    """Hold a lock file, so that two commands in two terminals do not build the same thing at once."""
    if os.name != "posix":
        yield
        return
    import fcntl

    CACHE.mkdir(exist_ok=True)
    with (CACHE / f"{name}.lock").open("w") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say(f"Another command is doing the same ({name}); waiting for it.")
            fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def venv_python(venv: Path) -> Path:
    """Return where the interpreter of a virtual environment lies."""
    return venv / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


def is_alive(venv: Path) -> bool:
    """Say whether the environment still runs: it dies with the interpreter that it links to."""
    ask = "import sys; print(*sys.version_info[:2])"
    try:
        answer = subprocess.run([venv_python(venv), "-c", ask], capture_output=True, text=True, check=False)
    except OSError:
        return False
    return answer.stdout.split() == [str(number) for number in sys.version_info[:2]]


def make_venv(venv: Path) -> None:
    """Make a virtual environment with this interpreter, unless a living one is there."""
    if is_alive(venv):
        return
    shutil.rmtree(venv, ignore_errors=True)
    venv.parent.mkdir(parents=True, exist_ok=True)
    say(f"Making {venv} with {sys.executable}")
    made = subprocess.run([sys.executable, "-m", "venv", venv], capture_output=True, text=True, check=False)
    if made.returncode:
        shutil.rmtree(venv, ignore_errors=True)
        raise Failed(
            f"{made.stdout}{made.stderr}{sys.executable} cannot make a virtual environment. Nothing was kept. "
            "On Debian and Ubuntu: apt-get install python3-venv"
        )


def pip_install(venv: Path, lock: Path) -> None:
    """Install a hashed lock with the environment's own pip; wheels only, so that no compiler is needed."""
    pip = [str(venv_python(venv)), "-m", "pip", "--disable-pip-version-check", "--no-input", "install", "--quiet"]
    retry([*pip, "--require-hashes", "--only-binary", ":all:", "--requirement", str(lock)])


def retry(command: Sequence[str], *, cwd: Path = ROOT, env: Mapping[str, str] | None = None, pause_s: float = 5) -> None:
    """Run the command up to three times, since a registry can be away for a moment; raises Failed after that."""
    shown = " ".join(command)
    for attempt in range(1, TRIES + 1):
        say(f"$ {shown}")
        if subprocess.run(command, check=False, cwd=cwd, env=env, stdin=subprocess.DEVNULL).returncode == 0:
            return
        if attempt < TRIES:
            say(f"That failed; trying again in {pause_s * attempt:.0f} s.")
            time.sleep(pause_s * attempt)
    raise Failed(
        f"{TRIES} tries failed: {shown}\nWhat was done so far is kept. The messages above say why it failed; "
        "if the network was away, type the same command again when it is back."
    )


def say(text: str) -> None:
    """Tell the person at the terminal, in order with what the commands print themselves."""
    print(text, file=sys.stderr, flush=True)


def _stop(text: str) -> int:
    say(text)
    return 1
