"""Answers: in the thread's own kind, once each, and found again when nobody knows whether they arrived."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
from msgspec import Struct

from unisono.connectors.x.api import SHOWN, Api, unusable
from unisono.connectors.x.files import Files
from unisono.connectors.x.hearing import DM_SHOWN
from unisono.connectors.x.learning import Rule
from unisono.connectors.x.limits import caps_for
from unisono.connectors.x.read import SITE, pair
from unisono.connectors.x.rechecking import Rechecking
from unisono.connectors.x.snowflake import first_of
from unisono.connectors.x.summon import Call, Counts, call_of, can_reply
from unisono.connectors.x.text import has_link, plain, words
from unisono.connectors.x.wire import Beside, Dm, Listed, Post
from unisono.contract import (
    MISSHAPEN,
    Caps,
    Ctx,
    HostRefused,
    NotReached,
    NotSent,
    OutMessage,
    PullFailed,
    Purpose,
    Reauth,
    ReconcileResult,
    Reject,
    Response,
    Retry,
    SendResult,
    Sent,
    Undecidable,
    Unknown,
)
from unisono.domain.length import measure
from unisono.domain.words import ChannelState, ReplyRule, Visibility

_SENT_KEPT = 200
_PAGES = 5
# Our clock and X's may differ by so much.
_CLOCKS = timedelta(minutes=2)


class _Sent(Struct, frozen=True):
    key: str
    id: str
    kind: str


class _Created(Struct, frozen=True):
    id: str


class _Written(Struct, frozen=True):
    dm_event_id: str
    dm_conversation_id: str = ""


class _Data(Struct, frozen=True):
    data: dict[str, Any]


class Answering:
    """Writes for the account; `me` tells the account's id."""

    def __init__(
        self, ctx: Ctx, api: Api, rule: Rule, looking: Rechecking, me: Callable[[], Awaitable[str]], caps: Callable[[], Caps]
    ) -> None:
        self._ctx = ctx
        self._api = api
        self._rule = rule
        self._looking = looking
        self._me = me
        self._caps = caps
        self._files = Files(ctx, api)
        self._lock = asyncio.Lock()

    async def send(self, message: OutMessage) -> SendResult:
        """Say it where the thread stands: only its own visibility decides, so that nothing private can become public."""
        private = message.thread.visibility is Visibility.PRIVATE
        if (refusal := self._too_much(message, private=private)) is not None:
            return refusal
        try:
            return await (self._write(message) if private else self._post(message))
        except HostRefused as error:
            return Reject(code="host_refused", human=unusable(error).health.what)
        except NotReached as error:
            # Whatever was asked before the message itself was handed over: nothing was said.
            return Retry(reason=str(error))
        except PullFailed as error:
            if error.health.state in (ChannelState.REAUTH_NEEDED, ChannelState.FORBIDDEN):
                return Reauth(human=error.health.what)
            throttled = error.health.state is ChannelState.THROTTLED
            return Retry(reason=error.health.what, after_s=error.after_s, throttled=throttled)

    def _too_much(self, message: OutMessage, *, private: bool) -> Reject | None:
        caps = caps_for(self._caps(), private=private)
        length = measure(message.text, caps.text.unit.value, url_cost=caps.text.url_cost)
        if caps.text.maximum is not None and length > caps.text.maximum:
            human = f"The answer counts {length}, X takes {caps.text.maximum}. It was kept, not sent."
            return Reject(code="too_long", human=human)
        moving = [one for one in message.attachments if not one.media_type.startswith("image/") or one.media_type == "image/gif"]
        if len(message.attachments) > (1 if moving else caps.media.max_count):
            human = f"X takes {caps.media.max_count} picture(s), or one video or GIF. The answer was kept, not sent."
            return Reject(code="media", human=human)
        return None

    # -- in public -----------------------------------------------------------------------------------------------------

    async def _post(self, message: OutMessage) -> SendResult:
        call, body = Call.NAMED, {"text": message.text}
        summoned = False
        if message.in_reply_to is not None:
            found = await self._looking.by_ids([message.in_reply_to], Purpose.REPLY)
            if message.in_reply_to in found.gone:
                return Reject(
                    code="gone",
                    human="What was to be answered has been deleted by its author. The answer was kept, not sent.",
                )
            parent = self._parent(found.data, message.in_reply_to)
            beside = msgspec.convert(found.includes or {}, Beside, strict=False)
            own = parent.author_id == await self._me()
            call = Call.NAMED if own else call_of(parent, beside, await self._me())
            allowed = can_reply(
                call, enterprise=self._rule.enterprise, counts=await self._rule.counts(), url=f"{SITE}/i/status/{parent.id}"
            )
            if allowed.rule is ReplyRule.NEEDS_SUMMON:
                return self._not_summoned()
            summoned = call in (Call.NAMED, Call.QUOTED) and not own
            body["reply"] = {"in_reply_to_tweet_id": parent.history[-1]}  # type: ignore[assignment]
        await self._ctx.budgets.take("post", Purpose.REPLY, amount=0)
        media = await self._files.upload(message.attachments, direct=False)
        if not isinstance(media, list):
            return media
        if media:
            body["media"] = {"media_ids": media}  # type: ignore[assignment]
        operation = "reply_summoned" if summoned else "post_link" if has_link(message.text) else "post"
        answer = await self._hand_over("/2/tweets", body, "post", operation)
        if not isinstance(answer, Response):
            return answer
        if answer.status == 403 and call is Call.REPLIED:
            result = self._api.refusal(answer)
            if isinstance(result, Reject) and await self._rule.counts() is Counts.UNKNOWN:
                # X's first word on it: from now on it is known, before anybody writes in vain.
                await self._rule.learn(Counts.NO)
                return self._not_summoned()
            return result
        if answer.status not in (200, 201):
            return self._api.refusal(answer)
        try:
            said = msgspec.convert(msgspec.json.decode(answer.body, type=_Data).data, _Created)
        except MISSHAPEN:
            return Unknown(reason="X's answer could not be read.")
        if call is Call.REPLIED and await self._rule.counts() is Counts.UNKNOWN:
            await self._rule.learn(Counts.YES)
        await self._keep_sent(message.key, said.id, "post")
        return Sent(remote_id=said.id, url=f"{SITE}/i/status/{said.id}")

    def _parent(self, found: list[dict[str, Any]] | None, wanted: str) -> Post:
        """Raises PullFailed when X tells of it in another shape."""
        try:
            return next(msgspec.convert(raw, Post) for raw in found or () if raw.get("id") == wanted)
        except (StopIteration, *MISSHAPEN) as error:
            raise self._api.misshapen() from error

    @staticmethod
    def _not_summoned() -> Reject:
        human = (
            "X lets us answer only whoever @mentions the account or quotes one of its posts. The answer was kept, not sent. Open "
            "the post on X and answer there, or ask the author to name the account."
        )
        return Reject(code="needs_summon", human=human)

    async def _hand_over(self, path: str, body: dict[str, Any], bucket: str, operation: str) -> Response | SendResult:
        """Hand a message over for good: from here on silence means that nobody knows."""
        try:
            return await self._api.request("POST", path, bucket, Purpose.REPLY, operation=operation, json=body)
        except NotReached as error:
            return Unknown(reason=str(error)) if error.sent else Retry(reason=str(error))

    # -- direct messages -----------------------------------------------------------------------------------------------

    async def _write(self, message: OutMessage) -> SendResult:
        root = message.thread.root_id
        if root.startswith("chat:"):
            human = "This conversation is encrypted; X lets no app write into it. Open it on X. The answer was kept, not sent."
            return Reject(code="deeplink", human=human)
        await self._ctx.budgets.take("dm_write", Purpose.REPLY, amount=0)
        media = await self._files.upload(message.attachments, direct=True)
        if not isinstance(media, list):
            return media
        body: dict[str, Any] = {"text": message.text} if message.text else {}
        if media:
            body["attachments"] = [{"media_id": one} for one in media]
        answer = await self._hand_over(self._dm_path(message) + "/messages", body, "dm_write", "dm")
        if not isinstance(answer, Response):
            return answer
        if answer.status not in (200, 201):
            return self._api.refusal(answer)
        try:
            said = msgspec.convert(msgspec.json.decode(answer.body, type=_Data).data, _Written)
        except MISSHAPEN:
            return Unknown(reason="X's answer could not be read.")
        await self._keep_sent(message.key, said.dm_event_id, "dm")
        root_id = pair(await self._me(), message.recipient.remote_id) if message.private_reply_to else None
        return Sent(remote_id=said.dm_event_id, url=f"{SITE}/messages/{said.dm_conversation_id}", root_id=root_id)

    @staticmethod
    def _dm_path(message: OutMessage) -> str:
        """A conversation of several is named by its number; of two, by whom it is with."""
        root = message.thread.root_id
        group = root.isdigit() and not message.private_reply_to
        return f"/2/dm_conversations/{root}" if group else f"/2/dm_conversations/with/{message.recipient.remote_id}"

    # -- what became of it ---------------------------------------------------------------------------------------------

    async def reconcile(self, message: OutMessage) -> ReconcileResult:
        """Look among what we said lately for the same words at the same place that are no other answer of ours.

        Raises PullFailed and BudgetSpent when X cannot be asked; the question stays open then.
        """
        try:
            private = message.thread.visibility is Visibility.PRIVATE
            mine = await (self._written_since(message) if private else self._posted_since(message))
        except HostRefused as error:
            return Undecidable(reason=str(error))
        others = {one.id for one in await self._sent() if one.key != message.key}
        wanted = words(message.text)
        # The oldest first: of two equal answers the earlier one was sent earlier.
        for remote_id, text, files in sorted(mine, key=lambda one: int(one[0])):
            if remote_id not in others and words(text) == wanted and bool(files) == bool(message.attachments):
                await self._keep_sent(message.key, remote_id, "dm" if private else "post")
                return Sent(remote_id=remote_id, url="" if private else f"{SITE}/i/status/{remote_id}")
        return NotSent(reason="Nothing with these words stands at its place.")

    async def _posted_since(self, message: OutMessage) -> list[tuple[str, str, int]]:
        params = {**SHOWN, "max_results": "100", "since_id": str(first_of(message.created_at - _CLOCKS))}
        found: list[tuple[str, str, int]] = []
        for _ in range(_PAGES):
            page = await self._api.listed(f"/2/users/{await self._me()}/tweets", params, "own", Purpose.REPLY)
            beside = msgspec.convert(page.includes or {}, Beside, strict=False)
            for post in _readable(page, Post):
                parent_id = post.refers("replied_to")
                parent = beside.post(parent_id) if parent_id else None
                if message.in_reply_to in (parent_id, parent.first_id if parent else parent_id):
                    found.append((post.id, plain(*post.whole), len((post.attachments and post.attachments.media_keys) or ())))
            if not page.meta.next_token:
                break
            params = {**params, "pagination_token": page.meta.next_token}
        return found

    async def _written_since(self, message: OutMessage) -> list[tuple[str, str, int]]:
        params = {**DM_SHOWN, "max_results": "100"}
        page = await self._api.listed(self._dm_path(message) + "/dm_events", params, "dm_read", Purpose.REPLY)
        me, since = await self._me(), message.created_at - _CLOCKS
        return [
            (
                dm.id,
                plain(dm.text, (dm.entities and dm.entities.urls) or ()),
                len((dm.attachments and dm.attachments.media_keys) or ()),
            )
            for dm in _readable(page, Dm)
            if dm.sender_id == me and _utc(dm.created_at) >= since
        ]

    async def kind_of(self, remote_id: str) -> str:
        """Return whether one of our answers is a post or a direct message."""
        return next((one.kind for one in await self._sent() if one.id == remote_id), "post")

    async def _sent(self) -> list[_Sent]:
        stored = await self._ctx.memory.get("sent")
        return msgspec.json.decode(stored, type=list[_Sent]) if stored else []

    async def _keep_sent(self, key: str, remote_id: str, kind: str) -> None:
        async with self._lock:
            stored = [one for one in await self._sent() if one.key != key]
            await self._ctx.memory.put("sent", msgspec.json.encode([*stored, _Sent(key, remote_id, kind)][-_SENT_KEPT:]))


def _readable(page: Listed, shape: Any) -> list[Any]:
    found = []
    for raw in page.data or ():
        try:
            found.append(msgspec.convert(raw, shape))
        except MISSHAPEN:
            continue
    return found


def _utc(at: datetime) -> datetime:
    return at if at.tzinfo else at.replace(tzinfo=UTC)
