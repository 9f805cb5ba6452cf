"""What visitors' browsers are answered."""

import msgspec

from unisono.connectors.webchat import look
from unisono.contract import HttpRequest, HttpResponse


def shared(response: HttpResponse, origin: str) -> HttpResponse:
    """Return an answer that a page of another website may read. Source: Fetch standard, CORS protocol."""
    headers = {
        "access-control-allow-origin": origin, "vary": "origin", "access-control-allow-methods": "GET, POST",
        "access-control-allow-headers": "authorization, content-type, last-event-id", "access-control-max-age": "7200",
        "cross-origin-resource-policy": "cross-origin", "access-control-expose-headers": "retry-after",
    }  # fmt: skip
    return msgspec.structs.replace(response, headers={**response.headers, **headers})


def loaded(request: HttpRequest, content: bytes, media_type: str, headers: dict[str, str]) -> HttpResponse:
    """Return a file of the chat, or that the browser has it already."""
    mark = look.mark_of(content)
    headers = {**headers, "etag": mark, "cache-control": "public, max-age=300", "x-content-type-options": "nosniff"}
    if request.headers.get("if-none-match") == mark:
        return HttpResponse(status=304, headers=headers, media_type=media_type)
    return HttpResponse(body=content, headers=headers, media_type=f"{media_type}; charset=utf-8")


def as_json(status: int, value: object, headers: dict[str, str] | None = None) -> HttpResponse:
    """Return something for the chat's script."""
    return HttpResponse(status=status, body=msgspec.json.encode(value), headers={"cache-control": "no-store", **(headers or {})})
