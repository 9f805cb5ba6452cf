"""Requests to the Graph API with the channel's token, and what the answers mean."""

import hashlib
import hmac
from collections.abc import Mapping
from typing import Any

import msgspec

from unisono.connectors._graph.problems import Kind, kind_of, problem_of
from unisono.connectors._graph.usage import DEFAULT_PAUSE_S, READS_UNTIL_PERCENT, pause_of, used_percent
from unisono.connectors._graph.words import said
from unisono.contract import (
    MISSHAPEN,
    Ctx,
    Health,
    HostRefused,
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

#: The version that this code was written for; it answers until the manifest's `sunset`.
VERSION = "v25.0"
HOME = "https://graph.facebook.com"
_REAUTH_PAUSE_S = 300.0
_READ_S = 10.0
# Whatever is not answered by then is looked for, never repeated blindly.
_SEND_S = 12.0


class Graph:
    """The account's way to its network. The token goes in a header, so that no address ever holds it."""

    def __init__(self, ctx: Ctx) -> None:
        self._ctx = ctx
        config = ctx.account.config
        self.base = str(config.get("base_url") or HOME).rstrip("/")
        self.version = str(config.get("api_version") or VERSION)
        self._used_percent = 0

    async def request(
        self, method: str, path: str, *, params: Mapping[str, str] | None = None, purpose: Purpose = Purpose.READ, **more: Any
    ) -> Response:
        """Ask the network. Raises NotReached, HostRefused, BudgetSpent."""
        await self._ctx.budgets.take("send" if method == "POST" else "read", purpose)
        token = await self._ctx.secrets.get("access_token") or ""
        query = dict(params or {})
        if secret := await self._ctx.secrets.get("app_secret"):
            query["appsecret_proof"] = hmac.new(secret.encode(), token.encode(), hashlib.sha256).hexdigest()
        headers = {"authorization": f"Bearer {token}", **more.pop("headers", {})}
        url = f"{self.base}/{self.version}/{path.lstrip('/')}"
        answer = await self._ctx.http.request(method, url, headers=headers, params=query, **more)
        self._used_percent = used_percent(answer)
        return answer

    async def as_app(self, path: str, params: Mapping[str, str] | None = None) -> dict[str, Any]:
        """Ask as the app itself, which knows its id and secret. Raises PullFailed."""
        secret = await self._ctx.secrets.get("app_secret") or ""
        headers = {"authorization": f"Bearer {self._ctx.account.config.get('app_id', '')}|{secret}"}
        url = f"{self.base}/{self.version}/{path.lstrip('/')}"
        answer = await self._asked("GET", url, headers, params or {})
        return self._thing(answer)

    async def get(self, path: str, params: Mapping[str, str] | None = None) -> dict[str, Any]:
        """Return an object. Raises PullFailed with what is wrong and when to try again."""
        if self._used_percent >= READS_UNTIL_PERCENT:
            # The next answer tells how it stands then.
            self._used_percent = 0
            raise PullFailed(said("nearly_throttled", ChannelState.THROTTLED), DEFAULT_PAUSE_S)
        try:
            answer = await self.request("GET", path, params=params, timeout_s=_READ_S)
        except NotReached as error:
            raise PullFailed(self.silent(error)) from error
        return self._thing(answer)

    async def listed(self, path: str, params: Mapping[str, str]) -> tuple[list[dict[str, Any]], str | None]:
        """Return one page of a list, and the cursor of the next if there is one. Raises PullFailed."""
        found = await self.get(path, params)
        things = found.get("data")
        if not isinstance(things, list) or not all(isinstance(one, dict) and isinstance(one.get("id"), str) for one in things):
            raise PullFailed(self.misshapen(path))
        return things, next_page(found)

    async def bytes_at(self, url: str, max_bytes: int) -> bytes:
        """Return a file whose address the network gave, with our token. Raises PullFailed, HostRefused."""
        token = await self._ctx.secrets.get("access_token") or ""
        try:
            answer = await self._ctx.http.request(
                "GET", url, headers={"authorization": f"Bearer {token}"}, max_bytes=max_bytes, timeout_s=60.0
            )
        except NotReached as error:
            raise PullFailed(self.silent(error)) from error
        self.demand(answer)
        return answer.body

    async def _asked(self, method: str, url: str, headers: dict[str, str], params: Mapping[str, str]) -> Response:
        try:
            return await self._ctx.http.request(method, url, headers=headers, params=params)
        except NotReached as error:
            raise PullFailed(self.silent(error)) from error

    def _thing(self, answer: Response) -> dict[str, Any]:
        self.demand(answer)
        try:
            found = msgspec.json.decode(answer.body)
        except MISSHAPEN:
            found = None
        if not isinstance(found, dict):
            raise PullFailed(self.misshapen(answer.url or self.base))
        return found

    def silent(self, error: Exception) -> Health:
        """Return what is wrong with a network that does not answer."""
        return said("silent", ChannelState.UNREACHABLE, "base_url", base=self.base, why=str(error))

    def misshapen(self, where: str) -> Health:
        """Return what is wrong with something that answers, but not as the Graph API does."""
        return said("misshapen", ChannelState.UNREACHABLE, "base_url", where=where)

    def demand(self, answer: Response) -> None:
        """Raise PullFailed unless the request was served."""
        if 200 <= answer.status < 300:
            return
        problem = problem_of(answer)
        match kind_of(answer, problem):
            case Kind.REAUTH:
                word = {463: "expired", 458: "revoked", 460: "password", 467: "revoked"}.get(problem.error_subcode, "bad_token")
                raise PullFailed(said(word, ChannelState.REAUTH_NEEDED, "access_token"), _REAUTH_PAUSE_S)
            case Kind.FORBIDDEN:
                raise PullFailed(
                    said("forbidden", ChannelState.FORBIDDEN, "access_token", why=problem.human), _REAUTH_PAUSE_S
                )  # fmt: skip
            case Kind.THROTTLED:
                raise PullFailed(said("throttled", ChannelState.THROTTLED), pause_of(answer, self._ctx.clock.now()))
            case Kind.BAD_PROOF:
                raise PullFailed(said("bad_secret", ChannelState.MISCONFIGURED, "app_secret"), _REAUTH_PAUSE_S)
            case Kind.BAD_VERSION:
                raise PullFailed(
                    said("bad_version", ChannelState.MISCONFIGURED, "api_version", version=self.version), _REAUTH_PAUSE_S
                )  # fmt: skip
            case Kind.GONE if problem.code:
                raise Missing(said("no_object", ChannelState.MISCONFIGURED, why=problem.human))
        raise PullFailed(said("status", ChannelState.UNREACHABLE, "base_url", base=self.base, status=answer.status))

    async def handed_over(self, method: str, path: str, **more: Any) -> dict[str, Any] | SendResult:
        """Ask for something that shall happen once; returns the answer, or what became of the attempt. Never raises."""
        try:
            answer = await self.request(method, path, purpose=Purpose.REPLY, **{"timeout_s": _SEND_S, **more})
        except NotReached as error:
            return Unknown(reason=str(error)) if error.sent else Retry(reason=str(error))
        except HostRefused as error:
            return Reject(code="host_refused", human=str(error))
        if not 200 <= answer.status < 300:
            return self.refusal(answer)
        try:
            found = msgspec.json.decode(answer.body)
        except MISSHAPEN:
            found = None
        return (
            found
            if isinstance(found, dict) and "error" not in found
            else Unknown(reason="The network's answer could not be read.")
        )

    def refusal(self, answer: Response) -> SendResult:
        """Return what an answer other than success means for a message that was to be sent."""
        problem = problem_of(answer)
        match kind_of(answer, problem):
            case Kind.REAUTH | Kind.FORBIDDEN:
                word = "forbidden" if kind_of(answer, problem) is Kind.FORBIDDEN else "bad_token"
                return Reauth(human=said(word, ChannelState.REAUTH_NEEDED, why=problem.human).what)
            case Kind.THROTTLED:
                return Retry(reason="rate limit", after_s=pause_of(answer, self._ctx.clock.now()), throttled=True)
            case Kind.WINDOW:
                return Reject(code="window_closed", human="The network's reply window has ended. The answer was kept, not sent.")
            case Kind.GONE:
                human = "What was to be answered no longer exists, or may no longer be answered. The answer was kept, not sent."
                return Reject(code="gone", human=human)
            case Kind.USED_UP:
                return Reject(code="used_up", human="This comment was answered privately before; the network allows it once.")
            case Kind.TROUBLE:
                return Unknown(reason=f"status {answer.status}, code {problem.code}")
            case Kind.BAD_PROOF | Kind.BAD_VERSION:
                return Reauth(human=f"The network refuses the channel's settings: {problem.human}")
        if answer.status in (408, 425):
            return Retry(reason=f"status {answer.status}")
        return Reject(code="refused", human=f"The network refuses: {problem.human}")


class Missing(PullFailed):
    """What was asked for does not exist, or not for this token."""


def next_page(found: Mapping[str, Any]) -> str | None:
    """Return the cursor of the next page of a list, None on the last."""
    paging = found.get("paging")
    if not isinstance(paging, dict) or not paging.get("next"):
        return None
    cursors = paging.get("cursors")
    after = cursors.get("after") if isinstance(cursors, dict) else None
    return after if isinstance(after, str) else None
