#!/usr/bin/env python3
"""Fill `.venv` from the hashed locks in `requirements/`, and install the project into it, editable.

Needs only Python 3.11 or later with its `venv` module. The result is stamped with a checksum of everything
it was made from, so a second run does nothing and needs no network.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
STAMP = VENV / ".unisono-setup"
LOCKS = [ROOT / "requirements" / name for name in ("run.txt", "dev.txt", "docs.txt")]
UV_LOCK = ROOT / "requirements" / "uv.txt"
TRIES = 3
OLDEST = (3, 11)


def main() -> int:
    if sys.version_info < OLDEST:
        found = ".".join(map(str, sys.version_info[:3]))
        return _stop(
            f"Python {found} ({sys.executable}) is too old: Unisono needs 3.11 or later. Nothing was changed. "
            "Install it, or name one that you have: make setup PYTHON=python3.12"
        )
    wanted = _fingerprint()
    if _is_current(wanted):
        return 0
    try:
        _make_venv()
        _install()
    except _Failed as failure:
        return _stop(str(failure))
    STAMP.write_text(wanted)
    print(f"The environment is ready: {VENV}", flush=True)
    return 0


class _Failed(Exception):
    """A step failed; the text says what to do."""


def _fingerprint() -> str:
    """Checksum of the locks, the project's metadata and the interpreter's minor version."""
    digest = hashlib.sha256(f"{sys.version_info[:2]} {ROOT}".encode())
    for path in [*LOCKS, UV_LOCK, ROOT / "pyproject.toml", Path(__file__)]:
        digest.update(path.name.encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()


def _is_current(wanted: str) -> bool:
    return STAMP.is_file() and STAMP.read_text() == wanted and _runs(_python())


def _python() -> Path:
    return VENV / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


def _uv() -> Path:
    return _python().with_name("uv.exe" if os.name == "nt" else "uv")


def _runs(python: Path) -> bool:
    # A virtual environment dies with the interpreter that it links to.
    try:
        return subprocess.run([python, "-c", ""], capture_output=True, check=False).returncode == 0
    except OSError:
        return False


def _make_venv() -> None:
    STAMP.unlink(missing_ok=True)
    if _runs(_python()) and _same_version(_python()):
        return
    shutil.rmtree(VENV, ignore_errors=True)
    print(f"Making {VENV} with {sys.executable}", flush=True)
    made = subprocess.run([sys.executable, "-m", "venv", VENV], check=False)
    if made.returncode:
        shutil.rmtree(VENV, ignore_errors=True)
        raise _Failed(
            f"{sys.executable} cannot make a virtual environment. Nothing was kept. "
            "On Debian and Ubuntu: apt-get install python3-venv"
        )


def _same_version(python: Path) -> bool:
    ask = "import sys; print(sys.version_info[0], sys.version_info[1])"
    answer = subprocess.run([python, "-c", ask], capture_output=True, text=True, check=False)
    return answer.stdout.split() == [str(number) for number in sys.version_info[:2]]


def _install() -> None:
    pip = [str(_python()), "-m", "pip", "--disable-pip-version-check", "--no-input"]
    _retry([*pip, "install", "--quiet", "--require-hashes", "--only-binary", ":all:", "-r", str(UV_LOCK)])
    uv = [str(_uv()), "pip"]
    here = ["--python", str(_python())]
    locks = [str(path) for path in LOCKS]
    _retry([*uv, "sync", *here, "--quiet", "--require-hashes", "--no-build", *locks])
    _retry([*uv, "install", *here, "--quiet", "--no-deps", "--no-build-isolation", "--editable", str(ROOT)])


def _retry(command: list[str]) -> None:
    """Run the command up to three times, since a registry can be away for a moment."""
    for attempt in range(1, TRIES + 1):
        print("$ " + " ".join(command), flush=True)
        if subprocess.run(command, check=False, cwd=ROOT).returncode == 0:
            return
        if attempt < TRIES:
            print(f"That failed; trying again in {5 * attempt} s.", file=sys.stderr, flush=True)
            time.sleep(5 * attempt)
    raise _Failed(
        f"{TRIES} tries failed: {' '.join(command)}\n"
        "What was installed so far is kept in .venv. The messages above say why it failed; "
        "when the network is back, type the same command again."
    )


def _stop(text: str) -> int:
    print(text, file=sys.stderr, flush=True)
    return 1


if __name__ == "__main__":
    sys.exit(main())
