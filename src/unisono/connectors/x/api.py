"""Requests to X: whose token, out of which budget, at what price; and what the answers mean.

Sources: X developer documentation, fundamentals/rate-limits, response-codes-and-errors, getting-started/pricing.
"""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

import msgspec

from unisono.connectors.x.wire import Listed, Problem
from unisono.connectors.x.words import trouble
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
)
from unisono.domain.words import ChannelState

_T = TypeVar("_T")
# Under this name the house keeps what an authorisation in the browser gave.
_GRANT = "oauth"
USUAL_BASE = "https://api.x.com"
_DEFAULT_PAUSE_S = 60.0
_LONGEST_PAUSE_S = 3_600.0
_REAUTH_PAUSE_S = 300.0
_CREDITS_PAUSE_S = 900.0
#: What is billed once a day must be remembered for a day; beyond so many, some are counted twice, never too few.
_BILLED_KEPT = 20_000
_CAPPED = ("usage-capped", "credits")

SHOWN = {
    "post.fields": "attachments,conversation_id,created_at,display_text_range,edit_controls,entities,id,lang,note_post,text",
    "expansions": "attachments.media_keys,author_id,entities.mentions.username,in_reply_to_user_id,referenced_posts",
    "user.fields": "id,name,public_metrics,username",
    "media.fields": "alt_text,media_key,preview_image_url,type,url,variants",
}


