"""Looking again at what we keep: what its author changed or deleted at X changes and goes here too."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime, timedelta
from typing import Any

import msgspec

from unisono.connectors.x.activity import kept
from unisono.connectors.x.api import SHOWN, Api
from unisono.connectors.x.hearing import Hearing, watched_of
from unisono.connectors.x.read import Item
from unisono.connectors.x.watch import Found as Told
from unisono.connectors.x.watch import Watch, Watched
from unisono.connectors.x.wire import Found, Listed, Meta, Post
from unisono.contract import MISSHAPEN, BudgetSpent, Ctx, Page, Purpose, Raw

_EVERY = timedelta(minutes=5)
# A post can be changed within the hour; X wants deletions followed within a day.
_YOUNG = timedelta(minutes=61)
_OLD_EVERY = timedelta(hours=20)
_TOGETHER = 100


class Rechecking:
    """Asks X for posts by id, young ones often, old ones once a day."""

    def __init__(self, ctx: Ctx, api: Api, watch: Watch, hearing: Hearing, me: Callable[[], Awaitable[str]]) -> None:
        self._ctx = ctx
        self._api = api
        self._watch = watch
        self._hearing = hearing
        self._me = me

    async def changes(self, cursor: str | None) -> Page:
        """Return what has changed. It is forgotten only when the next cursor shows that it has been stored."""
        place = _moment(cursor)
        await self._watch.settle(cursor)
        now = self._ctx.clock.now()
        if place is not None and timedelta() <= now - place < _EVERY:
            return Page(raws=[], next_cursor=cursor)
        days = int(self._ctx.account.config.get("recheck_days", 7))
        await self._watch.put([], older_than=int((now - timedelta(days=days)).timestamp() * 1000))
        due = [one for one in await self._watch.known() if _is_due(one, now)]
        next_cursor = msgspec.json.encode({"v": 1, "at": now.isoformat()}).decode()
        told = Told(at=next_cursor)
        raws: list[Raw] = []
        try:
            for start in range(0, len(due), _TOGETHER):
                raws += await self._look(due[start : start + _TOGETHER], told)
        except BudgetSpent:
            # The rest is due still; what was found is told.
            self._ctx.log.info("recheck_waits", due=len(due))
        await self._watch.found(told)
        return Page(raws=raws, next_cursor=next_cursor)

    async def _look(self, some: Sequence[Watched], told: Told) -> list[Raw]:
        now, me = self._ctx.clock.now(), await self._me()
        found = await self.by_ids([one.latest for one in some])
        stands = {str(raw.get("id")): raw for raw in found.data or ()}
        gone = [one for one in some if one.latest in found.gone]
        raws = [kept(f"gone:{one.id}:0", Item(kind="gone", me=me, id=one.id), now) for one in gone]
        told.gone += [one.id for one in gone]
        raws += await self._authors_gone({one.author for one in gone})
        newer: dict[str, Watched] = {}
        looked = int(now.timestamp() * 1000)
        for one in some:
            if one.latest in found.gone or one.latest not in stands:
                continue
            newest = _newest_of(stands[one.latest])
            if newest != one.latest:
                newer[newest] = one
            told.changed.append(msgspec.structs.replace(one, looked=looked))
        if newer:
            raws += await self._changed(newer, told)
        return raws

    async def _changed(self, newer: dict[str, Watched], told: Told) -> list[Raw]:
        found = await self.by_ids(list(newer))
        posts = [raw for raw in found.data or () if str(raw.get("id")) in newer]
        listed = Listed(meta=Meta(), data=posts, includes=found.includes)
        raws = await self._hearing.raws(posts, listed, "lookup")
        told.changed = [one for one in told.changed if one.id not in {newer[str(p["id"])].id for p in posts}]
        for raw in posts:
            post = msgspec.convert(raw, Post)
            told.changed.append(msgspec.structs.replace(watched_of(post), said=newer[post.id].said))
        return raws

    async def _authors_gone(self, authors: set[str]) -> list[Raw]:
        """Of people whose posts are gone, ask whether they are still there."""
        if not authors:
            return []
        wanted = {"ids": ",".join(sorted(authors)), "user.fields": "id"}
        found = await self._api.get("/2/users", Found, wanted, "users", Purpose.COMPLIANCE, priced="user_read")
        await self._api.billed("user_read", found.data)
        now, me = self._ctx.clock.now(), await self._me()
        return [
            kept(f"author_gone:{one}:0", Item(kind="author_gone", me=me, id=one), now) for one in sorted(authors & found.gone)
        ]

    async def by_ids(self, ids: Sequence[str], purpose: Purpose = Purpose.COMPLIANCE) -> Found:
        """Ask for posts by id, a hundred at most. Raises PullFailed and BudgetSpent."""
        found = await self._api.get("/2/tweets", Found, {**SHOWN, "ids": ",".join(ids)}, "lookup", purpose, priced="post_read")
        if not found.data and not found.errors:
            raise self._api.misshapen()
        await self._api.billed("post_read", found.data)
        await self._api.billed("user_read", (found.includes or {}).get("users"))
        return found


def _is_due(one: Watched, now: datetime) -> bool:
    age = now.timestamp() - one.said / 1000
    since = now.timestamp() - max(one.looked, one.said) / 1000
    return since >= (_EVERY if age < _YOUNG.total_seconds() else _OLD_EVERY).total_seconds() - 30 or (
        # The last look of the hour: what was changed in its last minutes.
        age >= _YOUNG.total_seconds() > (one.looked - one.said) / 1000
    )


def _newest_of(raw: dict[str, Any]) -> str:
    try:
        return msgspec.convert(raw, Post).history[-1]
    except MISSHAPEN:
        return str(raw.get("id"))


def _moment(cursor: str | None) -> datetime | None:
    try:
        found = msgspec.json.decode(cursor or "")
        at = datetime.fromisoformat(found["at"]) if found["v"] == 1 else None
        return at if at is not None and at.tzinfo is not None else None
    except (*MISSHAPEN, KeyError, TypeError):
        return None
