"""The connector: a page's conversations, pulled, with webhooks as hints; answered within a day, or seven with a person's tag."""

from pathlib import Path
from typing import ClassVar

import msgspec

from unisono.connectors._graph.accounts import demand_installed, looked_at, with_sunset
from unisono.connectors._graph.api import Graph
from unisono.connectors._graph.deletion import Deletion
from unisono.connectors._graph.direct import DAY, HUMAN, Inbox, read_gone, read_pulled, read_pushed
from unisono.connectors._graph.known import Sents
from unisono.connectors._graph.pushed import items_of
from unisono.connectors._graph.webhook import opened
from unisono.connectors._graph.words import said
from unisono.connectors._graph.writing import Writing
from unisono.contract import (
    MISSHAPEN,
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
    TextLimit,
    ThreadRef,
    Unreadable,
    load_manifest,
)
from unisono.domain.words import ChannelState, Visibility

_FIELDS = ("messages", "message_echoes", "message_deliveries", "message_reads", "messaging_postbacks")
_WRONG = (*MISSHAPEN, KeyError, TypeError, AttributeError, OverflowError)
_CAPS = Caps(
    visibilities=(Visibility.PRIVATE,), text=TextLimit(maximum=2_000),
    media=MediaLimit(max_count=1, types=("image/*", "video/*", "audio/*", "application/pdf", "text/plain"), max_bytes=8_000_000),
    push=True, webhook=True, challenge=True, threads=False, account_deletion=True, statuses=True,
    reply_window_s=int(DAY.total_seconds()), rate_per_s=100,
)  # fmt: skip


class Messenger:
    """One page's messages."""

    folder: ClassVar[Path] = Path(__file__).parent

    def __init__(self, ctx: Ctx) -> None:
        self._ctx = ctx
        self._graph = Graph(ctx)
        self._page = str(ctx.account.config.get("page_id", ""))
        self._human = bool(ctx.account.config.get("human_agent"))
        inbox = Inbox(ctx, self._graph, "messenger", self._page, self._page)
        self._inbox = inbox
        self._writing = Writing(self._graph, inbox, Sents(ctx), node=self._page, limit=_CAPS.text, human=self._human)
        self._deletion = Deletion(ctx, self._graph)

    def capabilities(self, thread: ThreadRef | None = None) -> Caps:
        """Return what Messenger allows; whoever may use the tag of a person has seven days."""
        del thread
        return msgspec.structs.replace(_CAPS, reply_window_s=int(HUMAN.total_seconds())) if self._human else _CAPS

    async def check(self) -> Health:
        """Ask whose token it is, and see that news are sent to us."""
        return await looked_at(self._ctx, self._graph, self._look)

    async def _look(self) -> Health:
        me = await self._graph.get("me", {"fields": "id,name"})
        if str(me.get("id")) != self._page:
            name = str(me.get("name") or me.get("id") or "another account")
            return said("other_account", ChannelState.MISCONFIGURED, "access_token", found=name, wanted=self._page)
        await self._graph.listed(f"{self._page}/conversations", {"platform": "messenger", "limit": "1"})
        if await self._ctx.secrets.get("app_secret"):
            await demand_installed(self._graph, self._page, _FIELDS, "pages_manage_metadata")
        health = Health(state=ChannelState.OK, remote_id=self._page, handle=str(me.get("name") or ""), caps=self.capabilities())
        return with_sunset(health, load_manifest(self.folder), self._graph.version, self._ctx.clock.now())

    # -- hearing -------------------------------------------------------------------------------------------------------

    async def pull(self, stream: str, cursor: str | None, limit: int) -> Page:
        """Return what was written."""
        del stream
        return await self._inbox.pull(cursor, limit)

    async def verify(self, request: HttpRequest) -> Challenge | list[Raw] | Deny:
        """Return what a push brought, also for the app's other pages and for their comments."""
        found = await opened(self._ctx, request)
        return found if isinstance(found, Challenge | Deny) else items_of(found, self._ctx.clock.now())

    def read(self, raw: Raw) -> list[Event]:
        """Return what an item says. Raises Unreadable."""
        window = HUMAN if self._human else DAY
        try:
            item = msgspec.json.decode(raw.body)
            match item["kind"]:
                case "direct":
                    return read_pulled(item, realm="", window=window)
                case "push":
                    return read_pushed(item["value"], account=str(item["account"]), realm="", window=window)
                case "gone":
                    return read_gone(item, raw.received_at)
        except _WRONG as error:
            raise Unreadable(f"This is no message as the Messenger Platform describes it ({type(error).__name__}).") from error
        raise Unreadable("This is no item of Messenger.")

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
        """Write to the person."""
        del attempt
        if message.thread.visibility is not Visibility.PRIVATE:
            return Reject(code="visibility", human="Messenger has no public threads. Nothing was sent.")
        return await self._writing.send(message)

    async def reconcile(self, message: OutMessage) -> ReconcileResult:
        """Look whether the message stands in the conversation."""
        return await self._writing.reconcile(message)
