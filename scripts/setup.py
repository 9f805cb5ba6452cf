#!/usr/bin/env python3
"""Fill `.venv` from the hashed locks in `requirements/`, and install the project into it, editable.

Needs only Python 3.11 or later with its `venv` module. The result is stamped with a checksum of everything
it was made from, so a second run does nothing and needs no network.
"""

from __future__ import annotations

import sys

from steps import (
    REQUIREMENTS,
    ROOT,
    fingerprint,
    is_alive,
    is_stamped,
    make_venv,
    one_at_a_time,
    pip_install,
    retry,
    run,
    say,
    venv_python,
)

VENV = ROOT / ".venv"
STAMP = VENV / ".unisono-setup"
LOCKS = [REQUIREMENTS / name for name in ("run.txt", "dev.txt", "docs.txt")]
UV_LOCK = REQUIREMENTS / "uv.txt"


def main() -> None:
    inputs = [*LOCKS, UV_LOCK, ROOT / "pyproject.toml", ROOT / "scripts" / "setup.py"]
    # An editable install points at its folder: a moved clone must be set up anew.
    wanted = fingerprint(inputs, str(sys.version_info[:2]), str(ROOT))
    with one_at_a_time("setup"):
        if is_stamped(STAMP, wanted) and is_alive(VENV):
            return
        STAMP.unlink(missing_ok=True)
        make_venv(VENV)
        pip_install(VENV, UV_LOCK)
        uv = [str(venv_python(VENV).with_name("uv")), "pip"]
        here = ["--python", str(venv_python(VENV)), "--quiet"]
        retry([*uv, "sync", *here, "--require-hashes", "--no-build", *map(str, LOCKS)])
        retry([*uv, "install", *here, "--no-deps", "--no-build-isolation", "--editable", str(ROOT)])
        STAMP.write_text(wanted, encoding="utf-8")
        say(f"The environment is ready: {VENV}")


if __name__ == "__main__":
    sys.exit(run(main))
