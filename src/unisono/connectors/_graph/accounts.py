"""Looking at an account with the settings that somebody typed: the address, the token, and whether news are sent to us."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec

from unisono.connectors._graph.api import Graph
from unisono.connectors._graph.words import said
from unisono.contract import Ctx, Health, HostRefused, Manifest, NotReached, PullFailed
from unisono.domain.words import ChannelState

_SUNSET_TOLD = timedelta(days=90)


async def looked_at(ctx: Ctx, graph: Graph, look: Callable[[], Awaitable[Health]]) -> Health:
    """Return what a look at the account comes to; what the network refuses is said in words, nothing is raised."""
    if not graph.base.startswith(("https://", "http://")):
        return said("bad_address", ChannelState.MISCONFIGURED, "base_url")
    try:
        return await look()
    except HostRefused as error:
        return said("silent", ChannelState.MISCONFIGURED, "base_url", base=graph.base, why=str(error))
    except NotReached as error:
        return graph.silent(error)
    except PullFailed as error:
        ctx.log.info("check_failed", state=error.health.state.value)
        return error.health


async def demand_installed(graph: Graph, account: str, fields: tuple[str, ...], permission: str) -> None:
    """See that the app is told of the account's news; subscribe it where it is not. Raises PullFailed.

    Without this there is silence, and nobody is told why. Source: Meta for Developers, "Webhooks for Pages", subscribed_apps.
    """
    listed = await graph.get(f"{account}/subscribed_apps")
    if _has(listed, fields):
        return
    # What other channels of the same page have subscribed stays subscribed.
    wanted = sorted({*fields, *_told(listed)})
    params = {"subscribed_fields": ",".join(wanted)} if wanted else {}
    answer = await graph.request("POST", f"{account}/subscribed_apps", params=params)
    why = f"status {answer.status}"
    if answer.status == 200 and _has(await graph.get(f"{account}/subscribed_apps"), fields):
        return
    raise PullFailed(said("not_installed", ChannelState.MISCONFIGURED, "access_token", why=why, permission=permission))


def _has(listed: dict[str, Any], fields: tuple[str, ...]) -> bool:
    apps = listed.get("data")
    if not isinstance(apps, list) or not apps:
        return False
    return set(fields) <= _told(listed)


def _told(listed: dict[str, Any]) -> set[str]:
    apps = listed.get("data")
    known = [app for app in apps if isinstance(app, dict)] if isinstance(apps, list) else []
    return {str(field) for app in known for field in app.get("subscribed_fields") or ()}


def with_sunset(health: Health, manifest: Manifest, version: str, now: datetime) -> Health:
    """Return a good condition with a warning, when the API's version will end soon."""
    if not manifest.sunset or version != manifest.api_version:
        return health
    ends = datetime.fromisoformat(manifest.sunset).replace(tzinfo=UTC)
    if now < ends - _SUNSET_TOLD:
        return health
    warning = said("sunset", health.state, version=version, day=manifest.sunset)
    return msgspec.structs.replace(health, what=warning.what, texts=warning.texts)
