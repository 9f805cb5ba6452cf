"""What HTTP answers mean where a network keeps to the usual statuses. Whose network speaks otherwise decides by itself."""

from datetime import UTC, datetime
from typing import TypeVar

import msgspec

from unisono.contract.connector import PullFailed
from unisono.contract.context import Response
from unisono.contract.health import Health
from unisono.contract.inbound import MISSHAPEN
from unisono.contract.outbound import Reauth, Reject, Retry, SendResult, Unknown
from unisono.domain.words import ChannelState

_T = TypeVar("_T")
_REAUTH_PAUSE_S = 60.0
_LONGEST_PAUSE_S = 3_600.0


def demand(answer: Response, now: datetime, *, network: str, secret: str | None = None) -> None:
    """Raise PullFailed unless a request was served. `network` begins the sentences; `secret` is the setting to enter anew."""
    match answer.status:
        case status if status < 300:
            return
        case 401:
            what = f"{network} refuses the access token. Enter a new one in the channel's settings; what comes in waits there."
            raise PullFailed(Health(state=ChannelState.REAUTH_NEEDED, what=what, field=secret), _REAUTH_PAUSE_S)
        case 403:
            what = (
                f"{network} forbids it. The token lacks a right, or the account is suspended; give it the rights and check again."
            )
            raise PullFailed(Health(state=ChannelState.FORBIDDEN, what=what, field=secret), _REAUTH_PAUSE_S)
        case 429:
            what = f"{network} asks for a pause (rate limit). Nothing was lost; it is asked again."
            raise PullFailed(Health(state=ChannelState.THROTTLED, what=what), pause_of(answer, now))
    what = f"{network} answers with status {answer.status}. Nothing was lost; it is asked again."
    raise PullFailed(Health(state=ChannelState.UNREACHABLE, what=what))


def refusal(answer: Response, now: datetime, *, network: str, human: str = "") -> SendResult:
    """Return what an answer other than success means for a message. `human`: what the network said, for the agent."""
    match answer.status:
        case 401:
            return Reauth(human=f"{network} refuses the access token. Enter a new one in the channel's settings.")
        case 429:
            return Retry(reason="rate limit", after_s=pause_of(answer, now), throttled=True)
        case 408 | 425:
            return Retry(reason=f"status {answer.status}")
        case 404 | 410:
            return Reject(code="gone", human="What was to be answered has been deleted. The answer was kept, not sent.")
        case status if status >= 500 or status < 400:
            return Unknown(reason=f"status {status}")
    return Reject(code="refused", human=f"{network} refuses: {human or f'status {answer.status}'}")


def decoded(answer: Response, shape: type[_T]) -> _T:
    """Return an answer's JSON. Raises PullFailed when it is something else."""
    try:
        return msgspec.json.decode(answer.body, type=shape)
    except MISSHAPEN as error:
        what = f"{answer.url or 'The network'} sent what cannot be read (status {answer.status}): {error}"
        raise PullFailed(Health(state=ChannelState.UNREACHABLE, what=what)) from error


def pause_of(answer: Response, now: datetime, default_s: float = 60.0) -> float:
    """Return for how many seconds the network wants quiet, an hour at the most.

    By Retry-After, or by X-RateLimit-Reset as seconds since 1970 or as ISO date; else `default_s`.
    """
    told = answer.headers.get("retry-after", "")
    if _is_number(told):
        return min(float(told), _LONGEST_PAUSE_S)
    reset = answer.headers.get("x-ratelimit-reset", "")
    try:
        at = datetime.fromtimestamp(float(reset), UTC) if _is_number(reset) else datetime.fromisoformat(reset)
    except (ValueError, OverflowError, OSError):
        return default_s
    at = at if at.tzinfo else at.replace(tzinfo=UTC)
    return min(max(1.0, (at - now).total_seconds()), _LONGEST_PAUSE_S)


def _is_number(text: str) -> bool:
    return text.replace(".", "", 1).isdecimal()
