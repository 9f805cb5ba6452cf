"""Requests to LinkedIn's versioned API, and what its answers mean.

Source: Microsoft Learn, LinkedIn API documentation: "API versioning" (426: the version is served no more), "Error handling",
"Rate limiting" (per app and per member, both by the UTC day; the amounts are told in the Developer Portal alone).
"""

from typing import Any, Final, TypeVar

import msgspec

from unisono.connectors.linkedin.shapes import Problem
from unisono.connectors.linkedin.words import trouble
from unisono.contract import (
    MISSHAPEN,
    Ctx,
    HostRefused,
    NoToken,
    NotReached,
    PullFailed,
    Purpose,
    Reauth,
    Reject,
    Response,
    Retry,
    SendResult,
    Unknown,
    pause_of,
)
from unisono.domain.words import ChannelState

DEFAULT_URL: Final = "https://api.linkedin.com"
VERSION: Final = "202607"
_LOOK_AGAIN_S: Final = 300.0
_GRANT: Final = "oauth"
_T = TypeVar("_T")


class Gone(PullFailed):
    """What was asked for is not there, or no longer."""


class Api:
    """The page's way to LinkedIn."""

    def __init__(self, ctx: Ctx) -> None:
        self._ctx = ctx
        self.base = str(ctx.account.config.get("base_url") or DEFAULT_URL).rstrip("/")
        self.version = str(ctx.account.config.get("api_version") or VERSION)

    async def request(
        self, method: str, path: str, purpose: Purpose, *, headers: dict[str, str] | None = None, **more: Any
    ) -> Response:
        """Ask LinkedIn; a token that has expired is renewed once. Raises NotReached, HostRefused, NoToken and BudgetSpent."""
        await self._ctx.budgets.take("calls", purpose)
        token = await self._token()
        answer = await self._once(method, path, token, headers or {}, more)
        if answer.status == 401:
            answer = await self._once(method, path, await self._token(refused=token), headers or {}, more)
        return answer

    async def _once(self, method: str, path: str, token: str, headers: dict[str, str], more: dict[str, Any]) -> Response:
        given = {"authorization": f"Bearer {token}", "linkedin-version": self.version, "x-restli-protocol-version": "2.0.0"}
        return await self._ctx.http.request(method, f"{self.base}/rest/{path}", headers=given | headers, **more)

    async def _token(self, refused: str | None = None) -> str:
        """Raises NoToken, in words that say what to do."""
        try:
            return await self._ctx.tokens.access(refused=refused)
        except NoToken as error:
            if error.health.state is not ChannelState.REAUTH_NEEDED:
                raise
            word = "client" if error.health.field == "client_secret" else "token"
            if refused is None and not any([await self._ctx.secrets.get(n) for n in ("access_token", "refresh_token", _GRANT)]):
                word = "unauthorised"
            raise NoToken(trouble(word), error.after_s) from error

    async def get(self, path: str, shape: type[_T], purpose: Purpose = Purpose.READ) -> _T:
        """Return an answer. Raises PullFailed with what is wrong and when to try again, and BudgetSpent."""
        try:
            answer = await self.request("GET", path, purpose)
        except NotReached as error:
            raise PullFailed(trouble("silent", base=self.base, why=error)) from error
        except HostRefused as error:
            raise PullFailed(trouble("address", why=error)) from error
        self.demand(answer)
        return self.decoded(answer, shape)

    def decoded(self, answer: Response, shape: type[_T]) -> _T:
        """Return an answer's JSON. Raises PullFailed when it is something else."""
        try:
            return msgspec.json.decode(answer.body, type=shape)
        except MISSHAPEN as error:
            raise PullFailed(trouble("shape", base=self.base, status=answer.status)) from error

    def demand(self, answer: Response) -> None:
        """Raise PullFailed unless the request was served."""
        match answer.status:
            case status if status < 300:
                return
            case 401:
                raise PullFailed(trouble("token"), _LOOK_AGAIN_S)
            case 403:
                raise PullFailed(trouble("forbidden", why=why_of(answer)), _LOOK_AGAIN_S)
            case 404 | 410:
                raise Gone(trouble("shape", base=self.base, status=answer.status))
            case 426:
                raise PullFailed(trouble("version", version=self.version), _LOOK_AGAIN_S)
            case 429:
                raise PullFailed(trouble("pause"), pause_of(answer, self._ctx.clock.now(), _LOOK_AGAIN_S))
            case status if status >= 500:
                raise PullFailed(trouble("trouble", status=status))
        raise PullFailed(trouble("shape", base=self.base, status=answer.status))

    def refusal(self, answer: Response) -> SendResult:
        """Return what an answer other than success means for a message that was to be sent."""
        match answer.status:
            case 401:
                return Reauth(human=trouble("token").what)
            case 403:
                return Reauth(human=trouble("forbidden", why=why_of(answer)).what)
            case 426:
                return Retry(reason=trouble("version", version=self.version).what, after_s=_LOOK_AGAIN_S)
            case 429:
                after = pause_of(answer, self._ctx.clock.now(), _LOOK_AGAIN_S)
                return Retry(reason="rate limit", after_s=after, throttled=True)
            case 408 | 425:
                return Retry(reason=f"status {answer.status}")
            case 404 | 410:
                return Reject(code="gone", human="What was to be answered has been deleted. The answer was kept, not sent.")
            case status if status >= 500 or status < 400:
                return Unknown(reason=f"status {status}")
        return Reject(code="refused", human=f"LinkedIn refuses: {why_of(answer)} The answer was kept, not sent.")


def why_of(answer: Response) -> str:
    """Return what a refusal says of itself, as a sentence."""
    try:
        problem = msgspec.json.decode(answer.body, type=Problem)
    except MISSHAPEN:
        problem = Problem()
    said = (problem.message or problem.code or f"status {answer.status}").strip()
    return said if said.endswith(".") else f"{said}."
