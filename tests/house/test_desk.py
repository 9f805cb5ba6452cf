"""What the desk's own tools say: types, components, unit tests. They run on the pinned Node."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tests.house.test_code import ROOT, says_yes

pytestmark = [
    pytest.mark.timeout(900),
    pytest.mark.skipif(not (ROOT / "ui" / "package.json").is_file(), reason="this source tree has no desk"),
]


@pytest.mark.parametrize("script", ["check", "test", "size"])
def test_the_desk_passes(script: str) -> None:
    says_yes(
        subprocess.run(
            [sys.executable, ROOT / "scripts" / "ui.py", script],
            capture_output=True,
            text=True,
            check=False,
            stdin=subprocess.DEVNULL,
        )
    )
