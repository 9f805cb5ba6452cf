"""Every reason that an enquiry can carry has words at the desk, in each language, and none compares colleagues; so has every right."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from unisono.contract.voice import Cause
from unisono.service.actions import ACTIONS

ROOT = Path(__file__).parents[2]
SOURCE = ROOT / "src" / "unisono"
LOCALES = ROOT / "ui" / "locales"
# What compares one person with others, or names how fast somebody is.
COMPARES = re.compile(r"\b(nur sie|only you|als andere|than others|besser|better|schnell|fast|best)\w*", re.IGNORECASE)


def codes() -> set[str]:
    """Return the codes of reasons that the source records: of the router, and of people's doings."""
    found = {code for tree in trees() for code in (*_recorded(tree), *_handed_on(tree))}
    in_sql = (re.findall(r"reason = '\{\"code\": \"(\w+)\"", path.read_text(encoding="utf-8")) for path in SOURCE.rglob("*.sql"))
    return found.union(*in_sql)


def _recorded(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.keyword) and node.arg == "reason" and isinstance(node.value, ast.Dict):
            for key, value in zip(node.value.keys, node.value.values, strict=True):
                if isinstance(key, ast.Constant) and key.value == "code":
                    yield from _texts(value)
        if isinstance(node, ast.AnnAssign) and ast.unparse(node.target) == "_REASON" and isinstance(node.value, ast.Dict):
            yield from _texts(node.value.values[0])
        if isinstance(node, ast.FunctionDef) and node.name == "_reason":
            for inner in ast.walk(node):
                if isinstance(inner, ast.Assign) and [ast.unparse(target) for target in inner.targets] == ["code"]:
                    yield from _texts(inner.value)


def _handed_on(tree: ast.AST) -> Iterator[str]:
    """Where a function records the code that it is given: what it is given."""
    for function in (node for node in ast.walk(tree) if isinstance(node, ast.AsyncFunctionDef)):
        names = [argument.arg for argument in function.args.args]
        recorded = re.findall(r"reason=\{'code': (\w+)\}", ast.unparse(function))
        for place in (names.index(name) for name in recorded if name in names):
            for call in ast.walk(tree):
                if isinstance(call, ast.Call) and ast.unparse(call.func) == function.name:
                    yield from _texts(call.args[place])


def causes() -> set[str]:
    """Return why work goes back into its queue."""
    calls = (node for tree in trees() for node in ast.walk(tree) if isinstance(node, ast.Call))
    given = (
        call.args[2:3] if ast.unparse(call.func) == "give_back" else [k.value for k in call.keywords if k.arg == "cause"]
        for call in calls
        if ast.unparse(call.func) in {"give_back", "step_back"}
    )
    found = {text for values in given for value in values for text in _texts(value)}
    # The contract of telephony says how a phone that was rung may end.
    return (found - {"phone_"}) | {f"phone_{cause.value}" for cause in Cause if "phone_" in found}


def trees() -> Iterator[ast.Module]:
    """Read the sources."""
    return (ast.parse(path.read_text(encoding="utf-8")) for path in SOURCE.rglob("*.py"))


def _texts(value: ast.expr) -> Iterator[str]:
    yield from (one.value for one in ast.walk(value) if isinstance(one, ast.Constant) and isinstance(one.value, str))


def words(language: str) -> dict[str, str]:
    """Return the desk's texts about reasons, by code."""
    text = "\n".join(path.read_text(encoding="utf-8") for path in sorted((LOCALES / language).glob("*.ftl")))
    blocks = re.findall(r"^reason-([a-z-]+) = (.*(?:\n[ }].*)*)", text, re.MULTILINE)
    return {key.replace("-", "_"): body for key, body in blocks}


def test_the_source_is_read_for_reasons() -> None:
    assert codes() >= {
        "last_agent",
        "skilled",
        "longest_waiting",
        "returned",
        "transferred",
        "taken_by_hand",
        "reopened",
        "new",
        "assigned",
    }
    assert causes() >= {"declined", "expired", "lost"}


@pytest.mark.parametrize("language", ["de", "en"])
def test_every_reason_has_words(language: str) -> None:
    assert codes() - set(words(language)) == set()


@pytest.mark.parametrize("language", ["de", "en"])
def test_every_cause_of_going_back_has_words(language: str) -> None:
    # Assigning and taking over give back and hand on in one step; nobody ever sees the middle of it.
    assert {cause for cause in causes() if f"[{cause}]" not in words(language)["returned"]} == set()


@pytest.mark.parametrize("language", ["de", "en"])
def test_no_reason_compares_colleagues(language: str) -> None:
    assert {key: text for key, text in words(language).items() if COMPARES.search(text)} == {}


@pytest.mark.parametrize("language", ["de", "en"])
def test_every_right_has_a_name(language: str) -> None:
    text = "\n".join(path.read_text(encoding="utf-8") for path in (LOCALES / language).glob("*.ftl"))
    named = set(re.findall(r"^action-([a-z-]+) = ", text, re.MULTILINE))
    assert {action for action in ACTIONS if re.sub(r"[._]", "-", action) not in named} == set()
