"""Hearing by pull, the truth: mentions, what we said elsewhere, direct messages, and threads in which we were asked."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta
from typing import Any

import msgspec

from unisono.connectors.x.activity import kept
from unisono.connectors.x.api import SHOWN, Api
from unisono.connectors.x.learning import Rule
from unisono.connectors.x.place import Place, begun, place_of
from unisono.connectors.x.read import Item, post_key
from unisono.connectors.x.snowflake import first_of, time_of
from unisono.connectors.x.watch import Watch, Watched
from unisono.connectors.x.wire import Listed, Meta, Post, ids_in
from unisono.contract import MISSHAPEN, BudgetSpent, Ctx, Page, PullFailed, Raw

PAGE = 100
#: So many mentions X lists; what lies behind them is found by the search, which goes back seven days.
LISTED = 800
_SEARCHED = timedelta(days=7) - timedelta(hours=1)
_DMS_KEPT = timedelta(days=30)
_THREADS_EVERY = timedelta(minutes=10)
_THREADS_ACTIVE = timedelta(days=1)
_LONGEST_QUERY = 512
# X answers 15 such questions in 15 minutes. Some may follow quickly, then they are spread.
_DM_BURST, _DM_EVERY_S = 4, 75.0
DM_SHOWN = {
    "dm_event.fields": "attachments,created_at,dm_conversation_id,entities,event_type,id,text",
    "expansions": "attachments.media_keys,participant_ids,referenced_posts,sender_id",
    "event_types": "MessageCreate",
    **{name: SHOWN[name] for name in ("user.fields", "media.fields", "post.fields")},
}


class Hearing:
    """Pulls for the account; `me` tells the account's id."""

    def __init__(self, ctx: Ctx, api: Api, watch: Watch, rule: Rule, me: Callable[[], Awaitable[str]]) -> None:
        self._ctx = ctx
        self._api = api
        self._watch = watch
        self._rule = rule
        self._me = me
        self._dm_spare, self._dm_asked = float(_DM_BURST), ctx.clock.now()

    # -- posts ---------------------------------------------------------------------------------------------------------

    async def mentions(self, cursor: str | None, limit: int) -> Page:
        """Return who named us since the cursor. A walk goes back from the newest, one page at a time."""
        return await self._walk("mentions", cursor, limit)

    async def own(self, cursor: str | None, limit: int) -> Page:
        """Return what we said, also in another program."""
        return await self._walk("own", cursor, limit)

    async def _walk(self, bucket: str, cursor: str | None, limit: int) -> Page:
        now = self._ctx.clock.now()
        place = place_of(cursor, now) or begun(now, int(self._ctx.account.config.get("history_days", 2)))
        found, gap = await self._listed(bucket, place, min(max(limit, 10), PAGE))
        posts = found.data or []
        ids = [str(post.get("id")) for post in posts if str(post.get("id")).isdigit()]
        new = [post for post in posts if str(post.get("id")) not in place.seen]
        raws = await self.raws(sorted(new, key=lambda p: int(p["id"]) if str(p.get("id")).isdigit() else 0), found, bucket)
        if ids and found.meta.next_token:
            after = place.went(ids, until=min(ids, key=int), via=place.via)
            return Page(raws=raws, next_cursor=after.encoded(), has_more=True, gap=gap)
        if bucket == "mentions" and place.via == "list" and place.walked + len(ids) >= LISTED:
            after = place.went(ids, until=min(ids, key=int, default=place.until), via="search")
            return Page(raws=raws, next_cursor=after.encoded(), has_more=True, gap=gap)
        return Page(raws=raws, next_cursor=place.arrived(ids).encoded(), gap=gap)

    async def _listed(self, bucket: str, place: Place, size: int) -> tuple[Listed, bool]:
        """Return a page, and whether what lies before it can no longer be had."""
        now = self._ctx.clock.now()
        since = place.since(now)
        params = {**SHOWN, "max_results": str(size), "since_id": str(since)} | ({"until_id": place.until} if place.until else {})
        if place.via == "list":
            path = f"/2/users/{await self._me()}/{'mentions' if bucket == 'mentions' else 'tweets'}"
            return await self._api.listed(path, params, bucket), False
        oldest = first_of(now - _SEARCHED)
        handle = self._ctx.account.handle or await self._handle()
        params |= {"query": f"@{handle.lstrip('@')} -from:{handle.lstrip('@')}", "since_id": str(max(since, oldest))}
        if int(place.until) <= oldest:
            return Listed(meta=Meta()), True
        return await self._api.listed("/2/tweets/search/recent", params, "search"), since < oldest

    async def _handle(self) -> str:
        await self._me()
        known = await self._ctx.memory.get("handle")
        return known.decode() if known else ""

    async def raws(
        self, posts: Sequence[dict[str, Any]], found: Listed, bucket: str, *, followed: bool = False
    ) -> list[Raw]:  # fmt: skip
        """Return posts as they are stored, and watch those of customers."""
        me, now = await self._me(), self._ctx.clock.now()
        counts, enterprise = await self._rule.counts(), self._rule.enterprise
        known = {one.id: one for one in await self._watch.known()} if posts else {}
        stored, watched = [], []
        for raw in posts:
            beside = self.beside(raw, found.includes)
            try:
                post = msgspec.convert(raw, Post)
            except MISSHAPEN:
                # Kept whole for a person to look at: `read` says what is wrong with it.
                item = Item(kind="post", me=me, post=msgspec.Raw(msgspec.json.encode(raw)), beside=beside)
                stored.append(kept(f"post:{raw.get('id')}:0", item, now))
                continue
            if bucket == "own" and not any(one and one != me for one in (post.in_reply_to_user_id, *(n.id for n in post.names))):
                continue
            if bucket != "own" and post.author_id == me:
                continue
            before = known.get(post.first_id)
            item = Item(
                kind="post", me=me, post=msgspec.Raw(msgspec.json.encode(raw)), beside=beside, counts=counts.value,
                enterprise=enterprise, known=before is not None and before.revision < post.revision, followed=followed,
            )  # fmt: skip
            stored.append(kept(post_key(post), item, now))
            if bucket != "own":
                watched.append(watched_of(post))
        await self._watch.put(watched)
        return stored

    @staticmethod
    def beside(raw: dict[str, Any], includes: dict[str, Any] | None) -> msgspec.Raw:
        """Return of what came beside a page only what this item refers to: it is stored, and erased, with it."""
        wanted = set(ids_in(raw))
        chosen: dict[str, Any] = {}
        for kind, listed in (includes or {}).items():
            some = [one for one in listed if isinstance(one, dict)] if isinstance(listed, list) else []
            if found := [one for one in some if one.get("id", one.get("media_key")) in wanted]:
                chosen[kind] = found
        return msgspec.Raw(msgspec.json.encode(chosen))

    # -- threads -------------------------------------------------------------------------------------------------------

    async def threads(self, cursor: str | None) -> Page:
        """Return what people who asked us lately said further in the same thread, without naming us."""
        now = self._ctx.clock.now()
        place = place_of(cursor, now)
        if place is None or not bool(self._ctx.account.config.get("follow_threads", True)):
            return Page(raws=[], next_cursor=Place(at=str(first_of(now))).encoded())
        last = time_of(place.floor)
        if now - last < _THREADS_EVERY:
            return Page(raws=[], next_cursor=cursor)
        since = first_of(max(last, now - _SEARCHED) - timedelta(minutes=2))
        raws: list[Raw] = []
        threads = await self._watch.threads(now - _THREADS_ACTIVE)
        for query in _queries(list(threads), (self._ctx.account.handle or await self._handle()).lstrip("@")):
            try:
                raws += await self._followed(query, since, threads)
            except BudgetSpent:
                # What was not looked for now is looked for the next time: the place stays.
                return Page(raws=raws, next_cursor=cursor)
        return Page(raws=raws, next_cursor=Place(at=str(first_of(now))).encoded())

    async def _followed(self, query: str, since: int, threads: dict[str, set[str]]) -> list[Raw]:
        params = {**SHOWN, "query": query, "since_id": str(since), "max_results": str(PAGE)}
        raws: list[Raw] = []
        for _ in range(10):
            found = await self._api.listed("/2/tweets/search/recent", params, "search")
            theirs = [p for p in found.data or () if p.get("author_id") in threads.get(str(p.get("conversation_id")), ())]
            raws += await self.raws(theirs, found, "search", followed=True)
            if not found.meta.next_token:
                break
            params = {**params, "next_token": found.meta.next_token}
        return raws

    # -- direct messages -----------------------------------------------------------------------------------------------

    async def dms(self, cursor: str | None) -> Page:
        """Return direct messages of both sides since the cursor. The list knows no ids to begin at, so it is walked back.

        X answers this so seldom that a spent budget only makes direct messages wait, never the mentions.
        """
        now = self._ctx.clock.now()
        first = begun(now, int(self._ctx.account.config.get("history_days", 2)))
        place = place_of(cursor, now) or first
        if not bool(self._ctx.account.config.get("direct_messages", True)) or not self._may_ask():
            return Page(raws=[], next_cursor=cursor)
        params = {**DM_SHOWN, "max_results": str(PAGE)} | ({"pagination_token": place.until} if place.until else {})
        try:
            found = await self._api.listed("/2/dm_events", params, "dm_read")
        except BudgetSpent:
            return Page(raws=[], next_cursor=cursor)
        except PullFailed as error:
            if place.until and error.health.field == "base_url" and error.after_s is None:
                # X's page token may have run out meanwhile: the walk begins anew next time, what we have stays out.
                return Page(raws=[], next_cursor=Place(at=place.at, low=place.low, seen=place.seen).encoded())
            raise
        since = place.since(now)
        listed = [one for one in found.data or () if str(one.get("id")).isdigit() and int(one["id"]) > since]
        me = await self._me()
        raws = [
            kept(
                f"dm:{one['id']}:0",
                Item(kind="dm", me=me, dm=msgspec.Raw(msgspec.json.encode(one)), beside=self._dm_beside(one, found)), now,
            )
            for one in sorted(listed, key=lambda one: int(one["id"])) if one["id"] not in place.seen
        ]  # fmt: skip
        ids = [str(one["id"]) for one in listed]
        gap = cursor is not None and now - time_of(place.floor) > _DMS_KEPT
        if len(listed) == len(found.data or ()) and found.meta.next_token and ids:
            return Page(raws=raws, next_cursor=place.went(ids, found.meta.next_token, "list").encoded(), has_more=True, gap=gap)
        return Page(raws=raws, next_cursor=place.arrived(ids).encoded(), gap=gap)

    def _dm_beside(self, raw: dict[str, Any], found: Listed) -> msgspec.Raw:
        people = str(raw.get("dm_conversation_id", "")).split("-")
        return self.beside({**raw, "person_ids": people}, found.includes)

    def _may_ask(self) -> bool:
        """Spread questions over the window, after a few that may follow quickly."""
        now = self._ctx.clock.now()
        self._dm_spare = min(float(_DM_BURST), self._dm_spare + (now - self._dm_asked).total_seconds() / _DM_EVERY_S)
        self._dm_asked = now
        if self._dm_spare < 1:
            return False
        self._dm_spare -= 1
        return True


def watched_of(post: Post) -> Watched:
    """Return what is remembered of a post."""
    return Watched(
        id=post.first_id, latest=post.id, author=post.author_id, root=post.conversation_id, revision=post.revision,
        said=int(post.created_at.timestamp() * 1000),
    )  # fmt: skip


def _queries(roots: Sequence[str], handle: str) -> list[str]:
    """Return as few queries as the longest allows that ask for all threads."""
    without = f" -from:{handle}" if handle else ""
    queries: list[str] = []
    some: list[str] = []
    for root in roots:
        term = f"conversation_id:{root}"
        if len(f"({' OR '.join([*some, term])}){without}") > _LONGEST_QUERY:
            queries.append(f"({' OR '.join(some)}){without}")
            some = []
        some.append(term)
    return [*queries, f"({' OR '.join(some)}){without}"] if some else queries
