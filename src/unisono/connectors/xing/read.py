"""From a notification mail to an event. Pure.

The forms of these mails are not documented, and change. So a mail is known by where its links lead first, by its subject second;
one of an unknown form is recorded whole. Nothing of what was said is left out because it could not be told apart.
"""

import re
from datetime import UTC, datetime
from email.message import Message
from email.utils import parsedate_to_datetime
from typing import Final
from urllib.parse import urlsplit

from msgspec import Struct

from unisono.connectors._mail.body import body_of
from unisono.connectors._mail.mime import MALFORMED, addresses, header, parse, raw_header
from unisono.connectors._mail.raw import digest_of, message_id_in, unwrapped
from unisono.connectors.xing.proof import claims, is_xings, unproved
from unisono.contract import Author, CanReply, Created, Event, Raw, ThreadRef, Unreadable
from unisono.domain.order import numeric_tie_break
from unisono.domain.words import ReplyRule, Visibility

HOME: Final = "https://www.xing.com/"
_URL: Final = re.compile(r"https://[^\s<>\"')\]]{4,2000}")
_PLACES: Final = (
    ("message", re.compile(r"^/(?:chats?|messages?|conversations?)/[\w.-]+", re.IGNORECASE)),
    ("comment", re.compile(r"^/(?:communities|discover|news|insights|posts|articles|groups|pages)/[\w./-]+", re.IGNORECASE)),
)
_PROFILE: Final = re.compile(r"^/profile/([\w.%-]{1,200})", re.IGNORECASE)
_SUBJECTS: Final = (
    ("message", re.compile(r"(?P<name>.+?) hat (?:Ihnen|dir) eine (?:neue )?Nachricht (?:geschickt|gesendet|geschrieben)")),
    ("message", re.compile(r"Neue Nachricht von (?P<name>.+)")),
    ("message", re.compile(r"(?P<name>.+?) (?:has )?sent you a (?:new )?message")),
    ("message", re.compile(r"New message from (?P<name>.+)")),
    ("comment", re.compile(r"(?P<name>.+?) hat .{0,80}\bkommentiert")),
    ("comment", re.compile(r"(?P<name>.+?) (?:has )?commented on ")),
    ("mention", re.compile(r"(?P<name>.+?) hat .{0,80}\berwähnt")),
    ("mention", re.compile(r"(?P<name>.+?) (?:has )?mentioned ")),
    ("contact", re.compile(r"(?P<name>.+?) (?:möchte|will) (?:Sie|dich) als Kontakt hinzufügen")),
    ("contact", re.compile(r"(?P<name>.+?) (?:would like|wants) to add you as a contact")),
)
_PUBLIC: Final = frozenset({"comment", "mention"})
_INTRO_LINES: Final = 6
_MAX_SUBJECT: Final = 2_000


class _Seen(Struct, frozen=True, kw_only=True):
    """What a mail turned out to be. kind: "" for a form that nobody knows here. at: where its own link stands in the text."""

    kind: str
    name: str
    url: str
    place: str
    profile: str
    at: int


class _Link(Struct, frozen=True, kw_only=True):
    """A link to Xing, and where it stands."""

    url: str
    path: str
    at: int


def read_mail(raw: Raw, server: str) -> list[Event]:
    """Return what a mail of Xing's tells. Raises Unreadable for one that is not proved to be Xing's, and for what is no mail."""
    facts, content = unwrapped(raw.body)
    mail = parse(content)
    if not raw_header(mail.head, "From"):
        raise Unreadable("These bytes are no mail; they are kept as they came.")
    if not claims(mail.head):
        return []
    if why := unproved(mail.head, server):
        raise Unreadable(f"This mail says that it comes from Xing, but {why}. It is kept here and was not taken for an enquiry.")
    try:
        body = body_of(mail)
        text, html = body.text, body.html or ""
        seen = _seen(mail.head, text, html)
    except MALFORMED as error:
        raise Unreadable(f"The mail cannot be read ({type(error).__name__}); it is kept as it came.") from error
    message_id = message_id_in(raw_header(mail.head, "Message-ID")) or f"<{digest_of(content)}@no-message-id.invalid>"
    author = Author(
        remote_id=f"profile/{seen.profile}" if seen.profile else f"name/{seen.name.casefold()}", handle=seen.profile,
        display_name=seen.name, profile_url=f"{HOME}profile/{seen.profile}" if seen.profile else "",
    )  # fmt: skip
    url = seen.url or HOME
    return [
        Created(
            remote_id=message_id, author=author, occurred_at=_when(mail.head, facts.at or raw.received_at),
            thread=ThreadRef(
                visibility=Visibility.PUBLIC if seen.kind in _PUBLIC else Visibility.PRIVATE,
                root_id=seen.place or (f"profile/{seen.profile}" if seen.profile else message_id),
            ),
            text=_said(text, seen), subject=" ".join(header(mail.head, "Subject").split())[:_MAX_SUBJECT],
            tie_break=numeric_tie_break(str(facts.uid)), automatic=not seen.kind, url=url,
            can_reply=CanReply(rule=ReplyRule.DEEPLINK, reason="xing", url=url), details={"kind": seen.kind or "notification"},
        )
    ]  # fmt: skip


