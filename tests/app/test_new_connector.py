"""A new connector's folder, and the tutorial that adds a network: its page is followed to the letter."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.house.test_code import ROOT
from unisono.app.new_connector import CannotMake, new_connector

PAGE = ROOT / "docs" / "tutorial" / "add-a-network.md"
_BLOCK = re.compile(r"^```\{code-block\} python\n:caption: (\S+)\n\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def followed(place: Path) -> Path:
    """Do what the page says: make the folder, then put its pieces of code together, in their order, a blank line between."""
    new_connector("guestbook", place)
    folder = place / "guestbook"
    pieces: dict[str, list[str]] = {}
    for file, code in _BLOCK.findall(PAGE.read_text(encoding="utf-8")):
        assert (folder / file).is_file(), f"The tutorial fills in {file}, which the template does not make."
        pieces.setdefault(file, []).append(code.strip("\n"))
    for file, codes in pieces.items():
        # As a reader would: two blank lines before what stands at the margin, one inside a class.
        text = "".join(("\n\n\n" if n and code[0] != " " else "\n\n" if n else "") + code for n, code in enumerate(codes))
        (folder / file).write_text(text + "\n", encoding="utf-8")
    return folder


def installed(folder: Path, place: Path) -> dict[str, str]:
    """Install the package for one process only; returns its environment."""
    command = [
        "-m",
        "uv",
        "pip",
        "install",
        "--python",
        sys.executable,
        "--quiet",
        "--offline",
        "--no-deps",
        "--no-build-isolation",
    ]
    subprocess.run([sys.executable, *command, "--target", str(place), str(folder)], check=True)
    return {k: v for k, v in os.environ.items() if not k.startswith("PYTEST_")} | {"PYTHONPATH": str(place)}


def test_a_name_that_cannot_be_an_id_makes_nothing(tmp_path: Path) -> None:
    for name in ("", "Guestbook", "9lives", "a", "guest-book", "../evil", "class", "email", "x" * 40):
        with pytest.raises(CannotMake):
            new_connector(name, tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_is_there_is_left_alone(tmp_path: Path) -> None:
    mine = tmp_path / "guestbook"
    mine.mkdir()
    with pytest.raises(CannotMake, match="left as it is"):
        new_connector("guestbook", tmp_path)
    assert list(mine.iterdir()) == []


@pytest.mark.timeout(300)
def test_what_the_template_makes_is_found_and_says_what_is_not_written(tmp_path: Path) -> None:
    new_connector("night_owl", tmp_path)
    environment = installed(tmp_path / "night_owl", tmp_path / "site")
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-k", "1:", "tests"], cwd=tmp_path / "night_owl", env=environment,
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert "The lab of NightOwl is not written yet" in done.stdout, done.stdout[-2_000:]
    listed = subprocess.run(
        [sys.executable, "-c", "from unisono.app.registry import Connectors; print(Connectors().manifest('night_owl').title)"],
        env=environment, capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert "NightOwl" in listed.stdout


@pytest.mark.law5
@pytest.mark.timeout(420)
def test_the_tutorial_adds_a_network_that_passes_every_case_and_answers(open_directory: Path) -> None:
    folder = followed(open_directory)
    network = [folder / "pyproject.toml", *(folder / "guestbook_connector").glob("[!l]*")]
    lines = sum(len(path.read_text(encoding="utf-8").splitlines()) for path in network)
    assert lines < 200, f"The tutorial's network takes {lines} lines."
    environment = installed(folder, open_directory / "site")
    checked = subprocess.run(
        [sys.executable, "-m", "mypy", "--strict", "--cache-dir", str(open_directory / "mypy"), "guestbook_connector"], cwd=folder,
        env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert checked.returncode == 0, checked.stdout
    played = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-o", "asyncio_default_fixture_loop_scope=function", "tests"],
        cwd=folder, env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert "22 passed" in played.stdout, played.stdout[-4_000:]
    place = open_directory / "data"
    answered = subprocess.run(
        [sys.executable, "-m", "tests.app.answer_guestbook", str(place)], cwd=ROOT, capture_output=True, text=True, check=False,
        env=environment | {"PYTHONPATH": os.pathsep.join([environment["PYTHONPATH"], str(ROOT), str(ROOT / "scripts")])},
    )  # fmt: skip
    assert answered.stdout.strip().endswith("Anna reads below e1: Um neun."), answered.stdout + answered.stderr
