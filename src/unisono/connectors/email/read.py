"""From the bytes of a mail to events. Pure; never fails on what strangers send, except for what is no mail at all."""

import email
import hashlib
import re
from datetime import UTC, datetime
from email.message import EmailMessage, Message
from email.policy import default as default_policy
from email.utils import getaddresses, parsedate_to_datetime
from typing import Any

from msgspec import Struct

from unisono.connectors.email.body import Parts, html_as_text, parts_of, split_history
from unisono.contract import (
    Author,
    CanReply,
    Created,
    Event,
    Raw,
    Status,
    ThreadRef,
    Unreadable,
)
from unisono.domain.words import DeliveryState, ReplyRule, Visibility

_MESSAGE_ID = re.compile(r"<[^<>\s]{1,990}>")
_KEY = re.compile(r"^<unisono\.([0-9a-f-]{36})@", re.IGNORECASE)
_DMARC = re.compile(r"\bdmarc\s*=\s*([a-z]+)", re.IGNORECASE)
_LONG_AGO = datetime(1970, 1, 2, tzinfo=UTC)


class Own(Struct, frozen=True, kw_only=True):
    """Who we are: our address, and whose verdict on senders we trust."""

    address: str
    authserv_id: str = ""


def message_id_for(key: str, address: str) -> str:
    """Return the Message-ID of an answer: fixed by its key, so that every attempt and every copy has the same."""
    return f"<unisono.{key}@{address.rpartition('@')[2] or 'localhost'}>"


def read_mail(raw: Raw, own: Own) -> list[Event]:
    """Return what a mail says. Raises Unreadable for bytes without any header."""
    mail = parse(raw.body)
    if not mail.keys() or not raw.body.strip():
        raise Unreadable("These bytes have no header of a mail; they are kept as they came.")
    try:
        if (report := _report_of(mail)) is not None:
            return _report_events(mail, report, raw, own)
        return [_created(mail, raw, own)]
    except RecursionError as error:
        raise Unreadable("The mail is nested too deeply to be read; it is kept as it came.") from error


def parse(content: bytes) -> EmailMessage:
    """Parse bytes as a mail. Raises Unreadable."""
    try:
        parsed = email.message_from_bytes(content, policy=default_policy)
    except (ValueError, LookupError, IndexError, RecursionError, TypeError, AttributeError) as error:
        raise Unreadable(f"The mail cannot be parsed ({type(error).__name__}); it is kept as it came.") from error
    if not isinstance(parsed, EmailMessage):
        raise Unreadable("The mail cannot be parsed; it is kept as it came.")
    return parsed


def ingest_key(content: bytes) -> str:
    """Return the key of a mail: its Message-ID, and a hash of what makes it this mail and no other with the same id."""
    try:
        mail = parse(content)
        named = message_id(mail)
        seen = "\n".join(header(mail, name) for name in ("Date", "From", "Subject"))
        _, _, body = content.replace(b"\r\n", b"\n").partition(b"\n\n")
    except Unreadable:
        named, seen, body = "", "", content
    digest = hashlib.sha256(seen.encode("utf-8", "surrogatepass") + b"\0" + body.strip()).hexdigest()[:24]
    return f"mail:{named[:200]}:{digest}"


def header(mail: EmailMessage, name: str) -> str:
    """Return a header as text; one that cannot be decoded comes as it stands."""
    try:
        value = mail.get(name)
        return "" if value is None else str(value)
    except (ValueError, LookupError, IndexError, TypeError, AttributeError):
        for key, text in mail.raw_items():
            if key.lower() == name.lower():
                return str(text)
        return ""


def message_id(mail: EmailMessage) -> str:
    """Return the Message-ID with its brackets, or an empty text."""
    found = _MESSAGE_ID.search(header(mail, "Message-ID"))
    return found[0] if found else ""


def references(mail: EmailMessage) -> list[str]:
    """Return what the mail refers to, oldest first."""
    found = _MESSAGE_ID.findall(header(mail, "References"))
    answered = _MESSAGE_ID.findall(header(mail, "In-Reply-To"))
    return list(dict.fromkeys([*found, *answered]))


def _created(mail: EmailMessage, raw: Raw, own: Own) -> Created:
    parts = parts_of(mail)
    name, address = _sender(mail)
    ours = address.lower() == own.address.lower()
    named = message_id(mail) or f"<{hashlib.sha256(raw.body).hexdigest()[:40]}@no-message-id.invalid>"
    chain = references(mail)
    text = "\n\n".join(t.strip() for t in parts.plain if t.strip())
    html = "\n".join(parts.html) or None
    if not text and html:
        text = html_as_text(html)
    new, history = split_history(text)
    return Created(
        remote_id=named,
        thread=ThreadRef(
            visibility=Visibility.PRIVATE, root_id=chain[0] if chain else named, parent_id=chain[-1] if chain else None,
            aliases=tuple(chain), customer=_recipient(mail) if ours else None,
        ),
        author=_author(name, address), occurred_at=_date(mail, raw), text=new, html=html,
        subject=" ".join(header(mail, "Subject").split()), own=ours, client_key=_own_key(named),
        automatic=is_automatic(mail), attachments=tuple(parts.files), tie_break=raw.ingest_key,
        can_reply=CanReply() if address else CanReply(rule=ReplyRule.NO, reason="no_sender"),
        details=_details(mail, parts, history, own),
    )  # fmt: skip


