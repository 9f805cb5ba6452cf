"""The documentation builds offline, and a warning is a fault."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bench.page import PAGE, text
from bench.results import FILE
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


def test_the_page_of_the_routing_benchmarks_says_what_was_measured() -> None:
    """`python -m bench --page` makes it from the kept results."""
    results = json.loads(FILE.read_text(encoding="utf-8"))
    assert PAGE.read_text(encoding="utf-8") == text(results)
    # Another figure gives another page.
    results["routing.m4"]["value"] = 99.9
    assert text(results) != PAGE.read_text(encoding="utf-8")
