"""Hearing: the page's feed is walked by when something was last said below a post, and each such post's comments, newest first.

A post's `updated_time` rises with each comment, so a quiet page costs one request. The cursor holds how far we have heard, by the
network's clock, and which posts of a walk are still to be read; what lies within an overlap is read again, because comments may
appear late, and left out by key.
Source: Meta for Developers, "Page Feed", "Page Post Comments" (filter, order), "Page Tagged".
"""

import contextlib
from datetime import datetime, timedelta
from typing import Any

import msgspec

from unisono.connectors._graph.api import Graph, Missing
from unisono.connectors._graph.moments import moment
from unisono.connectors._graph.walk import OVERLAP, Place, later, paged, placed
from unisono.connectors._graph.watch import Found, Seen, Watch, digest
from unisono.contract import MISSHAPEN, Ctx, Page, PullFailed, Raw
from unisono.domain.words import ChannelState

_FEED_DAYS = 30
_FEED_PAGES = 5
_PAGE = 100
_MOST_POSTS = 25
_RECHECK_EVERY = timedelta(minutes=5)
_RECHECK_PAGES = 3
_MOST_ASKED_FOR = 25
_POST = "id,from,message,created_time,updated_time,permalink_url,full_picture"
_COUNTED = _POST + ",comments.filter(stream).limit(0).summary(total_count)"
_COMMENT = "id,message,from,created_time,permalink_url,attachment,object,parent{id,from}"


