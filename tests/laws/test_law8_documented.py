"""Law 8: every setting, route, event and command is documented, and every text exists in German and English."""

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

import unisono
from unisono.service.event_types import EVENT_TYPES
from unisono.service.words import bundle

pytestmark = pytest.mark.law8

ROOT = Path(__file__).parent.parent.parent
SOURCE = Path(unisono.__file__).parent


def emitted() -> set[str]:
    """Every type of event that the code names."""
    found: set[str] = set()
    for room in ("service", "app", "web"):
        for path in (SOURCE / room).rglob("*.py"):
            text = path.read_text(encoding="utf-8")
            found |= set(re.findall(r'NewEvent\(\s*type="([a-z_.]+)"', text))
            found |= set(re.findall(r'self\._emit\(\s*"([a-z_.]+)"', text))
            found |= {f"interaction.{name}" for name in re.findall(r'work_event\(\s*"([a-z_]+)"', text)}
    return found


def test_every_event_is_described() -> None:
    assert len(emitted()) > 20
    assert emitted() <= EVENT_TYPES.keys()


def test_no_event_is_described_that_nobody_emits() -> None:
    assert EVENT_TYPES.keys() - emitted() == set()


def test_the_reference_pages_are_as_the_code_says() -> None:
    check = subprocess.run(
        [sys.executable, "scripts/reference.py", "--check"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert check.returncode == 0, check.stdout + check.stderr[-2000:]


REFUSALS = frozenset({"Conflict", "Forbidden", "Invalid", "NotFound", "Unavailable"})


def refusals() -> dict[str, str]:
    """Every code with which the house refuses something, and where."""
    found: dict[str, str] = {}
    for room in ("domain", "service", "store", "web"):
        for path in (SOURCE / room).rglob("*.py"):
            for call in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id in REFUSALS:
                    codes = [k.value.value for k in call.keywords if k.arg == "code" and isinstance(k.value, ast.Constant)]
                    found |= {str(code): f"{path.name}:{call.lineno}" for code in codes}
    return found


def test_every_refusal_says_in_german_what_happened() -> None:
    """English words stand where it is raised; without German ones, people read that somebody was faster."""
    assert len(refusals()) > 80
    missing = {code: at for code, at in refusals().items() if not bundle("de").has_message(f"detail-{code}")}
    assert missing == {}, "add detail-<code> to src/unisono/locales/de/details.ftl"


def test_every_log_line_names_no_personal_fact() -> None:
    """Keys of log lines are ids, enums and numbers; a text, a name or a handle has no place there."""
    forbidden = re.compile(r"\b_?log\.(?:debug|info|warning|error)\([^)]*\b(text|name|handle|display_name|email|login|subject)=")
    offenders = [str(path) for path in SOURCE.rglob("*.py") if forbidden.search(path.read_text(encoding="utf-8"))]
    assert offenders == []
