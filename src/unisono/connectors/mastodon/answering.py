"""Answers: in the thread's own visibility, once each, and found again when nobody knows whether they arrived."""

import asyncio
import re
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import msgspec

from unisono.connectors.mastodon.api import PAGE, Api, decoded
from unisono.connectors.mastodon.read import MISSHAPEN, said_at, visibility_of
from unisono.connectors.mastodon.text import plain_text
from unisono.contract import (
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
from unisono.domain.words import Visibility

_MEDIA_POLLS = 20
_SENT_KEPT = 100


class Answering:
    """Writes for the account; `me` tells the account's id."""

    def __init__(self, ctx: Ctx, api: Api, me: Callable[[], Awaitable[str]]) -> None:
        self._ctx = ctx
        self._api = api
        self._me = me
        self._lock = asyncio.Lock()

    async def send(self, message: OutMessage) -> SendResult:
        """Post a status in the thread, in the visibility of what it answers, never wider than the thread's."""
        try:
            visibility = await self._visibility(message)
            if not isinstance(visibility, str):
                return visibility
            media: list[str] = []
            for attachment in message.attachments:
                uploaded = await self._upload(attachment)
                if not isinstance(uploaded, str):
                    return uploaded
                media.append(uploaded)
        except (NotReached, HostRefused) as error:
            return Retry(reason=str(error))
        except PullFailed as error:
            return Retry(reason=error.health.what, after_s=error.after_s)
        try:
            answer = await self._api.request(
                "POST",
                "/api/v1/statuses",
                json=_status(message, visibility, media),
                headers={"idempotency-key": message.key},
            )
        except NotReached as error:
            return Unknown(reason=str(error)) if error.sent else Retry(reason=str(error))
        if answer.status != 200:
            return self._api.refusal(answer)
        try:
            status = msgspec.json.decode(answer.body)
            sent = Sent(remote_id=str(status["id"]), url=str(status.get("url") or ""))
        except MISSHAPEN:
            return Unknown(reason="The server's answer could not be read.")
        await self._keep_sent(message.key, sent.remote_id)
        return sent

    async def report(self, remote_id: str, author_id: str, reason: str) -> SendResult:
        """Report a status to our server's moderators; it is theirs to tell the author's server."""
        try:
            answer = await self._api.request(
                "POST",
                "/api/v1/reports",
                json={"account_id": author_id, "status_ids": [remote_id], "comment": reason[:1_000], "category": "other"},
            )
        except NotReached as error:
            return Unknown(reason=str(error)) if error.sent else Retry(reason=str(error))
        if answer.status == 403:
            human = "The token may not report: it needs the scope write:reports. Make one with it and enter it at the channel."
            return Reject(code="no_scope", human=human)
        return Sent(remote_id=remote_id) if answer.status == 200 else self._api.refusal(answer)

    async def _visibility(self, message: OutMessage) -> str | SendResult:
        private = message.thread.visibility is Visibility.PRIVATE
        if message.in_reply_to is None:
            return "direct" if private else "public"
        answer = await self._api.request("GET", f"/api/v1/statuses/{message.in_reply_to}")
        if answer.status in (404, 410):
            return Reject(
                code="gone",
                human="What was to be answered has been deleted by its author. The answer was kept, not sent.",
            )
        if answer.status >= 400:
            refusal = self._api.refusal(answer)
            return Retry(reason=f"status {answer.status}") if isinstance(refusal, Unknown) else refusal
        parent = decoded(answer)
        if private or not isinstance(parent, dict):
            return "direct" if private else Retry(reason="The server's answer could not be read.")
        return str(parent["visibility"]) if visibility_of(parent) is Visibility.PUBLIC else "direct"

    async def _upload(self, attachment: OutAttachment) -> str | SendResult:
        form = {"description": attachment.alt_text} if attachment.alt_text else None
        answer = await self._api.request(
            "POST", "/api/v2/media", form=form,
            files={"file": (attachment.name, await attachment.read(), attachment.media_type)}, timeout_s=120.0,
        )  # fmt: skip
        if answer.status >= 500:
            return Retry(reason=f"media upload: status {answer.status}")
        if answer.status not in (200, 202):
            return self._api.refusal(answer)
        uploaded = decoded(answer)
        if not isinstance(uploaded, dict) or "id" not in uploaded:
            return Retry(reason="The server's answer to an upload could not be read.")
        media_id = str(uploaded["id"])
        for _ in range(_MEDIA_POLLS if answer.status == 202 else 0):
            ready = await self._api.request("GET", f"/api/v1/media/{media_id}")
            if ready.status == 200:
                break
            if ready.status != 206:
                return Reject(code="media", human="The server could not process the attachment.")
            await self._ctx.clock.sleep(1.0)
        else:
            if answer.status == 202:
                return Retry(reason="The server still works on the attachment.")
        return media_id

    async def reconcile(self, message: OutMessage) -> ReconcileResult:
        """Look among our newest statuses for one that answers the same item with the same words, and is no other answer."""
        try:
            mine = await self._api.listed(f"/api/v1/accounts/{await self._me()}/statuses", [("limit", str(PAGE))])
        except HostRefused as error:
            return Undecidable(reason=str(error))
        except PullFailed as error:
            return Undecidable(reason=error.health.what)
        wanted = _words(_with_mention(message))
        others = {remote_id for key, remote_id in await self._sent() if key != message.key}
        # The oldest first: of two equal answers the earlier one was sent earlier.
        for status in reversed(mine):
            same_place = str(status.get("in_reply_to_id") or "") == (message.in_reply_to or "")
            recent = said_at(status, message.created_at) >= message.created_at - timedelta(minutes=5)
            same_words = same_place and recent and _words(_content(status)) == wanted
            if same_words and str(status["id"]) not in others:
                await self._keep_sent(message.key, str(status["id"]))
                return Sent(remote_id=str(status["id"]), url=str(status.get("url") or ""))
        return NotSent()

    async def _sent(self) -> list[tuple[str, str]]:
        stored = await self._ctx.memory.get("sent")
        return msgspec.json.decode(stored, type=list[tuple[str, str]]) if stored else []

    async def _keep_sent(self, key: str, remote_id: str) -> None:
        async with self._lock:
            kept = [*(await self._sent()), (key, remote_id)][-_SENT_KEPT:]
            await self._ctx.memory.put("sent", msgspec.json.encode(kept))


def _status(message: OutMessage, visibility: str, media: list[str]) -> dict[str, Any]:
    body: dict[str, Any] = {"status": _with_mention(message), "visibility": visibility}
    if message.in_reply_to:
        body["in_reply_to_id"] = message.in_reply_to
    if media:
        body["media_ids"] = media
    if warning := message.details.get("content_warning"):
        body["spoiler_text"] = warning
        body["sensitive"] = True
    return body


def _with_mention(message: OutMessage) -> str:
    """A reply reaches its reader only when it names them."""
    handle = message.recipient.handle
    if not handle or re.search(rf"(?<![\w@/]){re.escape(handle)}(?![\w.-]*\w|@)", message.text, re.IGNORECASE):
        return message.text
    return f"{handle} {message.text}"


def _words(text: str) -> list[str]:
    """Words for comparison; a mention is shown without its domain."""
    return ["@" + word[1:].split("@")[0].lower() if word.startswith("@") else word for word in text.split()]


def _content(status: dict[str, Any]) -> str:
    try:
        return plain_text(status.get("content") or "")
    except MISSHAPEN:
        return ""
