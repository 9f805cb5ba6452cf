"""The connector: what the archive tells, and answers into its chats."""

import contextlib
from collections.abc import AsyncIterator
from pathlib import Path
from typing import ClassVar

from unisono.connectors.xmpp.answering import Answering
from unisono.connectors.xmpp.checking import look
from unisono.connectors.xmpp.hearing import Hearing
from unisono.connectors.xmpp.limits import caps_of
from unisono.connectors.xmpp.line import Lost, Refused
from unisono.connectors.xmpp.read import read_item
from unisono.connectors.xmpp.settings import settings_of
from unisono.contract import (
    Caps,
    Ctx,
    Event,
    Health,
    OutMessage,
    Page,
    PullFailed,
    Raw,
    ReconcileResult,
    SendResult,
    ThreadRef,
    demand,
)


class Xmpp:
    """One account on one server."""

    folder: ClassVar[Path] = Path(__file__).parent

    def __init__(self, ctx: Ctx) -> None:
        self._ctx = ctx
        self._hearing = Hearing(ctx)
        self._answering = Answering(ctx, self._hearing)

    def capabilities(self, thread: ThreadRef | None = None) -> Caps:
        """Return what the server told at the last check."""
        return self._ctx.account.caps or caps_of(0)

    async def check(self) -> Health:
        """Open the account, and see whether it has an archive."""
        return await look(self._ctx)

    async def pull(self, stream: str, cursor: str | None, limit: int) -> Page:
        """Return what came into the archive since the cursor."""
        return await self._hearing.pull(cursor, limit)

    def listen(self) -> AsyncIterator[Raw | None]:
        """Follow the live stream."""
        return self._hearing.listen()

    def read(self, raw: Raw) -> list[Event]:
        """Return what an item says."""
        return read_item(raw, settings_of(self._ctx.account.config).upload_url)

    async def get_media(self, ref: str, max_bytes: int) -> bytes:
        """Return a file from the server's own store."""
        answer = await self._ctx.http.request("GET", ref, max_bytes=max_bytes, timeout_s=60.0)
        demand(answer, self._ctx.clock.now(), network="The file store")
        return answer.body

    async def send(self, message: OutMessage, attempt: int) -> SendResult:
        """Write into the customer's chat."""
        return await self._answering.send(message)

    async def reconcile(self, message: OutMessage) -> ReconcileResult:
        """Look whether an answer stands in our archive."""
        return await self._answering.reconcile(message)

    async def retract(self, remote_id: str) -> SendResult:
        """Take a message of ours back."""
        return await self._answering.retract(remote_id)

    async def typing(self, thread: ThreadRef, on: bool) -> None:
        """Show, or no longer, that somebody is writing."""
        with contextlib.suppress(PullFailed, Lost, Refused):
            await self._answering.typing(thread, on)
