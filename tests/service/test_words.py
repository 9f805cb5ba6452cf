"""What the server says stands in German and in English."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
from fluent.syntax import FluentParser
from fluent.syntax import ast as fluent
from fluent.syntax.visitor import Visitor

import unisono
from unisono.domain import errors
from unisono.service.words import LOCALES, bundle, choose_locale, say

SOURCE = Path(unisono.__file__).parent
RAISED = {name for name, value in vars(errors).items() if isinstance(value, type) and issubclass(value, errors.UnisonoError)} | {
    "Unauthenticated", "Throttled", "CheckFailed", "BadPlan",
}  # fmt: skip
# Codes of whole classes; their words are the general ones.
GENERAL = {"not_found", "forbidden", "conflict", "invalid", "unavailable", "unauthenticated", "error"}


class _Variables(Visitor):  # type: ignore[misc]
    def __init__(self) -> None:
        self.names: set[str] = set()

    def visit_VariableReference(self, node: fluent.VariableReference) -> None:  # noqa: N802 - the library's name
        self.names.add(node.id.name)


def messages(locale: str, name: str) -> dict[str, set[str]]:
    """Return the keys of a file with the variables that each takes."""
    tree = FluentParser().parse((SOURCE / "locales" / locale / name).read_text(encoding="utf-8"))
    found: dict[str, set[str]] = {}
    for entry in tree.body:
        assert not isinstance(entry, fluent.Junk), f"{locale}/{name}: {entry.content}"
        if isinstance(entry, fluent.Message):
            assert entry.id.name not in found, f"{locale}/{name}: {entry.id.name} stands twice"
            variables = _Variables()
            variables.visit(entry)
            found[entry.id.name] = variables.names
    return found


def raised_codes() -> Iterator[tuple[str, str]]:
    """Yield (code, place) of every error of the house that is made with a code of its own."""
    for path in SOURCE.rglob("*.py"):
        room = path.relative_to(SOURCE).parts[0]
        if room in {"connectors", "testing"}:
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in RAISED | {"problem"}:
                # A plan's trouble takes its code in second place.
                if node.func.id == "BadPlan" and len(node.args) > 1 and isinstance(node.args[1], ast.Constant):
                    yield str(node.args[1].value), f"{path.relative_to(SOURCE)}:{node.lineno}"
                for keyword in node.keywords:
                    if keyword.arg == "code" and isinstance(keyword.value, ast.Constant):
                        yield str(keyword.value.value), f"{path.relative_to(SOURCE)}:{node.lineno}"


def test_both_languages_have_the_same_texts_with_the_same_facts() -> None:
    german, english = messages("de", "server.ftl"), messages("en", "server.ftl")
    assert german.keys() == english.keys()
    differing = {key for key in german if german[key] != english[key]}
    assert differing <= set(), f"{differing} take different facts in German and English"


def test_every_error_with_a_code_has_its_german_words() -> None:
    german = messages("de", "details.ftl")
    missing = {
        place: code for code, place in raised_codes() if code not in GENERAL | {"internal"} and f"detail-{code}" not in german
    }
    assert missing == {}


def test_no_german_words_are_left_over() -> None:
    # Those whose codes are put together where they are raised: by the kind of a field, by how a held answer stands, by what is wrong in a monitor's search.
    fields = {f"unfit_{kind}" for kind in ("number", "date", "choice", "link")}
    held = {f"held_{state}" for state in ("approval", "rejected", "grace", "scheduled", "stopped")}
    kinds = ("bracket", "count", "deep", "empty", "end", "field", "near", "operator", "quote", "size", "wildcard", "word")
    held |= {f"query_{kind}" for kind in kinds}
    codes = {code for code, _ in raised_codes()} | {"throttled", "check_failed"} | fields | held
    assert {key.removeprefix("detail-") for key in messages("de", "details.ftl")} - codes == set()


@pytest.mark.parametrize("locale", LOCALES)
def test_all_files_can_be_read(locale: str) -> None:
    assert bundle(locale).has_message("title-not_found")


def test_a_missing_fact_gives_no_half_sentence() -> None:
    assert say("de", "detail-out_of_range", {"low": 1}) is None
    assert say("de", "detail-out_of_range", {"low": 1, "high": 5}) == "Der Wert liegt zwischen 1 und 5."
    assert say("en", "no-such-text") is None


@pytest.mark.parametrize(
    ("header", "locale"),
    [
        ("de-DE,de;q=0.9,en;q=0.8", "de"), ("en-US,en;q=0.9,de;q=0.8", "en"), ("fr,de;q=0.5", "de"), ("fr", "en"), ("", "en"),
        ("de;q=0,en", "en"), ("*;q=broken,de", "de"),
    ],
)  # fmt: skip
def test_the_browsers_wish_chooses_the_language(header: str, locale: str) -> None:
    assert choose_locale(header) == locale
