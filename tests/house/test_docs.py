"""The documentation builds offline, and a warning is a fault."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.house.test_code import ROOT, run, says_yes


@pytest.mark.timeout(300)
def test_the_documentation_builds_without_a_warning(tmp_path: Path) -> None:
    says_yes(run("sphinx-build", "-W", "--keep-going", "-q", "-b", "html", "docs", str(tmp_path / "html"), cwd=ROOT))
    assert (tmp_path / "html" / "index.html").is_file()


def test_a_built_page_asks_no_third_party(tmp_path: Path) -> None:
    says_yes(run("sphinx-build", "-q", "-b", "html", "docs", str(tmp_path / "html"), cwd=ROOT))
    for page in (tmp_path / "html").rglob("*.html"):
        text = page.read_text(encoding="utf-8")
        for tag in ('<script src="http', '<link rel="stylesheet" href="http', '<img src="http', "<script src='http"):
            assert tag not in text, f"{page.name} loads something from elsewhere"
