"""Direct messages: read from the chat's log, which goes forward from a cursor, and written to a chat.

Source: lexicons chat.bsky.convo.*. The chat is a service behind the account's own; it knows no key for a message, so one
whose fate is unknown is looked for.
"""

import asyncio
from datetime import datetime, timedelta
from typing import Any, Final

import msgspec

from unisono.connectors.bluesky.answers import Json, decoded, failed, not_reached, refusal
from unisono.connectors.bluesky.api import CHAT, PAGE, Api
from unisono.connectors.bluesky.cursors import instant_of, place_of, written
from unisono.connectors.bluesky.limits import too_long
from unisono.connectors.bluesky.read import MISSHAPEN
from unisono.connectors.bluesky.session import lacks_right
from unisono.connectors.bluesky.texts import Texts
from unisono.connectors.bluesky.tid import number_of
from unisono.connectors.bluesky.watch import deleted_raw
from unisono.connectors.bluesky.words import text
from unisono.contract import (
    Ctx,
    HostRefused,
    NotReached,
    NotSent,
    OutMessage,
    Page,
    PullFailed,
    Purpose,
    Raw,
    Reauth,
    ReconcileResult,
    Reject,
    SendResult,
    Sent,
    Undecidable,
    Unknown,
)

_LOG: Final = "chat.bsky.convo.getLog"
_CREATED: Final = "chat.bsky.convo.defs#logCreateMessage"
_DELETED: Final = "chat.bsky.convo.defs#logDeleteMessage"
_MOST_PAGES: Final = 100
_SENT_KEPT: Final = 100


