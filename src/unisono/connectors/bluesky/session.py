"""Sessions: an app password opens one, its tokens are renewed, and it is kept, since opening is counted by the network.

Source: lexicons com.atproto.server.createSession and refreshSession; docs.bsky.app, "Rate limits" (30 sessions in five
minutes, 300 a day). A token is renewed by whichever worker notices first; the others read what it stored.
"""

import hashlib
from datetime import UTC, datetime
from typing import Any, Final
from urllib.parse import urlsplit

import msgspec
from msgspec import Struct

from unisono.connectors.bluesky.answers import (
    REAUTH_PAUSE_S,
    Problem,
    decoded,
    demand,
    problem_of,
    silent,
    unreachable,
)
from unisono.connectors.bluesky.words import health
from unisono.contract import Ctx, NotReached, PullFailed, Purpose, Response
from unisono.domain.words import ChannelState

DEFAULT_SERVICE: Final = "https://bsky.social"
_SECRET: Final = "session"  # noqa: S105 - the name under which it is kept
_HOSTED: Final = ".host.bsky.network"
#: Errors that a fresh token mends. "Bad token method" is none: such an app password lacks a right.
_STALE: Final = frozenset({"ExpiredToken", "InvalidToken", "AuthMissing", "AuthenticationRequired"})
#: Limits by their amount, as the manifest names them; told headers are written down when so little is left.
_BUCKETS: Final = {3_000: "requests", 5_000: "points", 35_000: "points", 30: "sessions", 300: "sessions"}
_NEAR: Final = 0.3
#: A refused app password is not tried again for so long: each try counts, and it will not become right by itself.
_REFUSED_S: Final = 600


class Tokens(Struct, kw_only=True):
    """An open session. bound: to which settings it belongs. pds: where the account really lies, if we may go there."""

    bound: str
    did: str
    handle: str
    access: str
    refresh: str
    pds: str = ""


class _Opened(Struct, kw_only=True):
    did: str
    handle: str
    accessJwt: str  # noqa: N815 - the network's name
    refreshJwt: str  # noqa: N815
    didDoc: dict[str, Any] | None = None  # noqa: N815


