"""Requests to the network with the channel's token, which is renewed when it has expired; and what the answers mean."""

from typing import Any, TypeVar

import msgspec

from unisono.connectors.sandbox.wire import Problem, Tokens
from unisono.contract import (
    MISSHAPEN,
    Ctx,
    Health,
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
from unisono.domain.words import ChannelState

_T = TypeVar("_T")
_DEFAULT_PAUSE_S = 30.0
_REAUTH_PAUSE_S = 60.0
REAUTH = "The network refuses the access token. Enter a new one in the channel's settings; what comes in meanwhile waits there."


class Api:
    """The account's way to its network."""

    def __init__(self, ctx: Ctx) -> None:
        self._ctx = ctx
        self.root = f"{str(ctx.account.config.get('base_url', '')).rstrip('/')}/{ctx.account.config.get('face', '')}/api"

    async def request(self, method: str, path: str, **more: Any) -> Response:
        """Ask the network; an expired token is renewed once. Raises NotReached, and PullFailed when renewing failed."""
        token = await self._ctx.secrets.get("token") or ""
        answer = await self._once(method, path, token, **more)
        if answer.status == 401 and (renewed := await self._renewed(token)) is not None:
            answer = await self._once(method, path, renewed, **more)
        return answer

    async def _once(self, method: str, path: str, token: str, **more: Any) -> Response:
        headers = {"authorization": f"Bearer {token}", **more.pop("headers", {})}
        return await self._ctx.http.request(method, self.root + path, headers=headers, **more)

    async def _renewed(self, refused: str) -> str | None:
        """Return a token other than the refused one, or None when a person must enter one.

        Of many that notice at once, over all nodes, one asks. Raises NotReached, and PullFailed when the network is in
        trouble.
        """
        async with self._ctx.secrets.single_flight("token"):
            token = await self._ctx.secrets.get("token")
            if token and token != refused:
                return token
            refresh_token = await self._ctx.secrets.get("refresh_token")
            if not refresh_token:
                return None
            answer = await self._ctx.http.request("POST", f"{self.root}/token", json={"refresh_token": refresh_token})
            if answer.status in (400, 401, 403):
                return None
            self.demand(answer)
            tokens = decoded(answer, Tokens)
            # The refresh token first: if we die between the two, the next round renews again instead of locking us out.
            await self._ctx.secrets.put("refresh_token", tokens.refresh_token)
            await self._ctx.secrets.put("token", tokens.token)
            return tokens.token

    async def headers(self) -> dict[str, str]:
        """Return the authorisation, for a request that is not made here."""
        return {"authorization": f"Bearer {await self._ctx.secrets.get('token') or ''}"}

    async def get(self, path: str, shape: type[_T], params: dict[str, str] | None = None) -> _T:
        """Return an answer. Raises PullFailed with what is wrong and when to try again."""
        try:
            answer = await self.request("GET", path, params=params or {})
        except NotReached as error:
            raise unreachable(f"{self.root} does not answer: {error}") from error
        self.demand(answer)
        return decoded(answer, shape)

    def demand(self, answer: Response) -> None:
        """Raise PullFailed unless the request was served."""
        if answer.status < 300:
            return
        if answer.status == 401:
            raise PullFailed(Health(state=ChannelState.REAUTH_NEEDED, what=REAUTH, field="token"), _REAUTH_PAUSE_S)
        if answer.status == 403:
            what = f"The network forbids it: {problem_of(answer).message or 'no reason given'}"
            raise PullFailed(Health(state=ChannelState.FORBIDDEN, what=what, field="token"), _REAUTH_PAUSE_S)
        if answer.status == 429:
            pause = pause_of(answer, self._ctx.clock.now(), _DEFAULT_PAUSE_S)
            raise PullFailed(Health(state=ChannelState.THROTTLED, what="The network asks for a pause (rate limit)."), pause)
        raise unreachable(f"{self.root} answers with status {answer.status}.")

    def refusal(self, answer: Response) -> SendResult:
        """Return what an answer other than success means for a message that was to be sent."""
        problem = problem_of(answer)
        match answer.status:
            case 401:
                return Reauth(human=REAUTH)
            case 429:
                return Retry(
                    reason="rate limit", after_s=pause_of(answer, self._ctx.clock.now(), _DEFAULT_PAUSE_S), throttled=True
                )
            case 408 | 425:
                return Retry(reason=f"status {answer.status}")
            case 404 | 410:
                human = "What was to be answered has been deleted. The answer was kept, not sent."
                return Reject(code="gone", human=human)
            case status if status >= 500 or status < 400:
                return Unknown(reason=f"status {status}")
        return Reject(
            code=problem.error or "refused", human=f"The network refuses: {problem.message or f'status {answer.status}'}"
        )


def unreachable(what: str) -> PullFailed:
    """Return the failure for a network that does not answer, or not as it should."""
    return PullFailed(Health(state=ChannelState.UNREACHABLE, what=what, field="base_url"))


def decoded(answer: Response, shape: type[_T]) -> _T:
    """Return an answer's JSON. Raises PullFailed when it is something else."""
    try:
        return msgspec.json.decode(answer.body, type=shape)
    except MISSHAPEN as error:
        raise unreachable(f"{answer.url or 'The network'} sent what cannot be read (status {answer.status}): {error}") from error


def problem_of(answer: Response) -> Problem:
    """Return what a refusal says of itself, if it says anything."""
    try:
        return msgspec.json.decode(answer.body, type=Problem)
    except MISSHAPEN:
        return Problem()
