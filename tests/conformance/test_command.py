"""The command `unisono conformance`: what it prints, writes and answers to the shell."""

import io
import os
import subprocess
import sys
from importlib.metadata import EntryPoint
from pathlib import Path
from typing import Any

import msgspec
import pytest
from rich.console import Console

from unisono.app import conformance
from unisono.app.conformance import NoLab, _judge, lab_of
from unisono.testing.conformance import CASES, Outcome, Report, Verdict
from unisono.testing.labs.sandbox import SandboxLab

pytestmark = pytest.mark.law5


class OneFolder:
    """A registry of one connector that lies in a folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def code(self, connector: str) -> "OneFolder":
        return self


def report(*failed: int) -> Report:
    """All cases passed but these."""
    outcome = {number: Outcome.FAILED if number in failed else Outcome.PASSED for number in CASES}
    verdicts = [Verdict(number=n, name=CASES[n].name, outcome=outcome[n]) for n in sorted(CASES)]
    return Report(connector="theirs", verdicts=verdicts, real_peer=False, peer="a test")


def judged(folder: Path, found: Report) -> tuple[bool, str]:
    said = io.StringIO()
    good = _judge(OneFolder(folder), found, Console(file=said, width=200), keep=True)  # type: ignore[arg-type]
    return good, said.getvalue()


def test_cases_are_played_from_the_command_line_and_told_as_json() -> None:
    command = [
        sys.executable,
        "-c",
        "from unisono.app.cli import main; main()",
        "conformance",
        "sandbox",
        "--case",
        "1",
        "--case",
        "9",
    ]
    done = subprocess.run([*command, "--json"], capture_output=True, text=True, timeout=110, check=False, env={**os.environ})
    assert done.returncode == 0, done.stderr
    assert msgspec.json.decode(done.stdout) == {"sandbox": {"grade": "none", "passed": [1, 9], "excused": {}}}
    assert "three times at once" in done.stderr


def test_a_grade_is_written_beside_the_manifest(tmp_path: Path) -> None:
    good, _ = judged(tmp_path, report())
    kept = msgspec.json.decode((tmp_path / "grades.json").read_bytes())
    assert good
    assert kept == {"theirs": {"grade": "silver", "passed": sorted(CASES), "excused": {}}}


def test_a_lower_grade_is_told_and_the_better_one_stays(tmp_path: Path) -> None:
    judged(tmp_path, report())
    good, said = judged(tmp_path, report(13))
    assert not good
    assert "was silver and is bronze now" in said
    assert msgspec.json.decode((tmp_path / "grades.json").read_bytes())["theirs"]["grade"] == "silver"


def test_a_place_that_cannot_be_written_is_told_and_nothing_else_fails(tmp_path: Path) -> None:
    (tmp_path / "grades.json").mkdir()
    good, said = judged(tmp_path, report())
    assert good
    assert "could not be written" in said
    assert "silver" in said


def test_a_package_names_its_lab_by_entry_point(monkeypatch: pytest.MonkeyPatch) -> None:
    def entry_points(*, group: str, name: str) -> list[Any]:
        known = EntryPoint(name="theirs", group="unisono.labs", value="unisono.testing.labs.sandbox:SandboxLab")
        return [known] if (group, name) == ("unisono.labs", "theirs") else []

    monkeypatch.setattr(conformance, "entry_points", entry_points)
    assert isinstance(lab_of("theirs"), SandboxLab)
    with pytest.raises(NoLab, match=r"unisono\.labs"):
        lab_of("without")
