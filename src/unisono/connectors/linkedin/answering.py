"""Answers: comments of the page, below what they answer, once each, and found again when nobody knows whether they arrived.

LinkedIn has two levels: comments of a post, and answers to a comment. Who answers an answer stands beside it, below the same
comment. Source: Microsoft Learn, "Comments API".
"""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import msgspec

from unisono.connectors.linkedin.api import Api, Gone
from unisono.connectors.linkedin.shapes import Comment, Comments
from unisono.connectors.linkedin.urns import canonical, comment_parts, comment_urn, escaped
from unisono.contract import (
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
    Retry,
    SendResult,
    Sent,
    Undecidable,
    Unknown,
)
from unisono.domain.length import measure
from unisono.domain.words import ChannelState, Visibility

LONGEST: Final = 1_250
_CLOCKS: Final = timedelta(minutes=2)
_PAGE: Final = 100
_PAGES: Final = 20
_KEPT: Final = 200


class Answering:
    """Writes for one page."""

    def __init__(self, ctx: Ctx, api: Api) -> None:
        self._ctx = ctx
        self._api = api
        self._page = f"urn:li:organization:{ctx.account.config.get('organization_id', '')}"
        self._lock = asyncio.Lock()

    async def send(self, message: OutMessage) -> SendResult:
        """Comment below what is answered."""
        if message.thread.visibility is not Visibility.PUBLIC:
            return Reject(code="visibility", human="Comments are public; a private answer was not sent.")
        if measure(message.text, "chars") > LONGEST:
            return Reject(code="too_long", human=f"A comment holds {LONGEST} characters. The answer was kept; shorten it.")
        if message.attachments:
            return Reject(code="too_many_files", human="A comment of a page carries no file here. The answer was kept.")
        try:
            post, above = await self._place(message)
        except Gone:
            return Reject(code="gone", human="What was to be answered has been deleted. The answer was kept, not sent.")
        except PullFailed as error:
            return _unasked(error)
        body: dict[str, Any] = {"actor": self._page, "object": post, "message": {"text": message.text}}
        if above is not None:
            body["parentComment"] = above
        try:
            answer = await self._api.request("POST", f"socialActions/{escaped(above or post)}/comments", Purpose.REPLY, json=body)
        except NotReached as error:
            return Unknown(reason=str(error)) if error.sent else Retry(reason=str(error))
        except HostRefused as error:
            return Retry(reason=str(error))
        if answer.status >= 300:
            return self._api.refusal(answer)
        try:
            said = self._api.decoded(answer, Comment)
        except PullFailed as error:
            return Unknown(reason=error.health.what)
        number = said.id or answer.headers.get("x-restli-id", "")
        if not number:
            return Unknown(reason="LinkedIn's answer names no comment.")
        remote_id = canonical(said.urn) if said.urn else comment_urn(said.object or post, number)
        await self._keep(message.key, remote_id)
        return Sent(remote_id=remote_id)

    async def _place(self, message: OutMessage) -> tuple[str, str | None]:
        """Return the post, and the comment of the first level below which the answer belongs. Raises PullFailed."""
        target = message.in_reply_to or message.thread.root_id
        parts = comment_parts(target)
        if parts is None:
            return target, None
        path = f"socialActions/{escaped(parts[0])}/comments/{parts[1]}"
        answered = await self._api.get(path, Comment, Purpose.REPLY)
        return answered.object or parts[0], canonical(answered.parent or target)

    async def reconcile(self, message: OutMessage) -> ReconcileResult:
        """Look for our comment at its place: by its words, leaving out answers that are known to be others.

        Raises PullFailed when LinkedIn cannot be asked; the question stays open then.
        """
        sent = await self._sent()
        if message.key in sent:
            return Sent(remote_id=sent[message.key])
        others = set(sent.values())
        try:
            post, above = await self._place(message)
            there = await self._below(above or post)
        except Gone:
            return NotSent(reason="What was to be answered is gone.")
        if there is None:
            return Undecidable(reason="So much was said there that our comment cannot be looked for. Look there yourself.")
        ours = [urn for one in there if self._is_it(one, message) and (urn := _urn_of(one)) not in others]
        match ours:
            case []:
                return NotSent(reason="No comment of ours with these words is there.")
            case [urn]:
                await self._keep(message.key, urn)
                return Sent(remote_id=urn)
        return Undecidable(reason=f"{len(ours)} comments of ours with these very words stand there; nobody can tell them apart.")

    async def _below(self, thing: str) -> list[Comment] | None:
        """Return the comments below a post or a comment; None when there are too many. LinkedIn states no order for them."""
        found: list[Comment] = []
        for page in range(_PAGES):
            path = f"socialActions/{escaped(thing)}/comments?start={page * _PAGE}&count={_PAGE}"
            some = (await self._api.get(path, Comments, Purpose.REPLY)).elements
            found += some
            if len(some) < _PAGE:
                return found
        return None

    def _is_it(self, comment: Comment, message: OutMessage) -> bool:
        said_at = datetime.fromtimestamp(comment.created.time / 1_000, UTC)
        same = comment.message.text.split() == message.text.split()
        return comment.actor == self._page and same and said_at >= message.created_at - _CLOCKS

    async def retract(self, remote_id: str) -> SendResult:
        """Delete a comment of ours; one that is gone already counts as deleted."""
        parts = comment_parts(remote_id)
        if parts is None:
            return Reject(code="refused", human="This is no comment that could be deleted at LinkedIn.")
        path = f"socialActions/{escaped(parts[0])}/comments/{parts[1]}?actor={escaped(self._page)}"
        try:
            answer = await self._api.request("DELETE", path, Purpose.COMPLIANCE)
        except NotReached as error:
            return Unknown(reason=str(error)) if error.sent else Retry(reason=str(error))
        if answer.status < 300 or answer.status in (404, 410):
            return Sent(remote_id=remote_id)
        return self._api.refusal(answer)

    async def _sent(self) -> dict[str, str]:
        stored = await self._ctx.memory.get("sent")
        return dict(msgspec.json.decode(stored, type=list[tuple[str, str]])) if stored else {}

    async def _keep(self, key: str, remote_id: str) -> None:
        async with self._lock:
            kept = [*(await self._sent()).items(), (key, remote_id)][-_KEPT:]
            await self._ctx.memory.put("sent", msgspec.json.encode(kept))


def _urn_of(comment: Comment) -> str:
    return canonical(comment.urn) if comment.urn else comment_urn(comment.object, comment.id)


def _unasked(error: PullFailed) -> SendResult:
    """Nothing was sent: the place of the answer could not be asked for."""
    match error.health.state:
        case ChannelState.REAUTH_NEEDED | ChannelState.FORBIDDEN:
            return Reauth(human=error.health.what)
        case ChannelState.THROTTLED:
            return Retry(reason="rate limit", after_s=error.after_s, throttled=True)
    return Retry(reason=error.health.what, after_s=error.after_s)
