"""Errors as problem+json (RFC 9457), in the asker's language, with a stable code for programs."""

from http import HTTPStatus
from typing import Any, Final
from uuid import UUID

import msgspec
import structlog
from litestar.connection import Request
from litestar.exceptions import (
    ClientException,
    HTTPException,
    MethodNotAllowedException,
    NotFoundException,
    ValidationException,
)
from litestar.handlers import HTTPRouteHandler
from litestar.response import Response
from litestar.types import ExceptionHandlersMap

from unisono.domain.errors import Conflict, Forbidden, Invalid, NotFound, Unavailable, UnisonoError
from unisono.domain.ids import new_id
from unisono.service.actor import Unauthenticated
from unisono.service.log_in import Throttled
from unisono.service.words import choose_locale, say
from unisono.web.csrf import CsrfRefused

MEDIA_TYPE: Final = "application/problem+json"
UNAVAILABLE_RETRY_S: Final = 5
_log = structlog.get_logger("web")

# Kind and status by class; the first that fits counts.
_KINDS: Final[tuple[tuple[type[UnisonoError], str, int], ...]] = (
    (NotFound, "not_found", 404),
    (Forbidden, "forbidden", 403),
    (Conflict, "conflict", 409),
    (Unauthenticated, "unauthenticated", 401),
    (Throttled, "throttled", 429),
    (Unavailable, "unavailable", 503),
    (Invalid, "invalid", 422),
)
_KIND_OF_STATUS: Final = {
    400: "invalid", 401: "unauthenticated", 403: "forbidden", 404: "not_found", 405: "method_not_allowed", 409: "conflict",
    413: "too_large", 415: "media_type", 422: "invalid", 429: "throttled", 503: "unavailable",
}  # fmt: skip
_RESERVED: Final = frozenset({"type", "title", "status", "detail", "code", "field"})


def problem(
    request: Request[Any, Any, Any], *, kind: str, status: int, code: str, detail: str, field: str | None = None,
    facts: dict[str, Any] | None = None, headers: dict[str, str] | None = None,
) -> Response[bytes]:  # fmt: skip
    """Return an answer that says what was not done; `kind` chooses the heading."""
    locale = locale_of(request)
    body: dict[str, Any] = {
        "type": f"urn:unisono:problem:{code}",
        "title": say(locale, f"title-{kind}") or HTTPStatus(status).phrase,
        "status": status,
        "detail": detail,
        "code": code,
    }
    if field is not None:
        body["field"] = field
    body |= {
        name: value
        for name, value in (facts or {}).items()
        if name not in _RESERVED and isinstance(value, bool | int | float | str | UUID)
    }
    return Response(
        msgspec.json.encode(body), status_code=status, media_type=MEDIA_TYPE,
        headers={**(headers or {}), "content-language": locale, "cache-control": "no-store", "vary": "accept-language"},
    )  # fmt: skip


def locale_of(request: Request[Any, Any, Any]) -> str:
    """Return the language that the asker's browser or program wants."""
    return choose_locale(request.headers.get("accept-language", ""))


def of_unisono(request: Request[Any, Any, Any], error: UnisonoError) -> Response[bytes]:
    """Turn an error of a verb into a problem."""
    kind, status = next(((kind, status) for cls, kind, status in _KINDS if isinstance(error, cls)), ("internal", 500))
    if status == 500:
        return of_bug(request, error)
    headers: dict[str, str] = {}
    if error.code == "too_large":
        kind, status = "too_large", 413
    if isinstance(error, Throttled):
        headers["retry-after"] = str(error.retry_after_s)
    elif isinstance(error, Unavailable):
        headers["retry-after"] = str(UNAVAILABLE_RETRY_S)
    elif isinstance(error, Unauthenticated):
        headers["www-authenticate"] = 'Bearer realm="unisono"'
    field = error.field if isinstance(error, Invalid) else error.facts.get("field")
    detail = _detail(locale_of(request), error, kind)
    return problem(
        request, kind=kind, status=status, code=error.code, detail=detail, field=str(field) if field else None,
        facts=error.facts, headers=headers,
    )  # fmt: skip


def _detail(locale: str, error: UnisonoError, kind: str) -> str:
    """The English words stand where the error is raised; the other languages' are found by its code, or stand in the error."""
    text = str(error)
    told: dict[str, str] = getattr(error, "texts", {})
    if locale in told:
        return told[locale]
    if locale == "en":
        return text
    facts = {"text": text, **error.facts}
    return say(locale, f"detail-{error.code}", facts) or say(locale, f"generic-{kind}", facts) or text


# How the framework words it (litestar.connection.request).
_GONE: Final = "client disconnected prematurely"


def of_http(request: Request[Any, Any, Any], error: HTTPException) -> Response[bytes]:
    """Turn an error of the framework into a problem: validation, paths, methods, sizes."""
    status = 422 if isinstance(error, ValidationException) else error.status_code
    if status == 500 and error.detail == _GONE:
        # Whoever hangs up in the middle of a request reads no answer; it is no fault of ours either.
        error, status = ClientException(error.detail), 400
    if status >= 500 and status != 503:
        return of_bug(request, error)
    kind = _KIND_OF_STATUS.get(status, "invalid")
    locale = locale_of(request)
    facts: dict[str, Any] = {}
    key, code, field = f"generic-{kind}", kind, None
    if isinstance(error, ValidationException):
        field, reason = _culprit(error)
        key, facts = ("generic-invalid-field", {"field": field, "reason": reason}) if field else (key, {})
    elif isinstance(error, CsrfRefused):
        key, code = "generic-csrf", "csrf"
    elif isinstance(error, NotFoundException):
        key = "generic-path"
    elif isinstance(error, MethodNotAllowedException):
        facts = {"method": request.method}
    elif status == 413:
        facts = {"limit": _limit(request)}
    elif status == 415:
        facts = {"expected": str(error.extra or "application/json")}
    elif isinstance(error, ClientException) and status == 400:
        key, code, facts = "generic-malformed", "malformed", {"reason": error.detail}
    detail = say(locale, key, facts) or say(locale, "generic-invalid") or error.detail
    return problem(request, kind=kind, status=status, code=code, detail=detail, field=field, facts=facts, headers=error.headers)


def _culprit(error: ValidationException) -> tuple[str | None, str]:
    if isinstance(error.extra, list) and error.extra and isinstance(error.extra[0], dict):
        first = error.extra[0]
        return str(first["key"]) if first.get("key") else None, str(first.get("message", ""))
    return None, error.detail


def _limit(request: Request[Any, Any, Any]) -> int:
    handler = request.scope.get("route_handler")
    return (handler.resolve_request_max_body_size() if isinstance(handler, HTTPRouteHandler) else None) or 0


def of_bug(request: Request[Any, Any, Any], error: Exception) -> Response[bytes]:
    """Turn anything else into a problem that tells no more than a number; the log has the rest under it."""
    trace = str(new_id())
    handler = request.scope.get("route_handler")
    _log.error("request_failed", trace=trace, method=request.method, route=str(handler), exc_info=error)
    detail = say(locale_of(request), "generic-internal", {"trace": trace}) or trace
    return problem(request, kind="internal", status=500, code="internal", detail=detail, facts={"trace": trace})


HANDLERS: Final[ExceptionHandlersMap] = {UnisonoError: of_unisono, HTTPException: of_http, Exception: of_bug}
