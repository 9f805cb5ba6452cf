"""Hearing comments: media tell no time of change but how many comments they have, so those are read whose number changed.

Comments come newest first, replies inside theirs; a new reply may stand below an old comment, so some pages more are read than
have anything new. Deletions are told by nobody: what we know is looked at again every ten minutes.
Source: Meta for Developers, Instagram Platform, "IG User Media", "IG Media Comments", "IG Comment Replies", "Mentions".
"""

from datetime import datetime, timedelta
from typing import Any

import msgspec

from unisono.connectors._graph.api import Graph, Missing
from unisono.connectors._graph.moments import moment
from unisono.connectors._graph.walk import OVERLAP, Place, later, paged, placed
from unisono.connectors._graph.watch import Found, Seen, Watch, digest
from unisono.contract import MISSHAPEN, Ctx, Page, PullFailed, Raw

_MEDIA_DAYS = timedelta(days=30)
_MEDIA_PAGES = 3
_MOST_MEDIA = 25
_PAGE = 50
_QUIET_PAGES = 4
_RECHECK_EVERY = timedelta(minutes=10)
_RECHECK_PAGES = 4
_MOST_ASKED_FOR = 25
_HINTS_KEPT = timedelta(days=1)
_MOST_HINTS = 100
_MEDIA = "id,caption,timestamp,permalink,comments_count,username,owner"
_COMMENT = "id,text,timestamp,username,from,parent_id"
_NESTED = f"{_COMMENT},replies{{{_COMMENT}}}"


class Hint(msgspec.Struct, frozen=True):
    """A mention that a webhook told of, by its ids alone."""

    media: str
    comment: str
    at: float


