"""Each law's test fails when a fault is planted in the product: a test that cannot fail proves nothing."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.db import Databases
from tests.mutants.planted import MUTANTS, Mutant

ROOT = Path(__file__).resolve().parents[2]
SOURCE = ROOT / "src" / "unisono"
# Exit code of pytest when tests ran and some failed; anything else (nothing collected, broken imports) is no proof.
SOME_FAILED = 1
# What takes seconds to import and none of these tests asks for.
NEEDLESS = ("cacheprovider", "xdist", "faker", "schemathesis")


def planted(mutant: Mutant, place: Path) -> Path:
    """Make a copy of the product with the fault in it; returns the directory to import from. All else is linked."""
    copy = place / "src" / "unisono"
    copy.parent.mkdir(parents=True)
    here, there = SOURCE, copy
    for part in Path(mutant.file).parts:
        there.mkdir()
        for entry in here.iterdir():
            if entry.name not in (part, "__pycache__"):
                (there / entry.name).symlink_to(entry)
        here, there = here / part, there / part
    text = here.read_text(encoding="utf-8")
    for old, new in ((mutant.old, mutant.new), *mutant.besides):
        assert text.count(old) == 1, f"{mutant.file} no longer holds what this fault changes; plant it anew."
        text = text.replace(old, new)
    there.write_text(text, encoding="utf-8")
    return copy.parent


@pytest.mark.timeout(300)
@pytest.mark.parametrize("mutant", MUTANTS, ids=str)
def test_the_law_notices(mutant: Mutant, tmp_path: Path, cluster: Databases) -> None:
    """The tests that the fault names fail with it; without it the run of the whole suite shows that they pass."""
    # What fails is not explained: to compare whole dumps would take longer than the test.
    short = ["-x", "-q", "--assert=plain", "--tb=line", *(word for name in NEEDLESS for word in ("-p", f"no:{name}"))]
    command = [sys.executable, "-m", "pytest", *short, *mutant.tests.split()]
    environment = {k: v for k, v in os.environ.items() if not k.startswith("PYTEST_")}
    environment |= {"PYTHONPATH": str(planted(mutant, tmp_path)), "UNISONO_TEST_LAW1_SHARE": "0.05"}
    environment["UNISONO_TEST_CLUSTER"] = str(cluster.directory)
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False, timeout=280)
    assert done.returncode == SOME_FAILED, f"Nobody noticed: {mutant}\n{done.stdout[-3000:]}{done.stderr[-2000:]}"
    assert " error" not in done.stdout.splitlines()[-1], done.stdout[-3000:]


def test_every_law_that_stands_has_a_planted_fault() -> None:
    assert {mutant.law for mutant in MUTANTS} >= {1, 2, 3, 4, 6, 7, 8, 9}
