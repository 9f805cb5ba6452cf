"""What monitors look for is asked of a server's timelines of hashtags, so that not all that it says has to be heard.

Source: docs.joinmastodon.org, methods/timelines (tag): `min_id` walks forward, 40 statuses a page. An id of Mastodon's own begins
with the milliseconds at which a status was written, wherever that was; one of another server may come here later than it was
written, so each look goes back a little, and what comes again is the same mention. Deletions are not told by a timeline.
A server allows an account 300 requests in five minutes (docs, rate limits); looking for tags takes half at the most (`search` in
the manifest). The tags asked longest ago come first, and a place is kept for each.
"""

from collections.abc import AsyncIterator, Callable, Sequence
from datetime import timedelta
from typing import Any, Final
from urllib.parse import quote

import msgspec
from msgspec import Struct

from unisono.connectors.mastodon.api import PAGE, Api
from unisono.connectors.mastodon.public import Public
from unisono.connectors.mastodon.read import MISSHAPEN
from unisono.contract import Ctx, Overheard, Purpose, Sought

MOST_ASKS: Final = 200
#: Of one look at one tag; the next look goes on from there.
MOST_PAGES: Final = 25
#: A status of another server may come here so much later than it was written.
LATE: Final = timedelta(minutes=10)
AGAIN_S: Final = 30.0
PAUSE_S: Final = 2.0
_NOTHING_SOUGHT_S: Final = 15.0
#: An id that holds an instant is at least this; others count up, and are told in the order in which they came.
_SNOWFLAKE: Final = 1 << 50
_SHIFT: Final = 16


class Seen(Struct, frozen=True):
    """How far a tag was looked at: the newest id, and when (milliseconds since 1970)."""

    id: str
    at: int


class Seeking:
    """The tags of one server. `place`: how far each was looked at, as JSON."""

    def __init__(self, ctx: Ctx, api: Api, public: Public) -> None:
        self._ctx = ctx
        self._api = api
        self._public = public

    async def seek(self, place: str | None, wanted: Callable[[], Sequence[Sought]]) -> AsyncIterator[Overheard]:
        """Yield what stands under the tags for as long as it is asked. Raises NotReached, PullFailed, BudgetSpent."""
        seen = _decoded(place)
        while True:
            tags = self._tags(wanted())
            seen = {tag: one for tag, one in seen.items() if tag in tags}
            now = self._now_ms()
            due = sorted(
                (tag for tag in tags if tag not in seen or now - seen[tag].at >= AGAIN_S * 1_000),
                key=lambda tag: (seen[tag].at if tag in seen else 0, tag),
            )
            if not due:
                yield Overheard(at=self._ctx.clock.now())
                await self._ctx.clock.sleep(AGAIN_S if tags else _NOTHING_SOUGHT_S)
                continue
            for tag in due:
                async for step in self._look(tag, seen):
                    yield step
                await self._ctx.clock.sleep(PAUSE_S)

    async def _look(self, tag: str, seen: dict[str, Seen]) -> AsyncIterator[Overheard]:
        """Walk a tag forward from its place; one without begins with what is said from now on."""
        before = seen.get(tag)
        newest = before.id if before else ""
        after = _earlier(newest) if before else ""
        for _ in range(MOST_PAGES):
            page = await self._page(tag, after)
            if page:
                after = str(page[-1]["id"])
                newest = max(newest, after, key=_order)
            posts = tuple(post for status in page if (post := self._public.post_of(status)) is not None) if before else ()
            seen[tag] = Seen(newest, self._now_ms())
            yield Overheard(posts=posts, place=_encoded(seen), at=self._ctx.clock.now())
            if before is None or len(page) < PAGE:
                return
            await self._ctx.clock.sleep(PAUSE_S)

    async def _page(self, tag: str, after: str) -> list[dict[str, Any]]:
        await self._ctx.budgets.take("search", Purpose.LISTEN)
        params = [("min_id", after), ("limit", str(PAGE))] if after else [("limit", "1")]
        token = await self._ctx.secrets.get("access_token")
        headers = {"authorization": f"Bearer {token}"} if token else {}
        path = f"/api/v1/timelines/tag/{quote(tag)}"
        answer = await self._ctx.http.request("GET", self._api.base + path, params=params, headers=headers)
        self._api.demand(answer)
        try:
            page = msgspec.json.decode(answer.body, type=list[dict[str, Any]])
            return sorted(page, key=lambda status: _order(str(status["id"])))
        except MISSHAPEN:
            return []

    def _tags(self, sought: Sequence[Sought]) -> frozenset[str]:
        tags = list(dict.fromkeys(ask for one in sought for ask in one.asks))
        if len(tags) > MOST_ASKS:
            self._ctx.log.warning("too_many_asks", wanted=len(tags), most=MOST_ASKS)
        return frozenset(tags[:MOST_ASKS])

    def _now_ms(self) -> int:
        return round(self._ctx.clock.now().timestamp() * 1_000)


def _order(status_id: str) -> tuple[int, str]:
    return len(status_id), status_id


def _earlier(status_id: str) -> str:
    """Return where to look from, so that what came late is found as well. Empty stays empty: there was nothing yet."""
    if status_id.isascii() and status_id.isdigit() and int(status_id) >= _SNOWFLAKE:
        return str(int(status_id) - (int(LATE.total_seconds() * 1_000) << _SHIFT))
    return status_id or "0"


def _encoded(seen: dict[str, Seen]) -> str:
    return msgspec.json.encode({"v": 1, "tags": seen}).decode()


def _decoded(place: str | None) -> dict[str, Seen]:
    """Return how far each tag was looked at; nothing for anything that is no place of ours, such as that of the whole stream."""
    try:
        found = msgspec.json.decode(place or "")
        return msgspec.convert(found["tags"], dict[str, Seen]) if found["v"] == 1 else {}
    except MISSHAPEN:
        return {}
