"""What answers mean: whether a pull goes on, what becomes of a message, how long to wait."""

from datetime import datetime
from typing import Any, Final, TypeVar

import msgspec
from msgspec import Struct

from unisono.connectors.bluesky.words import health, text
from unisono.contract import (
    MISSHAPEN,
    NotReached,
    PullFailed,
    Reauth,
    Reject,
    Response,
    Retry,
    SendResult,
    Unknown,
)
from unisono.domain.words import ChannelState

_T = TypeVar("_T")
REAUTH_PAUSE_S: Final = 300.0
_DEFAULT_PAUSE_S: Final = 60.0
_LONGEST_PAUSE_S: Final = 3_600.0


class Problem(Struct, kw_only=True):
    """A refusal in words. Source: atproto.com, specification "HTTP API (XRPC)"."""

    error: str = ""
    message: str = ""


def problem_of(answer: Response) -> Problem:
    """Return what a refusal says of itself, if it says anything."""
    try:
        return msgspec.json.decode(answer.body, type=Problem)
    except MISSHAPEN:
        return Problem()


def decoded(answer: Response, shape: type[_T]) -> _T:
    """Return an answer's JSON. Raises PullFailed when it is something else."""
    try:
        return msgspec.json.decode(answer.body, type=shape)
    except MISSHAPEN as error:
        raise unreachable("unreadable", service=answer.url or "Bluesky", status=answer.status) from error


def demand(answer: Response, now: datetime) -> None:
    """Raise PullFailed unless the request was served."""
    if 200 <= answer.status < 300:
        return
    problem = problem_of(answer)
    if answer.status == 401 or problem.error in ("ExpiredToken", "InvalidToken"):
        raise PullFailed(health(ChannelState.REAUTH_NEEDED, "session", "app_password"), REAUTH_PAUSE_S)
    if answer.status == 403:
        said = problem.message or "no reason given"
        raise PullFailed(health(ChannelState.FORBIDDEN, "forbidden", "app_password", said=said), REAUTH_PAUSE_S)
    if answer.status == 429:
        raise PullFailed(health(ChannelState.THROTTLED, "pause"), pause_of(answer, now))
    raise unreachable("status", service=answer.url or "Bluesky", status=answer.status)


def refusal(answer: Response, now: datetime) -> SendResult:
    """Return what an answer other than success means for a message that was to be sent."""
    problem = problem_of(answer)
    match answer.status:
        case 401:
            return Reauth(human=text("session"))
        case 403:
            return Reject(code="forbidden", human=f"Bluesky forbids it: {problem.message or 'no reason given'}")
        case 429:
            return Retry(reason="rate limit", after_s=pause_of(answer, now), throttled=True)
        case 408 | 425:
            return Retry(reason=f"status {answer.status}")
        case status if status >= 500 or status < 400:
            return Unknown(reason=f"status {status}")
    return Reject(code="refused", human=f"Bluesky refuses: {problem.message or problem.error or f'status {answer.status}'}")


def failed(error: PullFailed) -> SendResult:
    """Return what a failure before anything was handed over means for a message."""
    if error.health.state is ChannelState.REAUTH_NEEDED:
        return Reauth(human=error.health.what)
    throttled = error.health.state is ChannelState.THROTTLED
    return Retry(reason=error.health.what, after_s=error.after_s, throttled=throttled)


def not_reached(error: Exception) -> SendResult:
    """Return what a request that never left means for a message."""
    return Retry(reason=str(error))


def pause_of(answer: Response, now: datetime) -> float:
    """Return for how many seconds the service wants quiet: Retry-After, or the limit's end in epoch seconds, or our guess."""
    for header, since in (("retry-after", 0.0), ("ratelimit-reset", now.timestamp())):
        told = answer.headers.get(header, "")
        if told.replace(".", "", 1).isdigit():
            return min(max(1.0, float(told) - since), _LONGEST_PAUSE_S)
    return _DEFAULT_PAUSE_S


def unreachable(why: str, **facts: object) -> PullFailed:
    """Return the failure for a service that does not answer, or not as it should."""
    return PullFailed(health(ChannelState.UNREACHABLE, why, "service_url", **facts))


def silent(service: str, error: NotReached) -> PullFailed:
    """Return the failure for a service that does not answer at all."""
    return unreachable("silent", service=service, error=error)


Json = dict[str, Any]