class Chat:
    """The account's direct messages."""

    def __init__(self, ctx: Ctx, api: Api) -> None:
        self._ctx = ctx
        self._api = api
        self._answers = api.meant_for(Purpose.REPLY)
        self._texts = Texts(self._answers)
        self._members: dict[str, list[Json]] = {}
        self._checked = False
        self._lock = asyncio.Lock()

    # -- hearing -----------------------------------------------------------------------------------------------------

    async def pull(self, cursor: str | None) -> Page:
        """Return what happened in the chats since the cursor. Raises PullFailed."""
        place = place_of(cursor)
        if place is not None and not self._checked and (number_of(place.at) is None or await self._lies_ahead(place.at)):
            place = None
        self._checked = True
        if place is None:
            return await self._begin()
        logs, rev = await self._api.listed(_LOG, "logs", [("cursor", place.at)], proxy=CHAT)
        raws = [raw for log in logs if (raw := await self._read_log(log)) is not None]
        return Page(raws=raws, next_cursor=written(rev or place.at), has_more=bool(logs) and bool(rev) and rev != place.at)

    async def _lies_ahead(self, rev: str) -> bool:
        _, newest = await self._api.listed(_LOG, "logs", [], proxy=CHAT)
        return bool(newest) and (len(rev), rev) > (len(newest), newest)

    async def _begin(self) -> Page:
        """Take the log's present end, then what was said in the days that are asked for: the log itself begins nowhere."""
        _, rev = await self._api.listed(_LOG, "logs", [], proxy=CHAT)
        since = self._ctx.clock.now() - timedelta(days=int(self._ctx.account.config.get("history_days", 2)))
        raws: list[Raw] = []
        older = ""
        for _ in range(_MOST_PAGES):
            params = [("limit", str(PAGE)), *([("cursor", older)] if older else [])]
            convos, older = await self._api.listed("chat.bsky.convo.listConvos", "convos", params, proxy=CHAT)
            recent = [convo for convo in convos if _is_recent(convo.get("lastMessage"), since)]
            for convo in recent:
                self._remember(convo)
                raws += await self._said_in(str(convo["id"]), since)
            if not older or len(recent) < len(convos):
                break
        return Page(raws=raws, next_cursor=written(rev) if rev else None)

    async def _said_in(self, convo: str, since: datetime) -> list[Raw]:
        found: list[Json] = []
        older = ""
        for _ in range(_MOST_PAGES):
            params = [("convoId", convo), ("limit", str(PAGE)), *([("cursor", older)] if older else [])]
            items, older = await self._api.listed("chat.bsky.convo.getMessages", "messages", params, proxy=CHAT)
            recent = [item for item in items if _is_recent(item, since)]
            found += recent
            if not older or len(recent) < len(items):
                break
        raws = [await self._raw(item, convo) for item in reversed(found) if "text" in item]
        return raws

    async def _read_log(self, log: Json) -> Raw | None:
        message, convo = log.get("message"), log.get("convoId")
        if not isinstance(message, dict) or not isinstance(convo, str) or not message.get("id"):
            return None
        if log.get("$type") == _DELETED:
            return deleted_raw(str(message["id"]), self._ctx.clock.now())
        if log.get("$type") == _CREATED and "text" in message:
            return await self._raw(message, convo)
        return None

    async def _raw(self, message: Json, convo: str) -> Raw:
        members = [
            {name: one[name] for name in ("did", "handle", "displayName") if name in one} for one in await self._who(convo)
        ]
        body = {"kind": "message", "message": message, "convo": convo, "members": members, "me": await self._api.session.me()}
        return Raw(ingest_key=f"message:{message['id']}:0", body=msgspec.json.encode(body), received_at=self._ctx.clock.now())

    async def _who(self, convo: str) -> list[Json]:
        if convo not in self._members:
            answer = await self._api.ask("chat.bsky.convo.getConvo", [("convoId", convo)], proxy=CHAT)
            self._remember(answer.get("convo"))
        return self._members.get(convo, [])

    def _remember(self, convo: Any) -> None:
        if isinstance(convo, dict) and isinstance(convo.get("members"), list) and convo.get("id"):
            self._members[str(convo["id"])] = [one for one in convo["members"] if isinstance(one, dict) and "did" in one]

    # -- answering ---------------------------------------------------------------------------------------------------

    async def send(self, message: OutMessage) -> SendResult:
        """Write into the chat of the thread."""
        if problem := too_long(message.text, private=True):
            return Reject(code="too_long", human=problem)
        if message.attachments:
            return Reject(code="media", human="Direct messages on Bluesky carry no files. The answer was kept, not sent.")
        try:
            body = {"convoId": message.thread.root_id, "message": await self._texts.with_facets(message.text)}
            await self._api.session.tokens()
        except (NotReached, HostRefused) as error:
            return not_reached(error)
        except PullFailed as error:
            return failed(error)
        try:
            answer = await self._api.session.request(
                "POST", "chat.bsky.convo.sendMessage", purpose=Purpose.REPLY, proxy=CHAT, json=body
            )
        except NotReached as error:
            return Unknown(reason=str(error)) if error.sent else not_reached(error)
        except PullFailed as error:
            return failed(error)
        if lacks_right(answer):
            return Reauth(human=text("no_chat"))
        if answer.status != 200:
            return refusal(answer, self._ctx.clock.now())
        try:
            sent = Sent(remote_id=str(decoded(answer, dict[str, Any])["id"]))
        except (PullFailed, *MISSHAPEN):
            return Unknown(reason="The chat's answer could not be read.")
        await self._keep_sent(message.key, sent.remote_id)
        return sent

    async def reconcile(self, message: OutMessage) -> ReconcileResult:
        """Look in the chat for what has these words and is no other answer."""
        me = await self._api.session.me()
        params = [("convoId", message.thread.root_id), ("limit", str(PAGE))]
        items, _ = await self._answers.listed("chat.bsky.convo.getMessages", "messages", params, proxy=CHAT)
        others = {remote_id for key, remote_id in await self._sent() if key != message.key}
        # The oldest first: of two equal answers the earlier one was sent earlier.
        for item in reversed(items):
            ours = isinstance(item.get("sender"), dict) and item["sender"].get("did") == me
            if ours and item.get("text") == message.text and _is_recent(item, message.created_at - timedelta(minutes=5)):
                remote_id = str(item.get("id"))
                if remote_id not in others:
                    await self._keep_sent(message.key, remote_id)
                    return Sent(remote_id=remote_id)
        if len(items) == PAGE and all(_is_recent(item, message.created_at) for item in items):
            return Undecidable(reason="So much was said in this chat since that the answer cannot be found.")
        return NotSent()

    async def _sent(self) -> list[tuple[str, str]]:
        stored = await self._ctx.memory.get("sent")
        return msgspec.json.decode(stored, type=list[tuple[str, str]]) if stored else []

    async def _keep_sent(self, key: str, remote_id: str) -> None:
        async with self._lock:
            kept = [*(await self._sent()), (key, remote_id)][-_SENT_KEPT:]
            await self._ctx.memory.put("sent", msgspec.json.encode(kept))


def _is_recent(message: Any, since: datetime) -> bool:
    at = instant_of(str(message.get("sentAt") or "")) if isinstance(message, dict) else None
    return at is not None and at >= since
