"""What monitors look for is asked of Bluesky's search, word by word, so that not the whole network has to be heard.

Source: lexicon app.bsky.feed.searchPosts: `q`, `sort=latest`, `since` (by `sortAt`, which no post has later than now), `limit` up
to 100, `cursor`. A post stands in the index some time after it was said, so each look goes back a little; what comes again is the
same mention. Deletions are not told by a search. An account's search takes a bounded share of its requests (`search` in the
manifest), the words asked longest ago come first, and a place is kept for each.
"""

from collections.abc import AsyncIterator, Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import msgspec

from unisono.connectors.bluesky.api import PAGE, Api
from unisono.connectors.bluesky.public import post_of
from unisono.connectors.bluesky.read import MISSHAPEN, moment
from unisono.contract import Ctx, Heard, Overheard, Purpose, Sought

SEARCH: Final = "app.bsky.feed.searchPosts"
#: A post may come into the index so much later than it was said.
LATE: Final = timedelta(minutes=10)
#: So many words are asked for; what goes beyond is said in the log.
MOST_ASKS: Final = 300
#: Of one look at one word: 2,500 posts. What lies beyond is told as a gap.
MOST_PAGES: Final = 25
#: Between two looks at the same word, and between two questions.
AGAIN_S: Final = 30.0
PAUSE_S: Final = 2.0
_NOTHING_SOUGHT_S: Final = 15.0


class Seeking:
    """The search of one account. `place`: when each word was last asked for, as JSON."""

    def __init__(self, ctx: Ctx, api: Api) -> None:
        self._ctx = ctx
        self._api = api.meant_for(Purpose.LISTEN)

    async def seek(self, place: str | None, wanted: Callable[[], Sequence[Sought]]) -> AsyncIterator[Overheard]:
        """Yield what Bluesky finds for as long as it is asked. Raises NotReached, PullFailed, BudgetSpent."""
        seen = _decoded(place)
        while True:
            asks = self._asks(wanted())
            # What nobody looks for any more has no place.
            seen = {ask: at for ask, at in seen.items() if ask in asks}
            now = self._ctx.clock.now()
            due = sorted((ask for ask in asks if now - seen.get(ask, _LONG_AGO) >= timedelta(seconds=AGAIN_S)), key=lambda ask: (
                seen.get(ask, _LONG_AGO), ask,
            ))  # fmt: skip
            if not due:
                yield Overheard(at=now)
                await self._ctx.clock.sleep(AGAIN_S if asks else _NOTHING_SOUGHT_S)
                continue
            for ask in due:
                began = self._ctx.clock.now()
                # What is new to us is looked for from now on, like on every other stream.
                async for step in self._look(ask, seen.get(ask, began) - LATE):
                    yield step
                seen[ask] = began
                yield Overheard(place=_encoded(seen), at=began)
                await self._ctx.clock.sleep(PAUSE_S)

    async def _look(self, ask: str, since: datetime) -> AsyncIterator[Overheard]:
        cursor = ""
        for _ in range(MOST_PAGES):
            await self._ctx.budgets.take("search", Purpose.LISTEN)
            params = [("q", ask), ("sort", "latest"), ("limit", str(PAGE)), ("since", _written(since))]
            items, cursor = await self._api.listed(SEARCH, "posts", [*params, *([("cursor", cursor)] if cursor else [])])
            posts = tuple(post for item in items if (post := _heard(item)) is not None)
            if posts:
                yield Overheard(posts=posts)
            if not cursor or not items:
                return
            await self._ctx.clock.sleep(PAUSE_S)
        yield Overheard(gap=True)

    def _asks(self, sought: Sequence[Sought]) -> frozenset[str]:
        asks = list(dict.fromkeys(ask for one in sought for ask in one.asks))
        if len(asks) > MOST_ASKS:
            self._ctx.log.warning("too_many_asks", wanted=len(asks), most=MOST_ASKS)
        return frozenset(asks[:MOST_ASKS])


_LONG_AGO: Final = datetime(1970, 1, 1, tzinfo=UTC)


def _heard(item: dict[str, Any]) -> Heard | None:
    """Return a `postView` as monitors look at it; None for one that cannot be read."""
    try:
        author = item["author"]
        found = post_of(str(item["uri"]), str(author["did"]), item["record"], moment(str(item["indexedAt"])))
        return msgspec.structs.replace(found, author=str(author.get("handle") or ""))
    except MISSHAPEN:
        return None


def _written(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _encoded(seen: dict[str, datetime]) -> str:
    return msgspec.json.encode({"v": 1, "seen": {ask: round(at.timestamp() * 1_000) for ask, at in seen.items()}}).decode()


def _decoded(place: str | None) -> dict[str, datetime]:
    """Return when each word was asked for; nothing for anything that is no place of ours, such as that of the whole stream."""
    try:
        found = msgspec.json.decode(place or "")
        return {str(ask): datetime.fromtimestamp(at / 1_000, UTC) for ask, at in found["seen"].items()} if found["v"] == 1 else {}
    except (*MISSHAPEN, OverflowError, OSError):
        return {}
