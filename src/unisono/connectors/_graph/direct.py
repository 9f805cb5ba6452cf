"""Direct messages of a page (Messenger) and of an account (Instagram): pulled by conversation, hinted by webhook.

A conversation's `updated_time` rises with each message, so a quiet account costs one request.
Source: Meta for Developers, Messenger Platform, "Conversations API", "Webhooks: messages, message_echoes, message_reads,
message_deliveries"; Instagram Platform, "Messaging", "Webhooks: messages".
"""

import hashlib
from datetime import datetime, timedelta
from typing import Any

import msgspec

from unisono.connectors._graph.api import Graph, Missing
from unisono.connectors._graph.moments import moment
from unisono.connectors._graph.walk import OVERLAP, Place, later, paged, placed
from unisono.contract import (
    MISSHAPEN,
    Author,
    AuthorGone,
    CanReply,
    Created,
    Ctx,
    Deleted,
    Event,
    InAttachment,
    Page,
    PullFailed,
    Raw,
    Status,
    ThreadRef,
)
from unisono.domain.order import numeric_tie_break
from unisono.domain.words import DeliveryState, ReplyRule, Visibility

DAY, HUMAN = timedelta(hours=24), timedelta(days=7)
_PAGE = 50
_MOST_CHATS = 25
_PAGES = 5
_MESSAGE = "id,created_time,from,to,message,attachments,reply_to,story"
_TYPES = {"image": "image/jpeg", "video": "video/mp4", "audio": "audio/mp4", "file": "application/octet-stream",
          "ig_reel": "video/mp4", "reel": "video/mp4"}  # fmt: skip


class Inbox:
    """Pulls one account's conversations. platform: messenger or instagram. node: whose edge is asked (the page)."""

    def __init__(self, ctx: Ctx, graph: Graph, platform: str, node: str, account: str) -> None:
        self._ctx = ctx
        self._graph = graph
        self._platform = platform
        self._node = node
        self._account = account

    async def pull(self, cursor: str | None, limit: int) -> Page:
        """Return what was written since the cursor."""
        now = self._ctx.clock.now()
        place = placed(cursor, now)
        since = place.since if place else now - timedelta(days=int(self._ctx.account.config.get("history_days", 2)))
        if place is None or not place.walk:
            place = Place(v=1, since=since, walk=await self._written_in(since - OVERLAP), skip=place.skip if place else [])
        raws: list[Raw] = []
        for _ in range(_MOST_CHATS):
            if not place.walk or len(raws) >= limit:
                break
            told, after, newest = await self._messages(place.walk[0], place.after, place.since - OVERLAP)
            raws += told
            walk = place.walk if after else place.walk[1:]
            place = msgspec.structs.replace(place, walk=walk, after=after or "", newest=later(place.newest, newest))
        return paged(place, raws, lambda raw: moment(msgspec.json.decode(raw.body)["message"]["created_time"]))

    async def _written_in(self, horizon: datetime) -> list[str]:
        found: list[str] = []
        after: str | None = None
        for _ in range(_PAGES):
            params = {"platform": self._platform, "fields": "id,updated_time", "limit": str(_PAGE)}
            chats, after = await self._graph.listed(f"{self._node}/conversations", params | ({"after": after} if after else {}))
            fresh = [chat["id"] for chat in chats if self._at(chat, "updated_time") >= horizon]
            found += fresh
            if after is None or len(fresh) < len(chats):
                break
        return found

    async def _messages(self, chat: str, after: str, horizon: datetime) -> tuple[list[Raw], str | None, datetime | None]:
        params = {"fields": _MESSAGE, "limit": str(_PAGE)} | ({"after": after} if after else {})
        try:
            messages, following = await self._graph.listed(f"{chat}/messages", params)
        except Missing:
            return [], None, None
        told = [message for message in messages if self._at(message, "created_time") >= horizon]
        raws = [self._raw(f"message:{message['id']}:0", message) for message in told]
        # A push tells only the id of who wrote, and is here first. So the first message of theirs comes once more, under a key of
        # its own for each name: it is known by then, and all that is new in it is the name.
        theirs = next((message for message in told if _id_of(message.get("from")) != self._account), None)
        if theirs is not None and (key := _name_key(theirs["from"])):
            raws.insert(0, self._raw(key, theirs))
        newest = max((self._at(message, "created_time") for message in told), default=None)
        return raws, following if len(told) == len(messages) else None, newest

    def _raw(self, key: str, message: dict[str, Any]) -> Raw:
        body = msgspec.json.encode({"kind": "direct", "account": self._account, "message": message})
        return Raw(ingest_key=key, body=body, received_at=self._ctx.clock.now())

    def _at(self, thing: dict[str, Any], name: str) -> datetime:
        try:
            return moment(thing[name])
        except (*MISSHAPEN, KeyError, TypeError, OverflowError) as error:
            raise PullFailed(self._graph.misshapen(f"{self._node}/conversations")) from error

    async def ours(self, person: str, since: datetime) -> list[dict[str, Any]]:
        """Return what we wrote to a person since, newest first. Raises PullFailed."""
        chats, _ = await self._graph.listed(
            f"{self._node}/conversations", {"platform": self._platform, "user_id": person, "fields": "id,updated_time"}
        )
        found: list[dict[str, Any]] = []
        for chat in chats[:1]:
            after: str | None = None
            for _ in range(_PAGES):
                params = {"fields": _MESSAGE, "limit": str(_PAGE)} | ({"after": after} if after else {})
                messages, after = await self._graph.listed(f"{chat['id']}/messages", params)
                found += [m for m in messages if _id_of(m.get("from")) != person and self._at(m, "created_time") >= since]
                if after is None or self._at(messages[-1], "created_time") < since:
                    break
        return found


