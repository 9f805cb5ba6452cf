"""The locks pin what pyproject.toml asks for, by hash, and name no place to fetch it from."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[2]
LOCKS = sorted((ROOT / "requirements").glob("*.txt"))
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
GROUPS = {
    "run.txt": PROJECT["project"]["dependencies"],
    "dev.txt": [*PROJECT["dependency-groups"]["test"], *PROJECT["dependency-groups"]["check"]],
    "docs.txt": PROJECT["dependency-groups"]["docs"],
    "uv.txt": PROJECT["dependency-groups"]["uv"],
    "node.txt": PROJECT["dependency-groups"]["node"],
    "peers.txt": PROJECT["dependency-groups"]["peers"],
    "synapse.txt": PROJECT["dependency-groups"]["synapse"],
    "radicale.txt": PROJECT["dependency-groups"]["radicale"],
}


def pins(lock: Path) -> dict[str, set[str]]:
    """Name to the versions that the lock holds: more than one where Pythons differ."""
    found: dict[str, set[str]] = {}
    for name, version in re.findall(r"^([A-Za-z0-9._-]+)==([^\s;\\]+)", lock.read_text(encoding="utf-8"), re.MULTILINE):
        found.setdefault(canonicalize_name(name), set()).add(version)
    return found


@pytest.mark.parametrize("name", GROUPS)
def test_a_lock_satisfies_what_pyproject_asks_for(name: str) -> None:
    held = pins(ROOT / "requirements" / name)
    for line in GROUPS[name]:
        wanted = Requirement(line)
        versions = held.get(canonicalize_name(wanted.name), set())
        assert versions, f"{wanted.name} is not in {name}: type make lock"
        assert all(wanted.specifier.contains(version) for version in versions), f"{line}: {name} holds {versions}"


@pytest.mark.parametrize("lock", LOCKS, ids=lambda path: path.name)
def test_every_pin_has_a_hash_and_no_place(lock: Path) -> None:
    text = lock.read_text(encoding="utf-8")
    blocks = re.split(r"\n(?=\S)", text)
    for block in blocks:
        if not block.startswith("#"):
            assert "--hash=sha256:" in block, block
    assert not re.search(r"https?:|--(?:extra-)?index-url|--find-links", text)


def test_the_locks_of_one_environment_agree() -> None:
    together: dict[str, set[str]] = {}
    for name in ("run.txt", "dev.txt", "docs.txt"):
        for package, versions in pins(ROOT / "requirements" / name).items():
            assert together.setdefault(package, versions) & versions, f"{package}: {together[package]} and {versions}"


def test_the_desks_lock_names_no_place() -> None:
    lock = ROOT / "ui" / "package-lock.json"
    assert '"resolved"' not in lock.read_text(encoding="utf-8")


def test_every_run_time_dependency_has_its_line_in_the_decisions() -> None:
    record = (ROOT / "docs" / "adr" / "0002-dependencies.md").read_text(encoding="utf-8")
    named = {canonicalize_name(name) for name in re.findall(r"^\| `([^`]+)`", record, re.MULTILINE)}
    wanted = {canonicalize_name(Requirement(line).name) for line in PROJECT["project"]["dependencies"]}
    assert named == wanted