class Api:
    """The account's way to X."""

    def __init__(self, ctx: Ctx) -> None:
        self._ctx = ctx
        self.base = str(ctx.account.config.get("base_url") or USUAL_BASE).rstrip("/")
        self._owned = bool(ctx.account.config.get("owns_app", True))
        self._billed: set[tuple[str, str]] = set()
        self._billed_day = ""

    # -- asking --------------------------------------------------------------------------------------------------------

    async def request(
        self, method: str, path: str, bucket: str, purpose: Purpose, *, operation: str | None = None, priced: str | None = None,
        headers: Mapping[str, str] | None = None, **more: Any,
    ) -> Response:  # fmt: skip
        """Ask X as the account; a token that has expired is renewed once. Raises NotReached, NoToken and BudgetSpent.

        operation: what the request itself costs. priced: what each thing costs that the answer may bring; how many is known
        only then, so before there need only be some money left.
        """
        if priced is not None:
            await self._ctx.budgets.take(bucket, purpose, operation=priced, amount=0)
        await self._ctx.budgets.take(bucket, purpose, operation=operation)
        token = await self._token()
        answer = await self._once(method, path, token, headers, more)
        if answer.status == 401:
            answer = await self._once(method, path, await self._token(refused=token), headers, more)
        await self._learn(bucket, answer)
        return answer

    async def _token(self, refused: str | None = None) -> str:
        """Raises NoToken, in words that say which of the two is at fault."""
        try:
            return await self._ctx.tokens.access(refused=refused)
        except NoToken as error:
            if error.health.state is not ChannelState.REAUTH_NEEDED:
                raise
            word = "revoked" if await self.renewable() else "token"
            if refused is None and not await self._any("access_token", "refresh_token", _GRANT):
                word = "unauthorised"
            word = "client" if error.health.field == "client_secret" else word
            raise NoToken(trouble(word), error.after_s) from error

    async def renewable(self) -> bool:
        """Tell whether there is anything to renew the authorisation with."""
        return await self._any("refresh_token", _GRANT)

    async def _any(self, *names: str) -> bool:
        return any([bool(await self._ctx.secrets.get(name)) for name in names])

    async def _once(
        self, method: str, path: str, token: str, headers: Mapping[str, str] | None, more: Mapping[str, Any]
    ) -> Response:
        return await self._ctx.http.request(
            method, self.base + path, headers={"authorization": f"Bearer {token}", **(headers or {})}, **more
        )

    async def as_app(self, method: str, path: str, **more: Any) -> Response | None:
        """Ask X as the app, None without its bearer token. Raises NotReached."""
        headers = await self.app_headers()
        return None if headers is None else await self._ctx.http.request(method, self.base + path, headers=headers, **more)

    async def app_headers(self) -> dict[str, str] | None:
        """Return the app's authorisation, if there is one."""
        bearer = await self._ctx.secrets.get("app_bearer")
        return {"authorization": f"Bearer {bearer}"} if bearer else None

    async def get(
        self, path: str, shape: type[_T], params: Mapping[str, str], bucket: str, purpose: Purpose, *, priced: str
    ) -> _T:
        """Return an answer. Raises PullFailed with what is wrong and when to try again, and BudgetSpent."""
        try:
            answer = await self.request("GET", path, bucket, purpose, priced=priced, params=dict(params))
        except NotReached as error:
            raise PullFailed(trouble("host", base=self.base, why=error)) from error
        self.demand(answer)
        return self.decoded(answer, shape)

    async def listed(self, path: str, params: Mapping[str, str], bucket: str, purpose: Purpose = Purpose.READ) -> Listed:
        """Return a page of a list, and count what it cost. Raises PullFailed and BudgetSpent."""
        price = "dm_read" if bucket == "dm_read" else "owned_read" if self._is_owned(bucket) else "post_read"
        page = await self.get(path, Listed, params, bucket, purpose, priced=price)
        await self.billed(price, page.data)
        await self.billed("user_read", (page.includes or {}).get("users"))
        return page

    def _is_owned(self, bucket: str) -> bool:
        return self._owned and bucket in ("mentions", "own")

    async def billed(self, operation: str, found: object) -> None:
        """Count the price of what was read; the same thing costs once a UTC day (X calls this a soft guarantee)."""
        day = f"{self._ctx.clock.now().astimezone(UTC):%Y-%m-%d}"
        if day != self._billed_day or len(self._billed) > _BILLED_KEPT:
            self._billed, self._billed_day = set(), day
        some = [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []
        new = {(operation, str(one.get("id"))) for one in some} - self._billed
        self._billed |= new
        if new:
            await self._ctx.budgets.charge(operation, len(new))

    async def _learn(self, bucket: str, answer: Response) -> None:
        told = {name: answer.headers.get(f"x-rate-limit-{name}", "") for name in ("limit", "remaining", "reset")}
        if not all(text.isdigit() and len(text) < 12 for text in told.values()):
            return
        await self._ctx.budgets.learn(
            bucket, remaining=int(told["remaining"]), limit=int(told["limit"]),
            resets_at=datetime.fromtimestamp(int(told["reset"]), UTC),
        )  # fmt: skip

    # -- understanding -------------------------------------------------------------------------------------------------

    def demand(self, answer: Response) -> None:
        """Raise PullFailed unless the request was served."""
        if answer.status < 300:
            return
        problem = problem_of(answer)
        if answer.status == 401:
            raise PullFailed(trouble("token"), _REAUTH_PAUSE_S)
        if is_capped(answer, problem):
            raise PullFailed(trouble("credits"), _CREDITS_PAUSE_S)
        if answer.status == 403:
            raise PullFailed(trouble("forbidden", why=problem.detail or problem.title), _REAUTH_PAUSE_S)
        if answer.status == 429:
            pause = pause_of(answer, self._ctx.clock.now())
            until = self._ctx.clock.now() + timedelta(seconds=pause)
            raise PullFailed(trouble("pause", until=until), pause)
        if answer.status >= 500:
            raise PullFailed(trouble("trouble", status=answer.status))
        raise PullFailed(trouble("shape", base=self.base, status=answer.status))

    def decoded(self, answer: Response, shape: type[_T]) -> _T:
        """Return an answer's JSON. Raises PullFailed when it is something else."""
        try:
            return msgspec.json.decode(answer.body, type=shape)
        except MISSHAPEN as error:
            raise PullFailed(trouble("shape", base=self.base, status=answer.status)) from error

    def misshapen(self) -> PullFailed:
        """Return the failure for an answer in a shape that X's have not."""
        return PullFailed(trouble("shape", base=self.base, status=200))

    def refusal(self, answer: Response) -> SendResult:
        """Return what an answer other than success means for a message that was to be sent."""
        problem = problem_of(answer)
        if is_capped(answer, problem):
            return Retry(reason=trouble("credits").what, after_s=_CREDITS_PAUSE_S, throttled=True)
        match answer.status:
            case 401:
                return Reauth(human=trouble("token").what)
            case 429:
                return Retry(reason="rate limit", after_s=pause_of(answer, self._ctx.clock.now()), throttled=True)
            case 408 | 425:
                return Retry(reason=f"status {answer.status}")
            case 404 | 410:
                return Reject(code="gone", human="What was to be answered has been deleted. The answer was kept, not sent.")
            case 403 if "scope" in problem.type or "client-forbidden" in problem.type:
                return Reauth(human=trouble("forbidden", why=problem.detail or problem.title).what)
            case 403 if "duplicate" in problem.detail.lower():
                # X knows these words of ours already: an earlier try may have arrived after all.
                return Unknown(reason="X calls it a duplicate.")
            case status if status >= 500 or status < 400:
                return Unknown(reason=f"status {status}")
        why = problem.detail or problem.title or f"status {answer.status}"
        return Reject(code="refused", human=f"X refuses: {why} The answer was kept, not sent.")


def is_capped(answer: Response, problem: Problem) -> bool:
    """Tell whether there is no money left at X, or no reads left in the month."""
    said = f"{problem.type} {problem.title}".lower()
    return answer.status == 402 or (answer.status in (403, 429) and any(word in said for word in _CAPPED))


def problem_of(answer: Response) -> Problem:
    """Return what a refusal says of itself, if it says anything."""
    try:
        return msgspec.json.decode(answer.body, type=Problem)
    except MISSHAPEN:
        return Problem()


def pause_of(answer: Response, now: datetime) -> float:
    """Return for how many seconds X wants quiet: Retry-After, or the reset as epoch seconds, or our own guess."""
    for header, since in (("retry-after", 0.0), ("x-rate-limit-reset", now.timestamp())):
        told = answer.headers.get(header, "")
        if told.replace(".", "", 1).isdigit():
            return min(max(1.0, float(told) - since), _LONGEST_PAUSE_S)
    return _DEFAULT_PAUSE_S


def unusable(error: HostRefused) -> PullFailed:
    """Return the failure for an address that may not be reached."""
    return PullFailed(trouble("address", why=error))
