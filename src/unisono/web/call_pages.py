"""The pages from which visitors call, mounted at /call/{line}; what they serve is the telephony driver's own."""

from typing import Any, Final

from litestar import Request, Response, route
from litestar.exceptions import NotFoundException
from litestar.params import FromPath

from unisono.domain.errors import NotFound
from unisono.web.authenticate import HouseDep
from unisono.web.connector_http import find_route, received_request
from unisono.web.csrf import EXEMPT
from unisono.web.needs import PUBLIC, needs
from unisono.web.pages import METHODS, answer_with, bounded_body, policy_of, without_route

CALL_PAGES: Final = "/call/"


@route(
    ["/call/{line:str}", "/call/{line:str}/{rest:path}"], http_method=METHODS, status_code=200,
    opt=needs(PUBLIC, **{EXEMPT: True}), request_max_body_size=None, include_in_schema=False,
)  # fmt: skip
async def call_page(
    request: Request[Any, Any, Any], house: HouseDep, line: FromPath[str], rest: FromPath[str] = "/"
) -> Response[Any]:
    """Pass a request on to the driver of calls in the browser; docs/how-to/call-us-button.md says what it serves."""
    if house.phone is None:
        raise NotFoundException
    routes = await house.phone.doors(line)
    if routes is None:
        raise NotFound("There is no line at this address.", code="no_line")
    method = "GET" if request.method == "HEAD" else str(request.method)
    found, params, methods = find_route(routes, method, rest)
    if found is None:
        return without_route(request, list(routes), methods, rest)
    answer = await found.handle(received_request(request, await bounded_body(request, found.max_bytes), rest, params))
    headers = {name.lower(): value for name, value in answer.headers.items()}
    headers["content-security-policy"] = await policy_of(request, headers.get("content-security-policy"))
    return answer_with(request, answer, headers)


ROUTES: list[Any] = [call_page]
