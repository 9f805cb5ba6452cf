#!/usr/bin/env python3
"""Build the desk from `ui/` into `src/unisono/web/static`; or, with names, run npm scripts of `ui/`.

scripts/ui.py               build, unless the built desk was made from exactly these sources
scripts/ui.py check test    run `npm run check` and `npm run test`
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import node
from steps import ROOT, Failed, fingerprint, is_stamped, one_at_a_time, retry, run, say

UI = ROOT / "ui"
STATIC = ROOT / "src" / "unisono" / "web" / "static"
# Lies inside the built desk, so that a source archive carries both and need not build again.
STAMP = STATIC / "built-from.txt"
PACKAGES = UI / "node_modules"
PACKAGES_STAMP = PACKAGES / ".unisono-packages"
HELP = ("tutorial", "how-to", "explanation")
# How two browsers are joined for a call: visitors' page and the desk share it.
LINK = ROOT / "src" / "unisono" / "voice" / "webrtc" / "static"
NOT_SOURCES = {"node_modules", "coverage", "dist", ".svelte-kit", ".vite"}


def main() -> None:
    if not (UI / "package.json").is_file():
        raise Failed(f"There is no {UI / 'package.json'}, so there is no desk to build. Nothing was changed.")
    names = sys.argv[1:]
    with one_at_a_time("ui"):
        if not names:
            build()
            return
        install_packages()
    for name in names:
        npm_run(name)


def build() -> None:
    """Build the desk unless what lies in `static` was made from these very sources."""
    wanted = fingerprint(sources())
    if is_stamped(STAMP, wanted) and (STATIC / "index.html").is_file():
        return
    say("Building the desk")
    install_packages()
    STAMP.unlink(missing_ok=True)
    npm_run("build")
    if not (STATIC / "index.html").is_file():
        raise Failed(f"The build of the desk ended well, but left no {STATIC / 'index.html'}.")
    STAMP.write_text(wanted + "\n", encoding="utf-8")
    say(f"The desk is built: {STATIC}")


def sources() -> list[Path]:
    """Return the files that the desk is made from."""
    # The help shows the documentation's own pages.
    found = [
        node.LOCK,
        LINK / "link.js",
        LINK / "link.d.ts",
        *(path for folder in HELP for path in (ROOT / "docs" / folder).glob("*.md")),
    ]
    for folder, folders, files in os.walk(UI):
        folders[:] = [name for name in folders if name not in NOT_SOURCES]
        found += [Path(folder, name) for name in files]
    return found


def install_packages() -> None:
    """Install exactly what package-lock.json names, unless that is what is there."""
    wanted = fingerprint([UI / "package.json", UI / "package-lock.json", node.LOCK])
    folder = node.install()
    if is_stamped(PACKAGES_STAMP, wanted):
        return
    # Nothing that the desk is built with needs an install script, so none is run.
    command = [str(folder / "npm"), "ci", "--ignore-scripts", "--no-progress", "--loglevel=error"]
    retry(command, cwd=UI, env=node.environment(folder))
    PACKAGES_STAMP.write_text(wanted, encoding="utf-8")


def npm_run(name: str) -> None:
    """Run one script of ui/package.json; raises Failed with its name when it fails."""
    folder = node.install()
    say(f"$ npm run {name}")
    done = subprocess.run(
        [folder / "npm", "run", "--silent", name],
        cwd=UI,
        env=node.environment(folder),
        stdin=subprocess.DEVNULL,
        check=False,
    )
    if done.returncode:
        raise Failed(f"npm run {name} failed in {UI} (exit code {done.returncode}); its messages are above.")


if __name__ == "__main__":
    sys.exit(run(main))
