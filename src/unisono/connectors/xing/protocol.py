"""The connector: Xing's notification mails in a mailbox. Xing has no API any more, so answers are given on Xing itself."""

from pathlib import Path
from typing import ClassVar, Final

from unisono.connectors._mail.imap import ImapFailed
from unisono.connectors._mail.settings import settings_of
from unisono.connectors.xing.hearing import Hearing
from unisono.connectors.xing.read import read_mail
from unisono.connectors.xing.words import trouble
from unisono.contract import (
    Caps,
    Ctx,
    Event,
    Health,
    NotSent,
    OutMessage,
    Page,
    PullFailed,
    Raw,
    ReconcileResult,
    Reject,
    SendResult,
    ThreadRef,
)
from unisono.domain.words import ChannelState, Visibility

_HUMAN: Final = "Xing takes answers on its own pages only. Open the link, answer there, and close the enquiry. Nothing was sent."


class Xing:
    """One account's mails."""

    folder: ClassVar[Path] = Path(__file__).parent

    def __init__(self, ctx: Ctx) -> None:
        self._ctx = ctx
        self._hearing = Hearing(ctx)

    def capabilities(self, thread: ThreadRef | None = None) -> Caps:
        """Return what can be done: reading."""
        del thread
        return Caps(
            reply=False, reconcile=False, visibilities=(Visibility.PRIVATE, Visibility.PUBLIC), echo=False, threads=False,
            refresh=settings_of(self._ctx.account.config).oauth, rate_per_s=50,
        )  # fmt: skip

    async def check(self) -> Health:
        """Log in and open the folder; nothing is changed."""
        settings = settings_of(self._ctx.account.config)
        if not settings.authserv_id:
            return trouble("server")
        if not settings.imap.host:
            return trouble("host")
        if not settings.oauth and not await self._ctx.secrets.get("password"):
            return trouble("password")
        try:
            await self._hearing.look()
        except (ImapFailed, PullFailed) as error:
            return error.health
        return Health(state=ChannelState.OK, remote_id=settings.address.lower(), handle=settings.address)

    async def pull(self, stream: str, cursor: str | None, limit: int) -> Page:
        """Return the next mails that say they come from Xing."""
        del stream
        return await self._hearing.pull(cursor, limit)

    def read(self, raw: Raw) -> list[Event]:
        """Return what a mail tells. Pure. Raises Unreadable for one that our mail server does not vouch for."""
        return read_mail(raw, settings_of(self._ctx.account.config).authserv_id)

    async def send(self, message: OutMessage, attempt: int) -> SendResult:
        """Refuse: there is nothing to send by."""
        del message, attempt
        return Reject(code="deeplink", human=_HUMAN)

    async def reconcile(self, message: OutMessage) -> ReconcileResult:
        """Nothing is ever sent."""
        del message
        return NotSent(reason="Nothing is sent to Xing from here.")