class Hearing:
    """Pulls for one page."""

    def __init__(self, ctx: Ctx, graph: Graph, watch: Watch) -> None:
        self._ctx = ctx
        self._graph = graph
        self._watch = watch
        self._page = str(ctx.account.config.get("page_id", ""))

    async def pull(self, cursor: str | None, limit: int) -> Page:
        """Return what was said since the cursor; of a busy page as much as `limit`, and the rest with the next pull."""
        now = self._ctx.clock.now()
        place = placed(cursor, now)
        since = place.since if place else now - timedelta(days=int(self._ctx.account.config.get("history_days", 2)))
        raws: list[Raw] = []
        seen: list[Seen] = []
        if place is None or not place.walk:
            place, raws, seen = await self._begin(since, place.skip if place else [])
        for _ in range(_MOST_POSTS):
            if not place.walk or len(raws) >= limit:
                break
            below, known, after, newest = await self._below(place)
            raws, seen = raws + below, seen + known
            walk = place.walk if after else place.walk[1:]
            place = msgspec.structs.replace(place, walk=walk, after=after or "", newest=later(place.newest, newest))
        skip = set(place.skip)
        await self._watch.note([one for one in seen if _key(one) not in skip])
        return paged(place, raws, _said_at)

    async def _begin(self, since: datetime, skip: list[str]) -> tuple[Place, list[Raw], list[Seen]]:
        """Begin a walk: posts below which something was said since, and visitors' posts themselves."""
        horizon = since - OVERLAP
        raws: list[Raw] = []
        seen: list[Seen] = []
        walk: list[str] = []
        newest = since
        for kind, posts in (("post", await self._feed(horizon)), ("mention", await self._tagged(horizon))):
            for post in posts:
                created, updated = moment(post["created_time"]), moment(post.get("updated_time") or post["created_time"])
                if kind == "post" and updated >= horizon and _has_comments(post):
                    walk.append(post["id"])
                if created >= horizon and str((post.get("from") or {}).get("id")) != self._page:
                    raws.append(self._raw(f"post:{post['id']}:0", {"kind": kind, "post": post}))
                    seen.append(_seen(post, ""))
                    newest = max(newest, created)
        return Place(v=1, since=since, walk=walk, newest=newest, skip=skip), raws, seen

    async def _feed(self, horizon: datetime) -> list[dict[str, Any]]:
        oldest = min(horizon, self._ctx.clock.now() - timedelta(days=_FEED_DAYS))
        found: list[dict[str, Any]] = []
        after: str | None = None
        for _ in range(_FEED_PAGES):
            posts, after = await self._listed(f"{self._page}/feed", _COUNTED, after)
            found += [post for post in posts if moment(post["created_time"]) >= oldest]
            if after is None or len(found) % _PAGE:
                break
        return found

    async def _tagged(self, horizon: datetime) -> list[dict[str, Any]]:
        """Mentions need a permission of their own; a page without it has none."""
        try:
            posts, _ = await self._listed(f"{self._page}/tagged", _POST, None)
        except PullFailed as error:
            if isinstance(error, Missing) or error.health.state is ChannelState.FORBIDDEN:
                return []
            raise
        return [post for post in posts if moment(post["created_time"]) >= horizon]

    async def _below(self, place: Place) -> tuple[list[Raw], list[Seen], str | None, datetime | None]:
        """Return a page of comments of the walk's first post, the cursor of the next, and when the last was said."""
        post_id, horizon = place.walk[0], place.since - OVERLAP
        try:
            post = await self._graph.get(post_id, {"fields": _POST})
            comments, after = await self._listed(
                f"{post_id}/comments", _COMMENT, place.after or None, filter="stream", order="reverse_chronological"
            )
        except Missing:
            return [], [], None, None
        told = [comment for comment in comments if moment(comment["created_time"]) >= horizon]
        raws = [self._raw(f"comment:{c['id']}:0", {"kind": "comment", "comment": c, "post": post}) for c in told]
        newest = max((moment(comment["created_time"]) for comment in told), default=None)
        return raws, [_seen(c, post_id) for c in told], after if len(told) == len(comments) else None, newest

    async def _listed(self, path: str, fields: str, after: str | None, **more: str) -> tuple[list[dict[str, Any]], str | None]:
        params = {"fields": fields, "limit": str(_PAGE), **more} | ({"after": after} if after else {})
        things, following = await self._graph.listed(path, params)
        try:
            for thing in things:
                moment(thing["created_time"])
        except (*MISSHAPEN, KeyError, TypeError, OverflowError) as error:
            raise PullFailed(self._graph.misshapen(path)) from error
        return things, following

    def _raw(self, key: str, body: dict[str, Any]) -> Raw:
        received_at = self._ctx.clock.now()
        return Raw(ingest_key=key, body=msgspec.json.encode({"page": self._page, **body}), received_at=received_at)

    # -- looking again -----------------------------------------------------------------------------------------------

    async def recheck(self, cursor: str | None) -> Page:
        """Look again at what we know, every five minutes: other words, or no longer there."""
        place = _instant(cursor)
        await self._watch.settle(cursor)
        now = self._ctx.clock.now()
        if place is not None and timedelta() <= now - place < _RECHECK_EVERY:
            return Page(raws=[], next_cursor=cursor)
        found = Found(at=msgspec.json.encode({"v": 1, "at": now.isoformat()}).decode())
        raws: list[Raw] = []
        known: dict[str, list[Seen]] = {}
        for one in await self._watch.known():
            known.setdefault(one.post, []).append(one)
        missing: list[Seen] = []
        for post_id, ours in known.items():
            oldest = min(one.at for one in ours)
            stands = await (self._standing(post_id, oldest) if post_id else self._posts(oldest))
            for one in ours:
                if one.id not in stands:
                    missing.append(one)
                elif (text := digest(str(stands[one.id].get("message") or ""))) != one.digest:
                    raws.append(self._changed(stands[one.id], "comment" if post_id else "post", now))
                    found.changed[one.id] = text
        # What a list does not show may lie further back; only the network's word on the thing itself counts.
        for one in sorted(missing, key=lambda one: -one.at)[:_MOST_ASKED_FOR]:
            thing = await self._still_there(one.id)
            if thing is None:
                raws.append(self._raw(f"deleted:{one.id}:0", {"kind": "deleted", "id": one.id}))
                found.gone.append(one.id)
            elif (text := digest(str(thing.get("message") or ""))) != one.digest:
                raws.append(self._changed(thing, "comment" if one.post else "post", now))
                found.changed[one.id] = text
        await self._watch.found(found)
        return Page(raws=raws, next_cursor=found.at)

    def _changed(self, thing: dict[str, Any], kind: str, now: datetime) -> Raw:
        return self._raw(
            f"{kind}:{thing['id']}:e{int(now.timestamp())}", {"kind": "edited", kind: thing, "seen": now.isoformat()}
        )

    async def _standing(self, post_id: str, oldest: float) -> dict[str, dict[str, Any]]:
        found: dict[str, dict[str, Any]] = {}
        after: str | None = None
        with contextlib.suppress(Missing):
            for _ in range(_RECHECK_PAGES):
                comments, after = await self._listed(
                    f"{post_id}/comments", _COMMENT, after, filter="stream", order="reverse_chronological"
                )
                found |= {comment["id"]: comment for comment in comments}
                if after is None or moment(comments[-1]["created_time"]).timestamp() < oldest:
                    break
        return found

    async def _posts(self, oldest: float) -> dict[str, dict[str, Any]]:
        horizon = moment(oldest)
        return {post["id"]: post for post in (*await self._feed(horizon), *await self._tagged(horizon))}

    async def _still_there(self, node: str) -> dict[str, Any] | None:
        try:
            return await self._graph.get(node, {"fields": "id,message,from,created_time"})
        except Missing:
            return None


def _seen(thing: dict[str, Any], post_id: str) -> Seen:
    text = str(thing.get("message") or "")
    return Seen(id=thing["id"], post=post_id, at=moment(thing["created_time"]).timestamp(), digest=digest(text))


def _said_at(raw: Raw) -> datetime:
    item = msgspec.json.decode(raw.body)
    return moment((item.get("comment") or item["post"])["created_time"])


def _instant(cursor: str | None) -> datetime | None:
    try:
        found = msgspec.json.decode(cursor or "")
        return moment(found["at"]) if found["v"] == 1 else None
    except (*MISSHAPEN, KeyError, TypeError, OverflowError):
        return None


def _key(seen: Seen) -> str:
    return f"{'comment' if seen.post else 'post'}:{seen.id}:0"


def _has_comments(post: dict[str, Any]) -> bool:
    """Without a count it may have some."""
    summary = (post.get("comments") or {}).get("summary")
    return not isinstance(summary, dict) or summary.get("total_count") != 0