class Session:
    """The account's way to its service."""

    def __init__(self, ctx: Ctx) -> None:
        self._ctx = ctx
        config = ctx.account.config
        self.service = str(config.get("service_url") or DEFAULT_SERVICE).strip().rstrip("/")
        self.handle = str(config.get("handle") or "").strip().removeprefix("@").lower()

    async def request(self, method: str, nsid: str, *, purpose: Purpose, proxy: str = "", **more: Any) -> Response:
        """Ask the service; a stale token is renewed once.

        proxy: the service behind it that shall answer (`did:web:...#id`). Raises NotReached, PullFailed when there is no
        session to be had, and BudgetSpent.
        """
        await self._ctx.budgets.take("requests", purpose)
        tokens = await self.tokens()
        answer = await self._once(tokens, method, nsid, proxy, **more)
        if is_stale(answer):
            tokens = await self._renewed(tokens)
            answer = await self._once(tokens, method, nsid, proxy, **more)
        await self._learn(answer)
        return answer

    async def _learn(self, answer: Response) -> None:
        """Take over what the service says of a limit that comes near; it names one of several, by its amount."""
        told = {name: answer.headers.get(f"ratelimit-{name}", "") for name in ("limit", "remaining", "reset")}
        if not all(value.isascii() and value.isdigit() for value in told.values()):
            return
        limit, remaining = int(told["limit"]), int(told["remaining"])
        bucket = _BUCKETS.get(limit)
        if bucket and remaining < limit * _NEAR:
            resets_at = datetime.fromtimestamp(int(told["reset"]), UTC)
            await self._ctx.budgets.learn(bucket, remaining=remaining, limit=limit, resets_at=resets_at)

    async def _once(self, tokens: Tokens, method: str, nsid: str, proxy: str, **more: Any) -> Response:
        headers = {"authorization": f"Bearer {tokens.access}", **more.pop("headers", {})}
        if proxy:
            headers["atproto-proxy"] = proxy
        url = f"{tokens.pds or self.service}/xrpc/{nsid}"
        return await self._ctx.http.request(method, url, headers=headers, **more)

    async def tokens(self) -> Tokens:
        """Return the open session, after opening it if there is none. Raises PullFailed, NotReached."""
        bound = await self._bound()
        found = await self._stored(bound)
        if found is not None:
            return found
        async with self._ctx.secrets.single_flight(_SECRET):
            return await self._stored(bound) or await self._open(bound)

    async def _renewed(self, refused: Tokens) -> Tokens:
        async with self._ctx.secrets.single_flight(_SECRET):
            found = await self._stored(refused.bound)
            if found is not None and found.access != refused.access:
                return found
            headers = {"authorization": f"Bearer {refused.refresh}"}
            url = f"{refused.pds or self.service}/xrpc/com.atproto.server.refreshSession"
            answer = await self._ctx.http.request("POST", url, headers=headers)
            if answer.status == 200:
                return await self._kept(refused.bound, decoded(answer, _Opened))
            if is_stale(answer):
                return await self._open(refused.bound)
            demand(answer, self._ctx.clock.now())
            raise unreachable("status", service=self.service, status=answer.status)

    async def _open(self, bound: str) -> Tokens:
        if await self._ctx.memory.get(f"refused:{bound}") is not None:
            raise _needs_somebody("refused")
        await self._ctx.budgets.take("sessions", Purpose.REPLY)
        body = {"identifier": self.handle, "password": await self._ctx.secrets.get("app_password") or ""}
        url = f"{self.service}/xrpc/com.atproto.server.createSession"
        answer = await self._ctx.http.request("POST", url, json=body)
        if answer.status == 200:
            return await self._kept(bound, decoded(answer, _Opened))
        problem = problem_of(answer)
        if problem.error in ("AccountTakedown", "AccountSuspended"):
            raise PullFailed(health(ChannelState.FORBIDDEN, "locked", "handle"), REAUTH_PAUSE_S)
        if answer.status in (400, 401) and problem.error:
            await self._ctx.memory.put(f"refused:{bound}", b"1", ttl_s=_REFUSED_S)
            raise _needs_somebody("second_factor" if problem.error == "AuthFactorTokenRequired" else "refused")
        if answer.status in (404, 405, 501) or (answer.status < 500 and answer.status != 429):
            raise not_a_service(self.service)
        demand(answer, self._ctx.clock.now())
        raise unreachable("status", service=self.service, status=answer.status)

    async def forget_refusal(self) -> None:
        """Let a refused app password be tried once more: a person asked for it."""
        await self._ctx.memory.delete(f"refused:{await self._bound()}")

    async def _bound(self) -> str:
        """Name the settings: a session that was opened with others is none."""
        password = await self._ctx.secrets.get("app_password") or ""
        return hashlib.sha256(f"{self.service}\0{self.handle}\0{password}".encode()).hexdigest()[:24]

    async def _stored(self, bound: str) -> Tokens | None:
        stored = await self._ctx.secrets.get(_SECRET)
        try:
            found = msgspec.json.decode(stored, type=Tokens) if stored else None
        except msgspec.DecodeError:
            return None
        return found if found is not None and found.bound == bound else None

    async def _kept(self, bound: str, opened: _Opened) -> Tokens:
        found = Tokens(
            bound=bound, did=opened.did, handle=opened.handle, access=opened.accessJwt, refresh=opened.refreshJwt,
            pds=_pds_of(opened.didDoc),
        )  # fmt: skip
        await self._ctx.secrets.put(_SECRET, msgspec.json.encode(found).decode())
        return found

    async def me(self) -> str:
        """Return the account's DID. Raises PullFailed."""
        if self._ctx.account.remote_id:
            return self._ctx.account.remote_id
        try:
            return (await self.tokens()).did
        except NotReached as error:
            raise silent(self.service, error) from error


def is_stale(answer: Response) -> bool:
    """Tell whether another token would be served."""
    problem = problem_of(answer) if answer.status in (400, 401) else Problem()
    return (answer.status == 401 or problem.error in _STALE) and not lacks_right(answer)


def lacks_right(answer: Response) -> bool:
    """Tell whether the app password is not allowed to do this (direct messages need its owner's consent)."""
    return answer.status in (400, 401, 403) and problem_of(answer).message.lower().startswith("bad token method")


def _pds_of(document: dict[str, Any] | None) -> str:
    """Return where the account lies if that is a server of Bluesky's own; else all goes through the service that was typed."""
    services = (document or {}).get("service")
    for one in services if isinstance(services, list) else ():
        endpoint = one.get("serviceEndpoint") if isinstance(one, dict) and str(one.get("id")).endswith("#atproto_pds") else None
        parts = urlsplit(endpoint) if isinstance(endpoint, str) else None
        if parts and parts.scheme == "https" and (parts.hostname or "").endswith(_HOSTED) and not parts.port:
            return f"https://{parts.hostname}"
    return ""


def not_a_service(url: str) -> PullFailed:
    """Return the failure for an address at which something else answers."""
    return PullFailed(health(ChannelState.MISCONFIGURED, "no_service", "service_url", service=url))


def _needs_somebody(why: str) -> PullFailed:
    return PullFailed(health(ChannelState.REAUTH_NEEDED, why, "app_password"), REAUTH_PAUSE_S)
