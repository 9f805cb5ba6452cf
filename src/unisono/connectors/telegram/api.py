"""Requests to the Bot API, and what its answers mean. Source: core.telegram.org/bots/api, "Making requests".

The token is part of every address, so no address ever leaves this file.
"""

from datetime import datetime
from typing import Any, Generic, TypeVar

import msgspec
from msgspec import Struct

from unisono.connectors.telegram.words import trouble
from unisono.contract import (
    MISSHAPEN,
    Ctx,
    NotReached,
    PullFailed,
    Reauth,
    Reject,
    Response,
    Retry,
    SendResult,
    Unknown,
    pause_of,
)

DEFAULT_URL = "https://api.telegram.org"
_REAUTH_PAUSE_S = 60.0
_LONGEST_PAUSE_S = 3_600.0
_T = TypeVar("_T")


class Parameters(Struct, frozen=True):
    """What may help with a refusal."""

    retry_after: float | None = None
    migrate_to_chat_id: int | None = None


class Problem(Struct, frozen=True):
    """A refusal."""

    ok: bool = False
    error_code: int = 0
    description: str = ""
    parameters: Parameters = Parameters()


class Result(Struct, Generic[_T], frozen=True):
    """An answer to a request that was served."""

    ok: bool
    result: _T


class Api:
    """The bot's way to Telegram."""

    def __init__(self, ctx: Ctx) -> None:
        self._ctx = ctx
        self.base = str(ctx.account.config.get("api_url") or DEFAULT_URL).rstrip("/")

    async def request(self, method: str, **more: Any) -> Response:
        """Call a method of the API. Raises NotReached, without the address."""
        return await self._asked("POST", f"/bot{{token}}/{method}", **more)

    async def file(self, path: str, max_bytes: int) -> Response:
        """Fetch a file by the path that `getFile` told. Raises NotReached, without the address."""
        return await self._asked("GET", f"/file/bot{{token}}/{path}", max_bytes=max_bytes, timeout_s=120.0)

    async def _asked(self, verb: str, path: str, **more: Any) -> Response:
        token = await self._ctx.secrets.get("token") or ""
        try:
            return await self._ctx.http.request(verb, self.base + path.format(token=token), **more)
        except NotReached as error:
            raise NotReached(str(error).replace(token, "…") if token else str(error), sent=error.sent) from None

    async def get(self, method: str, shape: type[_T], **params: Any) -> _T:
        """Return a method's result. Raises PullFailed with what is wrong and when to try again."""
        try:
            answer = await self.request(method, json=params)
        except NotReached as error:
            raise self.silent(error) from None
        self.demand(answer)
        return self.decoded(answer, shape)

    def silent(self, error: NotReached) -> PullFailed:
        """Return the failure for a server that gives no answer."""
        return PullFailed(trouble("silent", base=self.base, why=error))

    def decoded(self, answer: Response, shape: type[_T]) -> _T:
        """Return the result of an answer. Raises PullFailed when it is something else."""
        try:
            found: Result[_T] = msgspec.json.decode(answer.body, type=Result[shape])  # type: ignore[valid-type]
        except MISSHAPEN:
            raise PullFailed(trouble("shape", base=self.base, status=answer.status)) from None
        return found.result

    def demand(self, answer: Response) -> None:
        """Raise PullFailed unless the request was served."""
        match answer.status:
            case status if status < 300:
                return
            case 401 | 404:
                raise PullFailed(trouble("token"), _REAUTH_PAUSE_S)
            case 409:
                raise PullFailed(trouble("taken"), _REAUTH_PAUSE_S)
            case 429:
                raise PullFailed(trouble("pause"), _pause(answer, problem_of(answer), self._ctx.clock.now()))
        raise PullFailed(trouble("shape", base=self.base, status=answer.status))

    def refusal(self, answer: Response) -> SendResult:
        """Return what an answer other than success means for a message that was to be sent."""
        problem = problem_of(answer)
        match answer.status:
            case 401 | 404:
                return Reauth(human=trouble("token").what)
            case 403:
                human = "The customer has blocked the bot, or it was removed from the group. The answer was kept, not sent."
                return Reject(code="blocked", human=human)
            case 429:
                return Retry(reason="rate limit", after_s=_pause(answer, problem, self._ctx.clock.now()), throttled=True)
            case 408 | 425:
                return Retry(reason=f"status {answer.status}")
            case status if status >= 500 or status < 400:
                return Unknown(reason=f"status {status}")
        said = problem.description or f"status {answer.status}"
        code = "gone" if "chat not found" in said or "user is deactivated" in said else "refused"
        return Reject(code=code, human=f"Telegram refuses: {said}. The answer was kept, not sent.")


def problem_of(answer: Response) -> Problem:
    """Return what a refusal says of itself, if it says anything."""
    try:
        return msgspec.json.decode(answer.body, type=Problem)
    except MISSHAPEN:
        return Problem()


def _pause(answer: Response, problem: Problem, now: datetime) -> float:
    told = problem.parameters.retry_after
    return min(max(told, 0.0), _LONGEST_PAUSE_S) if told is not None else pause_of(answer, now)
