"""The connector: comments and mentions in public, direct messages and story replies in private, each by its own rules."""

from pathlib import Path
from typing import Any, ClassVar

import msgspec

from unisono.connectors._graph.accounts import demand_installed, looked_at, with_sunset
from unisono.connectors._graph.api import Graph, Missing
from unisono.connectors._graph.deletion import Deletion
from unisono.connectors._graph.direct import DAY, HUMAN, Inbox
from unisono.connectors._graph.known import Sents
from unisono.connectors._graph.pushed import items_of
from unisono.connectors._graph.watch import Watch
from unisono.connectors._graph.webhook import opened
from unisono.connectors._graph.words import said
from unisono.connectors._graph.writing import Writing
from unisono.connectors.instagram.answering import Answering
from unisono.connectors.instagram.hearing import Hearing
from unisono.connectors.instagram.read import read_item
from unisono.contract import (
    Caps,
    Challenge,
    Ctx,
    Deny,
    Event,
    Health,
    HttpRequest,
    MediaLimit,
    OutMessage,
    Page,
    Raw,
    ReconcileResult,
    Reject,
    Route,
    SendResult,
    Sent,
    TextLimit,
    TextUnit,
    ThreadRef,
    load_manifest,
)
from unisono.domain.words import ChannelState, Visibility

_COMMENT = TextLimit(maximum=2_200)
_DIRECT = TextLimit(unit=TextUnit.UTF8, maximum=1_000)
_FILES = MediaLimit(
    max_count=1, types=("image/jpeg", "image/png", "image/gif", "video/mp4", "audio/mp4", "audio/aac", "audio/wav"),
    max_bytes=8_000_000,
)  # fmt: skip
_CAPS = Caps(
    text=_COMMENT, private_text=_DIRECT, media=_FILES, push=True, webhook=True, challenge=True, threads=False, deletes=True,
    account_deletion=True, statuses=True, retract=True, hide=True, delete_comment=True, private_reply=True,
    private_reply_window_s=7 * 86_400, private_replies_max=1, reply_window_s=int(DAY.total_seconds()), rate_per_s=100,
)  # fmt: skip


class Instagram:
    """One professional account, by the token of the page that it is linked with."""

    folder: ClassVar[Path] = Path(__file__).parent

    def __init__(self, ctx: Ctx) -> None:
        self._ctx = ctx
        self._graph = Graph(ctx)
        config = ctx.account.config
        self._account, self._page = str(config.get("account_id", "")), str(config.get("page_id", ""))
        self._human = bool(config.get("human_agent"))
        sents = Sents(ctx)
        self._hearing = Hearing(ctx, self._graph, Watch(ctx))
        self._answering = Answering(ctx, self._graph, sents, _COMMENT)
        self._inbox = Inbox(ctx, self._graph, "instagram", self._page, self._account)
        self._writing = Writing(self._graph, self._inbox, sents, node=self._account, limit=_DIRECT, human=self._human)
        self._deletion = Deletion(ctx, self._graph)

    def capabilities(self, thread: ThreadRef | None = None) -> Caps:
        """Return what comments and messages allow; a thread is one of the two."""
        caps = msgspec.structs.replace(_CAPS, reply_window_s=int(HUMAN.total_seconds())) if self._human else _CAPS
        if thread is None:
            return caps
        if thread.visibility is Visibility.PRIVATE:
            return msgspec.structs.replace(caps, text=_DIRECT)
        return msgspec.structs.replace(caps, media=MediaLimit(), reply_window_s=None)

    async def check(self) -> Health:
        """Ask whose token it is and for the account, and see that news are sent to us."""
        return await looked_at(self._ctx, self._graph, self._look)

    async def _look(self) -> Health:
        me = await self._graph.get("me", {"fields": "id,name"})
        if str(me.get("id")) != self._page:
            name = str(me.get("name") or me.get("id") or "another account")
            return said("other_account", ChannelState.MISCONFIGURED, "access_token", found=name, wanted=self._page)
        try:
            account = await self._graph.get(self._account, {"fields": "id,username"})
            await self._graph.listed(f"{self._account}/media", {"limit": "1"})
        except Missing as error:
            return msgspec.structs.replace(error.health, field="account_id")
        await self._graph.listed(f"{self._page}/conversations", {"platform": "instagram", "limit": "1"})
        if await self._ctx.secrets.get("app_secret"):
            await demand_installed(self._graph, self._page, ("feed",), "pages_manage_metadata")
        health = Health(
            state=ChannelState.OK, remote_id=self._account, handle=f"@{account.get('username') or ''}", caps=self.capabilities()
        )
        return with_sunset(health, load_manifest(self.folder), self._graph.version, self._ctx.clock.now())

    # -- hearing -------------------------------------------------------------------------------------------------------

    async def pull(self, stream: str, cursor: str | None, limit: int) -> Page:
        """Return comments and mentions, direct messages, or (`recheck`) what was deleted."""
        match stream:
            case "direct":
                return await self._inbox.pull(cursor, limit)
            case "recheck":
                return await self._hearing.recheck(cursor)
        return await self._hearing.pull(cursor, limit)

    async def verify(self, request: HttpRequest) -> Challenge | list[Raw] | Deny:
        """Return what a push brought, also for the app's other accounts."""
        found = await opened(self._ctx, request)
        if isinstance(found, Challenge | Deny):
            return found
        raws = items_of(found, self._ctx.clock.now())
        await self._hearing.note_mentions(raws)
        return raws

    def read(self, raw: Raw) -> list[Event]:
        """Return what an item says."""
        return read_item(raw, HUMAN if self._human else DAY)

    async def get_media(self, ref: str, max_bytes: int) -> bytes:
        """Return a file; its address is open to whoever knows it, for a while."""
        answer = await self._ctx.http.request("GET", ref, max_bytes=max_bytes, timeout_s=60.0)
        self._graph.demand(answer)
        return answer.body

    def routes(self) -> list[Route]:
        """Return the data-deletion callback."""
        return self._deletion.routes()

    # -- answering -----------------------------------------------------------------------------------------------------

    async def send(self, message: OutMessage, attempt: int) -> SendResult:
        """Reply in public or write in private, as the thread is; or answer a comment privately, once, within seven days."""
        del attempt
        if message.thread.visibility is Visibility.PRIVATE:
            return await self._writing.send(message)
        if message.private_reply_to is not None:
            return Reject(code="visibility", human="A private answer was to go to a public thread. Nothing was sent.")
        return await self._answering.send(message)

    async def reconcile(self, message: OutMessage) -> ReconcileResult:
        """Look whether an answer stands where it should."""
        private = message.thread.visibility is Visibility.PRIVATE
        return await (self._writing if private else self._answering).reconcile(message)

    async def hide(self, remote_id: str, hidden: bool) -> SendResult:
        """Hide a comment, or show it again."""
        form = {"hide": "true" if hidden else "false"}
        return _done(await self._graph.handed_over("POST", remote_id, form=form), remote_id)

    async def delete_comment(self, remote_id: str) -> SendResult:
        """Delete a customer's comment; one that is gone already counts as deleted."""
        return await self.retract(remote_id)

    async def retract(self, remote_id: str) -> SendResult:
        """Delete a comment of ours; one that is gone already counts as deleted."""
        done = await self._graph.handed_over("DELETE", remote_id)
        if isinstance(done, Reject) and done.code == "gone":
            return Sent(remote_id=remote_id)
        return _done(done, remote_id)


def _done(answer: dict[str, Any] | SendResult, remote_id: str) -> SendResult:
    return Sent(remote_id=remote_id) if isinstance(answer, dict) else answer
