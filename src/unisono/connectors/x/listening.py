"""Streams that are held open with the app's own token: hints that it is time to pull, and items that come complete.

Sources: X developer documentation, activity/activity-stream, posts/filtered-stream.
"""

from collections.abc import AsyncIterator
from typing import Any

import msgspec
from msgspec import Struct

from unisono.connectors.x.activity import Knows, items_of, kept
from unisono.connectors.x.api import Api
from unisono.connectors.x.hearing import Hearing, watched_of
from unisono.connectors.x.read import Item, post_key
from unisono.connectors.x.watch import Watch
from unisono.connectors.x.wire import Post
from unisono.contract import MISSHAPEN, Ctx, NotReached, Purpose, Raw, Response

EVENTS = (
    "post.mention.create", "post.reply.create", "post.quote.create", "post.delete", "dm.received", "dm.sent", "chat.received",
)  # fmt: skip
# What an event costs beside what is pulled after it. Source: X developer documentation, getting-started/pricing.
_COSTS = {"dm.received": "dm_event", "chat.received": "chat_event"}
_IDLE_S = 90.0
_NOTHING_TO_HEAR_S = 3_600.0
_EXISTS = (200, 201, 400, 409)


class _Rule(Struct, frozen=True):
    id: str
    value: str = ""


class _Rules(Struct, frozen=True):
    data: list[_Rule] | None = None


class _Found(Struct, frozen=True):
    data: dict[str, Any]
    includes: dict[str, Any] | None = None


class Listening:
    """Holds the stream that the channel's settings name: `activity` (the default), `filtered`, or none."""

    def __init__(self, ctx: Ctx, api: Api, watch: Watch) -> None:
        self._ctx = ctx
        self._api = api
        self._watch = watch

    async def listen(self, knows: Knows) -> AsyncIterator[Raw | None]:
        """Yield what the stream brings, and None where it only says that there is something to pull."""
        headers = await self._api.app_headers()
        kind = str(self._ctx.account.config.get("stream") or "activity")
        if headers is None or kind == "off" or not knows.me:
            await self._ctx.clock.sleep(_NOTHING_TO_HEAR_S)
            return
        path = "/2/activity/stream" if kind == "activity" else "/2/tweets/search/stream"
        await self._ctx.budgets.take("stream", Purpose.LISTEN, operation="post_read", amount=0)
        await self._ctx.budgets.take("stream", Purpose.LISTEN)
        await (self._subscribe(knows.me) if kind == "activity" else self._ensure_rule())
        async with self._ctx.http.stream("GET", self._api.base + path, headers=headers, idle_s=_IDLE_S) as answer:
            if answer.status >= 300:
                self._api.demand(Response(status=answer.status, headers=answer.headers, body=b"", url=path))
            yield None
            async for line in answer.lines():
                if line.strip():
                    async for raw in self._heard(kind, line.encode(), knows):
                        yield raw

    async def _heard(self, kind: str, line: bytes, knows: Knows) -> AsyncIterator[Raw | None]:
        raws = items_of(line, knows, self._ctx.clock.now()) if kind == "activity" else await self._filtered(line, knows)
        for raw in raws:
            yield raw
        if kind == "activity":
            await self._charge(line)
        yield None

    async def _charge(self, line: bytes) -> None:
        try:
            event_type = str(msgspec.json.decode(line)["data"]["event_type"])
        except (*MISSHAPEN, KeyError, TypeError):
            return
        operation = _COSTS.get(event_type) or (
            "post_read" if event_type.startswith("post.") and "delete" not in event_type else None
        )
        if operation is not None:
            await self._ctx.budgets.charge(operation)

    async def _filtered(self, line: bytes, knows: Knows) -> list[Raw]:
        try:
            found = msgspec.json.decode(line, type=_Found)
            post = msgspec.convert(found.data, Post)
        except MISSHAPEN:
            return []
        await self._ctx.budgets.charge("post_read")
        if post.author_id == knows.me:
            return []
        item = Item(
            kind="post", me=knows.me, post=msgspec.Raw(msgspec.json.encode(found.data)), counts=knows.counts.value,
            beside=Hearing.beside(found.data, found.includes), enterprise=knows.enterprise,
        )  # fmt: skip
        await self._watch.put([watched_of(post)])
        return [kept(post_key(post), item, self._ctx.clock.now())]

    async def _subscribe(self, me: str) -> None:
        """Ask to be told; what is private is asked for with the account's own authorisation. A double is no harm."""
        if await self._ctx.memory.get("subscribed") == me.encode():
            return
        for event_type in EVENTS:
            body = {"event_type": event_type, "filter": {"user_id": me}, "tag": "unisono"}
            answer = await self._api.request("POST", "/2/activity/subscriptions", "stream", Purpose.LISTEN, json=body)
            if answer.status not in _EXISTS:
                self._api.demand(answer)
        await self._ctx.memory.put("subscribed", me.encode(), ttl_s=86_400)

    async def _ensure_rule(self) -> None:
        """Have one rule that finds whoever names us."""
        wanted = self._ctx.account.handle
        if not wanted:
            raise NotReached("The account's name is not known yet.", sent=False)
        path = "/2/tweets/search/stream/rules"
        known = await self._api.as_app("GET", path)
        if known is None:
            return
        self._api.demand(known)
        if any(rule.value == wanted for rule in self._api.decoded(known, _Rules).data or ()):
            return
        added = await self._api.as_app("POST", path, json={"add": [{"value": wanted, "tag": "unisono"}]})
        if added is not None:
            self._api.demand(added)
