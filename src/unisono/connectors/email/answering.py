"""Answering: composed, guarded, handed over once, filed, and looked up when its fate is unknown."""

from datetime import timedelta
from typing import Final

from imapclient import IMAPClient

from unisono.connectors._mail.imap import ImapFailed
from unisono.connectors._mail.mailbox import Mailbox
from unisono.connectors.email import filing
from unisono.connectors.email.compose import BadAddress, addresses_in, compose
from unisono.connectors.email.gate import Gate
from unisono.connectors.email.guards import Rate, reply_address, reply_secret
from unisono.connectors.email.people import base_address
from unisono.connectors.email.read import message_id_for
from unisono.connectors.email.smtp import Parcel, Refused, deliver, refused
from unisono.contract import (
    Ctx,
    NotSent,
    OutMessage,
    PullFailed,
    Reauth,
    ReconcileResult,
    Reject,
    Retry,
    SendResult,
    Sent,
    Undecidable,
)
from unisono.domain.errors import NotFound, Unavailable
from unisono.domain.words import ChannelState, Visibility

# Days of the server's, in whatever zone it counts them.
_CLOCKS_DIFFER: Final = timedelta(days=2)


class Answering:
    """Sends the answers of a mailbox."""

    def __init__(self, ctx: Ctx, gate: Gate, mailbox: Mailbox) -> None:
        self._ctx = ctx
        self._gate = gate
        self._mailbox = mailbox

    async def send(self, message: OutMessage) -> SendResult:
        """Try once."""
        settings = self._gate.settings
        if (guarded := await self._guard(message)) is not None:
            return guarded
        try:
            parcel = await compose(message, settings, await self._reply_to(message))
        except BadAddress as error:
            return Reject(code="bad_address", human=f"{error.address} is no address that mail can be sent to. Nothing was sent.")
        except NotFound:
            return Reject(code="attachment_gone", human="A file of this answer is gone. Attach it again. Nothing was sent.")
        except Unavailable as error:
            return Retry(reason=f"a file of this answer cannot be read now ({error.code})")
        result = await self._deliver(parcel)
        if isinstance(result, Sent) and settings.sent_copies == "append":
            await self._keep_copy(parcel)
        return result

    async def _guard(self, message: OutMessage) -> Reject | None:
        settings = self._gate.settings
        if message.thread.visibility is not Visibility.PRIVATE:
            return Reject(code="visibility", human="A mail is private, this thread is public. Nothing was sent.")
        recipient = message.recipient.handle or message.recipient.remote_id
        everybody = [recipient, *(a for name in ("to", "cc", "bcc") for a in addresses_in(message.details.get(name)))]
        if base_address(recipient) in settings.own:
            return Reject(code="loop", human=f"{recipient} is an address of ours: this mail would come back. Nothing was sent.")
        rate = Rate(self._ctx, settings.max_per_hour)
        for address in dict.fromkeys(everybody):
            if not await rate.allows(address, message.key):
                human = (
                    f"{settings.max_per_hour} mails went to {address} within an hour; this looks like a loop. Nothing was sent. "
                    "Try again later, or raise the limit in the channel's settings."
                )
                return Reject(code="rate", human=human)
        return None

    async def _reply_to(self, message: OutMessage) -> str | None:
        settings = self._gate.settings
        if not settings.reply_token:
            return None
        return reply_address(settings.address, message.key, await reply_secret(self._ctx))

    async def _deliver(self, parcel: Parcel) -> SendResult:
        """Hand it over; a token that ended early is renewed once."""
        try:
            door = await self._gate.door()
            try:
                return await deliver(door, parcel)
            except Refused as error:
                if not door.settings.oauth:
                    return refused(error)
                return await deliver(await self._gate.door(door.secret), parcel)
        except Refused as error:
            return refused(error)
        except PullFailed as error:
            what = error.health.what
            if error.health.state is ChannelState.REAUTH_NEEDED:
                return Reauth(human=what)
            return Retry(reason=what, after_s=error.after_s, throttled=error.health.state is ChannelState.THROTTLED)

    async def _keep_copy(self, parcel: Parcel) -> None:
        """File a copy. The mail is sent already, so whatever goes wrong here changes nothing about that."""
        settings = self._gate.settings

        def work(client: IMAPClient) -> bool:
            folder = filing.sent_folder(client, settings)
            if folder is not None:
                filing.keep_copy(client, folder, parcel.content)
            return folder is not None

        try:
            if not await self._mailbox.run(work, extra_s=len(parcel.content) / 20_000):
                self._ctx.log.info("no_folder_for_copies")
        except (ImapFailed, PullFailed) as error:
            self._ctx.log.warning("copy_not_kept", state=error.health.state.value)

    async def reconcile(self, message: OutMessage) -> ReconcileResult:
        """Look for our Message-ID where the provider keeps what it took, and for answers to it.

        Its absence proves something only where the provider itself files what it accepts: a copy that we would have filed
        may be missing because we died before we could. Raises PullFailed when the mailbox cannot be asked.
        """
        settings = self._gate.settings
        wanted = message_id_for(message.key, settings.address)
        since = (message.created_at - _CLOCKS_DIFFER).date()

        def work(client: IMAPClient) -> tuple[bool, bool]:
            folder = filing.sent_folder(client, settings) if settings.sent_copies != "none" else None
            if folder is not None and filing.holds(client, folder, "sent_folder", "Message-ID", wanted, since):
                return True, True
            return folder is not None, filing.holds(client, settings.folder, "folder", "In-Reply-To", wanted, since)

        try:
            looked, found = await self._mailbox.run(work)
        except ImapFailed as error:
            raise PullFailed(error.health) from error
        if found:
            return Sent(remote_id=wanted)
        if looked and settings.sent_copies == "provider":
            return NotSent(reason="The provider's folder of sent mail does not hold it.")
        if not looked:
            return Undecidable(reason="No folder of sent mail is known, so nobody can tell whether the mail went out.")
        return Undecidable(
            reason="No copy was filed. The connection may have ended before we could, so the mail may still have gone out."
        )