def _sender(mail: EmailMessage) -> tuple[str, str]:
    for field in ("Reply-To", "From", "Sender", "Return-Path"):
        for name, address in getaddresses([header(mail, field)]):
            if "@" in address:
                return name, address.strip()
    return "", ""


def _author(name: str, address: str) -> Author:
    known = address.strip().lower()
    return Author(remote_id=known or "unknown-sender", handle=address, display_name=name or address)


def _recipient(mail: EmailMessage) -> Author | None:
    for name, address in getaddresses([header(mail, "To")]):
        if "@" in address:
            return _author(name, address)
    return None


def _date(mail: EmailMessage, raw: Raw) -> datetime:
    try:
        found = parsedate_to_datetime(header(mail, "Date"))
    except (ValueError, TypeError, IndexError, OverflowError):
        return raw.received_at
    aware = found if found.tzinfo else found.replace(tzinfo=UTC)
    try:
        return max(aware.astimezone(UTC), _LONG_AGO)
    except (ValueError, OverflowError):
        return raw.received_at


def _own_key(named: str) -> str | None:
    match = _KEY.match(named)
    return match[1].lower() if match else None


def is_automatic(mail: EmailMessage) -> bool:
    """Tell whether a machine wrote it, so that nobody answers a machine (RFC 3834, section 2)."""
    submitted = header(mail, "Auto-Submitted").split(";")[0].strip().lower()
    if submitted and submitted != "no":
        return True
    if header(mail, "Precedence").strip().lower() in ("bulk", "list", "junk", "auto_reply"):
        return True
    if any(
        header(mail, name) for name in ("List-Id", "List-Unsubscribe", "X-Autoreply", "X-Autorespond", "X-Auto-Response-Suppress")
    ):
        return True
    if header(mail, "Return-Path").strip() == "<>":
        return True
    local = _sender(mail)[1].lower().partition("@")[0]
    return local in ("mailer-daemon", "postmaster", "no-reply", "noreply", "donotreply", "do-not-reply")


def _report_of(mail: EmailMessage) -> EmailMessage | None:
    """The machine-readable part of a delivery report (RFC 3464), if this is one."""
    if mail.get_content_type() != "multipart/report":
        return None
    for part in mail.walk():
        if part.get_content_type() == "message/delivery-status":
            return mail
    return None


def _report_events(mail: EmailMessage, report: EmailMessage, raw: Raw, own: Own) -> list[Event]:
    events: list[Event] = [_created(mail, raw, own)]
    named, action, code = "", "", ""
    for part in report.walk():
        if part.get_content_type() == "message/delivery-status":
            blocks = part.get_payload()
            for block in blocks if isinstance(blocks, list) else []:
                if not isinstance(block, Message):
                    continue
                action = str(block.get("Action", action)).strip().lower()
                code = str(block.get("Status", code)).strip()
        elif part.get_content_type() in ("message/rfc822", "text/rfc822-headers"):
            text = part.as_string()
            found = re.search(r"^Message-ID:\s*(<[^<>\s]+>)", text, re.IGNORECASE | re.MULTILINE)
            named = found[1] if found else named
    key = _own_key(named)
    if action == "failed" and key is not None:
        events.append(
            Status(
                state=DeliveryState.FAILED, occurred_at=raw.received_at, client_key=key, remote_id=named, code=code or "bounced",
                human=f"The mail could not be delivered (status {code or 'unknown'}).",
            )
        )  # fmt: skip
    return events


def _details(mail: EmailMessage, parts: Parts, history: str, own: Own) -> dict[str, Any]:
    details: dict[str, Any] = {}
    copies = [address for _, address in getaddresses([header(mail, "Cc")]) if "@" in address]
    others = [a for _, a in getaddresses([header(mail, "To")]) if "@" in a and a.lower() != own.address.lower()]
    if copies or others:
        details["cc"] = [*others, *copies][:50]
    if history:
        details["history"] = history[:100_000]
    if parts.problems:
        details["problems"] = parts.problems[:10]
    if own.authserv_id:
        for value in mail.get_all("Authentication-Results", []):
            if str(value).split(";")[0].strip().lower() == own.authserv_id.lower() and (found := _DMARC.search(str(value))):
                details["dmarc"] = found[1].lower()
                break
    return details
