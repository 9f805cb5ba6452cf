"""Answers as mails: composed once and for all by their key, and handed to the SMTP server."""

import base64
import ssl
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

import aiosmtplib
from msgspec import Struct

from unisono.connectors.email.read import message_id_for
from unisono.contract import OutMessage, Reauth, Reject, Retry, SendResult, Sent, Unknown

TIMEOUT_S = 60.0


class Door(Struct, frozen=True, kw_only=True):
    """The SMTP server. `secret`: password, or access token when `oauth`; None: no log-in."""

    host: str
    port: int
    security: str
    login: str
    secret: str | None
    oauth: bool


async def compose(message: OutMessage, address: str, name: str) -> EmailMessage:
    """Return the mail: text, attachments, and the headers by which it finds its thread and its sender's own loop guard."""
    mail = EmailMessage(policy=SMTP)
    mail["From"] = Address(name, addr_spec=address)
    mail["To"] = Address(
        message.recipient.display_name.replace("\n", " "), addr_spec=message.recipient.handle or message.recipient.remote_id
    )
    copies = _addresses(message.details.get("cc"))
    if copies:
        mail["Cc"] = ", ".join(copies)
    subject = " ".join(message.subject.split()) or "Ihre Nachricht"
    mail["Subject"] = subject
    mail["Date"] = format_datetime(message.created_at)
    mail["Message-ID"] = message_id_for(message.key, address)
    if message.in_reply_to and message.in_reply_to.startswith("<"):
        mail["In-Reply-To"] = message.in_reply_to
        chain = [r for r in message.references if r.startswith("<") and r != message.in_reply_to]
        mail["References"] = " ".join([*chain[-20:], message.in_reply_to])
    mail.set_content(message.text, cte="quoted-printable")
    for attachment in message.attachments:
        major, _, minor = attachment.media_type.partition("/")
        mail.add_attachment(
            await attachment.read(), maintype=major or "application", subtype=minor or "octet-stream", filename=attachment.name
        )
    return mail


def _addresses(value: object) -> list[str]:
    if isinstance(value, str):
        value = value.replace(";", ",").split(",")
    return [str(a).strip() for a in value if "@" in str(a)] if isinstance(value, list | tuple) else []


async def deliver(door: Door, mail: EmailMessage, message: OutMessage, address: str) -> SendResult:
    """Hand the mail over. Before DATA ends it surely did not arrive; from then on, without an answer, nobody knows."""
    recipients = [message.recipient.handle or message.recipient.remote_id]
    recipients += _addresses(message.details.get("cc")) + _addresses(message.details.get("bcc"))
    client = aiosmtplib.SMTP(
        hostname=door.host, port=door.port, timeout=TIMEOUT_S, use_tls=door.security == "tls",
        start_tls=door.security == "starttls", tls_context=ssl.create_default_context() if door.security != "none" else None,
    )  # fmt: skip
    try:
        await client.connect()
    except (aiosmtplib.SMTPException, OSError, TimeoutError) as error:
        return Retry(reason=f"{door.host} does not answer ({type(error).__name__})")
    handed_over = False
    try:
        if (refusal := await _log_in(client, door)) is not None:
            return refusal
        if (refused := await _envelope(client, address, recipients)) is not None:
            return refused
        handed_over = True
        await client.data(mail.as_bytes())
    except aiosmtplib.SMTPResponseException as error:
        return _answered(error.code, error.message)
    except (aiosmtplib.SMTPException, OSError, TimeoutError) as error:
        reason = f"{door.host}: {type(error).__name__}"
        return Unknown(reason=reason) if handed_over else Retry(reason=reason)
    finally:
        client.close()
    return Sent(remote_id=str(mail["Message-ID"]))


async def _log_in(client: aiosmtplib.SMTP, door: Door) -> SendResult | None:
    if door.secret is None:
        return None
    try:
        if door.oauth:
            token = base64.b64encode(f"user={door.login}\x01auth=Bearer {door.secret}\x01\x01".encode()).decode()
            answer = await client.execute_command(b"AUTH", b"XOAUTH2", token.encode())
            if answer.code == 334:
                answer = await client.execute_command(b"")
            if answer.code != 235:
                return Reauth(human="The SMTP server refuses the authorisation of this mailbox. Renew it.")
        else:
            await client.login(door.login, door.secret)
    except aiosmtplib.SMTPAuthenticationError as error:
        if 400 <= error.code < 500:
            return Retry(reason=f"log-in: {error.code}")
        return Reauth(human="The SMTP server refuses name or password.")
    return None


async def _envelope(client: aiosmtplib.SMTP, sender: str, recipients: list[str]) -> SendResult | None:
    await client.mail(sender)
    try:
        for recipient in recipients:
            await client.rcpt(recipient)
    except aiosmtplib.SMTPRecipientRefused as error:
        return _answered(error.code, f"{error.recipient}: {error.message}")
    return None


def _answered(code: int, text: str) -> SendResult:
    if 400 <= code < 500:
        return Retry(reason=f"{code} {text[:200]}", throttled=code in (421, 450, 452) and "rate" in text.lower())
    if code in (530, 535):
        return Reauth(human=f"The SMTP server wants a valid log-in ({code}).")
    return Reject(code=f"smtp_{code}", human=f"The mail server refuses: {code} {text[:300]}")
