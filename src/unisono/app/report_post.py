"""Mails of reports and alerts go out through the mail server of one of the house's mail channels, with its own log-in."""

from email.message import EmailMessage
from email.utils import format_datetime, formataddr, make_msgid
from uuid import UUID

from unisono.connectors.email.gate import Gate
from unisono.connectors.email.smtp import Parcel, Refused, deliver
from unisono.contract import Reauth, Reject, Retry, Sent, Unknown
from unisono.contract.connector import PullFailed
from unisono.service.channel_context import ChannelContext, Outside
from unisono.service.ports.channels import ChannelFacts
from unisono.service.ports.report_mail import Letter, Maybe, NeverSent, NotSentYet


class ChannelPost:
    """Implements `service.ports.report_mail.ReportPost`."""

    def __init__(self, outside: Outside) -> None:
        self._outside = outside

    async def send(self, channel_id: UUID | None, letter: Letter) -> None:
        """Hand a mail over; see the port."""
        channel = await self._channel(channel_id)
        gate = Gate(ChannelContext(self._outside, channel))
        try:
            outcome = await deliver(await gate.door(), self._parcel(gate, letter))
        except Refused as error:
            raise NotSentYet(f"The mail server refused the log-in: {error.said}") from error
        except PullFailed as error:
            raise NotSentYet(str(error)) from error
        match outcome:
            case Sent():
                return
            case Unknown(reason=reason):
                raise Maybe(reason)
            case Retry(reason=reason):
                raise NotSentYet(reason)
            case Reject(human=human):
                raise NeverSent(human)
            case Reauth():
                raise NotSentYet("The mail server wants another log-in; look at the channel.")
            case _:
                raise NotSentYet(str(outcome))

    async def _channel(self, channel_id: UUID | None) -> ChannelFacts:
        async with self._outside.db.read() as tx:
            running = [c for c in await tx.channels.running() if c.connector == "email"]
        chosen = [c for c in running if channel_id in {None, c.id}]
        if not chosen:
            raise NotSentYet(
                "There is no mail channel to send it through. Connect a mailbox under Channels, or choose another one."
            )
        return min(chosen, key=lambda c: c.id)

    def _parcel(self, gate: Gate, letter: Letter) -> Parcel:
        settings = gate.settings
        mail = EmailMessage()
        mail["From"] = formataddr((settings.sender_name, settings.address))
        mail["To"] = ", ".join(letter.recipients)
        mail["Subject"] = letter.subject
        mail["Date"] = format_datetime(self._outside.clock.now())
        domain = settings.address.rpartition("@")[2] or "localhost"
        mail["Message-ID"] = f"<{letter.key}@{domain}>" if letter.key else make_msgid(domain=domain)
        # Answers of machines must not come back as enquiries (RFC 3834).
        mail["Auto-Submitted"] = "auto-generated"
        mail.set_content(letter.text)
        if letter.file_name:
            kind, _, part = letter.media_type.partition("/")
            mail.add_attachment(letter.content, maintype=kind, subtype=part, filename=letter.file_name)
        return Parcel(
            sender=settings.address, recipients=letter.recipients, content=mail.as_bytes(), message_id=str(mail["Message-ID"])
        )
