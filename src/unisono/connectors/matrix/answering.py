"""Answers: into the room of the thread, once each, and found again when nobody knows whether they arrived."""

from datetime import UTC, datetime, timedelta
from typing import Any, Final
from urllib.parse import quote

from unisono.connectors.matrix.answers import Json, decoded, failed, refusal
from unisono.connectors.matrix.api import Api, inside, room_path
from unisono.connectors.matrix.limits import MAX_CONTENT_BYTES, content_bytes
from unisono.connectors.matrix.rooms import look
from unisono.connectors.matrix.words import text
from unisono.contract import (
    MISSHAPEN,
    Ctx,
    HostRefused,
    NotReached,
    NotSent,
    OutAttachment,
    OutMessage,
    PullFailed,
    ReconcileResult,
    Reject,
    Retry,
    SendResult,
    Sent,
    Undecidable,
    Unknown,
)
from unisono.domain.length import measure
from unisono.domain.words import Visibility

_KEY: Final = "io.unisono.key"
_PART: Final = "io.unisono.part"
_MOST_PAGES: Final = 20
_KEPT_S: Final = 90 * 86_400
_MAX_TEXT_BYTES: Final = 60_000


class Answering:
    """Writes for the account."""

    def __init__(self, ctx: Ctx, api: Api) -> None:
        self._ctx = ctx
        self._api = api

    async def send(self, message: OutMessage) -> SendResult:
        """Write into the room of the thread, if it still is of the thread's kind."""
        size = measure(message.text, "utf8")
        if size > _MAX_TEXT_BYTES:
            return Reject(code="too_long", human=text("too_long", size=size, limit=_MAX_TEXT_BYTES))
        try:
            if refused := await self._refused(message):
                return refused
            contents = await self._contents(message)
        except (NotReached, HostRefused) as error:
            return Retry(reason=str(error))
        except PullFailed as error:
            return failed(error)
        if isinstance(contents, SendResult):
            return contents
        too_large = [size for content in contents if (size := content_bytes(content)) > MAX_CONTENT_BYTES]
        if too_large:
            return Reject(code="too_long", human=text("too_long", size=too_large[0], limit=MAX_CONTENT_BYTES))
        # The message itself goes last: where it stands, its files stand as well.
        *parts, last = contents
        for number, part in enumerate(parts):
            result = await self._put(message, part, f"{message.key}.{number}")
            if not isinstance(result, Sent):
                return Retry(reason=result.reason) if isinstance(result, Unknown) else result
        result = await self._put(message, last, message.key)
        if isinstance(result, Sent):
            await self._ctx.memory.put(f"room:{result.remote_id}", message.thread.root_id.encode(), ttl_s=_KEPT_S)
        return result

    async def _refused(self, message: OutMessage) -> SendResult | None:
        room = await look(self._api, message.thread.root_id)
        if room is None:
            return Reject(code="forbidden", human=text("left"))
        if room.public is not (message.thread.visibility is Visibility.PUBLIC):
            return Reject(code="visibility", human=text("visibility"))
        return Reject(code="encrypted", human=text("encrypted")) if room.encrypted else None

    async def _put(self, message: OutMessage, content: Json, key: str) -> SendResult:
        path = f"{room_path(message.thread.root_id)}/send/m.room.message/{quote(key, safe='')}"
        try:
            answer = await self._api.session.request("PUT", path, json=content)
        except NotReached as error:
            return Unknown(reason=str(error)) if error.sent else Retry(reason=str(error))
        except HostRefused as error:
            return Retry(reason=str(error))
        except PullFailed as error:
            return failed(error)
        if answer.status != 200:
            return refusal(answer, self._api.base)
        try:
            event_id = decoded(answer, Json)["event_id"]
        except (PullFailed, *MISSHAPEN, KeyError):
            return Unknown(reason="The server's answer could not be read.")
        return Sent(remote_id=str(event_id), url=f"https://matrix.to/#/{message.thread.root_id}/{event_id}")

    # -- what is written -------------------------------------------------------------------------------------------------

    async def _contents(self, message: OutMessage) -> list[Json] | SendResult:
        """Return the events of an answer: a file each, the last with the text."""
        files: list[Json] = []
        for attachment in message.attachments:
            uploaded = await self._upload(attachment)
            if not isinstance(uploaded, dict):
                return uploaded
            files.append(uploaded)
        for number, part in enumerate(files[:-1]):
            part |= {_KEY: message.key, _PART: number}
        last: Json = files[-1] if files else {"msgtype": "m.text"}
        if message.text or not files:
            last["body"] = message.text
        last |= {_KEY: message.key, "m.mentions": {}} | await self._relation(message)
        return [*files[:-1], last]

    async def _relation(self, message: OutMessage) -> Json:
        """Say what is answered, and whom that concerns; what was deleted meanwhile is not named."""
        if message.in_reply_to is None:
            return {}
        parent = await self._api.event(message.thread.root_id, message.in_reply_to)
        if parent is None or not parent.get("content"):
            return {}
        relation: Json = {"m.in_reply_to": {"event_id": message.in_reply_to}}
        if inside(parent, "content", "m.relates_to", "rel_type") == "m.thread":
            thread = inside(parent, "content", "m.relates_to", "event_id")
            relation |= {"rel_type": "m.thread", "event_id": thread, "is_falling_back": False}
        return {"m.relates_to": relation, "m.mentions": {"user_ids": [parent["sender"]]} if parent.get("sender") else {}}

    async def _upload(self, attachment: OutAttachment) -> Json | SendResult:
        answer = await self._api.session.request(
            "POST", f"/media/v3/upload?filename={quote(attachment.name, safe='')}", content=await attachment.read(),
            headers={"content-type": attachment.media_type}, timeout_s=120.0,
        )  # fmt: skip
        if answer.status >= 500:
            return Retry(reason=f"upload: status {answer.status}")
        if answer.status == 403:
            return Reject(code="media", human=f"{self._api.base} does not take this file. The answer was kept, not sent.")
        if answer.status != 200:
            return refusal(answer, self._api.base)
        kind = attachment.media_type.partition("/")[0]
        msgtype = f"m.{kind}" if kind in ("image", "audio", "video") else "m.file"
        info = {"mimetype": attachment.media_type, "size": attachment.size_bytes}
        address = decoded(answer, dict[str, Any]).get("content_uri")
        if not isinstance(address, str):
            return Retry(reason="The server's answer to an upload could not be read.")
        return {
            "msgtype": msgtype, "body": attachment.name, "filename": attachment.name, "url": address, "info": info,
        }  # fmt: skip

    # -- what became of it -----------------------------------------------------------------------------------------------

    async def reconcile(self, message: OutMessage) -> ReconcileResult:
        """Look in the room for an event with our key."""
        room = message.thread.root_id
        if await look(self._api, room) is None:
            return Undecidable(reason=text("left"))
        me = await self._api.session.me()
        begun = message.created_at - timedelta(minutes=5)
        params = {"dir": "b"}
        for _ in range(_MOST_PAGES):
            events, _, before = await self._api.messages(room, params)
            for event in events:
                keyed = inside(event, "content", _KEY) == message.key and inside(event, "content", _PART) is None
                if event.get("sender") == me and keyed and isinstance(event.get("event_id"), str):
                    return Sent(remote_id=event["event_id"], url=f"https://matrix.to/#/{room}/{event['event_id']}")
            if not before or any(_said_at(event) < begun for event in events):
                return NotSent()
            params["from"] = before
        return Undecidable(reason="So much was said in this room since that the answer cannot be found.")

    async def retract(self, remote_id: str) -> SendResult:
        """Take a message of ours back."""
        room = await self._ctx.memory.get(f"room:{remote_id}")
        if room is None:
            return Reject(code="gone", human="Nobody knows any more in which room this stands. Delete it with a Matrix program.")
        path = f"{room_path(room.decode())}/redact/{quote(remote_id, safe='')}/retract-{quote(remote_id, safe='')}"
        try:
            answer = await self._api.session.request("PUT", path, json={})
        except NotReached as error:
            return Unknown(reason=str(error)) if error.sent else Retry(reason=str(error))
        except PullFailed as error:
            return failed(error)
        return Sent(remote_id=remote_id) if answer.status == 200 else refusal(answer, self._api.base)


def _said_at(event: Json) -> datetime:
    try:
        return datetime.fromtimestamp(float(event["origin_server_ts"]) / 1_000, UTC)
    except (*MISSHAPEN, KeyError, TypeError, OverflowError, OSError):
        return datetime.max.replace(tzinfo=UTC)
