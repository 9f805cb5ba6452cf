"""OAuth 2 access tokens of a channel: renewed alone over all nodes, kept in one piece before they are used.

Access token, refresh token and end stand in one secret, so that a rotated refresh token and the access token that came with it
are stored together or not at all. Sources: RFC 6749, sections 2.3.1, 5.2 and 6; RFC 9700, section 4.14 (rotation).
"""

from base64 import b64encode
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final
from urllib.parse import quote_plus

import msgspec
from msgspec import Struct

from unisono.contract.context import Clock, Http, NotReached, Response, Secrets
from unisono.contract.context import HostRefused as Refused
from unisono.contract.health import Health
from unisono.contract.manifest import Manifest, OAuth
from unisono.contract.tokens import NoToken
from unisono.domain.words import ChannelState

#: The secret in which what was authorised stands.
GRANT: Final = "oauth"
_SPARE: Final = timedelta(minutes=2)
_REVOKED_LOOK_S: Final = 300.0
_MAX_LIFE_S: Final = 366 * 86_400.0
_CLIENT_WRONG: Final = frozenset({"invalid_client", "unauthorized_client"})


class Grant(Struct, frozen=True, kw_only=True):
    """What an authorisation gave. until: end of the access token, None where the provider names none."""

    access: str
    refresh: str = ""
    until: datetime | None = None
    scope: str = ""


def granted(said: Mapping[str, Any], now: datetime, *, before: Grant | None = None) -> Grant | None:
    """Return the grant that a token address's answer holds; None when it holds no token. A refresh token may stay as it was."""
    access, refresh, scope = said.get("access_token"), said.get("refresh_token"), said.get("scope")
    if not isinstance(access, str) or not access:
        return None
    seconds = _number(said.get("expires_in"))
    return Grant(
        access=access,
        refresh=refresh if isinstance(refresh, str) and refresh else (before.refresh if before else ""),
        until=now + timedelta(seconds=min(max(seconds, 0.0), _MAX_LIFE_S)) if seconds is not None else None,
        scope=scope if isinstance(scope, str) else (before.scope if before else ""),
    )


def client_proof(oauth: OAuth, client_id: str, secret: str) -> tuple[dict[str, str], dict[str, str]]:
    """Return headers and form fields by which our app proves itself (RFC 6749, section 2.3.1)."""
    if oauth.client_auth == "client_secret_basic" and secret:
        pair = f"{quote_plus(client_id)}:{quote_plus(secret)}".encode()
        return {"authorization": f"Basic {b64encode(pair).decode()}"}, {}
    form = {"client_id": client_id}
    return {}, form | ({"client_secret": secret} if secret and oauth.client_auth != "none" else {})


class ChannelTokens:
    """Implements `contract.Tokens` over a channel's secrets and HTTP client."""

    def __init__(self, manifest: Manifest, config: Mapping[str, Any], secrets: Secrets, http: Http, clock: Clock) -> None:
        self._oauth = manifest.oauth
        self._config = config
        self._secrets = secrets
        self._http = http
        self._clock = clock

    async def access(self, *, refused: str | None = None) -> str:
        """Return a token that is good for some minutes. Raises NoToken."""
        grant = await self._stored()
        if grant is not None and self._good(grant, refused):
            return grant.access
        async with self._secrets.single_flight(GRANT):
            grant = await self._stored()
            if grant is not None and self._good(grant, refused):
                return grant.access
            return (await self._renewed(grant)).access

    async def _stored(self) -> Grant | None:
        kept = await self._secrets.get(GRANT)
        if kept:
            try:
                return msgspec.json.decode(kept, type=Grant)
            except msgspec.DecodeError:
                return None
        typed, refresh = await self._secrets.get("access_token"), await self._secrets.get("refresh_token")
        if not typed and not refresh:
            return None
        # A typed token's end is unknown; it is used until it is refused.
        return Grant(access=typed or "", refresh=refresh or "")

    def _good(self, grant: Grant, refused: str | None) -> bool:
        lasts = grant.until is None or grant.until - _SPARE > self._clock.now()
        return bool(grant.access) and lasts and grant.access != refused

    async def _renewed(self, grant: Grant | None) -> Grant:
        if self._oauth is None or grant is None or not grant.refresh:
            what = "The network no longer accepts the authorisation of this channel. Authorise it anew; what is new waits there."
            if grant is None:
                what = "This channel has not been authorised yet."
            raise NoToken(Health(state=ChannelState.REAUTH_NEEDED, what=what), _REVOKED_LOOK_S)
        client_id = str(self._config.get(self._oauth.client_id) or "")
        secret = await self._secrets.get(self._oauth.client_secret) or ""
        headers, proof = client_proof(self._oauth, client_id, secret)
        form = {"grant_type": "refresh_token", "refresh_token": grant.refresh} | proof
        try:
            answer = await self._http.request(
                "POST", self._oauth.at(self._oauth.token_url, self._config), headers={"accept": "application/json", **headers},
                form=form, max_bytes=1_000_000,
            )  # fmt: skip
        except NotReached as error:
            what = f"The address that renews this channel's authorisation does not answer: {error}. It is tried again."
            raise NoToken(Health(state=ChannelState.UNREACHABLE, what=what)) from error
        except Refused as error:
            raise NoToken(Health(state=ChannelState.MISCONFIGURED, what=str(error))) from error
        said = decoded(answer)
        if answer.status != 200:
            raise NoToken(*self._refusal(answer, said))
        renewed = granted(said, self._clock.now(), before=grant)
        if renewed is None:
            what = "The address that renews this channel's authorisation answers, but without a token."
            raise NoToken(Health(state=ChannelState.UNREACHABLE, what=what))
        await self._secrets.put(GRANT, msgspec.json.encode(renewed).decode())
        return renewed

    def _refusal(self, answer: Response, said: Mapping[str, Any]) -> tuple[Health, float | None]:
        """What a refusal means, and when to ask again."""
        code = str(said.get("error") or "")[:60]
        if answer.status == 429 or answer.status >= 500 or code in ("temporarily_unavailable", "slow_down"):
            after = answer.headers.get("retry-after", "").strip()
            wait = float(after) if after.isdigit() and len(after) < 7 else None
            state = ChannelState.THROTTLED if answer.status == 429 else ChannelState.UNREACHABLE
            until = self._clock.now() + timedelta(seconds=wait) if wait is not None else None
            what = f"The network renews no authorisations now (status {answer.status}). It is tried again."
            return Health(state=state, what=what, until=until), wait
        if code in _CLIENT_WRONG:
            what = "The network does not accept client id and client secret. A secret that expired must be made anew there."
            field = self._oauth.client_secret if self._oauth else None
            return Health(state=ChannelState.REAUTH_NEEDED, what=what, field=field), _REVOKED_LOOK_S
        what = (
            f"The network no longer accepts the authorisation of this channel ({code or answer.status}). "
            "Authorise it anew; what is new waits there until then."
        )
        return Health(state=ChannelState.REAUTH_NEEDED, what=what), _REVOKED_LOOK_S


def decoded(answer: Response) -> dict[str, Any]:
    """Return what a token address says; nothing for what is no JSON object."""
    try:
        said = msgspec.json.decode(answer.body)
    except msgspec.DecodeError:
        return {}
    return said if isinstance(said, dict) else {}


def _number(value: object) -> float | None:
    try:
        found = float(value) if isinstance(value, int | float | str) else None
    except ValueError:
        return None
    return found if found is not None and found == found else None