def read_pulled(item: dict[str, Any], *, realm: str, window: timedelta) -> list[Event]:
    """Return what a pulled message says."""
    message, account = item["message"], str(item["account"])
    sender, at = message.get("from") or {}, moment(message["created_time"])
    own = _id_of(sender) == account
    other = next((one for one in (message.get("to") or {}).get("data") or () if _id_of(one) != account), {}) if own else sender
    customer = _author(other, realm)
    story = message.get("story") or {}
    return [
        Created(
            remote_id=str(message["id"]), thread=_thread(customer, (message.get("reply_to") or {}).get("mid"), own=own),
            author=_author(sender, realm), occurred_at=at, text=str(message.get("message") or ""), own=own,
            tie_break=_tie_break(str(message["id"])), attachments=_pulled_files(message), can_reply=_window(at, window),
            details={"kind": "story_reply"} if story.get("reply_to") else {},
        )
    ]  # fmt: skip


def read_pushed(value: dict[str, Any], *, account: str, realm: str, window: timedelta) -> list[Event]:
    """Return what a pushed piece of `messaging` says."""
    at = moment(value["timestamp"])
    message = value.get("message")
    if isinstance(message, dict):
        if message.get("is_deleted"):
            return [Deleted(remote_id=str(message["mid"]), occurred_at=at)]
        return [_said(value, message, account, realm, at, window)]
    if isinstance(value.get("delivery"), dict):
        return [
            Status(state=DeliveryState.DELIVERED, occurred_at=at, remote_id=str(mid))
            for mid in value["delivery"].get("mids") or ()
        ]
    if isinstance(value.get("read"), dict):
        # Messenger tells only until when all was read, which names no message of ours.
        mid = value["read"].get("mid")
        return [Status(state=DeliveryState.READ, occurred_at=at, remote_id=str(mid))] if mid else []
    if isinstance(value.get("postback"), dict):
        postback = value["postback"]
        mid = postback.get("mid") or value["timestamp"]
        return [_said(value, {"mid": mid, "text": postback.get("title")}, account, realm, at, window)]
    return []


def _said(value: dict[str, Any], message: dict[str, Any], account: str, realm: str, at: datetime, window: timedelta) -> Created:
    own = bool(message.get("is_echo")) or _id_of(value["sender"]) == account
    customer = _author(value["recipient"] if own else value["sender"], realm)
    answered = message.get("reply_to") or {}
    story = isinstance(answered.get("story"), dict)
    return Created(
        remote_id=str(message["mid"]), thread=_thread(customer, answered.get("mid"), own=own),
        author=_author(value["sender"], realm), occurred_at=at, text=str(message.get("text") or ""), own=own,
        client_key=str(message["metadata"]) if own and message.get("metadata") else None,
        tie_break=_tie_break(str(message["mid"])), attachments=_pushed_files(message), can_reply=_window(at, window),
        details={"kind": "story_reply"} if story else {},
    )  # fmt: skip


def read_gone(item: dict[str, Any], received_at: datetime, realm: str = "") -> list[Event]:
    """Return whom a request for deletion names."""
    return [AuthorGone(author=Author(remote_id=str(one), realm=realm), occurred_at=received_at) for one in item["people"]]


def _thread(customer: Author, answered: Any, *, own: bool) -> ThreadRef:
    return ThreadRef(
        visibility=Visibility.PRIVATE, root_id=f"direct:{customer.remote_id}", parent_id=str(answered) if answered else None,
        customer=customer if own else None,
    )  # fmt: skip


def _window(at: datetime, window: timedelta) -> CanReply:
    return CanReply(rule=ReplyRule.UNTIL, until=at + window, reason="messaging_window")


def _author(who: Any, realm: str) -> Author:
    if not isinstance(who, dict) or not who.get("id"):
        raise ValueError("the message names nobody")
    username = str(who.get("username") or "")
    return Author(
        remote_id=str(who["id"]), realm=realm, handle=f"@{username}" if username else "", display_name=str(who.get("name") or ""),
    )  # fmt: skip


def _name_key(who: Any) -> str:
    """Return the inbox's key for what somebody is called now; empty for who has no name."""
    name = f"{who.get('name') or ''}\n{who.get('username') or ''}" if isinstance(who, dict) else ""
    return f"name:{who['id']}:{hashlib.sha256(name.encode()).hexdigest()[:16]}" if name.strip() else ""


def _id_of(who: Any) -> str:
    return str(who.get("id")) if isinstance(who, dict) else ""


def _pulled_files(message: dict[str, Any]) -> tuple[InAttachment, ...]:
    found: list[InAttachment] = []
    for one in (message.get("attachments") or {}).get("data") or ():
        picture = one.get("image_data") or one.get("video_data") or {}
        if url := picture.get("url") or one.get("file_url"):
            kind = str(one.get("mime_type") or "application/octet-stream")
            found.append(InAttachment(name=str(one.get("name") or "file"), media_type=kind, ref=str(url)))
    return tuple(found)


def _pushed_files(message: dict[str, Any]) -> tuple[InAttachment, ...]:
    found: list[InAttachment] = []
    for one in message.get("attachments") or ():
        kind, url = str(one.get("type") or "file"), (one.get("payload") or {}).get("url")
        if url and kind in _TYPES:
            found.append(InAttachment(name=kind, media_type=_TYPES[kind], ref=str(url)))
    return tuple(found)


def _tie_break(mid: str) -> str:
    return numeric_tie_break(mid.rpartition("_")[2])
