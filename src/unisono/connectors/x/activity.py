"""Pushes of the Activity API: proved to be from X, and taken apart.

CRC: `GET ?crc_token=` is answered with `{"response_token": "sha256=" + base64 HMAC-SHA256 of the token}` under the app's consumer
secret; a push carries the same over its raw body in `x-twitter-webhooks-signature`. Whoever asks for a CRC gets a signature of
what they ask about, so what looks like the body of a push is refused there.
A push is a hint: X leaves out implicit mentions, and gives no author with replies and quotes. Those are pulled.
Sources: X developer documentation, webhooks/quickstart, activity/event-payloads.
"""

import base64
import hashlib
import hmac
import re
from datetime import datetime
from typing import Any

import msgspec
from msgspec import Struct

from unisono.connectors.x.read import Item, pair, post_key
from unisono.connectors.x.summon import Counts
from unisono.connectors.x.wire import Beside, Post
from unisono.contract import MISSHAPEN, Challenge, Deny, HttpRequest, HttpResponse, Raw

SIGNATURE = "x-twitter-webhooks-signature"
_CRC = re.compile(r"[A-Za-z0-9+/=_.-]{1,512}")
_CHAT = ("id", "sender_id", "conversation_id", "created_at_msec")
_POSTS = frozenset({"post.create", "post.mention.create", "post.reply.create", "post.quote.create"})


class Knows(Struct, frozen=True, kw_only=True):
    """What must be known to store a push: who we are, and the summon rule."""

    me: str
    counts: Counts = Counts.UNKNOWN
    enterprise: bool = False


class _Data(Struct, frozen=True):
    event_type: str
    payload: dict[str, Any] | None = None
    includes: dict[str, Any] | None = None
    filter: dict[str, Any] | None = None


class _Envelope(Struct, frozen=True):
    data: _Data


def verify(request: HttpRequest, secret: str | None, knows: Knows, now: datetime) -> Challenge | list[Raw] | Deny:
    """Return the items of a push, the answer to a challenge, or why nothing is taken."""
    if not secret:
        return Deny(reason="no_secret", status=403)
    if request.method == "GET":
        token = (request.query.get("crc_token") or [""])[0]
        if not _CRC.fullmatch(token):
            return Deny(reason="no_challenge", status=400)
        return Challenge(response=HttpResponse(body=msgspec.json.encode({"response_token": signed(secret, token.encode())})))
    told = request.headers.get(SIGNATURE, "")
    if not hmac.compare_digest(signed(secret, request.body).encode(), told.encode()):
        return Deny(reason="wrong_signature" if told else "no_signature")
    return items_of(request.body, knows, now)


def signed(secret: str, message: bytes) -> str:
    """Return a signature as X writes it."""
    return "sha256=" + base64.b64encode(hmac.new(secret.encode(), message, hashlib.sha256).digest()).decode()


def items_of(body: bytes, knows: Knows, now: datetime) -> list[Raw]:
    """Return what an event is worth storing; nothing when it only says that it is time to pull.

    What cannot be read comes from X all the same: it is kept whole for a person to look at.
    """
    try:
        data = msgspec.json.decode(body, type=_Envelope).data
        payload, includes = data.payload or {}, data.includes or {}
        if data.event_type in _POSTS:
            return _post(payload, includes, knows, now)
        if data.event_type == "post.delete":
            return [kept(f"gone:{payload['id']}:0", Item(kind="gone", me=knows.me, id=str(payload["id"])), now)]
        if data.event_type in ("dm.received", "dm.sent"):
            users = payload.get("users") or {}
            # A file is told of by the pull alone, and the same key comes once.
            events = [e for e in payload["direct_message_events"] if "attachment" not in e["message_create"]["message_data"]]
            return [_dm(event, users, knows, now) for event in events]
        if data.event_type == "chat.received":
            chat = msgspec.Raw(msgspec.json.encode({name: payload.get(name) for name in _CHAT}))
            return [kept(f"chat:{payload['id']}:0", Item(kind="chat", me=knows.me, chat=chat), now)]
    except (*MISSHAPEN, KeyError, TypeError, AttributeError):
        key = f"unreadable:{hashlib.sha256(body).hexdigest()[:32]}:0"
        return [Raw(ingest_key=key, body=body, received_at=now)]
    return []


def kept(key: str, item: Item, now: datetime) -> Raw:
    """Return an item as it is stored."""
    return Raw(ingest_key=key, body=msgspec.json.encode(item), received_at=now)


def _post(payload: dict[str, Any], includes: dict[str, Any], knows: Knows, now: datetime) -> list[Raw]:
    post = msgspec.convert(payload, Post, strict=False)
    beside = msgspec.convert(includes, Beside, strict=False)
    # Who said it must be known, or the desk shows a number for good: the pull that follows knows.
    if beside.user(post.author_id) is None:
        return []
    if post.author_id == knows.me and not (post.in_reply_to_user_id or post.names):
        return []
    item = Item(
        kind="post", me=knows.me, post=msgspec.Raw(msgspec.json.encode(payload)),
        beside=msgspec.Raw(msgspec.json.encode(includes)), counts=knows.counts.value, enterprise=knows.enterprise,
    )  # fmt: skip
    return [kept(post_key(post), item, now)]


def _dm(event: dict[str, Any], users: dict[str, Any], knows: Knows, now: datetime) -> Raw:
    """A message as events write it (the older shape), in the words of lists."""
    said = event["message_create"]
    sender, receiver = str(said["sender_id"]), str(said["target"]["recipient_id"])
    seconds, millis = divmod(int(event["created_timestamp"]), 1000)
    at = datetime.fromtimestamp(seconds, now.tzinfo).replace(microsecond=millis * 1000)
    dm = {
        "id": str(event["id"]), "sender_id": sender, "created_at": at.isoformat(), "text": said["message_data"]["text"],
        "dm_conversation_id": pair(sender, receiver), "event_type": "MessageCreate",
        "entities": {"urls": (said["message_data"].get("entities") or {}).get("urls") or []},
    }  # fmt: skip
    people = [{"id": str(one), **(told.get("data") or told)} for one, told in users.items()]
    item = Item(
        kind="dm", me=knows.me, dm=msgspec.Raw(msgspec.json.encode(dm)),
        beside=msgspec.Raw(msgspec.json.encode({"users": people})),
    )  # fmt: skip
    return kept(f"dm:{dm['id']}:0", item, now)
