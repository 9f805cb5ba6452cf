"""Public answers: below the comment, or below the media that mentions us; found again when nobody knows whether they arrived."""

from datetime import timedelta
from typing import Any

from unisono.connectors._graph.api import Graph, Missing
from unisono.connectors._graph.known import Sents, words
from unisono.connectors._graph.moments import moment
from unisono.contract import Ctx, NotSent, OutMessage, ReconcileResult, Reject, SendResult, Sent, TextLimit, Undecidable, Unknown
from unisono.domain.length import measure

_CLOCKS = timedelta(minutes=2)
_PAGES = 4


class Answering:
    """Comments for one account."""

    def __init__(self, ctx: Ctx, graph: Graph, sents: Sents, limit: TextLimit) -> None:
        self._graph = graph
        self._limit = limit
        self._account = str(ctx.account.config.get("account_id", ""))
        self._sents = sents

    async def send(self, message: OutMessage) -> SendResult:
        """Reply to the comment; what mentions us by its own media is answered by a comment there."""
        if measure(message.text, self._limit.unit.value) > (self._limit.maximum or 0):
            return Reject(code="too_long", human=f"A comment holds {self._limit.maximum} characters. Nothing was sent.")
        if message.attachments:
            return Reject(code="media", human="A comment on Instagram holds no files. Nothing was sent.")
        place = message.in_reply_to or message.thread.root_id
        edge = "comments" if place == message.thread.root_id else "replies"
        done = await self._graph.handed_over("POST", f"{place}/{edge}", form={"message": message.text})
        if not isinstance(done, dict):
            return done
        remote_id = done.get("id")
        if not isinstance(remote_id, str):
            return Unknown(reason="The network's answer names no comment.")
        await self._sents.keep(message.key, remote_id)
        return Sent(remote_id=remote_id)

    async def reconcile(self, message: OutMessage) -> ReconcileResult:
        """Look for our comment below what was answered. Raises PullFailed when the network cannot be asked."""
        others, since = await self._sents.others(message.key), message.created_at - _CLOCKS
        found: list[dict[str, Any]] = []
        after: str | None = None
        try:
            edge = await self._edge(message)
            for _ in range(_PAGES):
                params = {"fields": "id,text,timestamp,from", "limit": "50"} | ({"after": after} if after else {})
                comments, after = await self._graph.listed(edge, params)
                found += [one for one in comments if self._is_it(one, message, others) and moment(one["timestamp"]) >= since]
                if after is None:
                    break
        except Missing:
            return NotSent(reason="What was to be answered is gone.")
        match found:
            case []:
                return NotSent(reason="No comment of ours with these words is there.")
            case [one]:
                await self._sents.keep(message.key, one["id"])
                return Sent(remote_id=one["id"])
        return Undecidable(reason=f"{len(found)} comments of ours with these very words stand there; nobody can tell them apart.")

    async def _edge(self, message: OutMessage) -> str:
        """A reply to a reply stands below the first comment, so that is where to look."""
        place = message.in_reply_to or message.thread.root_id
        if place == message.thread.root_id:
            return f"{place}/comments"
        comment = await self._graph.get(place, {"fields": "id,parent_id"})
        return f"{comment.get('parent_id') or place}/replies"

    def _is_it(self, comment: dict[str, Any], message: OutMessage, others: set[str]) -> bool:
        ours = str((comment.get("from") or {}).get("id")) == self._account
        return ours and comment["id"] not in others and words(str(comment.get("text") or "")) == words(message.text)
