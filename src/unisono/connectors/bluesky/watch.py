"""Posts that we know and that may be taken back: which they are, and whether they still stand."""

import asyncio
from datetime import datetime, timedelta
from typing import Final

import msgspec

from unisono.connectors.bluesky.api import Api, did_of
from unisono.connectors.bluesky.cursors import instant_of, place_of, written
from unisono.contract import Ctx, Page, Purpose, Raw

_KEPT: Final = 200
_EVERY: Final = timedelta(minutes=5)
_NOW: Final = "recheck_now"


class Watched(msgspec.Struct):
    """A post that its author may take back."""

    id: str


class Found(msgspec.Struct):
    """What the last look found, until it is known to be stored: `at` is the cursor that was handed out with it."""

    at: str
    gone: list[str] = []


class Watch:
    """The newest posts that customers wrote to us, kept in the channel's memory."""

    def __init__(self, ctx: Ctx, api: Api) -> None:
        self._ctx = ctx
        self._api = api.meant_for(Purpose.COMPLIANCE)
        self._lock = asyncio.Lock()

    async def known(self) -> list[str]:
        """Return their addresses, the oldest first."""
        stored = await self._ctx.memory.get("watched")
        return [one.id for one in msgspec.json.decode(stored, type=list[Watched])] if stored else []

    async def people(self) -> list[str]:
        """Return who wrote them."""
        return list(dict.fromkeys(did_of(uri) for uri in await self.known()))

    async def put(self, *posts: Watched) -> None:
        """Add some."""
        await self._change({post.id for post in posts}, list(posts))

    async def drop(self, uris: list[str]) -> None:
        """Forget some."""
        await self._change(set(uris), [])

    async def _change(self, without: set[str], more: list[Watched]) -> None:
        async with self._lock:
            kept = [Watched(id=uri) for uri in await self.known() if uri not in without] + more
            await self._ctx.memory.put("watched", msgspec.json.encode(kept[-_KEPT:]))

    async def soon(self) -> None:
        """Let the next pull look at all of them: something may have happened that nobody will tell again."""
        await self._ctx.memory.put(_NOW, b"1")

    async def pull(self, cursor: str | None) -> Page:
        """Look again, every few minutes, at what we know. What is found is forgotten once its cursor comes back.

        Raises PullFailed.
        """
        place = place_of(cursor)
        await self._settle(place.at if place is not None else "")
        now = self._ctx.clock.now()
        looked_at = instant_of(place.at) if place is not None else None
        asked = await self._ctx.memory.get(_NOW) is not None
        if looked_at is not None and timedelta() <= now - looked_at < _EVERY and not asked:
            return Page(raws=[], next_cursor=cursor)
        known = await self.known()
        shown = await self._api.posts(known)
        raws, gone = await self._gone([uri for uri in known if uri not in shown], now)
        found = Found(at=now.isoformat(), gone=gone)
        await self._ctx.memory.put("found", msgspec.json.encode(found))
        if asked:
            await self._ctx.memory.delete(_NOW)
        return Page(raws=raws, next_cursor=written(found.at))

    async def _gone(self, missing: list[str], now: datetime) -> tuple[list[Raw], list[str]]:
        """Tell a deleted post from a deleted account, and both from an account that is only closed for now."""
        authors = await self._api.profiles(list(dict.fromkeys(did_of(uri) for uri in missing))) if missing else {}
        raws, gone, ended = [], [], dict[str, bool]()
        for uri in missing:
            did = did_of(uri)
            if did in authors:
                raws.append(deleted_raw(uri, now))
                gone.append(uri)
                continue
            if did not in ended:
                ended[did] = await self._api.is_deleted(did)
                if ended[did]:
                    raws.append(gone_raw(did, now))
            if ended[did]:
                gone.append(uri)
        return raws, gone

    async def _settle(self, at: str) -> None:
        stored = await self._ctx.memory.get("found")
        if stored is None:
            return
        found = msgspec.json.decode(stored, type=Found)
        if found.at == at:
            await self.drop(found.gone)
        await self._ctx.memory.delete("found")


def deleted_raw(remote_id: str, now: datetime) -> Raw:
    """Return that a post or message is gone."""
    body = msgspec.json.encode({"kind": "deleted", "id": remote_id})
    return Raw(ingest_key=f"deleted:{remote_id}:0", body=body, received_at=now)


def gone_raw(did: str, now: datetime) -> Raw:
    """Return that an account is gone."""
    return Raw(ingest_key=f"gone:{did}:0", body=msgspec.json.encode({"kind": "gone", "did": did}), received_at=now)
