"""A look at the homeserver with the present settings: does the account open, and what may it send?"""

import contextlib
from typing import Any

import msgspec

from unisono.connectors.matrix.answers import Json, decoded, demand
from unisono.connectors.matrix.api import Api
from unisono.connectors.matrix.limits import DEFAULT_UPLOAD, caps_of
from unisono.connectors.matrix.words import health
from unisono.contract import MISSHAPEN, Ctx, Health, HostRefused, NotReached, PullFailed
from unisono.domain.words import ChannelState


async def look(ctx: Ctx, api: Api) -> Health:
    """Return how the account stands; never raises for bad settings."""
    session = api.session
    if not session.base.startswith(("https://", "http://")):
        return health(ChannelState.MISCONFIGURED, "no_address", "base_url")
    try:
        if wrong := await _is_elsewhere(ctx, session.base):
            return wrong
        await session.forget_refusal()
        me = str((await api.ask("GET", "/client/v3/account/whoami"))["user_id"])
        caps = caps_of(await _upload_bytes(api), password=bool(session.user))
        return Health(state=ChannelState.OK, remote_id=me, handle=me, caps=caps)
    except HostRefused as error:
        return health(ChannelState.MISCONFIGURED, "not_allowed", "base_url", service=session.base, error=error)
    except NotReached as error:
        return health(ChannelState.UNREACHABLE, "silent", "base_url", service=session.base, error=error)
    except PullFailed as error:
        return error.health
    except (*MISSHAPEN, KeyError):
        return health(ChannelState.MISCONFIGURED, "no_homeserver", "base_url", service=session.base)


async def _is_elsewhere(ctx: Ctx, base: str) -> Health | None:
    """Return what is wrong with an address at which no homeserver answers. Raises NotReached."""
    answer = await ctx.http.request("GET", f"{base}/_matrix/client/versions")
    if answer.status == 429 or answer.status >= 500:
        demand(answer, base, "base_url")
    if answer.status == 200:
        with contextlib.suppress(PullFailed):
            if isinstance(decoded(answer, Json).get("versions"), list):
                return None
    with contextlib.suppress(NotReached, HostRefused, PullFailed, KeyError, TypeError):
        told = await ctx.http.request("GET", f"{base}/.well-known/matrix/client")
        home = str(decoded(told, dict[str, Any])["m.homeserver"]["base_url"]).rstrip("/")
        if told.status == 200 and home != base:
            return health(ChannelState.MISCONFIGURED, "elsewhere", "base_url", service=base, home=home)
    return health(ChannelState.MISCONFIGURED, "no_homeserver", "base_url", service=base)


async def _upload_bytes(api: Api) -> int:
    """Return how large a file may be; older servers tell it elsewhere."""
    for path in ("/client/v1/media/config", "/media/v3/config"):
        answer = await api.tried("GET", path)
        with contextlib.suppress(PullFailed, msgspec.DecodeError):
            size = decoded(answer, Json).get("m.upload.size") if answer.status == 200 else None
            if isinstance(size, int) and size > 0:
                return size
    return DEFAULT_UPLOAD
