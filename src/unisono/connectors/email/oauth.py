"""Access tokens for IMAP and SMTP (XOAUTH2): renewed alone over all nodes, rotated refresh tokens kept at once.

Sources: RFC 6749, section 6; Microsoft "Authenticate an IMAP, POP or SMTP connection using OAuth"; Google "XOAUTH2 mechanism".
"""

from datetime import datetime, timedelta

import msgspec

from unisono.contract import Ctx, Health, NotReached, PullFailed
from unisono.domain.words import ChannelState

_SPARE = timedelta(minutes=2)


class _Access(msgspec.Struct):
    token: str
    until: datetime


async def access_token(ctx: Ctx, *, refused: str | None = None) -> str:
    """Return a token that is good for some minutes; `refused` names one that the server just turned down.

    Raises PullFailed with REAUTH_NEEDED when the authorisation was withdrawn.
    """
    token = await _stored(ctx, refused)
    if token is not None:
        return token
    async with ctx.secrets.single_flight("access"):
        token = await _stored(ctx, refused)
        return token if token is not None else await _renewed(ctx)


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


async def _renewed(ctx: Ctx) -> str:
    config = ctx.account.config
    form = {
        "grant_type": "refresh_token",
        "refresh_token": await ctx.secrets.get("refresh_token") or "",
        "client_id": str(config.get("client_id") or ""),
    }
    secret = await ctx.secrets.get("client_secret")
    if secret:
        form["client_secret"] = secret
    try:
        answer = await ctx.http.request("POST", str(config.get("token_url") or ""), form=form)
    except NotReached as error:
        what = f"The provider's token address does not answer: {error}"
        raise PullFailed(Health(state=ChannelState.UNREACHABLE, what=what, field="token_url")) from error
    if answer.status in (400, 401, 403):
        what = "The provider no longer accepts the authorisation of this mailbox. Authorise it anew and enter the refresh token."
        raise PullFailed(Health(state=ChannelState.REAUTH_NEEDED, what=what, field="refresh_token"), 300.0)
    if answer.status != 200:
        raise PullFailed(Health(state=ChannelState.UNREACHABLE, what=f"The token address answers with status {answer.status}."))
    try:
        said = msgspec.json.decode(answer.body)
        token, seconds = str(said["access_token"]), float(said.get("expires_in") or 3_600)
    except (msgspec.DecodeError, KeyError, TypeError, ValueError) as error:
        raise PullFailed(Health(state=ChannelState.UNREACHABLE, what="The token address answers with something else.")) from error
    if said.get("refresh_token"):
        await ctx.secrets.put("refresh_token", str(said["refresh_token"]))
    access = _Access(token=token, until=ctx.clock.now() + timedelta(seconds=seconds))
    await ctx.secrets.put("access", msgspec.json.encode(access).decode())
    return token
