"""The connector: updates fetched or pushed, answers sent to chats."""

import hmac
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, ClassVar, Final

import msgspec

from unisono.connectors.telegram.api import Api
from unisono.connectors.telegram.read import ingest_key, read_update, remote_id, update_id
from unisono.connectors.telegram.shapes import FilePlace, Message, User, WebhookInfo
from unisono.connectors.telegram.traces import Traces
from unisono.connectors.telegram.words import trouble
from unisono.contract import (
    MISSHAPEN,
    Caps,
    Challenge,
    Ctx,
    Deny,
    Event,
    Health,
    HostRefused,
    HttpRequest,
    MediaLimit,
    NotReached,
    OutAttachment,
    OutMessage,
    Page,
    PullFailed,
    Purpose,
    Raw,
    ReconcileResult,
    Reject,
    Retry,
    SendResult,
    Sent,
    TextLimit,
    TextUnit,
    ThreadRef,
    Unknown,
)
from unisono.domain.length import measure
from unisono.domain.words import ChannelState, Visibility

PROOF: Final = "x-telegram-bot-api-secret-token"
KEPT_S: Final = 24 * 3_600
LONGEST: Final = 4_096
LONGEST_CAPTION: Final = 1_024
LARGEST_UPLOAD: Final = 50_000_000
LARGEST_PHOTO: Final = 10_000_000
_KINDS: Final = ("message", "edited_message")
_BATCH: Final = 100
# After a week without news the numbers of updates begin anew at any place.
_NUMBERS_HOLD: Final = timedelta(days=6)


class Cursor(msgspec.Struct, frozen=True):
    """The last update that was stored, and when."""

    v: int
    last: int
    at: float


