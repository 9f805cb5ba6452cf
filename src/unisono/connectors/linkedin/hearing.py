"""Hearing: the page's notifications by windows of time, and the comments that they name.

LinkedIn states no order for notifications, so a window with a fixed end is read to its last page before the next begins. What
lies within an overlap is read again, because notifications may appear late, and left out by key. A notification does not tell
which comment a comment answers: the comments of each page are asked for together, per post.
Source: Microsoft Learn, "Organization Social Action Notifications" (pull; kept for 60 days), "Comments API" (batch get).
"""

import hashlib
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Final

import msgspec
from msgspec import Struct

from unisono.connectors.linkedin.api import Api, Gone
from unisono.connectors.linkedin.read import COMMENTED, REMOVED, SHARED, ingest_key
from unisono.connectors.linkedin.shapes import Comment, Found, Item, Notification, Notifications
from unisono.connectors.linkedin.urns import canonical, comment_parts, escaped
from unisono.contract import MISSHAPEN, Ctx, Page, Raw

KEPT: Final = timedelta(days=60)
_ACTIONS: Final = ",".join((*COMMENTED, *REMOVED, *SHARED))
_OVERLAP: Final = timedelta(minutes=2)
_PAGE: Final = 100
_MOST_SKIPPED: Final = 400


class Cursor(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Where we are, in milliseconds since 1970. since: heard until then. until, start: a window that is being read.

    skip: marks of what was heard last.
    """

    v: int
    since: int
    until: int = 0
    start: int = 0
    skip: list[str] = []


class Hearing:
    """Pulls for one page."""

    def __init__(self, ctx: Ctx, api: Api) -> None:
        self._ctx = ctx
        self._api = api
        self._page = f"urn:li:organization:{ctx.account.config.get('organization_id', '')}"

    async def pull(self, cursor: str | None, limit: int) -> Page:
        """Return the next page of a window, with what its notifications name. Raises PullFailed."""
        now = self._ctx.clock.now()
        known = _placed(cursor, now)
        place = known or Cursor(v=1, since=_ms(now - self._history()))
        gap = known is not None and not place.until and now - _at(place.since) > KEPT
        until = place.until or _ms(now)
        count = max(1, min(limit, _PAGE))
        told = await self._told(max(place.since, _ms(now - KEPT)) - _ms_of(_OVERLAP), until, place.start, count)
        fresh = [one for one in told if _mark(one) not in set(place.skip)]
        fresh.sort(key=lambda one: one.last_modified_at)
        raws = [self._raw(item) for item in await self._items(fresh)]
        skip = list(dict.fromkeys([*place.skip, *map(_mark, told)]))[-_MOST_SKIPPED:]
        done = len(told) < count
        after = Cursor(v=1, since=until, skip=skip) if done else Cursor(
            v=1, since=place.since, until=until, start=place.start + count, skip=skip
        )  # fmt: skip
        return Page(raws=raws, next_cursor=_text(after), has_more=not done, gap=gap)

    def _history(self) -> timedelta:
        return min(timedelta(days=int(self._ctx.account.config.get("history_days", 2))), KEPT)

    async def _told(self, since: int, until: int, start: int, count: int) -> list[Notification]:
        path = (
            f"organizationalEntityNotifications?q=criteria&organizationalEntity={escaped(self._page)}&actions=List({_ACTIONS})"
            f"&timeRange=(start:{since},end:{until + 1})&start={start}&count={count}"
        )
        return (await self._api.get(path, Notifications)).elements

    async def _items(self, told: list[Notification]) -> list[Item]:
        """Join notifications with their comments. A comment that is gone meanwhile is told as the notification has it."""
        commented = {canonical(one.activity) for one in told if one.action in COMMENTED}
        known = await self._comments(commented)
        ours = {comment.parent for comment in known.values() if comment.actor == self._page and comment.parent}
        above = await self._comments({canonical(urn) for urn in ours} - set(known)) | known
        items = []
        for one in told:
            comment = known.get(canonical(one.activity)) if one.action in COMMENTED else None
            parent = above.get(canonical(comment.parent)) if comment is not None and comment.parent else None
            asked = parent if comment is not None and comment.actor == self._page else None
            items.append(Item(told=one, comment=comment, above=asked))
        return items

    async def _comments(self, urns: Iterable[str]) -> dict[str, Comment]:
        """Return comments by URN, asked for together per post."""
        by_post: dict[str, list[str]] = {}
        for urn in sorted(urns):
            if (parts := comment_parts(urn)) is not None:
                by_post.setdefault(parts[0], []).append(parts[1])
        found: dict[str, Comment] = {}
        for post, ids in by_post.items():
            try:
                answer = await self._api.get(f"socialActions/{escaped(post)}/comments?ids=List({','.join(ids)})", Found)
            except Gone:
                continue
            found |= {f"urn:li:comment:({post},{id_})": comment for id_, comment in answer.results.items()}
        return found

    def _raw(self, item: Item) -> Raw:
        if item.told.action in REMOVED:
            # What somebody took back must not come to lie here once more.
            item = Item(told=msgspec.structs.replace(item.told, said=None))
        return Raw(ingest_key=ingest_key(item.told), body=msgspec.json.encode(item), received_at=self._ctx.clock.now())


def _mark(told: Notification) -> str:
    """Return what tells one notification from another, short enough for a cursor."""
    return hashlib.sha256(ingest_key(told).encode()).hexdigest()[:12]


def _placed(cursor: str | None, now: datetime) -> Cursor | None:
    """Return the place; None (a safe restart) for what is none of ours, or lies in the future."""
    try:
        found = msgspec.json.decode(cursor or "", type=Cursor)
    except MISSHAPEN:
        return None
    sound = found.v == 1 and 0 < found.since <= _ms(now) and found.until <= _ms(now) and found.start >= 0
    return found if sound else None


def _text(cursor: Cursor) -> str:
    return msgspec.json.encode(cursor).decode()


def _ms(moment: datetime) -> int:
    return int(moment.timestamp() * 1_000)


def _ms_of(span: timedelta) -> int:
    return int(span.total_seconds() * 1_000)


def _at(milliseconds: int) -> datetime:
    return datetime.fromtimestamp(milliseconds / 1_000, UTC)
