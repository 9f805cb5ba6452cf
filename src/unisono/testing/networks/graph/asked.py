"""A request as the handlers see it, and the answers that all of the Graph API's edges share: chosen fields, pages of lists."""

import base64
from collections.abc import Callable, Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

import msgspec
from msgspec import Struct, field

from unisono.testing.networks.graph.model import Refused
from unisono.testing.networks.graph.tokens import Grant

_LIMIT, _MOST = 25, 100


class Upload(Struct, frozen=True, kw_only=True):
    """A file of a multipart request."""

    name: str
    media_type: str
    content: bytes


class Asked(Struct, frozen=True, kw_only=True):
    """One request. params: query, form and JSON put together. at: the address that was asked, for links in the answer."""

    method: str
    path: str
    at: str
    params: Mapping[str, Any]
    grant: Grant
    files: Mapping[str, Upload] = field(default_factory=dict)

    def text(self, name: str, otherwise: str = "") -> str:
        """Return a parameter as text."""
        value = self.params.get(name, otherwise)
        return value if isinstance(value, str) else msgspec.json.encode(value).decode()

    def thing(self, name: str) -> dict[str, Any]:
        """Return a parameter that is an object, whether it came as JSON or as text. Raises Refused (100)."""
        value = self.params.get(name)
        if isinstance(value, str):
            try:
                value = msgspec.json.decode(value)
            except msgspec.DecodeError:
                value = None
        if not isinstance(value, dict):
            raise Refused(100, f"Param {name} must be an object.", kind="GraphMethodException")
        return value

    def must_be(self, *nodes: str) -> None:
        """Raise Refused (200) unless the token speaks for one of the nodes."""
        if self.grant.node not in nodes:
            raise Refused(200, "(#200) Requires a token of the object's owner.", status=403)


def chosen(asked: Asked, thing: Mapping[str, Any], otherwise: Sequence[str] = ("id",)) -> dict[str, Any]:
    """Return the fields that were asked for; `id` always. What the object has not is left out, as the network does."""
    wanted = _fields(asked.text("fields")) if asked.params.get("fields") else {name: {} for name in otherwise}
    return _chosen(thing, {"id": {}, **wanted})


def _chosen(thing: Mapping[str, Any], wanted: Mapping[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, below in wanted.items():
        value = thing.get(name)
        if value is None:
            continue
        if isinstance(value, dict) and below:
            value = _chosen(value, {"id": {}, **below}) if "data" not in value else value
        found[name] = value
    return found


def _fields(text: str) -> dict[str, Any]:
    """Read `a,b{c,d{e}},f.limit(3)`. Raises Refused (2500)."""
    place = 0

    def level() -> dict[str, Any]:
        nonlocal place
        found: dict[str, Any] = {}
        name = ""
        while place < len(text):
            sign = text[place]
            place += 1
            if sign == "{":
                found[_bare(name)] = level()
                name = ""
            elif sign in ",}":
                if name:
                    found[_bare(name)] = {}
                name = ""
                if sign == "}":
                    return found
            else:
                name += sign
        if name:
            found[_bare(name)] = {}
        return found

    read = level()
    if any(not name.replace("_", "").isalnum() for name in read):
        raise Refused(2500, f"Syntax error in the fields {text!r}.")
    return read


def _bare(name: str) -> str:
    return name.strip().split(".")[0]


def listed(
    asked: Asked, things: Sequence[Any], key: Callable[[Any], str], shown: Callable[[Any], dict[str, Any]]
) -> dict[str, Any]:
    """Return one page of a list, with the cursor of the next. Raises Refused (100) for a limit that is none."""
    try:
        limit = min(int(asked.text("limit") or _LIMIT), _MOST)
    except ValueError:
        raise Refused(100, "Param limit must be an integer.") from None
    begin = 0
    if after := asked.text("after"):
        last = _unmarked(after)
        begin = next((place + 1 for place, thing in enumerate(things) if key(thing) == last), len(things))
    page = things[begin : begin + limit]
    answer: dict[str, Any] = {"data": [shown(thing) for thing in page]}
    if page:
        cursors = {"before": _marked(key(page[0])), "after": _marked(key(page[-1]))}
        answer["paging"] = {"cursors": cursors}
        if begin + limit < len(things):
            query = {name: asked.text(name) for name in asked.params if name not in ("access_token", "after")}
            answer["paging"]["next"] = f"{asked.at}?{urlencode({**query, 'after': cursors['after']})}"
    return answer


def _marked(key: str) -> str:
    return base64.urlsafe_b64encode(key.encode()).decode()


def _unmarked(mark: str) -> str:
    try:
        return base64.urlsafe_b64decode(mark.encode()).decode()
    except ValueError:
        raise Refused(100, "Invalid cursors values after", kind="OAuthException") from None
