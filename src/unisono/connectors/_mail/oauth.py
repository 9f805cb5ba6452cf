"""Access tokens for IMAP and SMTP (XOAUTH2): renewed alone over all nodes, rotated refresh tokens kept at once.

Sources: RFC 6749, sections 4.4, 5.2 and 6; Microsoft, "Authenticate an IMAP, POP or SMTP connection using OAuth"; Google,
"OAuth 2.0 Mechanism" for IMAP and SMTP.
"""

from datetime import datetime, timedelta
from typing import Any

import msgspec

from unisono.connectors._mail.said import said as as_said
from unisono.connectors._mail.settings import Settings
from unisono.contract import Ctx, Health, HostRefused, NotReached, PullFailed, Response
from unisono.domain.words import ChannelState

_SPARE = timedelta(minutes=2)
_REVOKED_LOOK_S = 300.0
_CLIENT_WRONG = frozenset({"invalid_client", "unauthorized_client"})


class _Access(msgspec.Struct):
    token: str
    until: datetime


async def access_token(ctx: Ctx, settings: Settings, *, refused: str | None = None) -> str:
    """Return a token that is good for some minutes; `refused` names one that a server just turned down.

    Raises PullFailed: REAUTH_NEEDED when the authorisation was withdrawn, MISCONFIGURED when a setting is missing,
    UNREACHABLE or THROTTLED when the provider cannot be asked now.
    """
    token = await _stored(ctx, refused)
    if token is not None:
        return token
    async with ctx.secrets.single_flight("access"):
        token = await _stored(ctx, refused)
        return token if token is not None else await _renewed(ctx, settings)


async def _stored(ctx: Ctx, refused: str | None) -> str | None:
    stored = await ctx.secrets.get("access")
    if stored is None:
        return None
    try:
        access = msgspec.json.decode(stored, type=_Access)
    except msgspec.DecodeError:
        return None
    good = access.until - _SPARE > ctx.clock.now() and access.token != refused
    return access.token if good else None


async def _renewed(ctx: Ctx, settings: Settings) -> str:
    form = await _form(ctx, settings)
    try:
        answer = await ctx.http.request("POST", settings.token_url, form=form, max_bytes=1_000_000)
    except NotReached as error:
        what = f"The provider's token address does not answer: {error}. Receiving goes on as soon as it does."
        raise PullFailed(Health(state=ChannelState.UNREACHABLE, what=what, field="token_url")) from error
    except HostRefused as error:
        raise PullFailed(Health(state=ChannelState.MISCONFIGURED, what=str(error), field="token_url")) from error
    said = _decoded(answer)
    if answer.status != 200:
        raise PullFailed(*_refusal(ctx, answer, as_said(said.get("error") or "", 60)))
    token, seconds = said.get("access_token"), said.get("expires_in")
    if not isinstance(token, str) or not token:
        what = "The token address answers, but without a token. Check the address."
        raise PullFailed(Health(state=ChannelState.MISCONFIGURED, what=what, field="token_url"))
    # The rotated token first: the old one may be void by now, and losing the new one would end the authorisation.
    if settings.auth == "xoauth2" and isinstance(said.get("refresh_token"), str) and said["refresh_token"]:
        await ctx.secrets.put("refresh_token", said["refresh_token"])
    lifetime = float(seconds) if isinstance(seconds, int | float | str) and _is_number(seconds) else 3_600.0
    access = _Access(token=token, until=ctx.clock.now() + timedelta(seconds=min(max(lifetime, 0.0), 86_400.0)))
    await ctx.secrets.put("access", msgspec.json.encode(access).decode())
    return token


async def _form(ctx: Ctx, settings: Settings) -> dict[str, str]:
    secret = await ctx.secrets.get("client_secret") or ""
    refresh = await ctx.secrets.get("refresh_token") or ""
    needed = {"token_url": settings.token_url, "client_id": settings.client_id}
    needed |= {"client_secret": secret} if settings.auth == "xoauth2_app" else {"refresh_token": refresh}
    for name, value in needed.items():
        if not value:
            what = f"The setting {name} is empty; this log-in needs it."
            state = ChannelState.REAUTH_NEEDED if name == "refresh_token" else ChannelState.MISCONFIGURED
            raise PullFailed(Health(state=state, what=what, field=name), _REVOKED_LOOK_S)
    if settings.auth == "xoauth2_app":
        form = {"grant_type": "client_credentials", "client_id": settings.client_id}
    else:
        form = {"grant_type": "refresh_token", "refresh_token": refresh, "client_id": settings.client_id}
    return form | ({"client_secret": secret} if secret else {}) | ({"scope": settings.scope} if settings.scope else {})


def _refusal(ctx: Ctx, answer: Response, code: str) -> tuple[Health, float | None]:
    """What the provider's refusal means, and when to ask again."""
    if answer.status == 429 or answer.status >= 500 or code in ("temporarily_unavailable", "slow_down"):
        wait = _seconds(answer.headers.get("retry-after"))
        state = ChannelState.THROTTLED if answer.status == 429 else ChannelState.UNREACHABLE
        until = ctx.clock.now() + timedelta(seconds=wait) if wait is not None else None
        return Health(state=state, what=f"The provider renews no tokens now (status {answer.status}).", until=until), wait
    if code in _CLIENT_WRONG:
        what = "The provider does not accept client id and client secret. A secret that expired must be made anew there."
        return Health(state=ChannelState.REAUTH_NEEDED, what=what, field="client_secret"), _REVOKED_LOOK_S
    what = (
        f"The provider no longer accepts the authorisation of this mailbox ({code or answer.status}). "
        "Authorise it anew and enter the new refresh token; mails wait at the provider until then."
    )
    return Health(state=ChannelState.REAUTH_NEEDED, what=what, field="refresh_token"), _REVOKED_LOOK_S


def _decoded(answer: Response) -> dict[str, Any]:
    try:
        said = msgspec.json.decode(answer.body)
    except msgspec.DecodeError:
        return {}
    return said if isinstance(said, dict) else {}


def _is_number(value: float | str) -> bool:
    try:
        return float(value) == float(value)
    except ValueError:
        return False


def _seconds(text: str | None) -> float | None:
    return float(text) if text and text.strip().isdigit() and len(text) < 7 else None
