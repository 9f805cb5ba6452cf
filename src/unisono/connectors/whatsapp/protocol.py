"""The connector: one number, told by webhook alone, answered within the service window or by template."""

from pathlib import Path
from typing import ClassVar

from unisono.connectors._graph.accounts import demand_installed, looked_at, with_sunset
from unisono.connectors._graph.api import Graph
from unisono.connectors._graph.pushed import items_of
from unisono.connectors._graph.webhook import opened
from unisono.connectors._graph.words import said
from unisono.connectors.whatsapp.answering import MOST_TEXT, Answering
from unisono.connectors.whatsapp.read import WINDOW, read_item
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
    PullFailed,
    Raw,
    ReconcileResult,
    SendResult,
    Template,
    TextLimit,
    ThreadRef,
    load_manifest,
)
from unisono.domain.words import ChannelState, Visibility

_FILES = (
    "image/jpeg", "image/png", "video/mp4", "video/3gpp", "audio/aac", "audio/amr", "audio/mpeg", "audio/mp4", "audio/ogg",
    "application/pdf", "text/plain", "application/msword", "application/vnd.ms-excel", "application/vnd.ms-powerpoint",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "application/vnd.openxmlformats-officedocument.presentationml.presentation",
)  # fmt: skip
_CAPS = Caps(
    visibilities=(Visibility.PRIVATE,), text=TextLimit(maximum=MOST_TEXT),
    # Pictures may hold 5 MB, other files more; what is always allowed is stated.
    media=MediaLimit(max_count=1, types=_FILES, max_bytes=5_000_000),
    pull=False, push=True, webhook=True, challenge=True, threads=False, edits=True, deletes=True,
    statuses=True, reply_window_s=int(WINDOW.total_seconds()), templates=True, rate_per_s=100,
)  # fmt: skip


class WhatsApp:
    """One number."""

    folder: ClassVar[Path] = Path(__file__).parent

    def __init__(self, ctx: Ctx) -> None:
        self._ctx = ctx
        self._graph = Graph(ctx)
        self._number = str(ctx.account.config.get("phone_number_id", ""))
        self._account = str(ctx.account.config.get("business_account_id", ""))
        self._answering = Answering(ctx, self._graph)

    def capabilities(self, thread: ThreadRef | None = None) -> Caps:
        """Return what the Cloud API allows; it is the same on every number."""
        del thread
        return _CAPS

    async def check(self) -> Health:
        """Ask for the number, and see that the account's news are sent to us: without that there is silence."""
        return await looked_at(self._ctx, self._graph, self._look)

    async def _look(self) -> Health:
        number = await self._graph.get(self._number, {"fields": "id,display_phone_number,verified_name"})
        numbers, _ = await self._graph.listed(f"{self._account}/phone_numbers", {"limit": "100"})
        if self._number not in {one["id"] for one in numbers}:
            found = ", ".join(str(one.get("display_phone_number") or one["id"]) for one in numbers[:5]) or "-"
            return said("other_number", ChannelState.MISCONFIGURED, "business_account_id", found=found)
        await demand_installed(self._graph, self._account, (), "whatsapp_business_management")
        shown = " ".join(str(number.get(name) or "") for name in ("verified_name", "display_phone_number")).strip()
        health = Health(state=ChannelState.OK, remote_id=self._number, handle=shown, caps=_CAPS)
        return with_sunset(health, load_manifest(self.folder), self._graph.version, self._ctx.clock.now())

    # -- hearing -------------------------------------------------------------------------------------------------------

    async def pull(self, stream: str, cursor: str | None, limit: int) -> Page:
        """There is nothing to pull: what is not stored before the webhook is thanked for is lost."""
        del stream, limit
        return Page(raws=[], next_cursor=cursor)

    async def verify(self, request: HttpRequest) -> Challenge | list[Raw] | Deny:
        """Return what a push brought, also for the account's other numbers."""
        found = await opened(self._ctx, request)
        if isinstance(found, Challenge | Deny):
            return found
        raws = items_of(found, self._ctx.clock.now())
        await self._answering.hear_statuses(raws)
        return raws

    def read(self, raw: Raw) -> list[Event]:
        """Return what an item says."""
        return read_item(raw)

    async def get_media(self, ref: str, max_bytes: int) -> bytes:
        """Return a file: its address is asked for, lives for minutes, and is itself open to our token alone."""
        if not ref.isdigit():
            raise PullFailed(said("no_object", ChannelState.OK, why="no media id"))
        found = await self._graph.get(ref, {"phone_number_id": self._number})
        return await self._graph.bytes_at(str(found.get("url") or ""), max_bytes)

    # -- answering -----------------------------------------------------------------------------------------------------

    async def send(self, message: OutMessage, attempt: int) -> SendResult:
        """Send a text, a file or a template."""
        del attempt
        return await self._answering.send(message)

    async def reconcile(self, message: OutMessage) -> ReconcileResult:
        """Decide by the number's history, once no status can come any more."""
        return await self._answering.reconcile(message)

    async def templates(self) -> list[Template]:
        """Return the account's templates."""
        return await self._answering.templates()
