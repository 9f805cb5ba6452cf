"""Reports on our own mails: not delivered (RFC 3464), read (RFC 8098), marked as spam (RFC 5965)."""

import re
from email.message import Message
from typing import Final

from msgspec import Struct

from unisono.connectors._mail.mime import MALFORMED, addresses, content_type, is_address, raw_header
from unisono.connectors._mail.raw import message_id_in
from unisono.domain.words import DeliveryState

_MAX_PARTS: Final = 200
_MESSAGE_ID_LINE: Final = re.compile(rb"^message-id:[ \t\r\n]{0,20}(<[^<>\r\n]{1,900}>)", re.IGNORECASE | re.MULTILINE)
# Programs without RFC 3464 (qmail, some gateways) quote the whole mail; ours is known by the form of its id.
_OWN_ID: Final = re.compile(rb"<unisono\.[0-9a-f-]{36}@[^<>\s]{1,255}>", re.IGNORECASE)


class Report(Struct, frozen=True, kw_only=True):
    """What a report says. message_id: of the mail that it is about; recipient: to whom that was sent; state: None when
    nothing final is known (delayed).
    """

    message_id: str
    state: DeliveryState | None
    recipient: str = ""
    code: str = ""
    said: str = ""


def report_of(mail: Message, content: bytes) -> Report | None:
    """Return what a report says, None when the mail is none."""
    kinds: dict[str, Message] = {}
    try:
        for number, part in enumerate(mail.walk()):
            if number > _MAX_PARTS:
                break
            kinds.setdefault(content_type(part), part)
    except MALFORMED:
        return None
    about = _about(kinds) or _own_id(content)
    if (status := kinds.get("message/delivery-status")) is not None:
        return _delivery(status, about)
    if (receipt := kinds.get("message/disposition-notification")) is not None:
        return _receipt(receipt, about)
    if (complaint := kinds.get("message/feedback-report")) is not None:
        return _complaint(complaint, about)
    return None


def _about(kinds: dict[str, Message]) -> str:
    """The id of the mail that came back, whole or as its header."""
    whole = kinds.get("message/rfc822")
    if whole is not None:
        inner = whole.get_payload()
        if isinstance(inner, list) and inner and isinstance(inner[0], Message):
            return message_id_in(raw_header(inner[0], "Message-ID"))
    headers = kinds.get("text/rfc822-headers") or kinds.get("message/rfc822-headers")
    if headers is not None:
        try:
            found = _MESSAGE_ID_LINE.search(headers.get_payload(decode=True) or b"")  # type: ignore[arg-type]
        except MALFORMED:
            return ""
        return message_id_in(found[1].decode("ascii", "replace")) if found else ""
    return ""


def _own_id(content: bytes) -> str:
    found = _OWN_ID.search(content[:200_000])
    return message_id_in(found[0].decode("ascii", "replace")) if found else ""


def _fields(part: Message) -> list[Message]:
    """The groups of fields that such a part holds."""
    inner = part.get_payload()
    return [one for one in inner if isinstance(one, Message)] if isinstance(inner, list) else [part]


def _delivery(part: Message, about: str) -> Report:
    action = code = recipient = said = ""
    for fields in _fields(part)[:50]:
        new = raw_header(fields, "Action").strip().lower()
        # One failed recipient among several decides: that is what somebody has to see.
        if new and (action != "failed"):
            action = new
            code = raw_header(fields, "Status").partition(" ")[0].strip() or code
            recipient = _recipient(fields) or recipient
            said = raw_header(fields, "Diagnostic-Code").partition(";")[2].strip() or said
    state = {"failed": DeliveryState.FAILED, "delivered": DeliveryState.DELIVERED}.get(action)
    return Report(message_id=about, state=state, recipient=recipient, code=code[:20] or "bounced", said=said[:300])


def _recipient(fields: Message) -> str:
    for name in ("Original-Recipient", "Final-Recipient"):
        address = raw_header(fields, name).partition(";")[2].strip()
        if is_address(address):
            return address
    return ""


def _receipt(part: Message, about: str) -> Report:
    for fields in _fields(part)[:5]:
        named = message_id_in(raw_header(fields, "Original-Message-ID")) or about
        displayed = raw_header(fields, "Disposition").rpartition(";")[2].strip().lower().partition("/")[0]
        state = {"displayed": DeliveryState.READ, "deleted": DeliveryState.DELIVERED}.get(displayed)
        return Report(message_id=named, state=state, recipient=_recipient(fields), code=displayed[:20])
    return Report(message_id=about, state=None)


def _complaint(part: Message, about: str) -> Report:
    """Whoever complains has the mail: it was delivered."""
    fields = _fields(part)[0]
    kind = raw_header(fields, "Feedback-Type").strip().lower()
    to = addresses(fields, "Original-Rcpt-To")
    recipient = to[0][1] if to else ""
    return Report(message_id=about, state=DeliveryState.DELIVERED, recipient=recipient, code=f"complaint_{kind[:20]}")
