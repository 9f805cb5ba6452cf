"""The connector: a folder read from a UID onwards, and answers through the provider's SMTP server."""

from collections.abc import AsyncIterator
from contextlib import aclosing
from pathlib import Path
from typing import ClassVar, Final

from msgspec.structs import replace

from unisono.connectors._mail.mailbox import Mailbox
from unisono.connectors._mail.mime import is_address
from unisono.connectors.email.answering import Answering
from unisono.connectors.email.checking import problem_of
from unisono.connectors.email.compose import wire_address
from unisono.connectors.email.gate import Gate
from unisono.connectors.email.hearing import Hearing
from unisono.connectors.email.people import author_of, base_address
from unisono.connectors.email.read import Own, read_mail
from unisono.contract import (
    Author,
    Caps,
    Ctx,
    Event,
    Health,
    MediaLimit,
    OutMessage,
    Page,
    Raw,
    ReconcileResult,
    SendResult,
    TextLimit,
    ThreadRef,
)
from unisono.domain.words import ChannelState, Visibility

MAX_FILES: Final = 20
MAX_FILE_BYTES: Final = 20_000_000


class Email:
    """One mailbox."""

    folder: ClassVar[Path] = Path(__file__).parent

    def __init__(self, ctx: Ctx) -> None:
        self._ctx = ctx
        self._gate = Gate(ctx)
        # Reading waits long for large pages; what sending needs of the mailbox must not wait behind it.
        self._reading = Mailbox(self._gate.place)
        self._writing = Mailbox(self._gate.place, kept_s=20.0)
        self._hearing = Hearing(ctx, self._gate, self._reading)
        self._answering = Answering(ctx, self._gate, self._writing)

    def capabilities(self, thread: ThreadRef | None = None) -> Caps:
        """Return what mail allows; the largest file and the folder of sent mail as the last check found them."""
        settings = self._gate.settings
        caps = Caps(
            visibilities=(Visibility.PRIVATE,), text=TextLimit(), subject=True, html=False, copies=True, forward=True,
            media=MediaLimit(max_count=MAX_FILES, types=("*/*",), max_bytes=MAX_FILE_BYTES), push=True, statuses=True,
            echo=bool(settings.sent_folder) and settings.sent_copies != "none", refresh=settings.oauth, rate_per_s=50,
        )  # fmt: skip
        learnt = self._ctx.account.caps
        if learnt is None:
            return caps
        return replace(caps, media=learnt.media, echo=caps.echo or (learnt.echo and settings.sent_copies != "none"))

    async def check(self) -> Health:
        """Open the folders, log in to the SMTP server and ask whether it takes our mail; nothing is changed or sent."""
        problem, sent_known, size_limit = await problem_of(self._gate, self._reading)
        await self._reading.close()
        if problem is not None:
            return problem
        address = self._gate.settings.address
        caps = self.capabilities()
        # In a mail, three bytes of a file take four, and line ends on top; text and headers want room as well.
        largest = min(MAX_FILE_BYTES, int(size_limit * 0.72) - 20_000) if size_limit else MAX_FILE_BYTES
        caps = replace(caps, media=replace(caps.media, max_bytes=max(largest, 0)), echo=sent_known)
        return Health(state=ChannelState.OK, remote_id=address.lower(), handle=address, caps=caps)

    async def pull(self, stream: str, cursor: str | None, limit: int) -> Page:
        """Return the next mails: `inbox` is the folder, `sent` what was sent by us or in a mail program."""
        return await self._hearing.pull(stream, cursor, limit)

    async def listen(self) -> AsyncIterator[Raw | None]:
        """Tell by IDLE when the folder grows."""
        async with aclosing(self._hearing.listen()) as news:
            async for _ in news:
                yield None

    def read(self, raw: Raw) -> list[Event]:
        """Return what a mail says. Raises Unreadable for bytes that are no mail."""
        settings = self._gate.settings
        return read_mail(raw, Own(addresses=settings.own, authserv_id=settings.authserv_id))

    async def get_media(self, ref: str, max_bytes: int) -> bytes:
        """Return a file of a mail that was too large to be fetched whole."""
        return await self._hearing.media(ref, max_bytes)

    def third_party(self, address: str) -> Author:
        """Return who is meant by an address. Raises ValueError for what is none, and for our own."""
        if not is_address(wire_address(address)) or base_address(address) in self._gate.settings.own:
            raise ValueError(address)
        return author_of("", address)

    async def send(self, message: OutMessage, attempt: int) -> SendResult:
        """Send the mail once, and file a copy where the provider does not do it."""
        return await self._answering.send(message)

    async def reconcile(self, message: OutMessage) -> ReconcileResult:
        """Look for a mail whose sending was cut off."""
        return await self._answering.reconcile(message)

    async def close(self) -> None:
        """End the connections now; otherwise they end by themselves some time after their last use."""
        await self._reading.close()
        await self._writing.close()