class Telegram:
    """One bot."""

    folder: ClassVar[Path] = Path(__file__).parent

    def __init__(self, ctx: Ctx) -> None:
        self._ctx = ctx
        self._api = Api(ctx)
        self._traces = Traces(ctx, self._api)
        self._pushed = ctx.account.config.get("delivery") == "webhook"

    # -- what is there -------------------------------------------------------------------------------------------------

    def capabilities(self, thread: ThreadRef | None = None) -> Caps:
        """Return what bots can do."""
        return Caps(
            visibilities=(Visibility.PRIVATE, Visibility.PUBLIC), text=TextLimit(unit=TextUnit.UTF16, maximum=LONGEST),
            media=MediaLimit(max_count=1, types=("*/*",), max_bytes=LARGEST_UPLOAD), pull=not self._pushed, webhook=self._pushed,
            push=self._pushed, echo=False, threads=False, edits=True, typing=True, retract=True,
            retention_s=None if self._pushed else KEPT_S, rate_per_s=50,
        )  # fmt: skip

    async def check(self) -> Health:
        """Ask who the bot is, and whether what it is told comes by the way that was chosen."""
        try:
            me = await self._api.get("getMe", User)
            hook = await self._api.get("getWebhookInfo", WebhookInfo)
        except HostRefused as error:
            return Health(state=ChannelState.MISCONFIGURED, what=str(error), field="api_url")
        except PullFailed as error:
            return error.health
        if hook.url and not self._pushed:
            return trouble("taken")
        if self._pushed and not await self._ctx.secrets.get("webhook_secret"):
            return trouble("secret")
        told = trouble("uncalled") if self._pushed and not hook.url else Health(state=ChannelState.OK)
        return msgspec.structs.replace(told, remote_id=str(me.id), handle=f"@{me.username}")

    # -- hearing -------------------------------------------------------------------------------------------------------

    async def pull(self, stream: str, cursor: str | None, limit: int) -> Page:
        """Return what waits at Telegram. An update is given up there only after it was seen to be stored here.

        Asking with an offset deletes what lies before it, so the offset is never taken from the cursor alone: only when
        the cursor's update still lies there, everything up to it is stored and can go.
        """
        known = _cursor(cursor)
        size = min(limit, _BATCH)
        updates = await self._updates(size)
        numbers = [update_id(body) for body in updates]
        if known is not None and known.last in numbers:
            updates = await self._updates(size, offset=known.last + 1)
            numbers = [update_id(body) for body in updates]
        await self._traces.saw(updates)
        now = self._ctx.clock.now()
        raws = [Raw(ingest_key=ingest_key(body), body=body, received_at=now) for body in updates]
        reached = max((number for number in numbers if number is not None), default=None)
        if reached is None:
            return Page(raws=raws, next_cursor=cursor)
        return Page(
            raws=raws, next_cursor=msgspec.json.encode(Cursor(v=1, last=reached, at=now.timestamp())).decode(),
            has_more=len(updates) >= size, gap=_gap(known, min(n for n in numbers if n is not None), now),
        )  # fmt: skip

    async def _updates(self, size: int, **more: Any) -> list[bytes]:
        found = await self._api.get("getUpdates", list[msgspec.Raw], limit=size, timeout=0, allowed_updates=_KINDS, **more)
        return [bytes(update) for update in found]

    async def verify(self, request: HttpRequest) -> Challenge | list[Raw] | Deny:
        """Take a push that carries the secret."""
        secret = await self._ctx.secrets.get("webhook_secret")
        if not secret:
            return Deny(reason="no_secret", status=403)
        told = request.headers.get(PROOF, "")
        if not told:
            return Deny(reason="no_signature")
        if not hmac.compare_digest(told.encode(), secret.encode()):
            return Deny(reason="wrong_signature")
        await self._traces.saw([request.body])
        return [Raw(ingest_key=ingest_key(request.body), body=request.body, received_at=self._ctx.clock.now())]

    def read(self, raw: Raw) -> list[Event]:
        """Return what an update says. Pure. Raises Unreadable."""
        return read_update(raw, self._ctx.account.remote_id or "", self._ctx.account.handle)

    async def get_media(self, ref: str, max_bytes: int) -> bytes:
        """Fetch a file. Raises NotReached, PullFailed."""
        place = await self._api.get("getFile", FilePlace, file_id=ref)
        answer = await self._api.file(place.file_path, max_bytes)
        self._api.demand(answer)
        return answer.body

    # -- answering -----------------------------------------------------------------------------------------------------

    async def send(self, message: OutMessage, attempt: int) -> SendResult:
        """Send a text, or one file with the text below it, into the chat of the thread."""
        refused = self._unfit(message)
        if refused is not None:
            return refused
        params = _where(message)
        await self._traces.begin(message.key, message.thread.root_id)
        try:
            await self._ctx.budgets.take("send", Purpose.REPLY)
            if message.thread.visibility is Visibility.PUBLIC:
                await self._ctx.budgets.take("chat", Purpose.REPLY, thread=message.thread.root_id)
            if message.attachments:
                return await self._send_file(message, message.attachments[0], params)
            return await self._sent(message.key, "sendMessage", json={**params, "text": message.text})
        except HostRefused as error:
            return Retry(reason=str(error))

    def _unfit(self, message: OutMessage) -> SendResult | None:
        private = not message.thread.root_id.startswith("-")
        if private != (message.thread.visibility is Visibility.PRIVATE):
            return Reject(
                code="visibility", human="This chat is not of the kind that the answer was written for. Nothing was sent."
            )
        if measure(message.text, "utf16") > LONGEST:
            return Reject(code="too_long", human=f"Telegram takes {LONGEST} characters. The answer was kept; shorten it.")
        if len(message.attachments) > 1:
            return Reject(code="too_many_files", human="Telegram takes one file with an answer. Send the others by themselves.")
        if message.attachments and measure(message.text, "utf16") > LONGEST_CAPTION:
            human = f"Below a file Telegram takes {LONGEST_CAPTION} characters. The answer was kept; send text and file apart."
            return Reject(code="too_long", human=human)
        return None

    async def _send_file(self, message: OutMessage, attachment: OutAttachment, params: dict[str, Any]) -> SendResult:
        content = await attachment.read()
        form = {name: value if isinstance(value, str) else msgspec.json.encode(value).decode() for name, value in params.items()}
        if message.text:
            form["caption"] = message.text
        photo = attachment.media_type in ("image/jpeg", "image/png") and len(content) <= LARGEST_PHOTO
        for method, field in (("sendPhoto", "photo"), ("sendDocument", "document"))[0 if photo else 1 :]:
            file = (attachment.name, content, attachment.media_type)
            result = await self._sent(message.key, method, form=form, files={field: file}, timeout_s=120.0)
            # A picture of odd proportions is refused as a photo, and can go as a file.
            if not (isinstance(result, Reject) and "PHOTO_" in result.human):
                break
        return result

    async def _sent(self, key: str, method: str, **more: Any) -> SendResult:
        try:
            answer = await self._api.request(method, **more)
        except NotReached as error:
            return Unknown(reason=str(error)) if error.sent else Retry(reason=str(error))
        if answer.status >= 300:
            return self._api.refusal(answer)
        try:
            said = self._api.decoded(answer, Message)
        except PullFailed as error:
            return Unknown(reason=error.health.what)
        await self._traces.sent(said, key)
        return Sent(remote_id=remote_id(said.chat.id, said.message_id))

    async def reconcile(self, message: OutMessage) -> ReconcileResult:
        """Look for a message of ours of which we do not know. Raises PullFailed when Telegram cannot be asked."""
        return await self._traces.look(message.key, message.thread.root_id, message.created_at)

    async def retract(self, remote_id: str) -> SendResult:
        """Delete one of our messages, which Telegram allows for 48 hours."""
        chat, _, number = remote_id.rpartition(":")
        try:
            answer = await self._api.request("deleteMessage", json={"chat_id": chat, "message_id": int(number)})
        except NotReached as error:
            return Unknown(reason=str(error)) if error.sent else Retry(reason=str(error))
        if answer.status == 400 and b"not found" in answer.body:
            return Sent(remote_id=remote_id)
        return Sent(remote_id=remote_id) if answer.status < 300 else self._api.refusal(answer)

    async def typing(self, thread: ThreadRef, on: bool) -> None:
        """Show that somebody writes, for five seconds; whether it arrives does not matter."""
        if not on:
            return
        try:
            await self._api.request("sendChatAction", json={"chat_id": thread.root_id, "action": "typing"}, timeout_s=5.0)
        except (NotReached, HostRefused):
            self._ctx.log.debug("typing_not_shown")


def _where(message: OutMessage) -> dict[str, Any]:
    """Only the thread's own chat decides where a message goes."""
    params: dict[str, Any] = {"chat_id": message.thread.root_id}
    chat, _, number = (message.in_reply_to or "").rpartition(":")
    if chat == message.thread.root_id and number.isdecimal() and message.thread.visibility is Visibility.PUBLIC:
        params["reply_parameters"] = {"message_id": int(number), "allow_sending_without_reply": True}
    return params


def _cursor(text: str | None) -> Cursor | None:
    try:
        found = msgspec.json.decode(text or "", type=Cursor)
    except MISSHAPEN:
        return None
    return found if found.v == 1 else None


def _gap(known: Cursor | None, first: int, now: datetime) -> bool:
    """Numbers were left out, and we were away for longer than Telegram keeps what it has to tell."""
    if known is None or first <= known.last + 1:
        return False
    away = now - datetime.fromtimestamp(known.at, UTC)
    return timedelta(seconds=KEPT_S) < away < _NUMBERS_HOLD
