"""What the account says from other programs: its own repository, read forward by record keys."""

from datetime import timedelta
from typing import Final

import msgspec

from unisono.connectors.bluesky.answers import Json
from unisono.connectors.bluesky.api import PAGE, POST, Api, key_of
from unisono.connectors.bluesky.cursors import place_of, written
from unisono.connectors.bluesky.read import MISSHAPEN, customer_of
from unisono.connectors.bluesky.tid import number_of, tid_at
from unisono.contract import Ctx, Page, Raw


class Own:
    """Pulls the account's own posts."""

    def __init__(self, ctx: Ctx, api: Api) -> None:
        self._ctx = ctx
        self._api = api
        self._checked = False

    async def pull(self, cursor: str | None, limit: int) -> Page:
        """Return what was said since the cursor, oldest first. Raises PullFailed."""
        me = await self._api.session.me()
        place = place_of(cursor)
        key = place.at if place is not None and number_of(place.at) is not None else None
        if key is not None and not self._checked and await self._lies_ahead(me, key):
            key = None
        self._checked = True
        days = int(self._ctx.account.config.get("history_days", _DAYS))
        key = key or tid_at(self._ctx.clock.now() - timedelta(days=days))
        params = [("repo", me), ("collection", POST), ("reverse", "true"), ("cursor", key)]
        most = min(limit, PAGE)
        items, _ = await self._api.listed("com.atproto.repo.listRecords", "records", [*params, ("limit", str(most))])
        keys = [key_of(str(item.get("uri"))) for item in items]
        raws = await self._raws(items, me)
        newest = max((found for found in keys if number_of(found) is not None), default=key)
        return Page(raws=raws, next_cursor=written(newest), has_more=len(items) >= most and newest > key)

    async def _lies_ahead(self, me: str, key: str) -> bool:
        """Tell whether a place lies beyond the newest record and beyond now: then it is not a place that we have been to."""
        params = [("repo", me), ("collection", POST), ("limit", "1")]
        items, _ = await self._api.listed("com.atproto.repo.listRecords", "records", params)
        newest = max((key_of(str(item.get("uri"))) for item in items), default="")
        return key > max(newest, tid_at(self._ctx.clock.now() + _SLACK))

    async def _raws(self, items: list[Json], me: str) -> list[Raw]:
        talks: list[tuple[Json, str]] = []
        for item in items:
            try:
                customer = customer_of(item["value"], me)
            except MISSHAPEN:
                continue
            # What speaks to nobody is publishing, not answering.
            if customer is not None:
                talks.append((item, customer))
        profiles = await self._api.profiles(list(dict.fromkeys(did for _, did in talks))) if talks else {}
        ours = {"did": me, "handle": self._api.session.handle}
        return [self._raw(item, profiles.get(did) or {"did": did}, ours, me) for item, did in talks]

    def _raw(self, item: Json, customer: Json, ours: Json, me: str) -> Raw:
        post = {"uri": item["uri"], "cid": item.get("cid"), "record": item["value"], "author": ours}
        who = {name: customer[name] for name in ("did", "handle", "displayName") if name in customer}
        body = {"kind": "own", "post": post, "customer": who, "me": me}
        return Raw(ingest_key=f"post:{item['uri']}:0", body=msgspec.json.encode(body), received_at=self._ctx.clock.now())


_DAYS: Final = 2
_SLACK: Final = timedelta(hours=1)