class Hearing:
    """Pulls the comments of one account."""

    def __init__(self, ctx: Ctx, graph: Graph, watch: Watch) -> None:
        self._ctx = ctx
        self._graph = graph
        self._watch = watch
        self._account = str(ctx.account.config.get("account_id", ""))

    async def pull(self, cursor: str | None, limit: int) -> Page:
        """Return what was said below our media since the cursor, and mentions elsewhere."""
        now = self._ctx.clock.now()
        place = placed(cursor, now)
        since = place.since if place else now - timedelta(days=int(self._ctx.account.config.get("history_days", 2)))
        raws: list[Raw] = []
        if place is None or not place.walk:
            place = await self._begin(since, place)
            raws = await self._mentions(place.skip)
        for _ in range(_MOST_MEDIA):
            if not place.walk or len(raws) >= limit:
                break
            told, after, newest = await self._below(place)
            raws += told
            walk = place.walk if after else place.walk[1:]
            place = msgspec.structs.replace(place, walk=walk, after=after, newest=later(place.newest, newest))
        known = set(place.skip)
        await self._watch.note([seen for raw in raws if raw.ingest_key not in known and (seen := _seen(raw)) is not None])
        return paged(place, raws, _said_at)

    async def _begin(self, since: datetime, before: Place | None) -> Place:
        marks = before.marks if before else {}
        media = await self._recent()
        counts = {one["id"]: int(one.get("comments_count") or 0) for one in media}
        walk = [node for node, count in counts.items() if count != marks.get(node, 0)]
        return Place(v=1, since=since, walk=walk, skip=before.skip if before else [], marks=counts)

    async def _recent(self) -> list[dict[str, Any]]:
        oldest = self._ctx.clock.now() - _MEDIA_DAYS
        found: list[dict[str, Any]] = []
        after: str | None = None
        for _ in range(_MEDIA_PAGES):
            media, after = await self._listed(f"{self._account}/media", _MEDIA, after)
            found += [one for one in media if moment(one["timestamp"]) >= oldest]
            if after is None or any(moment(one["timestamp"]) < oldest for one in media):
                break
        return found

    async def _below(self, place: Place) -> tuple[list[Raw], str, datetime | None]:
        """Return a page of comments with their replies, where to go on ("" at the end), and when the last was said."""
        node, horizon = place.walk[0], place.since - OVERLAP
        quiet, _, after = place.after.partition("|")
        try:
            media = await self._graph.get(node, {"fields": _MEDIA})
            comments, following = await self._listed(f"{node}/comments", _NESTED, after or None)
        except Missing:
            return [], "", None
        told: list[tuple[dict[str, Any], dict[str, Any]]] = []
        for comment in comments:
            told += [(one, above) for one, above in _with_replies(comment) if moment(one["timestamp"]) >= horizon]
        raws = [
            self._raw(f"comment:{c['id']}:0", {"kind": "comment", "comment": c, "media": media, "above": above})
            for c, above in told
        ]
        newest = max((moment(comment["timestamp"]) for comment, _ in told), default=None)
        nothing_new = 0 if told else int(quiet or 0) + 1
        goes_on = following is not None and nothing_new < _QUIET_PAGES
        return raws, f"{nothing_new}|{following}" if goes_on else "", newest

    async def _listed(self, path: str, fields: str, after: str | None) -> tuple[list[dict[str, Any]], str | None]:
        params = {"fields": fields, "limit": str(_PAGE)} | ({"after": after} if after else {})
        things, following = await self._graph.listed(path, params)
        try:
            for thing in things:
                moment(thing["timestamp"])
        except (*MISSHAPEN, KeyError, TypeError, OverflowError) as error:
            raise PullFailed(self._graph.misshapen(path)) from error
        return things, following

    def _raw(self, key: str, body: dict[str, Any]) -> Raw:
        encoded = msgspec.json.encode({"account": self._account, **body})
        return Raw(ingest_key=key, body=encoded, received_at=self._ctx.clock.now())

    # -- mentions ----------------------------------------------------------------------------------------------------

    async def note_mentions(self, raws: list[Raw]) -> None:
        """Remember what a webhook told by ids alone, until a pull has asked what it says."""
        now = self._ctx.clock.now().timestamp()
        fresh = []
        for raw in raws:
            if raw.ingest_key.startswith("mention:") and raw.account == self._account:
                value = msgspec.json.decode(raw.body)["value"]
                fresh.append(Hint(media=str(value["media_id"]), comment=str(value.get("comment_id") or ""), at=now))
        if fresh:
            kept = [hint for hint in await self._hints() if hint not in fresh][-_MOST_HINTS:]
            await self._ctx.memory.put("mentions", msgspec.json.encode([*kept, *fresh]))

    async def _hints(self) -> list[Hint]:
        stored = await self._ctx.memory.get("mentions")
        oldest = (self._ctx.clock.now() - _HINTS_KEPT).timestamp()
        return [hint for hint in msgspec.json.decode(stored, type=list[Hint]) if hint.at >= oldest] if stored else []

    async def _mentions(self, skip: list[str]) -> list[Raw]:
        """Ask what the mentions say that were told of; those of the last day, and each once."""
        found: list[Raw] = []
        for hint in await self._hints():
            key = f"mentioned:{hint.comment or hint.media}:0"
            if key in skip:
                continue
            try:
                found.append(self._raw(key, await self._asked(hint)))
            except Missing:
                continue
        return found

    async def _asked(self, hint: Hint) -> dict[str, Any]:
        if hint.comment:
            params = {"fields": f"mentioned_comment.comment_id({hint.comment}){{{_COMMENT},media{{id}}}}"}
            answer = await self._graph.get(self._account, params | {"mentioned_comment_id": hint.comment})
            return {"kind": "mention", "comment": answer["mentioned_comment"], "media": {"id": hint.media}}
        params = {"fields": f"mentioned_media.media_id({hint.media}){{{_MEDIA}}}"}
        answer = await self._graph.get(self._account, params | {"mentioned_media_id": hint.media})
        return {"kind": "mention", "media": answer["mentioned_media"]}

    # -- looking again -----------------------------------------------------------------------------------------------

    async def recheck(self, cursor: str | None) -> Page:
        """Look again at what we know, every ten minutes: nobody tells of a deletion."""
        place = _instant(cursor)
        await self._watch.settle(cursor)
        now = self._ctx.clock.now()
        if place is not None and timedelta() <= now - place < _RECHECK_EVERY:
            return Page(raws=[], next_cursor=cursor)
        found = Found(at=msgspec.json.encode({"v": 1, "at": now.isoformat()}).decode())
        known: dict[str, list[Seen]] = {}
        for one in await self._watch.known():
            known.setdefault(one.post, []).append(one)
        missing: list[Seen] = []
        for media, ours in known.items():
            stands = await self._standing(media)
            missing += [one for one in ours if one.id not in stands]
        # What a list does not show may lie further back; only the network's word on the thing itself counts.
        raws = []
        for one in sorted(missing, key=lambda one: -one.at)[:_MOST_ASKED_FOR]:
            if not await self._still_there(one.id):
                raws.append(self._raw(f"deleted:{one.id}:0", {"kind": "deleted", "id": one.id}))
                found.gone.append(one.id)
        await self._watch.found(found)
        return Page(raws=raws, next_cursor=found.at)

    async def _standing(self, media: str) -> set[str]:
        found: set[str] = set()
        after: str | None = None
        try:
            for _ in range(_RECHECK_PAGES):
                comments, after = await self._listed(f"{media}/comments", _NESTED, after)
                found |= {one["id"] for comment in comments for one, _ in _with_replies(comment)}
                if after is None:
                    break
        except Missing:
            return set()
        return found

    async def _still_there(self, node: str) -> bool:
        try:
            await self._graph.get(node, {"fields": "id"})
        except Missing:
            return False
        return True


def _with_replies(comment: dict[str, Any]) -> list[tuple[dict[str, Any], dict[str, Any]]]:
    """Return a comment and its replies, each with what it stands below."""
    replies = (comment.get("replies") or {}).get("data") or []
    bare = {name: value for name, value in comment.items() if name != "replies"}
    above = {"id": comment["id"], "from": comment.get("from")}
    return [(bare, {}), *((reply, above) for reply in replies if isinstance(reply, dict) and "timestamp" in reply)]


def _seen(raw: Raw) -> Seen | None:
    item = msgspec.json.decode(raw.body)
    if item["kind"] != "comment":
        return None
    comment = item["comment"]
    at = moment(comment["timestamp"]).timestamp()
    return Seen(id=comment["id"], post=str(item["media"]["id"]), at=at, digest=digest(str(comment.get("text") or "")))


def _said_at(raw: Raw) -> datetime:
    item = msgspec.json.decode(raw.body)
    return moment((item.get("comment") or item["media"])["timestamp"])


def _instant(cursor: str | None) -> datetime | None:
    try:
        found = msgspec.json.decode(cursor or "")
        return moment(found["at"]) if found["v"] == 1 else None
    except (*MISSHAPEN, KeyError, TypeError, OverflowError):
        return None
