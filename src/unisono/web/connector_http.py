"""Requests and answers in the form that connectors know, and how their routes are matched."""

import re
from collections.abc import Iterable
from functools import lru_cache
from typing import Any, Final
from urllib.parse import parse_qs

from litestar import Request
from litestar.exceptions import ClientException

from unisono.contract.connector import HttpRequest, Route

_NAME: Final = re.compile(r"\{([a-z_][a-z0-9_]*)\}")


def received_request(
    request: Request[Any, Any, Any], body: bytes, path: str = "", path_params: dict[str, str] | None = None
) -> HttpRequest:
    """Return a request as connectors see it: raw body, lower-case header names. Raises ClientException for a bad query."""
    try:
        query = parse_qs(request.scope["query_string"].decode("ascii"), keep_blank_values=True, max_num_fields=200)
    except ValueError:
        raise ClientException("the query cannot be read") from None
    return HttpRequest(
        method=str(request.method), path=path, query=query, headers=dict(request.headers), body=body,
        path_params=path_params or {}, client=request.client.host if request.client else "",
    )  # fmt: skip


@lru_cache(maxsize=512)
def _pattern(path: str) -> re.Pattern[str]:
    parts = _NAME.split(path)
    return re.compile("".join(re.escape(p) if at % 2 == 0 else f"(?P<{p}>[^/]+)" for at, p in enumerate(parts)))


def find_route(routes: Iterable[Route], method: str, path: str) -> tuple[Route | None, dict[str, str], set[str]]:
    """Return the route for a request with its path parameters, and the methods that its path takes at all."""
    methods: set[str] = set()
    chosen: tuple[Route | None, dict[str, str]] = (None, {})
    for route in routes:
        match = _pattern(route.path).fullmatch(path)
        if match is None:
            continue
        methods.add(route.method.upper())
        if chosen[0] is None and route.method.upper() == method:
            chosen = (route, match.groupdict())
    return *chosen, methods
