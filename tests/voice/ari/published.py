"""The published interface as schemas: what its messages, objects and requests may have. `published.json` holds the field lists.

Written from the swagger files alone, so that neither the scripted Asterisk nor our client is its own judge.
"""

import json
import re
from functools import cache
from pathlib import Path
from typing import Any, Final

from jsonschema import Draft202012Validator

_PUBLISHED: Final = json.loads(Path(__file__).with_name("published.json").read_text())
_MODELS: Final[dict[str, dict[str, str]]] = _PUBLISHED["models"]
_OPERATIONS: Final[dict[str, dict[str, Any]]] = _PUBLISHED["operations"]
#: `2026-03-02T09:00:00.000+0000`, as the documentation's examples write times.
_DATE: Final = r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}[+-]\d{4}$"
_PLAIN: Final[dict[str, dict[str, Any]]] = {
    "string": {"type": "string"}, "int": {"type": "integer"}, "long": {"type": "integer"}, "boolean": {"type": "boolean"},
    "double": {"type": "number"}, "object": {"type": "object"}, "Date": {"type": "string", "pattern": _DATE},
    "void": {"type": "null"}, "binary": {},
}  # fmt: skip


def _of_type(words: str) -> dict[str, Any]:
    kind, _, values = words.partition(" ")
    kind = kind.rstrip("!*")
    if found := re.fullmatch(r"List\[(\w+)\]", kind):
        return {"type": "array", "items": _of_type(found[1])}
    schema = dict(_PLAIN[kind]) if kind in _PLAIN else _object(kind)
    return schema | ({"enum": values.split("|")} if values else {})


def _object(*names: str) -> dict[str, Any]:
    fields = {field: words for name in names for field, words in _MODELS[name].items()}
    return {
        "type": "object", "additionalProperties": False, "properties": {field: _of_type(words) for field, words in fields.items()},
        "required": [field for field, words in fields.items() if words.split(" ")[0].endswith("!")],
    }  # fmt: skip


@cache
def _of_event(kind: str) -> Draft202012Validator:
    return Draft202012Validator(_object("Message", "Event", kind))


@cache
def _of_answer(words: str) -> Draft202012Validator:
    return Draft202012Validator(_of_type(words))


def check_event(event: dict[str, Any]) -> None:
    """Raise jsonschema.ValidationError for an event that the interface does not tell."""
    _of_event(event["type"]).validate(event)


@cache
def operation(method: str, path: str) -> dict[str, Any]:
    """Return the operation that a request is. Raises AssertionError for one that there is not."""
    for name, found in _OPERATIONS.items():
        verb, pattern = name.split(" ")
        if verb == method and re.fullmatch(re.sub(r"\{\w+\}", "[^/]+", pattern), path):
            return found
    raise AssertionError(f"There is no {method} {path}.")


def check_request(method: str, path: str, params: dict[str, list[str]]) -> None:
    """Raise AssertionError or ValidationError for a request that is none of the interface's."""
    known = operation(method, path)["params"]
    for name, values in params.items():
        place, _, words = known.get(name, "").partition(" ")
        assert place == "query", f"{method} {path} has no parameter {name}"
        assert len(values) == 1, "several values are written with commas, which every version reads"
        allowed = words.partition(" ")[2]
        assert not allowed or values[0] in allowed.split("|"), f"{name} cannot be {values[0]}"
        assert not words.startswith("int") or re.fullmatch(r"-?\d+", values[0])
        assert not words.startswith("boolean") or values[0] in ("true", "false")
    missing = [
        name for name, words in known.items() if words.startswith("query") and "!" in words.split(" ")[1] and name not in params
    ]
    assert not missing, f"{method} {path} needs {missing}"


def check_answer(method: str, path: str, status: int, shown: Any) -> None:
    """Raise for an answer that the interface does not give."""
    if status >= 400:
        assert set(shown) == {"message"}
        return
    answer = operation(method, path)["answer"]
    if answer == "binary":
        return
    _of_answer(answer).validate(shown)
