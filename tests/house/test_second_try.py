"""Who has a second try, and that nobody overlooks one."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
TESTS = """
import pathlib, pytest

def once(name):
    seen = pathlib.Path(__file__).with_name(name)
    if not seen.exists():
        seen.touch()
        raise AssertionError(f"the first try of {name}")

@pytest.mark.browser
@pytest.mark.parametrize("number", range(ROUNDS))
def test_in_a_browser(number): once(f"browser{number}")

@pytest.mark.peer
def test_that_never_works(): raise AssertionError("never")

@pytest.mark.browser
@pytest.mark.law4
def test_of_a_law(): once("law")

def test_of_ours(): once("ours")
"""


def run(folder: Path, rounds: int, only: str) -> tuple[int, str]:
    (folder / "test_it.py").write_text(TESTS.replace("ROUNDS", str(rounds)), encoding="utf-8")
    marks = ["--override-ini=markers=browser\npeer\nlaw4"]
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "tests.second_try", "-p", "no:cacheprovider", "-c", "/dev/null", *marks,
         "-n", "2", "--rootdir", str(folder), "-k", only, str(folder)],
        cwd=ROOT, capture_output=True, text=True, timeout=100, check=False,
    )  # fmt: skip
    return done.returncode, done.stdout


@pytest.mark.parametrize(
    ("rounds", "only", "code", "closing"),
    [
        (3, "in_a_browser", 0, "3 passed, 3 rerun"),
        (4, "in_a_browser", 1, "4 passed, 4 rerun"),
        (1, "never_works", 1, "1 failed, 1 rerun"),
        (1, "law or ours", 1, "2 failed in"),
    ],
)
def test_a_second_try_is_for_real_programs_told_and_counted(
    tmp_path: Path, rounds: int, only: str, code: int, closing: str
) -> None:
    ended, told = run(tmp_path, rounds, only)
    assert closing in told
    assert ended == code, told
    assert ("second tries" in told) == ("rerun" in closing)
    if "browser" in only:
        assert "the first try of browser0" in told
        assert ("The run has failed." in told) == (rounds > 3)
