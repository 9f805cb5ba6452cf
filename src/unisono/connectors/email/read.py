"""From the bytes of a mail to events. Pure; what strangers send never makes it fail, except bytes that are no mail at all."""

import re
from datetime import UTC, datetime, timedelta
from email.message import Message
from email.utils import parsedate_to_datetime
from typing import Any, Final

from msgspec import Struct

from unisono.connectors._mail.body import Body, body_of
from unisono.connectors._mail.large import body_of_cut
from unisono.connectors._mail.mime import MALFORMED, Mail, content_type, header, parse, parse_head, raw_header, raw_headers
from unisono.connectors._mail.raw import Facts, digest_of, ids_in, message_id_in, unwrapped
from unisono.connectors.email.automatic import MACHINES, why_automatic
from unisono.connectors.email.people import Correspondents, author_of, can_reply, correspondents
from unisono.connectors.email.quoting import split_history
from unisono.connectors.email.reports import Report, report_of
from unisono.contract import Author, CanReply, Created, Event, Raw, Status, ThreadRef, Unreadable
from unisono.domain.order import numeric_tie_break
from unisono.domain.words import Visibility

MAX_HISTORY_CHARS: Final = 100_000
_MAX_CHAIN: Final = 60
_KEY: Final = re.compile(r"^<unisono\.([0-9a-f-]{36})@", re.IGNORECASE)
_VERDICT: Final = re.compile(r"\b(dmarc|dkim|spf)\s{0,3}=\s{0,3}([a-z]{1,20})", re.IGNORECASE)
_MAIL_HEADERS: Final = frozenset({
    "from", "to", "subject", "date", "message-id", "received", "return-path", "delivered-to", "sender", "reply-to", "cc",
    "mime-version", "content-type", "in-reply-to", "references",
})  # fmt: skip
# Mail is younger than this; earlier dates are clocks that were never set.
_FIRST_MAIL: Final = datetime(1990, 1, 1, tzinfo=UTC)
_CLOCKS_DIFFER: Final = timedelta(days=1)


class Own(Struct, frozen=True, kw_only=True):
    """Who we are: our addresses in lower case, and whose verdict on senders we trust."""

    addresses: frozenset[str]
    authserv_id: str = ""


def message_id_for(key: str, address: str) -> str:
    """Return the Message-ID of an answer: fixed by its key, so that every attempt and every copy has the same."""
    return f"<unisono.{key}@{address.rpartition('@')[2].lower() or 'localhost'}>"


def own_key(message_id: str) -> str | None:
    """Return the key of our answer that a Message-ID names."""
    match = _KEY.match(message_id)
    return match[1].lower() if match else None


def read_mail(raw: Raw, own: Own) -> list[Event]:
    """Return what a mail says. Raises Unreadable for bytes that are no mail."""
    facts, content = unwrapped(raw.body)
    mail = parse(content)
    if not {name.lower() for name, _ in mail.head.raw_items()} & _MAIL_HEADERS:
        problem = f" The server said: {facts.problem}" if facts.problem else ""
        raise Unreadable(f"These bytes have no header of a mail; they are kept as they came.{problem}")
    try:
        return _events(mail, facts, raw, own)
    except MALFORMED as error:
        shallow = Mail(head=parse_head(content), content=content, shallow=f"it breaks the reader ({type(error).__name__})")
        try:
            return _events(shallow, facts, raw, own)
        except MALFORMED as again:
            raise Unreadable(f"The mail cannot be read ({type(again).__name__}); it is kept as it came.") from again


def _events(mail: Mail, facts: Facts, raw: Raw, own: Own) -> list[Event]:
    people = correspondents(mail.head, own.addresses)
    why = why_automatic(mail.head, people.sender[1])
    report = _report(mail, why)
    created = _created(mail, facts, raw, own, people, why, report)
    if report is None or report.state is None or own_key(report.message_id) is None:
        return [created]
    human = f"The recipient's mail server reports: {report.said or report.code}."
    status = Status(
        state=report.state, occurred_at=created.occurred_at, client_key=own_key(report.message_id),
        remote_id=report.message_id, code=report.code, human=human,
    )  # fmt: skip
    return [created, status]


def _report(mail: Mail, why: str) -> Report | None:
    """A report stands at the top, or came from a mail server; one that a person passes on is a mail like others."""
    if mail.shallow or not (content_type(mail.head) == "multipart/report" or why in ("null_return_path", "machine")):
        return None
    return report_of(mail.head, mail.content)


