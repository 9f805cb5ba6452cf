"""Hearing: the archive is cursor and truth, the live stream says when to look."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any, Final
from xml.etree.ElementTree import tostring

import msgspec
from slixmpp.xmlstream.handler import Callback
from slixmpp.xmlstream.matcher import MatchXPath

from unisono.connectors.xmpp.archive import Found, Item, look_back, page
from unisono.connectors.xmpp.cursors import Place, instant_of, place_of, written
from unisono.connectors.xmpp.line import Line, Lost, Refused, open_line
from unisono.connectors.xmpp.settings import Settings, settings_of
from unisono.connectors.xmpp.stanzas import corrected, is_part, is_said, reported, retracted
from unisono.connectors.xmpp.words import health
from unisono.contract import Ctx, Page, PullFailed, Raw
from unisono.domain.words import ChannelState

_MOST: Final = 200
_KEEPALIVE_S: Final = 60


class Hearing:
    """Pulls for the account."""

    def __init__(self, ctx: Ctx) -> None:
        self._ctx = ctx

    @property
    def _settings(self) -> Settings:
        return settings_of(self._ctx.account.config)

    async def password(self) -> str:
        """Return the account's password."""
        return await self._ctx.secrets.get("password") or ""

    async def pull(self, cursor: str | None, limit: int) -> Page:
        """Return what came into the archive since the cursor. Raises PullFailed."""
        settings = self._settings
        try:
            async with open_line(settings, await self.password()) as line:
                return await self._page(line, place_of(cursor), min(limit, _MOST))
        except Lost as lost:
            raise lost.failure from lost
        except Refused as refused:
            if refused.condition in ("service-unavailable", "feature-not-implemented"):
                raise PullFailed(health(ChannelState.MISCONFIGURED, "no_archive", "address", domain=settings.domain)) from refused
            broken = health(ChannelState.UNREACHABLE, "broken", domain=settings.domain, error=refused.condition)
            raise PullFailed(broken) from refused

    async def _page(self, line: Line, place: Place | None, most: int) -> Page:
        gap = False
        try:
            found = await self._after(line, place, most)
        except Refused as refused:
            if place is None or refused.condition not in ("item-not-found", "bad-request"):
                raise
            # The place is gone: the archive forgets, or it was no place of this archive.
            place, gap = await self._from_its_time(line, place)
            found = await self._after(line, place, most)
        raws: list[Raw] = []
        when, n = (place.when, place.n) if place is not None else ("", 0)
        for item in found.items:
            n = n + 1 if item.stamp == when else 0
            when = item.stamp
            body = await self._body(line, item, n, found)
            if body is not None:
                raw = msgspec.json.encode(body)
                raws.append(Raw(ingest_key=f"message:{item.id}:0", body=raw, received_at=self._ctx.clock.now()))
        newest = found.items[-1].id if found.items else ""
        following = Place(v=1, when=when, n=n, at=newest) if newest else place
        at = written(following) if following is not None and following.at else None
        return Page(raws=raws, next_cursor=at, has_more=not found.complete, gap=gap)

    async def _after(self, line: Line, place: Place | None, most: int) -> Found:
        if place is not None and place.at:
            return await page(line, after=place.at, most=most)
        start = self._ctx.clock.now() - timedelta(days=self._settings.history_days)
        return await page(line, start=instant_of(place.when) if place is not None else start, most=most)

    async def _from_its_time(self, line: Line, place: Place) -> tuple[Place | None, bool]:
        """Return where to begin instead of a place that is gone, and whether something between is lost."""
        when = instant_of(place.when)
        if when > self._ctx.clock.now() or place.when == "":
            return None, False
        oldest = await page(line, most=1)
        lost = bool(oldest.items) and instant_of(oldest.items[0].stamp) > when
        return Place(v=1, when=place.when, at=""), lost

    async def _body(self, line: Line, item: Item, n: int, found: Found) -> dict[str, Any] | None:
        """Return what `read` needs to know of an item; None for what is none of our business."""
        message, me = item.message, self._settings.address
        sender = message.get("from", "").partition("/")[0]
        other = message.get("to", "").partition("/")[0] if sender == me else sender
        if message.get("type") in ("groupchat", "error", "headline") or not other or other == me:
            return None
        if sender == me and is_part(message):
            return None
        body = {"id": item.id, "stamp": item.stamp, "n": n, "me": me, "xml": tostring(message, encoding="unicode")}
        if (name := retracted(message)) or (name := corrected(message)):
            target = _within(found, item, name, sender) or await look_back(line, other, name, sender)
            kind = "deleted" if retracted(message) else "edited"
            if target is not None:
                return {**body, "kind": kind, "target": target.id}
            # A correction of something that nobody knows is something said.
            return None if kind == "deleted" else {**body, "kind": "said"}
        if reported(message) is not None and sender != me:
            return {**body, "kind": "report"}
        return {**body, "kind": "said"} if is_said(message) else None

    async def listen(self) -> AsyncIterator[Raw | None]:
        """Be there for the account, with copies of what its other programs say, and tell that it is time to pull."""
        settings = self._settings
        news: asyncio.Queue[None] = asyncio.Queue(1)

        def heard(_: object) -> None:
            if news.empty():
                news.put_nowait(None)

        async with open_line(settings, await self.password()) as line:
            for plugin in ("xep_0198", "xep_0199", "xep_0280", "xep_0184"):
                line.register_plugin(plugin)
            line.register_handler(Callback("Heard", MatchXPath("{jabber:client}message"), heard))
            line.plugin["xep_0199"].enable_keepalive(_KEEPALIVE_S)
            try:
                await line.unless_lost(line.plugin["xep_0280"].enable(timeout=_KEEPALIVE_S))
            except Lost as lost:
                raise lost.failure from lost
            except Exception as error:  # a server without carbons is listened to as well
                self._ctx.log.info("xmpp.no_carbons", error=type(error).__name__)
            line.send_presence()
            while True:
                try:
                    yield await line.unless_lost(news.get())
                except Lost as lost:
                    raise lost.failure from lost


def _within(found: Found, item: Item, name: str, sender: str) -> Item | None:
    """Look for what a message names among those before it on the same page."""
    place = found.items.index(item)
    for earlier in reversed(found.items[:place]):
        if name in earlier.names and earlier.message.get("from", "").partition("/")[0] == sender:
            return earlier
    return None
