"""Pages and endpoints that connectors serve themselves (web chat, networks of our own), mounted at /c/{channel_id}."""

from collections.abc import AsyncIterator
from typing import Any, Final
from uuid import UUID

from litestar import HttpMethod, Request, Response, route
from litestar.exceptions import MethodNotAllowedException, NotFoundException
from litestar.params import FromPath
from litestar.response import Stream

from unisono.contract.connector import HttpResponse, Route, Routes
from unisono.domain.errors import Invalid, NotFound, Unavailable
from unisono.service.channel_context import open_connector
from unisono.web.authenticate import HouseDep
from unisono.web.closing import closing_of
from unisono.web.connector_http import find_route, received_request
from unisono.web.csrf import EXEMPT
from unisono.web.kept_settings import settings_of
from unisono.web.needs import PUBLIC, needs

_CORS: Final = {
    "access-control-allow-origin": "*",
    "access-control-allow-headers": "content-type, last-event-id, idempotency-key",
    "access-control-max-age": "600",
}
_PAGE_POLICY: Final = "default-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'"
METHODS: Final = [
    HttpMethod.GET, HttpMethod.HEAD, HttpMethod.POST, HttpMethod.PUT, HttpMethod.PATCH, HttpMethod.DELETE, HttpMethod.OPTIONS,
]  # fmt: skip


@route(
    ["/c/{channel_id:uuid}", "/c/{channel_id:uuid}/{rest:path}"], http_method=METHODS, status_code=200,
    opt=needs(PUBLIC, **{EXEMPT: True}), request_max_body_size=None, include_in_schema=False,
)  # fmt: skip
async def page(
    request: Request[Any, Any, Any], house: HouseDep, channel_id: FromPath[UUID], rest: FromPath[str] = "/"
) -> Response[Any]:
    """Pass a request on to the channel's connector; what it serves stands in its own documentation."""
    async with house.db.read() as tx:
        channel = await tx.channels.facts(channel_id)
    if channel is None:
        raise NotFound("There is no channel at this address.", code="no_channel")
    connector = open_connector(house.outside, channel)
    if not isinstance(connector, Routes):
        raise NotFoundException
    method = "GET" if request.method == "HEAD" else str(request.method)
    found, params, methods = find_route(connector.routes(), method, rest)
    if found is None:
        return without_route(request, connector.routes(), methods, rest)
    if channel.paused:
        raise Unavailable("This channel is paused at the moment.", code="channel_paused")
    answer = await found.handle(received_request(request, await bounded_body(request, found.max_bytes), rest, params))
    headers = {**(_CORS if found.cors else {}), **{name.lower(): value for name, value in answer.headers.items()}}
    headers["content-security-policy"] = await policy_of(request, headers.get("content-security-policy"))
    return answer_with(request, answer, headers)


def without_route(request: Request[Any, Any, Any], routes: list[Route], methods: set[str], rest: str) -> Response[Any]:
    """A preflight of a browser, a wrong method, or nothing at all."""
    if not methods:
        raise NotFoundException
    open_to_all = {m for m in methods if (r := find_route(routes, m, rest)[0]) is not None and r.cors}
    if request.method == "OPTIONS" and open_to_all:
        headers = {**_CORS, "access-control-allow-methods": ", ".join(sorted(open_to_all))}
        return Response(None, status_code=204, headers=headers)
    raise MethodNotAllowedException(headers={"allow": ", ".join(sorted(methods))})


async def bounded_body(request: Request[Any, Any, Any], max_bytes: int) -> bytes:
    """Return the body. Raises Invalid as soon as it is larger."""
    announced = request.content_length
    if announced is not None and announced > max_bytes:
        raise _too_large(max_bytes)
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > max_bytes:
            raise _too_large(max_bytes)
    return bytes(body)


def _too_large(limit: int) -> Invalid:
    return Invalid(f"The request has more than {limit} bytes. Nothing was stored; send less.", code="too_large", limit=limit)


async def policy_of(request: Request[Any, Any, Any], policy: str | None) -> str:
    """Return a page's policy; who may embed it is the house's to say, unless the page does."""
    policy = policy or _PAGE_POLICY
    if "frame-ancestors" in policy:
        return policy
    origins: list[str] = await settings_of(request).get("embed.origins")
    return f"{policy}; frame-ancestors {' '.join(origins) or chr(39) + 'none' + chr(39)}"


def answer_with(request: Request[Any, Any, Any], answer: HttpResponse, headers: dict[str, str]) -> Response[Any]:
    """Return an answer in the library's form."""
    if request.method == "HEAD":
        return Response(None, status_code=answer.status, headers=headers)
    if answer.stream is not None:
        return Stream(
            _kept_open(request, answer.stream), status_code=answer.status, media_type=answer.media_type,
            headers={"cache-control": "no-cache", "x-accel-buffering": "no", **headers},
        )  # fmt: skip
    return Response(answer.body, status_code=answer.status, media_type=answer.media_type, headers=headers)


def _kept_open(request: Request[Any, Any, Any], stream: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    return closing_of(request).until_closed(stream)


ROUTES: list[Any] = [page]