def _created(
    mail: Mail, facts: Facts, raw: Raw, own: Own, people: Correspondents, why: str, report: Report | None
) -> Created:  # fmt: skip
    body = _body(mail, facts)
    named = message_id_in(raw_header(mail.head, "Message-ID"))
    message_id = named or f"<{digest_of(mail.content)}@no-message-id.invalid>"
    ours = _is_ours(facts, people, named)
    text, history = split_history(body.text)
    if not text.strip() and facts.problem:
        text = f"[{facts.problem}]"
    shown, address = people.sender
    sender = author_of(shown, address)
    about_us = report is not None and own_key(report.message_id) is not None
    return Created(
        remote_id=message_id + (f"#{facts.twin}" if facts.twin else ""), author=sender, own=ours,
        thread=_thread(mail.head, facts, own, people, message_id, ours, report), occurred_at=_when(mail.head, facts, raw),
        text=text, html=body.html, subject=" ".join(header(mail.head, "Subject").split())[:2_000],
        client_key=own_key(message_id), automatic=bool(why) and not ours, attachments=tuple(body.files),
        tie_break=numeric_tie_break(str(facts.uid)) if facts.uid else raw.ingest_key,
        # A report stands in its customer's conversation, who can be written to as before.
        can_reply=CanReply() if ours or about_us else can_reply(address, own.addresses),
        details=_details(mail.head, body, history, own, people, why, facts),
    )  # fmt: skip


def _body(mail: Mail, facts: Facts) -> Body:
    if facts.texts is None and not facts.problem:
        return body_of(mail)
    body = body_of_cut(facts)
    if facts.problem:
        body.problems.append(facts.problem)
    return body


def _is_ours(facts: Facts, people: Correspondents, named: str) -> bool:
    """Sent mail is ours, and what comes back of our own.

    A mail from us to us alone is none of these: many contact forms write so, and somebody has to look at it.
    """
    if facts.sent or (own_key(named) is not None and people.from_us):
        return True
    return people.from_us and bool(people.others)


def _thread(
    mail: Message, facts: Facts, own: Own, people: Correspondents, message_id: str, ours: bool, report: Report | None
) -> ThreadRef:  # fmt: skip
    """References name the thread; then the address that only our own answer had. Never the subject."""
    del own
    chain = _chain(mail)
    # The nearest comes first: when two threads were joined, the one that is answered counts.
    aliases = list(reversed(chain))
    customer: Author | None = None
    if ours:
        customer = author_of(*people.others[0]) if people.others else None
    if facts.answers:
        aliases.insert(0, facts.answers)
    parent = chain[-1] if chain else None
    if report is not None and own_key(report.message_id) is not None:
        aliases.insert(0, report.message_id)
        parent = report.message_id
        if report.recipient and people.sender[1].lower().partition("@")[0] in MACHINES | {""}:
            customer = author_of("", report.recipient)
    root = chain[0] if chain else (aliases[0] if aliases else message_id)
    return ThreadRef(
        visibility=Visibility.PRIVATE, root_id=root, parent_id=parent, aliases=tuple(dict.fromkeys(aliases)), customer=customer
    )


def _chain(mail: Message) -> list[str]:
    """What a mail refers to, oldest first; of a very long chain the first and the last."""
    found = list(dict.fromkeys([*ids_in(raw_header(mail, "References")), *ids_in(raw_header(mail, "In-Reply-To"))]))
    return found if len(found) <= _MAX_CHAIN else [found[0], *found[1 - _MAX_CHAIN :]]


def _when(mail: Message, facts: Facts, raw: Raw) -> datetime:
    """When it was written; when that cannot be, when it came into the mailbox."""
    arrived = facts.at or raw.received_at
    try:
        written = parsedate_to_datetime(header(mail, "Date"))
        written = (written if written.tzinfo else written.replace(tzinfo=UTC)).astimezone(UTC)
    except (*MALFORMED, IndexError):
        return arrived
    return written if _FIRST_MAIL <= written <= arrived + _CLOCKS_DIFFER else arrived


def _details(
    mail: Message, body: Body, history: str, own: Own, people: Correspondents, why: str, facts: Facts
) -> dict[str, Any]:  # fmt: skip
    """Small facts for the screen.

    cc: the others who got it, for an answer to all. from: who wrote it, when answers go elsewhere. automatic: why it counts
    as written by a machine. history: signature and quotation. problems: what could not be taken as it was meant.
    dmarc, dkim, spf: the trusted checker's verdict. cut_bytes: size of a mail that was fetched in parts.
    """
    details: dict[str, Any] = {}
    if people.others:
        details["cc"] = [address for _, address in people.others][:50]
    if people.written_from:
        details["from"] = people.written_from
    if why:
        details["automatic"] = why
    if history:
        details["history"] = history[:MAX_HISTORY_CHARS]
    if body.problems:
        details["problems"] = [problem[:300] for problem in body.problems[:10]]
    if body.encrypted:
        details["encrypted"] = True
    if facts.texts is not None:
        details["cut_bytes"] = facts.size
    return details | _verdict(mail, own)


def _verdict(mail: Message, own: Own) -> dict[str, str]:
    """The topmost result that carries the trusted name: anybody can write one further down (RFC 8601, section 5)."""
    if not own.authserv_id:
        return {}
    for value in raw_headers(mail, "Authentication-Results"):
        if value.partition(";")[0].split(" ")[0].strip().lower() == own.authserv_id:
            found: dict[str, str] = {}
            for method, result in _VERDICT.findall(value[:4_000]):
                found.setdefault(method.lower(), result.lower())
            return found
    return {}
