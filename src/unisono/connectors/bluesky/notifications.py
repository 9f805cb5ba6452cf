"""Mentions, replies and quotes. The network lists them from the newest back, so a pull walks to what it knows.

What arrives late (a server that was away) is put at the time it was written, below what is already known: the last minutes
before the known place are therefore read each time, and what was seen there is named in the cursor.
"""

import hashlib
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Final

import msgspec
from msgspec import Struct

from unisono.connectors.bluesky.answers import Json
from unisono.connectors.bluesky.api import PAGE, Api
from unisono.connectors.bluesky.cursors import Place, instant_of, place_of, written
from unisono.connectors.bluesky.watch import Watch, Watched
from unisono.contract import Ctx, Page, Raw

REASONS: Final = ("mention", "reply", "quote")
#: How far below the known place what is late may turn up.
_LATE: Final = timedelta(minutes=10)
_SEEN_KEPT: Final = 100
#: 50,000 notifications: beyond that a gap is told instead of filling the memory.
_MOST_PAGES: Final = 500


class Walk(Struct):
    """What one walk back found and has not handed out yet, oldest first; `gap`: it did not reach what is known."""

    cursor: str
    left: list[Json]
    gap: bool


class Notifications:
    """Pulls the account's notifications."""

    def __init__(self, ctx: Ctx, api: Api, watch: Watch) -> None:
        self._ctx = ctx
        self._api = api
        self._watch = watch
        self._walk: Walk | None = None

    async def pull(self, cursor: str | None, limit: int) -> Page:
        """Return what came in since the cursor, oldest first. Raises PullFailed."""
        place = place_of(cursor)
        walk = self._walk
        if walk is None or walk.cursor != cursor:
            walk = await self._walked(place, cursor or "")
        items, walk.left = walk.left[:limit], walk.left[limit:]
        raws = await self._raws(items)
        # With nothing heard yet the place is not "now": the network's clock is not ours.
        walk.cursor = _after(place, items) or (cursor if place is not None and cursor else written(self._begin().isoformat()))
        self._walk = walk if walk.left else None
        return Page(raws=raws, next_cursor=walk.cursor, has_more=bool(walk.left), gap=walk.gap)

    async def _walked(self, place: Place | None, cursor: str) -> Walk:
        known = instant_of(place.at) if place is not None else None
        seen = place.seen if place is not None else {}
        found: list[Json] = []
        items, older = await self._page("")
        if known is not None and self._is_ahead(known, items):
            known, seen = None, {}
        floor = _below(known, seen) if known is not None else self._begin()
        gap = False
        for _ in range(_MOST_PAGES):
            recent = [item for item in items if _at(item) >= floor]
            found += [item for item in recent if _mark(item) not in seen]
            if not older or len(recent) < len(items):
                break
            items, older = await self._page(older)
        else:
            gap = known is not None
        found.reverse()
        found.sort(key=_at)
        return Walk(cursor=cursor, left=found, gap=gap)

    async def _page(self, older: str) -> tuple[list[Json], str]:
        params = [*(("reasons", reason) for reason in REASONS), ("limit", str(PAGE))]
        params += [("cursor", older)] if older else []
        items, older = await self._api.listed("app.bsky.notification.listNotifications", "notifications", params)
        # A service that does not know `reasons` gives all of them.
        wanted = [item for item in items if item.get("reason", "") in REASONS and "uri" in item and instant_of(_time(item))]
        return wanted, older if items else ""

    def _is_ahead(self, known: datetime, newest: list[Json]) -> bool:
        """Tell whether a place lies ahead of all there is: then we have never been there."""
        return known > max([self._ctx.clock.now(), *(_at(item) for item in newest)])

    def _begin(self) -> datetime:
        """Return how far to walk back the first time."""
        return self._ctx.clock.now() - timedelta(days=int(self._ctx.account.config.get("history_days", 2)))

    async def _raws(self, items: list[Json]) -> list[Raw]:
        """Return the items with what the network shows of them: pictures, and whether they may be answered."""
        if not items:
            return []
        shown = await self._api.posts([str(item["uri"]) for item in items])
        me = await self._api.session.me()
        await self._watch.put(*(Watched(id=str(item["uri"])) for item in items))
        return [self._raw(item, shown.get(str(item["uri"]), {}), me) for item in items]

    def _raw(self, item: Json, shown: Json, me: str) -> Raw:
        kept = ("uri", "cid", "author", "record", "indexedAt")
        post = {name: item[name] for name in kept if name in item}
        post |= {name: shown[name] for name in ("embed", "viewer") if name in shown}
        body = {"kind": "post", "post": post, "reason": item["reason"], "me": me}
        return Raw(ingest_key=f"post:{item['uri']}:0", body=msgspec.json.encode(body), received_at=self._ctx.clock.now())


def _after(place: Place | None, items: list[Json]) -> str | None:
    """Return the cursor behind some items; None when they move nothing."""
    if not items:
        return None
    known = instant_of(place.at) if place is not None else None
    top = max(_at(item) for item in items)
    newest = max(top, known) if known is not None else top
    close = dict(place.seen) if place is not None else {}
    close |= {_mark(item): _at(item).timestamp() for item in items}
    recent = sorted((at, mark) for mark, at in close.items() if at >= (newest - _LATE).timestamp())
    return written(newest.isoformat(), {mark: at for at, mark in recent[-_SEEN_KEPT:]})


def _below(known: datetime, seen: Mapping[str, float]) -> datetime:
    """Return how far below the known place to look: as far as what was seen there can be told from what is late."""
    if len(seen) < _SEEN_KEPT:
        return known - _LATE
    return max(known - _LATE, datetime.fromtimestamp(min(seen.values()), UTC))


def _time(item: Json) -> str:
    return str(item.get("indexedAt") or "")


def _at(item: Json) -> datetime:
    found = instant_of(_time(item))
    assert found is not None
    return found


def _mark(item: Json) -> str:
    return hashlib.sha256(str(item["uri"]).encode()).hexdigest()[:12]