def _seen(head: Message, text: str, html: str) -> _Seen:
    subject = " ".join(header(head, "Subject").split())
    by_subject = next(((kind, found["name"]) for kind, form in _SUBJECTS if (found := form.match(subject))), ("", ""))
    for source, is_text in ((text, True), (html, False)):
        links = _links(source)
        for kind, form in _PLACES:
            # What somebody wrote stands above the mail's own link, so the last one is that; and whose profile is named below
            # it is named by Xing, while one above it may be anybody's.
            places = [(link, found[0]) for link in links if (found := form.match(link.path))]
            if places and by_subject[0] in ("", kind, "mention"):
                link, place = places[-1]
                below = [other for other in links if other.at > link.at]
                return _Seen(
                    kind=by_subject[0] or kind, name=by_subject[1] or _sender(head), url=link.url,
                    place=place.strip("/").lower(), profile=_profile(below), at=link.at if is_text else -1,
                )  # fmt: skip
    links = _links(text) or _links(html)
    # A form that nobody knows has no author but Xing, whose name is no customer's.
    return _Seen(
        kind=by_subject[0], name=by_subject[1] or _sender(head), url=links[0].url if links else "", place="",
        profile=_profile(links) if by_subject[0] else "", at=-1,
    )  # fmt: skip


def _links(source: str) -> list[_Link]:
    """Return the links that lead to Xing, in order."""
    found = []
    for match in _URL.finditer(source):
        url = match[0].replace("&amp;", "&").rstrip(".,;")
        try:
            parts = urlsplit(url)
            if is_xings(parts.hostname or ""):
                found.append(_Link(url=url, path=parts.path, at=match.start()))
        except ValueError:
            continue
    return found


def _profile(links: list[_Link]) -> str:
    """Return whose profile is named, if it is one person's."""
    named = {found[1] for link in links if (found := _PROFILE.match(link.path))}
    return named.pop() if len(named) == 1 else ""


def _sender(head: Message) -> str:
    shown = next((name for name, _ in addresses(head, "From")), "")
    return re.sub(r"\s*(?:\((?:via|über) XING\)|(?:via|über) XING)\s*$", "", shown, flags=re.IGNORECASE).strip() or "XING"


def _said(text: str, seen: _Seen) -> str:
    """Return what somebody wrote: between the line that announces it and the one that leads to Xing. Else the whole text."""
    if not seen.kind or seen.at < 0:
        return text.strip()
    lines = text[: seen.at].rstrip().split("\n")
    if len(lines) > 1 and lines[-1].rstrip().endswith(":"):
        lines = lines[:-1]
    filled = [number for number, line in enumerate(lines) if line.strip()][:_INTRO_LINES]
    intro = next((n for n in filled if lines[n].rstrip().endswith(":") and seen.name and seen.name in lines[n]), None)
    said = "\n".join(lines[intro + 1 :] if intro is not None else lines).strip()
    return said or text.strip()


def _when(head: Message, arrived: datetime) -> datetime:
    try:
        written = parsedate_to_datetime(header(head, "Date"))
        written = (written if written.tzinfo else written.replace(tzinfo=UTC)).astimezone(UTC)
    except (*MALFORMED, IndexError):
        return arrived
    return min(written, arrived)
