"""Answers as mails, composed by their key: every attempt, on whatever node, makes the same bytes."""

import hashlib
from collections.abc import Iterable
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP, SMTPUTF8
from email.utils import format_datetime
from typing import Any, Final

from unisono.connectors._mail.mime import is_address
from unisono.connectors._mail.raw import ids_in
from unisono.connectors._mail.settings import Settings
from unisono.connectors.email.read import message_id_for
from unisono.connectors.email.smtp import Parcel
from unisono.contract import OutMessage

_MAX_REFERENCES: Final = 30
# Every SMTP server takes seven bits, whatever extensions it has.
_POLICY: Final = SMTP.clone(cte_type="7bit")
_POLICY_UTF8: Final = SMTPUTF8.clone(cte_type="7bit")


class BadAddress(ValueError):
    """An address that no mail can be sent to."""

    def __init__(self, address: str) -> None:
        super().__init__(address)
        self.address = address


async def compose(message: OutMessage, settings: Settings, reply_to: str | None) -> Parcel:
    """Return the mail with its envelope. Raises BadAddress, and what reading an attachment raises."""
    recipient = wire_address(message.recipient.handle or message.recipient.remote_id)
    also = [wire_address(address) for address in addresses_in(message.details.get("to"))]
    copies = [wire_address(address) for address in addresses_in(message.details.get("cc"))]
    blind = [wire_address(address) for address in addresses_in(message.details.get("bcc"))]
    everybody = list(dict.fromkeys([recipient, *also, *copies, *blind]))
    mail = EmailMessage(policy=_POLICY if all(a.isascii() for a in everybody) else _POLICY_UTF8)
    mail["From"] = Address(_one_line(settings.sender_name), addr_spec=settings.address)
    mail["To"] = [_named(_one_line(message.recipient.display_name), recipient), *(_named("", address) for address in also)]
    if copies:
        mail["Cc"] = [_named("", address) for address in copies]
    if reply_to is not None:
        mail["Reply-To"] = Address(_one_line(settings.sender_name), addr_spec=reply_to)
    mail["Subject"] = _one_line(message.subject)[:900]
    mail["Date"] = format_datetime(message.created_at)
    mail["Message-ID"] = message_id_for(message.key, settings.address)
    _refer(mail, message)
    if message.details.get("automatic"):
        mail["Auto-Submitted"] = "auto-replied" if message.in_reply_to else "auto-generated"
        mail["X-Auto-Response-Suppress"] = "All"
    mail.set_content(message.text, cte="quoted-printable")
    if message.html:
        mail.add_alternative(message.html, subtype="html", cte="quoted-printable")
    for attachment in message.attachments:
        _attach(mail, await attachment.read(), attachment.media_type, attachment.name)
    _fix_boundaries(mail, message.key)
    # The null path of RFC 3834, section 3.3: what a machine sends must not come back to it.
    sender = "" if message.details.get("automatic") else settings.address
    return Parcel(sender=sender, recipients=tuple(everybody), content=mail.as_bytes(), message_id=str(mail["Message-ID"]))


def _refer(mail: EmailMessage, message: OutMessage) -> None:
    """Name what is answered and the thread so far (RFC 5322, section 3.6.4)."""
    # Our ids may carry a word behind the bracket that tells twins apart; it is no part of the Message-ID.
    answered = ids_in(message.in_reply_to or "")
    chain = [known for named in message.references for known in ids_in(named)]
    chain = list(dict.fromkeys(known for known in chain if known not in answered))
    if len(chain) > _MAX_REFERENCES:
        chain = [chain[0], *chain[1 - _MAX_REFERENCES :]]
    if answered:
        mail["In-Reply-To"] = answered[0]
    if chain or answered:
        mail["References"] = " ".join([*chain, *answered[:1]])


def _attach(mail: EmailMessage, content: bytes, media_type: str, name: str) -> None:
    major, _, minor = media_type.partition("/")
    if major in ("", "multipart", "message") or not minor:
        major, minor = "application", "octet-stream"
    mail.add_attachment(content, maintype=major, subtype=minor, filename=_one_line(name) or "file")


def _fix_boundaries(mail: EmailMessage, key: str) -> None:
    """Boundaries are made up at random otherwise, and two attempts would differ."""
    for number, part in enumerate(mail.walk()):
        if part.is_multipart():
            part.set_boundary("=_" + hashlib.sha256(f"{key}/{number}".encode()).hexdigest()[:40])


def _named(shown: str, address: str) -> Address:
    shown = shown if "@" not in shown else ""
    try:
        if address.isascii():
            return Address(shown, addr_spec=address)
        # The library's parser takes ASCII only; what it would refuse was refused before.
        local, _, domain = address.rpartition("@")
        return Address(shown, username=local, domain=domain)
    except (ValueError, MessageError, IndexError) as error:
        raise BadAddress(address) from error


def wire_address(address: str) -> str:
    """Return an address as SMTP takes it: the domain in ASCII (IDNA). Raises BadAddress."""
    local, _, domain = address.strip().rpartition("@")
    try:
        plain = domain if domain.isascii() else domain.encode("idna").decode("ascii")
    except UnicodeError as error:
        raise BadAddress(address) from error
    if not is_address(f"{local}@{plain}"):
        raise BadAddress(address)
    return f"{local}@{plain}"


def addresses_in(value: Any) -> list[str]:
    """Return the addresses of a list, or of a text with commas or semicolons between them."""
    parts: Iterable[Any] = value.replace(";", ",").split(",") if isinstance(value, str) else value or ()
    if not isinstance(parts, list | tuple):
        return []
    return [text for part in parts if (text := str(part).strip())]


def _one_line(text: str) -> str:
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())
