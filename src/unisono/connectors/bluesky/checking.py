"""A look at the network with the present settings: does the account open, and what may it do?"""

import contextlib
from typing import Any

from unisono.connectors.bluesky.answers import decoded, silent
from unisono.connectors.bluesky.api import CHAT, Api
from unisono.connectors.bluesky.limits import caps_of
from unisono.connectors.bluesky.read import MISSHAPEN
from unisono.connectors.bluesky.session import not_a_service
from unisono.connectors.bluesky.words import health
from unisono.contract import Ctx, Health, HostRefused, NotReached, PullFailed, Response
from unisono.domain.words import ChannelState

_DIRECTORY = "https://plc.directory"


async def look(ctx: Ctx, api: Api) -> Health:
    """Return how the account stands; every failure names the setting at fault and what to do."""
    session = api.session
    if not session.service.startswith(("https://", "http://")):
        return health(ChannelState.MISCONFIGURED, "no_address", "service_url")
    if "." not in session.handle or " " in session.handle:
        return health(ChannelState.MISCONFIGURED, "no_handle", "handle")
    wants_chat = bool(ctx.account.config.get("direct_messages", True))
    try:
        await session.forget_refusal()
        opened = await api.ask("com.atproto.server.getSession")
        if wants_chat:
            await api.listed("chat.bsky.convo.getLog", "logs", [], proxy=CHAT)
        if "did" not in opened:
            raise not_a_service(session.service)
        return Health(
            state=ChannelState.OK, remote_id=str(opened["did"]), handle=f"@{opened.get('handle') or session.handle}",
            caps=caps_of(direct_messages=wants_chat),
        )  # fmt: skip
    except HostRefused as error:
        return health(ChannelState.MISCONFIGURED, "not_allowed", "service_url", service=session.service, error=error)
    except NotReached as error:
        return silent(session.service, error).health
    except PullFailed as error:
        if error.health.state is ChannelState.REAUTH_NEEDED and (home := await _home(ctx, api)):
            return health(ChannelState.MISCONFIGURED, "elsewhere", "service_url", home=home, service=session.service)
        return error.health


async def _home(ctx: Ctx, api: Api) -> str:
    """Return where the account lies if that is not where we asked; empty when it lies there, or that cannot be told."""
    with contextlib.suppress(HostRefused, NotReached, PullFailed, *MISSHAPEN):
        session = api.session

        async def asked(url: str, **params: str) -> Response:
            return await ctx.http.request("GET", url, params=params)

        resolved = await asked(f"{session.service}/xrpc/com.atproto.identity.resolveHandle", handle=session.handle)
        did = str(decoded(resolved, dict[str, Any])["did"])
        here = await asked(f"{session.service}/xrpc/com.atproto.repo.describeRepo", repo=did)
        if here.status == 200 or not did.startswith("did:plc:"):
            return ""
        directory = str(ctx.account.config.get("directory_url") or _DIRECTORY).rstrip("/")
        services = decoded(await asked(f"{directory}/{did}"), dict[str, Any])["service"]
        homes = [str(one["serviceEndpoint"]) for one in services if str(one["id"]).endswith("#atproto_pds")]
        return homes[0].rstrip("/") if homes else ""
    return ""
