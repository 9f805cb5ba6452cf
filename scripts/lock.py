#!/usr/bin/env python3
"""Write the hashed locks in `requirements/` anew from pyproject.toml; `--upgrade` takes the newest versions.

Each lock holds for every supported Python and system, names no registry, and agrees with the ones before it.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from setup import VENV
from steps import REQUIREMENTS, ROOT, Failed, run, venv_python

# Written one after the other: what an earlier lock pins, a later one keeps.
GROUPS = {
    "run.txt": ["pyproject.toml"],
    "dev.txt": ["--group", "test", "--group", "check", "--group", "build"],
    "docs.txt": ["--group", "docs"],
}
# Programs with an environment of their own.
ALONE = {
    "uv.txt": "uv",
    "node.txt": "node",
    "peers.txt": "peers",
    "synapse.txt": "synapse",
    "radicale.txt": "radicale",
}


def main() -> None:
    more = [argument for argument in sys.argv[1:] if argument.startswith("--upgrade")]
    for name, what in GROUPS.items():
        earlier = [REQUIREMENTS / other for other in list(GROUPS)[: list(GROUPS).index(name)]]
        constraints = [part for path in earlier for part in ("--constraints", str(path))]
        _compile(REQUIREMENTS / name, [*what, *constraints, *more])
    for name, group in ALONE.items():
        _compile(REQUIREMENTS / name, ["--group", group, *more])


def _compile(lock: Path, arguments: list[str]) -> None:
    uv = venv_python(VENV).with_name("uv")
    command = [
        *(str(uv), "pip", "compile", "--quiet", "--universal", "--python-version", "3.11", "--generate-hashes"),
        *("--no-annotate", "--no-emit-index-url", "--custom-compile-command", "make lock"),
        *("--output-file", str(lock), *arguments),
    ]
    if subprocess.run(command, cwd=ROOT, check=False).returncode:
        raise Failed(f"{lock} could not be written; the one that was there is kept. The messages above say why.")


if __name__ == "__main__":
    sys.exit(run(main))
