"""Requests to the Mastodon API, and what its answers mean. Source: docs.joinmastodon.org, methods and rate limits."""

from typing import Any

import msgspec

from unisono.contract import Ctx, Health, NotReached, PullFailed, Reauth, Reject, Response, Retry, SendResult, Unknown, pause_of
from unisono.domain.words import ChannelState

PAGE = 40


class Api:
    """The account's requests, with its token."""

    def __init__(self, ctx: Ctx) -> None:
        self._ctx = ctx
        self.base = str(ctx.account.config.get("base_url", "")).rstrip("/")

    async def headers(self) -> dict[str, str]:
        """Return the authorisation."""
        return {"authorization": f"Bearer {await self._ctx.secrets.get('access_token') or ''}"}

    async def request(self, method: str, path: str, **more: Any) -> Response:
        """Ask the server. Raises NotReached."""
        headers = {**await self.headers(), **more.pop("headers", {})}
        return await self._ctx.http.request(method, self.base + path, headers=headers, **more)

    async def get(self, path: str, params: list[tuple[str, str]] | None = None) -> Any:
        """Return the JSON of an answer. Raises PullFailed with what is wrong and when to try again."""
        try:
            answer = await self.request("GET", path, params=params or [])
        except NotReached as error:
            raise PullFailed(self.silent(error)) from error
        self.demand(answer)
        return decoded(answer)

    async def listed(self, path: str, params: list[tuple[str, str]]) -> list[dict[str, Any]]:
        """Return the items of a list, each with its id. Raises PullFailed."""
        found = await self.get(path, params)
        if not isinstance(found, list) or not all(isinstance(item, dict) and "id" in item for item in found):
            raise PullFailed(self.misshapen(path))
        return found

    async def entity(self, path: str) -> dict[str, Any]:
        """Return one entity. Raises PullFailed."""
        found = await self.get(path)
        if not isinstance(found, dict):
            raise PullFailed(self.misshapen(path))
        return found

    def silent(self, error: NotReached) -> Health:
        """Return what is wrong with a server that does not answer."""
        return Health(state=ChannelState.UNREACHABLE, what=f"{self.base} does not answer: {error}")

    def misshapen(self, path: str) -> Health:
        """Return what is wrong with a server that answers in another shape than the API's."""
        what = f"{self.base}{path} answers in another shape than Mastodon's API. Nothing was lost; it is asked again."
        return Health(state=ChannelState.UNREACHABLE, what=what)

    def demand(self, answer: Response) -> None:
        """Raise PullFailed unless the request was served."""
        if answer.status < 400:
            return
        now = self._ctx.clock.now()
        if answer.status == 401:
            what = "The server refuses the access token. Make a new one in Mastodon and enter it in the channel's settings."
            raise PullFailed(Health(state=ChannelState.REAUTH_NEEDED, what=what), 300.0)
        if answer.status == 403:
            what = "The access token lacks a right, or the account is suspended. Receiving needs the scope read."
            raise PullFailed(Health(state=ChannelState.FORBIDDEN, what=what), 300.0)
        if answer.status == 429:
            pause = pause_of(answer, now)
            raise PullFailed(Health(state=ChannelState.THROTTLED, what="The server asks for a pause (rate limit)."), pause)
        raise PullFailed(Health(state=ChannelState.UNREACHABLE, what=f"{self.base} answers with status {answer.status}."))

    def refusal(self, answer: Response) -> SendResult:
        """Return what an answer other than success means for a message that was to be sent."""
        if answer.status in (401, 403):
            return Reauth(human=f"The server refuses to let us write (status {answer.status}). Renew the access token.")
        if answer.status == 429:
            return Retry(reason="rate limit", after_s=pause_of(answer, self._ctx.clock.now()), throttled=True)
        if answer.status in (408, 425):
            return Retry(reason=f"status {answer.status}")
        if answer.status >= 500:
            return Unknown(reason=f"status {answer.status}")
        return Reject(code="gone" if answer.status in (404, 410) else "refused", human=_error_of(answer))


def decoded(answer: Response) -> Any:
    """Return the JSON of an answer. Raises PullFailed when it is something else."""
    try:
        return msgspec.json.decode(answer.body)
    except (msgspec.DecodeError, RecursionError) as error:
        what = f"{answer.url or 'The server'} sent something that is no JSON (status {answer.status})."
        raise PullFailed(Health(state=ChannelState.UNREACHABLE, what=what)) from error


def _error_of(answer: Response) -> str:
    try:
        said = msgspec.json.decode(answer.body)
        return f"The server refuses: {said['error']}"
    except (msgspec.DecodeError, KeyError, TypeError, RecursionError):
        return f"The server refuses with status {answer.status}."
