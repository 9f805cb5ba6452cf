#!/usr/bin/env python3
"""Pack the source archive, and the wheel from it, into `dist/`; then check that what users need is inside.

scripts/pack.py [FOLDER]
"""

from __future__ import annotations

import fnmatch
import re
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

from setup import VENV
from steps import ROOT, Failed, run, say, venv_python

# What the program reads at run time besides its code, and would miss only at a user's.
NEEDED = {
    "the desk": "unisono/web/static/index.html",
    "the desk's scripts": "unisono/web/static/assets/*.js",
    "the schema": "unisono/store/migrations/*.sql",
    "the queries": "unisono/store/*.sql",
    "the texts in German": "unisono/**/de/*.ftl",
    "the texts in English": "unisono/**/en/*.ftl",
    "the demo's customers": "unisono/app/demo_data/*.jsonl",
    "the marker of types": "unisono/py.typed",
    "the licence": "*.dist-info/licenses/LICENSE",
}
UNWANTED = ("node_modules", "__pycache__", "/.cache/", "/.venv/", ".pyc")


def main() -> None:
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "dist"
    archive, wheel = pack(folder)
    check(archive, wheel)
    say(f"Packed: {wheel} ({_megabytes(wheel)}), {archive} ({_megabytes(archive)})")


def pack(folder: Path) -> tuple[Path, Path]:
    """Return the source archive and the wheel that was made from it, with the tools of this environment."""
    command = [str(venv_python(VENV)), "-m", "build", "--no-isolation", "--outdir", str(folder), str(ROOT)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise Failed(f"{done.stdout}{done.stderr}\nThe archives could not be packed.")
    version = _version()
    return folder / f"unisono-{version}.tar.gz", folder / f"unisono-{version}-py3-none-any.whl"


def check(archive: Path, wheel: Path) -> None:
    """Raise Failed with everything that is missing from the archives, or too much in them."""
    with zipfile.ZipFile(wheel) as packed:
        in_wheel = set(packed.namelist())
        page = packed.read(NEEDED["the desk"]).decode() if NEEDED["the desk"] in in_wheel else ""
    with tarfile.open(archive) as sources:
        in_archive = set(sources.getnames())
    faults = [f"the wheel lacks {what} ({pattern})" for what, pattern in NEEDED.items() if not _any(in_wheel, pattern)]
    faults += [f"the wheel lacks {name}" for name in sorted(_code() - in_wheel)]
    faults += [
        f"the wheel lacks {name}, which the desk's page loads"
        for name in re.findall(r'(?:src|href)="/([^"#?]+)"', page)
        if f"unisono/web/static/{name}" not in in_wheel
    ]
    faults += [f"{name} is packed" for name in sorted(in_wheel | in_archive) if any(bad in name for bad in UNWANTED)]
    if faults:
        raise Failed("The archives are not fit to be published:\n  " + "\n  ".join(faults[:40]))


def _any(names: set[str], pattern: str) -> bool:
    return any(fnmatch.fnmatchcase(name, pattern.replace("**/", "*")) for name in names)


def _code() -> set[str]:
    """Return every file of the package that git knows, named as in the wheel."""
    listed = subprocess.run(["git", "ls-files", "-z", "--", "src/unisono"], cwd=ROOT, capture_output=True, text=True, check=False)
    names = [name for name in listed.stdout.split("\0") if name and (ROOT / name).is_file()]
    return {name.removeprefix("src/") for name in names}


def _version() -> str:
    text = (ROOT / "src" / "unisono" / "__init__.py").read_text(encoding="utf-8")
    found = re.search(r'^__version__ = "([^"]+)"', text, re.MULTILINE)
    if found is None:
        raise Failed("src/unisono/__init__.py names no __version__.")
    return found[1]


def _megabytes(path: Path) -> str:
    return f"{path.stat().st_size / 1e6:.1f} MB"


if __name__ == "__main__":
    sys.exit(run(main))
