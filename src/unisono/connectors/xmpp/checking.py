"""A look at the server with the present settings: does the account open, is there an archive, where do files go?"""

from unisono.connectors.xmpp.archive import page
from unisono.connectors.xmpp.files import find_store, origin_of, slot_of
from unisono.connectors.xmpp.limits import caps_of
from unisono.connectors.xmpp.line import Line, Lost, Refused, open_line
from unisono.connectors.xmpp.settings import settings_of
from unisono.connectors.xmpp.words import health
from unisono.contract import Ctx, Health, PullFailed
from unisono.domain.words import ChannelState


async def look(ctx: Ctx) -> Health:
    """Return how the account stands; never raises for bad settings."""
    settings = settings_of(ctx.account.config)
    try:
        async with open_line(settings, await ctx.secrets.get("password") or "") as line:
            try:
                await page(line, before="", most=1)
            except Refused:
                return health(ChannelState.MISCONFIGURED, "no_archive", "address", domain=settings.domain)
            return await _with_store(line)
    except PullFailed as error:
        return error.health
    except Lost as lost:
        return lost.failure.health


async def _with_store(line: Line) -> Health:
    settings = line.settings
    store = await find_store(line) if settings.upload_url else None
    if store is not None:
        try:
            put, _, _ = await slot_of(line, store, "check.txt", 1, "text/plain")
        except Refused:
            store = None
        else:
            if put and origin_of(put) != origin_of(settings.upload_url):
                return health(ChannelState.MISCONFIGURED, "upload_elsewhere", "upload_url", url=origin_of(put))
    caps = caps_of(store.max_bytes if store else 0)
    return Health(state=ChannelState.OK, remote_id=settings.address, handle=settings.address, caps=caps)
