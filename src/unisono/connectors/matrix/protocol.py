"""The connector: what the stream of what happens tells, and answers into its rooms."""

import contextlib
import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import ClassVar, Final
from urllib.parse import quote

from unisono.connectors.matrix.answering import Answering
from unisono.connectors.matrix.answers import demand
from unisono.connectors.matrix.api import Api, room_path
from unisono.connectors.matrix.checking import look
from unisono.connectors.matrix.hearing import Hearing
from unisono.connectors.matrix.limits import DEFAULT_UPLOAD, caps_of
from unisono.connectors.matrix.read import read_item
from unisono.contract import (
    Caps,
    Ctx,
    Event,
    Health,
    HostRefused,
    NotReached,
    OutMessage,
    Page,
    PullFailed,
    Raw,
    ReconcileResult,
    SendResult,
    ThreadRef,
)

_FILE: Final = re.compile(r"mxc://([\w.:\[\]-]+)/([\w-]+)")
_TYPING_MS: Final = 20_000


class Matrix:
    """One account on one homeserver."""

    folder: ClassVar[Path] = Path(__file__).parent

    def __init__(self, ctx: Ctx) -> None:
        self._ctx = ctx
        self._api = Api(ctx)
        self._hearing = Hearing(ctx, self._api)
        self._answering = Answering(ctx, self._api)

    def capabilities(self, thread: ThreadRef | None = None) -> Caps:
        """Return what the server told at the last check."""
        return self._ctx.account.caps or caps_of(DEFAULT_UPLOAD, password=bool(self._api.session.user))

    async def check(self) -> Health:
        """Open the account, and see what it may send."""
        return await look(self._ctx, self._api)

    async def pull(self, stream: str, cursor: str | None, limit: int) -> Page:
        """Return what happened since the cursor in all rooms."""
        return await self._hearing.pull(cursor)

    def listen(self) -> AsyncIterator[Raw | None]:
        """Wait at the server for news."""
        return self._hearing.listen()

    def read(self, raw: Raw) -> list[Event]:
        """Return what an item says."""
        return read_item(raw)

    async def get_media(self, ref: str, max_bytes: int) -> bytes:
        """Return a file, from our own homeserver, which fetches it from others."""
        found = _FILE.fullmatch(ref)
        if found is None:
            raise HostRefused(f"{ref[:80]!r} is no address of a Matrix file.")
        where = f"{quote(found[1])}/{quote(found[2])}?allow_redirect=false"
        answer = await self._api.tried("GET", f"/client/v1/media/download/{where}", max_bytes=max_bytes, timeout_s=60.0)
        if answer.status == 404 and b"M_UNRECOGNIZED" in answer.body:
            # Servers from before 2024 give files to everybody.
            answer = await self._api.tried("GET", f"/media/v3/download/{where}", max_bytes=max_bytes, timeout_s=60.0)
        demand(answer, self._api.base, self._api.session.field)
        return answer.body

    async def send(self, message: OutMessage, attempt: int) -> SendResult:
        """Write into the room of the thread."""
        return await self._answering.send(message)

    async def reconcile(self, message: OutMessage) -> ReconcileResult:
        """Look whether an answer stands in its room."""
        return await self._answering.reconcile(message)

    async def retract(self, remote_id: str) -> SendResult:
        """Take a message of ours back."""
        return await self._answering.retract(remote_id)

    async def typing(self, thread: ThreadRef, on: bool) -> None:
        """Show, or no longer, that somebody is writing."""
        with contextlib.suppress(NotReached, PullFailed):
            me = await self._api.session.me()
            body = {"typing": on, "timeout": _TYPING_MS} if on else {"typing": False}
            await self._api.tried("PUT", f"{room_path(thread.root_id)}/typing/{quote(me, safe='')}", json=body)
