"""The house rules that tools can check: lint, format, types, layers."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PYTHON = sys.executable


def run(*command: str, cwd: Path = ROOT, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run a tool of this environment and keep what it says."""
    return subprocess.run(
        [str(Path(PYTHON).with_name(command[0])), *command[1:]],
        cwd=cwd,
        env={**os.environ, **environment, "NO_COLOR": "1"},
        capture_output=True,
        text=True,
        check=False,
        stdin=subprocess.DEVNULL,
    )


def says_yes(done: subprocess.CompletedProcess[str]) -> None:
    """Fail with all that the tool said, unless it was content."""
    if done.returncode:
        pytest.fail(f"{done.stdout}{done.stderr}", pytrace=False)


def test_the_linter_finds_nothing() -> None:
    says_yes(run("ruff", "check", "."))


def test_everything_is_formatted_alike() -> None:
    says_yes(run("ruff", "format", "--check", "."))


@pytest.mark.timeout(600)
def test_the_types_hold() -> None:
    says_yes(run("mypy"))


def test_the_rooms_keep_their_layers() -> None:
    says_yes(run("lint-imports", "--no-cache"))


# Room and a line that must not stand in it; one for each contract in pyproject.toml.
TRESPASSES = {
    "a mind reads the clock": ("routing", "import time"),
    "a mind waits": ("triage", "import asyncio"),
    "a mind asks chance": ("planning", "import random"),
    "a mind knows another mind": ("routing", "import unisono.triage"),
    "the domain opens a connection": ("domain", "import socket"),
    "the contract knows the service": ("contract", "import unisono.service"),
    "the service knows the store": ("service", "import unisono.store"),
    "one I/O room knows another": ("store", "import unisono.bus"),
    "a connector knows the service": ("connectors/planted", "import unisono.service"),
    "a connector goes out by itself": ("connectors/planted", "import unisono.egress"),
    "one connector knows another": ("connectors/planted", "import unisono.connectors.other"),
    "the product leans on the test kit": ("app/planted", "import unisono.testing"),
    "a room without a place in the plan": ("attic", "import unisono.app"),
}


@pytest.fixture(scope="module")
def copied_house(tmp_path_factory: pytest.TempPathFactory) -> Path:
    copy = tmp_path_factory.mktemp("house")
    shutil.copytree(ROOT / "src", copy / "src", ignore=shutil.ignore_patterns("static", "__pycache__", "*.jsonl"))
    shutil.copy(ROOT / "pyproject.toml", copy)
    for name in ("planted", "other"):
        plant(copy, f"connectors/{name}", "")
    says_yes(run("lint-imports", "--no-cache", cwd=copy, PYTHONPATH=str(copy / "src")))
    return copy


def plant(house: Path, room: str, line: str) -> Path:
    folder = house / "src" / "unisono" / room
    folder.mkdir(exist_ok=True)
    if not (folder / "__init__.py").exists():
        (folder / "__init__.py").touch()
    planted = folder / "planted_trespass.py"
    planted.write_text(f"{line}\n", encoding="utf-8")
    return planted


@pytest.mark.parametrize("case", TRESPASSES)
def test_a_trespass_is_caught(case: str, copied_house: Path) -> None:
    room, line = TRESPASSES[case]
    existed = (copied_house / "src" / "unisono" / room).exists()
    planted = plant(copied_house, room, line)
    done = run("lint-imports", "--no-cache", cwd=copied_house, PYTHONPATH=str(copied_house / "src"))
    planted.unlink()
    if not existed:
        shutil.rmtree(planted.parent)
    assert done.returncode == 1, done.stdout
    assert "BROKEN" in done.stdout, done.stdout
