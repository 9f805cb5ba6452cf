"""Real threads from a file, as steps: one JSON object a line, as posts, comments, mails and replies.

Each line has `id`, `thread_id`, `reply_to`, `network`, `kind` (post, reply, comment), `author`, `author_is_company`,
`company`, `text`, `lang` and `created_at`. `author`, `reply_to` and `created_at` may be null. Lines may stand in any order.
"""

import hashlib
from datetime import datetime
from pathlib import Path
from typing import Final, Literal

import msgspec
from msgspec import Struct

from unisono.app.demo.script import Kind, Person, Step
from unisono.domain.errors import Invalid

GAP_S: Final = 5.0
MAX_PAUSE_S: Final = 600.0
# Pages and boards have no account that could be answered in public: what they say arrives as mail.
_BY_MAIL: Final = frozenset({"web", "forum", "mail", "email"})
# Of a thread that could come in anywhere, so many of a hundred come as comments below the company's post, or by mail.
_COMMENTS, _MAILS = 12, 12


class Item(Struct, frozen=True, kw_only=True):
    """One line of the file."""

    id: str
    thread_id: str
    network: str
    kind: Literal["post", "reply", "comment"]
    text: str
    reply_to: str | None = None
    author: str | None = None
    author_is_company: bool = False
    company: str | None = None
    lang: str = "en"
    created_at: datetime | None = None


class BadFeed(Invalid):
    """The file cannot be played; the text names the line."""

    code = "bad_feed"


def load_feed(path: Path) -> list[Step]:
    """Return the file's messages as steps, whoever is answered before who answers.

    Every message of a customer becomes one step with the item's id as its key. The company's become posts and replies of
    our own account, except in threads that come by mail, where an agent's answers stand in their place. A comment whose
    parent is not in the file hangs on a post of the company that is made for it. Raises BadFeed.
    """
    items = _read(path)
    ways = {item_id: _way(_root(item, items)) for item_id, item in items.items()}
    steps: list[Step] = []
    made: set[str] = set()
    for item, at_s in _timed(_parents_first(items)):
        way = ways[item.id]
        if way == "mail" and item.author_is_company:
            continue
        parent = _answered(item, items, way)
        if parent is not None and parent not in items and parent not in made:
            made.add(parent)
            steps.append(_stand_in(parent, item, at_s))
        steps.append(_step(item, at_s, way, parent))
    return steps


def _read(path: Path) -> dict[str, Item]:
    items: dict[str, Item] = {}
    try:
        lines = path.read_bytes().split(b"\n")
    except OSError as error:
        raise BadFeed(f"{path} cannot be read: {error.strerror}. Nothing was played.") from None
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            item = msgspec.json.decode(line, type=Item)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise BadFeed(f"{path}, line {number}: {error}. Nothing was played; correct the line and start again.") from None
        if item.id in items:
            raise BadFeed(f"{path}, line {number}: the id {item.id} stands on an earlier line too. Nothing was played.")
        items[item.id] = item
    if not items:
        raise BadFeed(f"{path} holds no messages.")
    return items


def _root(item: Item, items: dict[str, Item]) -> Item:
    """The message in the file that the thread begins with, as far up as the file goes."""
    seen = {item.id}
    while item.reply_to in items and item.reply_to not in seen:
        item = items[item.reply_to]
        seen.add(item.id)
    return item


Way = Literal["post", "comment", "mail"]


def _way(root: Item) -> Way:
    """How a thread comes in; decided by its root, so that all of it comes the same way."""
    if root.network in _BY_MAIL:
        return "mail"
    if root.kind == "comment":
        return "comment"
    if root.network != "twitter" or root.author_is_company:
        return "post"
    lot = int.from_bytes(hashlib.sha256(root.id.encode()).digest()[:4], "big") % 100
    return "comment" if lot < _COMMENTS else "mail" if lot < _COMMENTS + _MAILS else "post"


def _answered(item: Item, items: dict[str, Item], way: Way) -> str | None:
    """The key of the step that this one answers."""
    parent = item.reply_to
    if way != "mail":
        if parent is None and way == "comment":
            # A post for each thread: below one and the same, two threads of one person would be one conversation.
            return f"wall/{item.id}"
        return parent if parent in items or way == "comment" else None
    # The company's mails are left out: a customer's mail then answers the customer's before it.
    while parent in items and items[parent].author_is_company:
        parent = items[parent].reply_to
    return parent if parent in items else None


def _parents_first(items: dict[str, Item]) -> list[Item]:
    """The file's order, but nobody answers what has not been said; times that contradict that give way."""
    ordered: dict[str, Item] = {}
    for item in items.values():
        chain = [item]
        while (parent := chain[-1].reply_to) in items and parent not in ordered and items[parent] not in chain:
            chain.append(items[parent])
        for one in reversed(chain):
            ordered.setdefault(one.id, one)
    return list(ordered.values())


def _timed(items: list[Item]) -> list[tuple[Item, float]]:
    """Pauses as they really were, cut to ten minutes; five seconds where the file knows no time."""
    timed: list[tuple[Item, float]] = []
    at = 0.0
    before: datetime | None = None
    for item in items:
        if before is not None and item.created_at is not None:
            at += min(max((item.created_at - before).total_seconds(), 0.0), MAX_PAUSE_S)
        elif timed:
            at += GAP_S
        before = item.created_at or before
        timed.append((item, at))
    return timed


def _stand_in(key: str, item: Item, at_s: float) -> Step:
    """The company's post that comments hang on and the file does not have."""
    text = f"{item.company or 'Brookwatt'}: " + ("Schreibt uns." if item.lang == "de" else "Write to us.")
    return Step(key=key, thread=key, at_s=at_s, kind="post", who=None, text=text)


def _step(item: Item, at_s: float, way: Way, parent: str | None) -> Step:
    kind: Kind = "mail" if way == "mail" else "post" if parent is None else "comment" if way == "comment" else "reply"
    return Step(
        key=item.id, thread=item.thread_id, at_s=at_s, kind=kind, who=None if item.author_is_company else _author(item),
        text=item.text, parent=parent, subject=_subject(item) if kind == "mail" else "",
    )  # fmt: skip


def _author(item: Item) -> Person:
    """Who wrote it; where the file names nobody, somebody of whom only this is known."""
    name = item.author or "a_" + hashlib.sha256(item.id.encode()).hexdigest()[:10]
    return Person(key=name, name=name, handle=name, address=f"{name.lower()}@feed.example", lang=item.lang)


def _subject(item: Item) -> str:
    words = item.text.split()
    subject = " ".join(words[:8])
    return subject[:60] + ("…" if len(words) > 8 or len(subject) > 60 else "")
