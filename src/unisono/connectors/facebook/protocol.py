"""The connector: one page's posts and comments, pulled from its feed, with webhooks as hints, answered in public."""

from pathlib import Path
from typing import Any, ClassVar

from unisono.connectors._graph.accounts import demand_installed, looked_at, with_sunset
from unisono.connectors._graph.api import Graph
from unisono.connectors._graph.deletion import Deletion
from unisono.connectors._graph.direct import Inbox
from unisono.connectors._graph.known import Sents
from unisono.connectors._graph.pushed import items_of
from unisono.connectors._graph.watch import Watch
from unisono.connectors._graph.webhook import opened
from unisono.connectors._graph.words import said
from unisono.connectors._graph.writing import Writing
from unisono.connectors.facebook.answering import Answering
from unisono.connectors.facebook.hearing import Hearing
from unisono.connectors.facebook.read import read_item
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
    ThreadRef,
    load_manifest,
)
from unisono.domain.words import ChannelState, Visibility

_FIELDS = ("feed", "mention")
PRIVATE_TEXT = TextLimit(maximum=2_000)
_CAPS = Caps(
    visibilities=(Visibility.PUBLIC,), text=TextLimit(maximum=8_000), private_text=PRIVATE_TEXT,
    media=MediaLimit(max_count=1, types=("image/jpeg", "image/png", "image/gif"), max_bytes=4_000_000),
    push=True, webhook=True, challenge=True, edits=True, deletes=True, account_deletion=True, retract=True, hide=True,
    delete_comment=True, like=True, private_reply=True, private_reply_window_s=7 * 86_400, private_replies_max=1, rate_per_s=100,
)  # fmt: skip


class Facebook:
    """One page."""

    folder: ClassVar[Path] = Path(__file__).parent

    def __init__(self, ctx: Ctx) -> None:
        self._ctx = ctx
        self._graph = Graph(ctx)
        self._page = str(ctx.account.config.get("page_id", ""))
        self._hearing = Hearing(ctx, self._graph, Watch(ctx))
        sents = Sents(ctx)
        self._answering = Answering(ctx, self._graph, sents, _CAPS.text)
        inbox = Inbox(ctx, self._graph, "messenger", self._page, self._page)
        self._writing = Writing(self._graph, inbox, sents, node=self._page, limit=PRIVATE_TEXT, human=False)
        self._deletion = Deletion(ctx, self._graph)

    def capabilities(self, thread: ThreadRef | None = None) -> Caps:
        """Return what comments allow; it is the same on every page."""
        del thread
        return _CAPS

    async def check(self) -> Health:
        """Ask whose token it is, and see that news are sent to us."""
        return await looked_at(self._ctx, self._graph, self._look)

    async def _look(self) -> Health:
        me = await self._graph.get("me", {"fields": "id,name"})
        if str(me.get("id")) != self._page:
            name = str(me.get("name") or me.get("id") or "another account")
            return said("other_account", ChannelState.MISCONFIGURED, "access_token", found=name, wanted=self._page)
        # Whether the token may read what visitors say shows only when they are read.
        await self._graph.listed(f"{self._page}/feed", {"limit": "1"})
        if await self._ctx.secrets.get("app_secret"):
            await demand_installed(self._graph, self._page, _FIELDS, "pages_manage_metadata")
        health = Health(state=ChannelState.OK, remote_id=self._page, handle=str(me.get("name") or ""), caps=_CAPS)
        return with_sunset(health, load_manifest(self.folder), self._graph.version, self._ctx.clock.now())

    # -- hearing -------------------------------------------------------------------------------------------------------

    async def pull(self, stream: str, cursor: str | None, limit: int) -> Page:
        """Return what was said, or (`recheck`) what became of what was said."""
        return await (self._hearing.recheck(cursor) if stream == "recheck" else self._hearing.pull(cursor, limit))

    async def verify(self, request: HttpRequest) -> Challenge | list[Raw] | Deny:
        """Return what a push brought, also for the app's other pages and for Messenger."""
        found = await opened(self._ctx, request)
        if isinstance(found, Challenge | Deny):
            return found
        return items_of(found, self._ctx.clock.now())

    def read(self, raw: Raw) -> list[Event]:
        """Return what an item says."""
        return read_item(raw)

    async def get_media(self, ref: str, max_bytes: int) -> bytes:
        """Return a photo or video; its address is open to whoever knows it."""
        answer = await self._ctx.http.request("GET", ref, max_bytes=max_bytes, timeout_s=60.0)
        self._graph.demand(answer)
        return answer.body

    def routes(self) -> list[Route]:
        """Return the data-deletion callback."""
        return self._deletion.routes()

    # -- answering -----------------------------------------------------------------------------------------------------

    async def send(self, message: OutMessage, attempt: int) -> SendResult:
        """Comment below what is answered; or answer it privately, which the network allows once, for seven days."""
        del attempt
        if message.private_reply_to is not None and message.thread.visibility is Visibility.PRIVATE:
            return await self._writing.send(message)
        return await self._answering.send(message)

    async def reconcile(self, message: OutMessage) -> ReconcileResult:
        """Look whether a comment of ours stands there, or a private answer in the person's conversation."""
        if message.private_reply_to is not None:
            return await self._writing.reconcile(message)
        return await self._answering.reconcile(message)

    async def hide(self, remote_id: str, hidden: bool) -> SendResult:
        """Hide a comment from everybody but its author and their friends, or show it again."""
        form = {"is_hidden": "true" if hidden else "false"}
        return _done(await self._graph.handed_over("POST", remote_id, form=form), remote_id)

    async def delete_comment(self, remote_id: str) -> SendResult:
        """Delete a customer's comment or post; one that is gone already counts as deleted."""
        return await self.retract(remote_id)

    async def like(self, remote_id: str, on: bool) -> SendResult:
        """Like a comment as the page, or no longer."""
        return _done(await self._graph.handed_over("POST" if on else "DELETE", f"{remote_id}/likes"), remote_id)

    async def retract(self, remote_id: str) -> SendResult:
        """Delete a comment of ours; one that is gone already counts as deleted."""
        done = await self._graph.handed_over("DELETE", remote_id)
        if isinstance(done, dict) or (isinstance(done, Reject) and done.code == "gone"):
            return Sent(remote_id=remote_id)
        return done


def _done(answer: dict[str, Any] | SendResult, remote_id: str) -> SendResult:
    return Sent(remote_id=remote_id) if isinstance(answer, dict) else answer
