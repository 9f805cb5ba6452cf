"""The verbs that people and scripts rely on are there, and written down."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from steps import TRIES, Failed, fingerprint, is_stamped, retry
from tests.house.test_code import ROOT

RELIED_ON = {"setup", "run", "test", "check", "bench", "ui", "docs", "wheel"}


def verbs() -> set[str]:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    return set(re.findall(r"^([a-z]+):.*##", makefile, re.MULTILINE))


def test_the_verbs_that_scripts_rely_on_exist() -> None:
    assert verbs() >= RELIED_ON


def test_every_verb_is_in_the_reference() -> None:
    page = (ROOT / "docs" / "reference" / "make.md").read_text(encoding="utf-8")
    assert set(re.findall(r"^\| `make ([a-z]+)`", page, re.MULTILINE)) == verbs() - {"help"}


@pytest.mark.parametrize("verb", sorted(verbs()))
def test_a_verb_can_be_planned(verb: str) -> None:
    done = subprocess.run(["make", "-n", verb], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_continuous_integration_types_the_same_command() -> None:
    script = ROOT / ".ci" / "run"
    assert script.stat().st_mode & 0o111
    assert "exec make test" in script.read_text(encoding="utf-8")


def test_a_step_is_tried_again_and_then_says_what_was_kept(tmp_path: Path) -> None:
    trace = tmp_path / "tries"
    program = f"import sys; open({str(trace)!r}, 'a').write('x'); sys.exit(1)"
    with pytest.raises(Failed, match=rf"{TRIES} tries failed(.|\n)*is kept"):
        retry([sys.executable, "-c", program], pause_s=0)
    assert trace.read_text(encoding="utf-8") == "x" * TRIES


def test_a_step_that_works_at_the_second_try_is_done(tmp_path: Path) -> None:
    trace = tmp_path / "tries"
    program = f"import os, sys; sys.exit(0) if os.path.exists({str(trace)!r}) else open({str(trace)!r}, 'x'); sys.exit(1)"
    retry([sys.executable, "-c", program], pause_s=0)


def test_a_changed_input_asks_for_the_step_anew(tmp_path: Path) -> None:
    lock = ROOT / "requirements" / "run.txt"
    stamp = tmp_path / "stamp"
    stamp.write_text(fingerprint([lock], "3.11"), encoding="utf-8")
    assert is_stamped(stamp, fingerprint([lock], "3.11"))
    assert not is_stamped(stamp, fingerprint([lock], "3.12"))
    assert not is_stamped(stamp, fingerprint([lock, ROOT / "pyproject.toml"], "3.11"))
