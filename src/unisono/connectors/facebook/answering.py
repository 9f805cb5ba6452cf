"""Answers: below what they answer, once each, and found again when nobody knows whether they arrived."""

from datetime import timedelta
from typing import Any

from unisono.connectors._graph.api import Graph, Missing
from unisono.connectors._graph.known import Sents, words
from unisono.connectors._graph.moments import moment
from unisono.contract import Ctx, NotSent, OutMessage, ReconcileResult, Reject, SendResult, Sent, TextLimit, Undecidable, Unknown
from unisono.domain.length import measure
from unisono.domain.words import Visibility

_CLOCKS = timedelta(minutes=2)
_PAGES = 3


class Answering:
    """Writes for one page."""

    def __init__(self, ctx: Ctx, graph: Graph, sents: Sents, limit: TextLimit) -> None:
        self._graph = graph
        self._limit = limit
        self._page = str(ctx.account.config.get("page_id", ""))
        self._sents = sents

    async def send(self, message: OutMessage) -> SendResult:
        """Comment below what is answered."""
        if message.thread.visibility is not Visibility.PUBLIC:
            return Reject(code="visibility", human="Comments are public; a private answer was not sent.")
        if measure(message.text, self._limit.unit.value) > (self._limit.maximum or 0):
            return Reject(code="too_long", human=f"A comment holds {self._limit.maximum} characters. Nothing was sent.")
        more: dict[str, Any] = {"form": {"message": message.text}}
        for attachment in message.attachments[:1]:
            more["files"] = {"source": (attachment.name, await attachment.read(), attachment.media_type)}
            more["timeout_s"] = 120.0
        done = await self._graph.handed_over("POST", f"{_place(message)}/comments", **more)
        if not isinstance(done, dict):
            return done
        remote_id = done.get("id")
        if not isinstance(remote_id, str):
            return Unknown(reason="The network's answer names no comment.")
        await self._sents.keep(message.key, remote_id)
        return Sent(remote_id=remote_id)

    async def reconcile(self, message: OutMessage) -> ReconcileResult:
        """Look for our comment at its place: by its words, leaving out answers that are known to be others.

        Raises PullFailed when the network cannot be asked; the question stays open then.
        """
        others = await self._sents.others(message.key)
        since = message.created_at - _CLOCKS
        after: str | None = None
        found: list[dict[str, Any]] = []
        for _ in range(_PAGES):
            params = {"fields": "id,message,from,created_time,permalink_url", "limit": "100", "order": "reverse_chronological",
                      "filter": "stream"} | ({"after": after} if after else {})  # fmt: skip
            try:
                comments, after = await self._graph.listed(f"{_place(message)}/comments", params)
            except Missing:
                return NotSent(reason="What was to be answered is gone.")
            found += [one for one in comments if self._is_it(one, message, others)]
            if after is None or not comments or moment(comments[-1]["created_time"]) < since:
                break
        ours = [one for one in found if moment(one["created_time"]) >= since]
        match ours:
            case []:
                return NotSent(reason="No comment of ours with these words is there.")
            case [one]:
                await self._sents.keep(message.key, one["id"])
                return Sent(remote_id=one["id"], url=str(one.get("permalink_url") or ""))
        return Undecidable(reason=f"{len(ours)} comments of ours with these very words stand there; nobody can tell them apart.")

    def _is_it(self, comment: dict[str, Any], message: OutMessage, others: set[str]) -> bool:
        ours = str((comment.get("from") or {}).get("id")) == self._page
        return ours and comment["id"] not in others and words(str(comment.get("message") or "")) == words(message.text)


def _place(message: OutMessage) -> str:
    return message.in_reply_to or message.thread.root_id
