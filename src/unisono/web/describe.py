"""The description of the interface (OpenAPI 3.1), made true where the library guesses: errors and open addresses."""

from copy import deepcopy
from typing import Any, Final

import msgspec
from litestar import Litestar, Request
from litestar.openapi.plugins import JsonRenderPlugin

from unisono.web.needs import NEEDS, PUBLIC

_PROBLEM: Final[dict[str, Any]] = {
    "type": "object",
    "description": "What was not done and why (RFC 9457). `code` is for programs and stays; the texts are for people.",
    "required": ["type", "title", "status", "detail", "code"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "code": {"type": "string"},
        "field": {"type": "string"},
    },
}
_DEFAULT: Final[dict[str, Any]] = {
    "description": "A problem",
    "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}},
}


class DescriptionPlugin(JsonRenderPlugin):
    """Renders the document once."""

    def __init__(self) -> None:
        super().__init__(path="/")
        self._rendered: bytes | None = None

    def render(self, request: Request[Any, Any, Any], openapi_schema: dict[str, Any]) -> bytes:
        """Return the document as JSON."""
        if self._rendered is None:
            self._rendered = msgspec.json.encode(described(openapi_schema, open_operations(request.app)))
        return self._rendered


def document(app: Litestar) -> dict[str, Any]:
    """Return the document as JSON's own types, without a request."""
    plain: dict[str, Any] = msgspec.json.decode(msgspec.json.encode(app.openapi_schema.to_schema()))
    return described(plain, open_operations(app))


def open_operations(app: Litestar) -> set[str]:
    """Return the operations for which nobody need be logged in, as `method path`."""
    found: set[str] = set()
    for route in app.routes:
        for handler, _ in getattr(route, "route_handler_map", {}).values():
            if handler.opt.get(NEEDS) == PUBLIC:
                found |= {f"{method.lower()} {route.path_format}" for method in handler.http_methods}
    return found


def described(schema: dict[str, Any], open_to_all: set[str]) -> dict[str, Any]:
    """Return the document with our problems in place of the library's own error shapes."""
    document = deepcopy(schema)
    for path, item in document.get("paths", {}).items():
        for method, operation in item.items():
            if not isinstance(operation, dict) or "responses" not in operation:
                continue
            good = {status: answer for status, answer in operation["responses"].items() if not status.startswith(("4", "5"))}
            operation["responses"] = {**good, "default": _DEFAULT}
            if f"{method} {path}" in open_to_all:
                operation["security"] = []
    components = document.setdefault("components", {}).setdefault("schemas", {})
    components["Problem"] = _PROBLEM
    return document
