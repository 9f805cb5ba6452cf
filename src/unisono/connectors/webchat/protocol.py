"""The connector. Nothing is fetched and nothing is sent away: visitors come to us, and read their answers here."""

from pathlib import Path
from typing import ClassVar

from unisono.connectors.webchat.doors import Doors
from unisono.connectors.webchat.look import MAX_TEXT
from unisono.connectors.webchat.options import BadOption, options_of
from unisono.connectors.webchat.read import read_item
from unisono.connectors.webchat.uploads import TYPES
from unisono.connectors.webchat.window import typing_key
from unisono.contract import (
    Caps,
    Ctx,
    Event,
    Health,
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
)
from unisono.domain.length import measure
from unisono.domain.words import ChannelState, Visibility

_TYPING_S = 8
_MAX_OUT_FILES = 5
_MAX_OUT_BYTES = 20_000_000


class Webchat:
    """One chat: its settings, its page, its visitors."""

    folder: ClassVar[Path] = Path(__file__).parent

    def __init__(self, ctx: Ctx) -> None:
        self._ctx = ctx
        self._doors = Doors(ctx)

    def capabilities(self, thread: ThreadRef | None = None) -> Caps:
        """Return what the chat allows. A key is the message itself, so sending it twice is one message for ever."""
        return Caps(
            visibilities=(Visibility.PRIVATE,), text=TextLimit(unit=TextUnit.CHARS, maximum=MAX_TEXT),
            media=MediaLimit(max_count=_MAX_OUT_FILES, types=TYPES, max_bytes=_MAX_OUT_BYTES, alt_text=True),
            pull=False, push=True, echo=False, threads=False, native_idempotency=True, edits=True, deletes=True,
            account_deletion=True, statuses=True, typing=True, retract=True, rate_per_s=100,
        )  # fmt: skip

    async def check(self) -> Health:
        """Look at the settings; there is nobody else to ask."""
        account = self._ctx.account
        try:
            options = options_of(account.config)
        except BadOption as error:
            return Health(state=ChannelState.MISCONFIGURED, what=str(error), field=error.field or None)
        return Health(
            state=ChannelState.OK, remote_id=str(account.channel_id), handle=options.title or account.name,
            caps=self.capabilities(),
        )  # fmt: skip

    async def pull(self, stream: str, cursor: str | None, limit: int) -> Page:
        """Return nothing: what visitors write stands in the inbox before they are told that it arrived."""
        return Page(raws=[], next_cursor=cursor)

    def read(self, raw: Raw) -> list[Event]:
        """Return what a visitor's browser sent."""
        return read_item(raw)

    async def send(self, message: OutMessage, attempt: int) -> SendResult:
        """Let it stand: visitors read the transcript itself, where the answer is as soon as this returns."""
        if message.thread.visibility is not Visibility.PRIVATE:
            return Reject(
                code="private_only", human="A chat is private; this answer belongs to a public thread and was not sent."
            )
        if measure(message.text, "chars") > MAX_TEXT:
            return Reject(code="too_long", human=f"A chat message has {MAX_TEXT} characters at most. Shorten it, or send two.")
        if len(message.attachments) > _MAX_OUT_FILES:
            return Reject(code="too_many_files", human=f"A chat message carries {_MAX_OUT_FILES} files at most.")
        for attachment in message.attachments:
            if attachment.size_bytes > _MAX_OUT_BYTES:
                return Reject(code="file_too_large", human=f"A file in the chat has {_MAX_OUT_BYTES // 1_000_000} MB at most.")
        return Sent(remote_id=message.key)

    async def reconcile(self, message: OutMessage) -> ReconcileResult:
        """Tell that it stands: our own store is the network."""
        return Sent(remote_id=message.key)

    async def retract(self, remote_id: str) -> SendResult:
        """Take an answer back; it leaves the visitor's screen when the transcript no longer has it."""
        return Sent(remote_id=remote_id)

    async def typing(self, thread: ThreadRef, on: bool) -> None:
        """Show the visitor that somebody writes; it is forgotten by itself when nobody says so again."""
        if on:
            await self._ctx.memory.put(typing_key(thread.root_id), b"1", ttl_s=_TYPING_S)
        else:
            await self._ctx.memory.delete(typing_key(thread.root_id))

    def routes(self) -> list[Route]:
        """Return the chat's pages and what their script calls."""
        return self._doors.routes()
