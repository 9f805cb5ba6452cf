"""The account's way to its homeserver: a password opens a session of our own device, or somebody gave us a token.

A session keeps its device, so that the server knows a message that is sent again (`txnId` counts per device). Source: Matrix
specification v1.11, Client-Server API, "Client Authentication": login, refresh, soft logout.
"""

import hashlib
from typing import Any, Final

import msgspec
from msgspec import Struct

from unisono.connectors.matrix.answers import (
    LOCKED,
    REAUTH_PAUSE_S,
    decoded,
    demand,
    is_refused_token,
    problem_of,
    silent,
)
from unisono.connectors.matrix.words import health
from unisono.contract import Ctx, NotReached, PullFailed, Response
from unisono.domain.words import ChannelState

_SECRET: Final = "session"  # noqa: S105 - the name under which it is kept
#: A refused password is not tried again for so long: servers count, and it will not become right by itself.
_REFUSED_S: Final = 600


class Tokens(Struct, kw_only=True):
    """An open session. bound: to which settings it belongs. refresh: empty where the server's tokens do not expire."""

    bound: str
    user_id: str
    access: str
    refresh: str = ""


class _Opened(Struct, kw_only=True):
    user_id: str
    access_token: str
    refresh_token: str | None = None


class _Refreshed(Struct, kw_only=True):
    access_token: str
    refresh_token: str | None = None


class Session:
    """Asks the homeserver in the account's name."""

    def __init__(self, ctx: Ctx) -> None:
        self._ctx = ctx
        config = ctx.account.config
        self.base = str(config.get("base_url") or "").strip().rstrip("/")
        self.user = str(config.get("user") or "").strip()

    @property
    def field(self) -> str:
        """The setting that lets us in."""
        return "password" if self.user else "access_token"

    async def request(self, method: str, path: str, **more: Any) -> Response:
        """Ask the server; a token that it refuses is renewed once. Raises NotReached, and PullFailed without a session."""
        tokens = await self.tokens()
        answer = await self._once(tokens.access, method, path, **more)
        if is_refused_token(answer) and self.user:
            answer = await self._once((await self._renewed(tokens)).access, method, path, **more)
        return answer

    async def _once(self, token: str, method: str, path: str, **more: Any) -> Response:
        headers = {"authorization": f"Bearer {token}", **more.pop("headers", {})}
        return await self._ctx.http.request(method, f"{self.base}/_matrix{path}", headers=headers, **more)

    async def tokens(self) -> Tokens:
        """Return the open session, after opening it if there is none. Raises PullFailed, NotReached."""
        bound = await self._bound()
        if not self.user:
            token = await self._ctx.secrets.get("access_token") or ""
            if not token:
                raise PullFailed(health(ChannelState.MISCONFIGURED, "no_credentials", "access_token"), REAUTH_PAUSE_S)
            return Tokens(bound=bound, user_id=self._ctx.account.remote_id or "", access=token)
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
            if refused.refresh:
                url = f"{self.base}/_matrix/client/v3/refresh"
                answer = await self._ctx.http.request("POST", url, json={"refresh_token": refused.refresh})
                if answer.status == 200:
                    fresh = decoded(answer, _Refreshed)
                    return await self._kept(
                        Tokens(
                            bound=refused.bound, user_id=refused.user_id, access=fresh.access_token,
                            refresh=fresh.refresh_token or refused.refresh,
                        )
                    )  # fmt: skip
                if answer.status not in (400, 401, 403, 404):
                    demand(answer, self.base, self.field)
            return await self._open(refused.bound)

    async def _open(self, bound: str) -> Tokens:
        if await self._ctx.memory.get(f"refused:{bound}") is not None:
            raise self._needs_somebody()
        body = {
            "type": "m.login.password", "identifier": {"type": "m.id.user", "user": self.user},
            "password": await self._ctx.secrets.get("password") or "", "device_id": self._device(),
            "initial_device_display_name": "Unisono", "refresh_token": True,
        }  # fmt: skip
        answer = await self._ctx.http.request("POST", f"{self.base}/_matrix/client/v3/login", json=body)
        if answer.status == 200:
            opened = decoded(answer, _Opened)
            return await self._kept(
                Tokens(bound=bound, user_id=opened.user_id, access=opened.access_token, refresh=opened.refresh_token or "")
            )
        problem = problem_of(answer)
        if problem.errcode in LOCKED:
            raise PullFailed(health(ChannelState.FORBIDDEN, "locked", "user", service=self.base), REAUTH_PAUSE_S)
        if answer.status == 403 and problem.errcode:
            await self._ctx.memory.put(f"refused:{bound}", b"1", ttl_s=_REFUSED_S)
            raise self._needs_somebody()
        if answer.status == 400 and problem.errcode in ("M_UNKNOWN", "M_UNRECOGNIZED"):
            why = health(ChannelState.MISCONFIGURED, "no_password_login", "access_token", service=self.base)
            raise PullFailed(why, REAUTH_PAUSE_S)
        demand(answer, self.base, self.field)
        raise PullFailed(health(ChannelState.UNREACHABLE, "status", "base_url", service=self.base, status=answer.status))

    def _device(self) -> str:
        return f"UNISONO{self._ctx.account.channel_id.hex[-10:].upper()}"

    async def forget_refusal(self) -> None:
        """Let a refused password be tried once more: a person asked for it."""
        await self._ctx.memory.delete(f"refused:{await self._bound()}")

    async def _bound(self) -> str:
        """Name the settings: a session that was opened with others is none."""
        password = await self._ctx.secrets.get("password") or ""
        return hashlib.sha256(f"{self.base}\0{self.user}\0{password}".encode()).hexdigest()[:24]

    async def _stored(self, bound: str) -> Tokens | None:
        stored = await self._ctx.secrets.get(_SECRET)
        try:
            found = msgspec.json.decode(stored, type=Tokens) if stored else None
        except msgspec.DecodeError:
            return None
        return found if found is not None and found.bound == bound else None

    async def _kept(self, tokens: Tokens) -> Tokens:
        await self._ctx.secrets.put(_SECRET, msgspec.json.encode(tokens).decode())
        return tokens

    async def me(self) -> str:
        """Return the account's user id. Raises PullFailed."""
        if self._ctx.account.remote_id:
            return self._ctx.account.remote_id
        try:
            tokens = await self.tokens()
            if tokens.user_id:
                return tokens.user_id
            answer = await self.request("GET", "/client/v3/account/whoami")
        except NotReached as error:
            raise silent(self.base, error) from error
        demand(answer, self.base, self.field)
        return str(decoded(answer, dict[str, Any]).get("user_id") or "")

    def _needs_somebody(self) -> PullFailed:
        return PullFailed(health(ChannelState.REAUTH_NEEDED, "refused", "password", service=self.base), REAUTH_PAUSE_S)
