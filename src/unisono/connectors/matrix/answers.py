"""What answers mean: whether a pull goes on, what becomes of a message, how long to wait.

Source: Matrix specification v1.11, Client-Server API, "Standard error response" and "Rate limiting".
"""

from typing import Any, Final, TypeVar

import msgspec
from msgspec import Struct

from unisono.connectors.matrix.words import health, text
from unisono.contract import MISSHAPEN, NotReached, PullFailed, Reauth, Reject, Response, Retry, SendResult, Unknown
from unisono.domain.words import ChannelState

Json = dict[str, Any]
_T = TypeVar("_T")
REAUTH_PAUSE_S: Final = 300.0
_DEFAULT_PAUSE_S: Final = 60.0
_LONGEST_PAUSE_S: Final = 3_600.0
LOCKED: Final = frozenset({"M_USER_DEACTIVATED", "M_USER_LOCKED", "M_USER_SUSPENDED"})


class Problem(Struct, kw_only=True):
    """A refusal in words."""

    errcode: str = ""
    error: str = ""
    soft_logout: bool = False
    retry_after_ms: float | None = None


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
        raise unreachable("unreadable", service=answer.url or "Matrix", status=answer.status) from error


def is_refused_token(answer: Response) -> bool:
    """Tell whether another token would be served; whether the logout is soft makes no difference to us."""
    return answer.status == 401 and problem_of(answer).errcode not in LOCKED


def demand(answer: Response, service: str, field: str) -> None:
    """Raise PullFailed unless the request was served. `field`: the setting that lets us in."""
    if 200 <= answer.status < 300:
        return
    problem = problem_of(answer)
    if problem.errcode in LOCKED:
        raise PullFailed(health(ChannelState.FORBIDDEN, "locked", field, service=service), REAUTH_PAUSE_S)
    match answer.status:
        case 401:
            why = "token" if field == "access_token" else "refused"
            raise PullFailed(health(ChannelState.REAUTH_NEEDED, why, field, service=service), REAUTH_PAUSE_S)
        case 403:
            said = problem.error or "no reason given"
            raise PullFailed(health(ChannelState.FORBIDDEN, "forbidden", field, service=service, said=said), REAUTH_PAUSE_S)
        case 429:
            raise PullFailed(health(ChannelState.THROTTLED, "pause", service=service), pause_of(answer))
    raise unreachable("status", service=service, status=answer.status)


def refusal(answer: Response, service: str) -> SendResult:
    """Return what an answer other than success means for a message that was to be sent."""
    problem = problem_of(answer)
    if problem.errcode == "M_TOO_LARGE":
        return Reject(code="too_long", human=f"{service} refuses: {problem.error or 'too large'}")
    match answer.status:
        case 401:
            return Reauth(human=text("refused", service=service))
        case 403 | 404:
            return Reject(code="forbidden", human=text("left"))
        case 429:
            return Retry(reason="rate limit", after_s=pause_of(answer), throttled=True)
        case 408 | 425:
            return Retry(reason=f"status {answer.status}")
        case status if status >= 500 or status < 400:
            return Unknown(reason=f"status {status}")
    return Reject(code="refused", human=f"{service} refuses: {problem.error or problem.errcode or f'status {answer.status}'}")


def failed(error: PullFailed) -> SendResult:
    """Return what a failure before anything was handed over means for a message."""
    if error.health.state is ChannelState.REAUTH_NEEDED:
        return Reauth(human=error.health.what)
    throttled = error.health.state is ChannelState.THROTTLED
    return Retry(reason=error.health.what, after_s=error.after_s, throttled=throttled)


def pause_of(answer: Response) -> float:
    """Return for how many seconds the server wants quiet: by Retry-After, by the older `retry_after_ms`, or our guess."""
    told = answer.headers.get("retry-after", "")
    if told.isascii() and told.replace(".", "", 1).isdigit():
        return min(max(1.0, float(told)), _LONGEST_PAUSE_S)
    told_ms = problem_of(answer).retry_after_ms
    return _DEFAULT_PAUSE_S if told_ms is None else min(max(1.0, told_ms / 1_000), _LONGEST_PAUSE_S)


def unreachable(why: str, **facts: object) -> PullFailed:
    """Return the failure for a server that does not answer, or not as it should."""
    return PullFailed(health(ChannelState.UNREACHABLE, why, "base_url", **facts))


def silent(service: str, error: NotReached) -> PullFailed:
    """Return the failure for a server that does not answer at all."""
    return unreachable("silent", service=service, error=error)
