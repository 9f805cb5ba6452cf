"""What a user installs holds everything that the program reads, and it starts from there."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

import pack as packing
from steps import Failed

pytestmark = pytest.mark.timeout(300)


@pytest.fixture(scope="module")
def packed(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """The source archive and the wheel made from it."""
    return packing.pack(tmp_path_factory.mktemp("dist"))


def test_the_archives_hold_what_users_need_and_nothing_else(packed: tuple[Path, Path]) -> None:
    packing.check(*packed)


def test_a_wheel_without_the_desk_is_refused(packed: tuple[Path, Path], tmp_path: Path) -> None:
    archive, whole = packed
    lame = tmp_path / whole.name
    with zipfile.ZipFile(whole) as source, zipfile.ZipFile(lame, "w") as target:
        for name in source.namelist():
            if not name.endswith("index.html"):
                target.writestr(name, source.read(name))
    with pytest.raises(Failed, match=r"the wheel lacks the desk"):
        packing.check(archive, lame)


def test_the_installed_wheel_answers_on_the_command_line(packed: tuple[Path, Path], tmp_path: Path) -> None:
    with zipfile.ZipFile(packed[1]) as wheel:
        wheel.extractall(tmp_path / "site")
    program = (
        "import sys, unisono; from unisono.app.cli import main; "
        f"assert unisono.__file__.startswith({str(tmp_path)!r}); sys.argv = ['unisono', '--help']; main()"
    )
    done = subprocess.run(
        [sys.executable, "-P", "-c", program],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(tmp_path / "site")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "demo" in done.stdout
