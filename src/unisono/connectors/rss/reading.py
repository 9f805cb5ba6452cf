"""From a feed's bytes to entries, and from a stored entry to events. Pure.

feedparser bears what feeds are like; what it leaves open is decided here: ids that are missing or used again, dates that are
missing or lie, entries that are changed without saying so.
"""

import calendar
import hashlib
import html
import re
from datetime import UTC, datetime
from typing import Any, Final

import feedparser
import msgspec
import nh3
from msgspec import Struct

from unisono.contract import MISSHAPEN, Author, CanReply, Created, Edited, Event, Raw, ThreadRef, Unreadable
from unisono.domain.words import ReplyRule, Visibility

MOST_ENTRIES: Final = 20_000
_ENTITY: Final = re.compile(rb"<!ENTITY", re.IGNORECASE)
_BREAK: Final = re.compile(r"<(?:br|/p|/li|/h\d|/div|/tr)\b[^>]*>", re.IGNORECASE)
_ALTERNATE: Final = re.compile(rb"<link\b[^>]*application/(?:rss|atom)\+xml[^>]*>", re.IGNORECASE)
_HREF: Final = re.compile(rb"href\s*=\s*[\"']?([^\"'\s>]+)", re.IGNORECASE)


class NoFeed(Exception):
    """The bytes are no feed. `elsewhere`: the address of one that the page names."""

    def __init__(self, elsewhere: str = "") -> None:
        super().__init__("no feed")
        self.elsewhere = elsewhere


class Entry(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One entry, as it is kept. at, changed, seen: seconds since 1970; the first two by the feed, if it tells."""

    id: str
    link: str = ""
    title: str = ""
    content: str = ""
    is_html: bool = False
    author: str = ""
    author_id: str = ""
    feed: str = ""
    at: float | None = None
    changed: float | None = None
    seen: float
    fingerprint: str


def entries_of(content: bytes, seen: datetime) -> list[Entry]:
    """Return the entries of a feed, oldest first as far as that can be known. Raises NoFeed."""
    # No feed needs entities of its own; who declares some wants to fill our memory or read our files.
    if _ENTITY.search(content[:65_536]):
        raise NoFeed
    found = feedparser.parse(content, sanitize_html=False, resolve_relative_uris=False)
    if not found.get("version") and not found.entries:
        link = _ALTERNATE.search(content[:200_000])
        href = _HREF.search(link[0]) if link else None
        raise NoFeed(href[1].decode("utf-8", "replace") if href else "")
    title = str(found.feed.get("title") or "")
    entries = [_entry(one, title, seen) for one in reversed(found.entries[:MOST_ENTRIES])]
    return sorted(entries, key=lambda entry: entry.at or 0.0) if all(entry.at for entry in entries) else entries


def _entry(one: Any, feed: str, seen: datetime) -> Entry:
    link, title = str(one.get("link") or ""), str(one.get("title") or "")
    body = next(iter(one.get("content") or ()), None) or one.get("summary_detail") or {}
    content = str(body.get("value") or one.get("summary") or "")
    detail = one.get("author_detail") or {}
    author = str(detail.get("name") or one.get("author") or "")
    name = str(one.get("id") or "") or hashlib.sha256(f"{link}\n{title}".encode("utf-8", "surrogatepass")).hexdigest()[:32]
    return Entry(
        id=name[:500], link=link, title=title, content=content, is_html=body.get("type") != "text/plain", author=author,
        author_id=str(detail.get("href") or detail.get("email") or ""), feed=feed, at=_seconds(one.get("published_parsed")),
        changed=_seconds(one.get("updated_parsed")), seen=seen.timestamp(),
        fingerprint=hashlib.sha256(f"{title}\n{content}\n{link}".encode("utf-8", "surrogatepass")).hexdigest()[:16],
    )  # fmt: skip


def _seconds(parsed: Any) -> float | None:
    try:
        return float(calendar.timegm(parsed)) if parsed else None
    except (ValueError, OverflowError):
        return None


def raw_of(entry: Entry, received_at: datetime) -> Raw:
    """Return what the inbox keeps; an entry that reads otherwise is another item of the same id."""
    key = f"entry:{hashlib.sha256(entry.id.encode('utf-8', 'surrogatepass')).hexdigest()[:32]}:{entry.fingerprint}"
    return Raw(ingest_key=key, body=msgspec.json.encode(entry), received_at=received_at)


def read_entry(raw: Raw, realm: str, *, work: bool) -> list[Event]:
    """Return what an entry says: new, and changed, since only the store knows which. Raises Unreadable."""
    try:
        entry = msgspec.json.decode(raw.body, type=Entry)
        at = datetime.fromtimestamp(entry.at or entry.changed or entry.seen, UTC)
        revision = int(max(entry.changed or 0.0, entry.seen if entry.changed is None else 0.0, 0.0))
    except (*MISSHAPEN, OverflowError, OSError) as error:
        raise Unreadable(f"This is no entry of a feed: {error}") from error
    text = plain(entry.content) if entry.is_html else entry.content
    created = Created(
        remote_id=entry.id, thread=ThreadRef(visibility=Visibility.PUBLIC, root_id=entry.id), author=_author(entry, realm),
        occurred_at=at, text=text or entry.title, html=entry.content if entry.is_html and entry.content else None,
        subject=entry.title if text else "", revision=revision, addressed=work, url=entry.link,
        can_reply=CanReply(rule=ReplyRule.DEEPLINK, reason="feed", url=entry.link),
        details={"feed": entry.feed} if entry.feed else {},
    )  # fmt: skip
    edited = Edited(
        remote_id=entry.id, revision=revision, occurred_at=datetime.fromtimestamp(entry.changed or entry.seen, UTC),
        text=created.text, html=created.html, subject=created.subject,
    )  # fmt: skip
    return [created, edited]


def _author(entry: Entry, realm: str) -> Author:
    """Who has no name in the feed is the feed itself."""
    name = entry.author or entry.feed
    url = entry.author_id if entry.author_id.startswith(("http://", "https://")) else ""
    return Author(remote_id=entry.author_id or name or realm, realm=realm, display_name=name, profile_url=url)


def plain(markup: str) -> str:
    """Return the text of a piece of HTML."""
    text = html.unescape(nh3.clean(_BREAK.sub("\n", markup), tags=set()))
    return "\n".join(" ".join(line.split()) for line in text.splitlines() if line.strip())
