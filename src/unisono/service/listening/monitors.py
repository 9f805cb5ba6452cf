"""Monitors: saved queries, kept by whoever may manage them, seen by whoever sees their channel."""

from typing import Final
from uuid import UUID

from msgspec import UNSET, Struct

from unisono.domain.errors import Conflict, Invalid, NotFound
from unisono.listening.compile import compiled
from unisono.listening.matcher import Frequencies, Matcher
from unisono.listening.post import Post
from unisono.listening.query import Node
from unisono.listening.reasons import hits, reasons
from unisono.listening.syntax import parse
from unisono.service.access import Access
from unisono.service.listening.views import MonitorView, Piece
from unisono.service.ports import Database, NewEvent, Tx
from unisono.service.ports.listening import MentionFilter, MonitorChange
from unisono.service.text import sort_key, storable

STATES: Final = ("on", "paused", "archived")
MAX_NAME_CHARS: Final = 80
MOST_MONITORS: Final = 200_000
#: How many of what was found lately a query is tried on.
LOOKED_AT: Final = 500
MOST_SHOWN: Final = 20


class Tried(Struct, frozen=True, kw_only=True):
    """A post that a query would have found."""

    network: str
    text: list[Piece]
    words: list[str]


class Preview(Struct, frozen=True, kw_only=True):
    """What a query says of what was heard lately. looked_at: how many posts; fit: how many it finds, the newest in `items`."""

    looked_at: int
    fit: int
    items: list[Tried]


async def list_monitors(db: Database, access: Access) -> list[MonitorView]:
    """Return the monitors that somebody sees, by name, archived ones too."""
    async with db.read() as tx:
        return await tx.listening.monitors(access.visible_classes())


async def add_monitor(
    db: Database, access: Access, monitor_id: UUID, *, name: str, query: str, channel_id: UUID | None = None,
    to_work: bool = False,
) -> MonitorView:  # fmt: skip
    """Keep a query; it finds what is said from now on. Raises Invalid, of a bad query with its place; Conflict."""
    access.require("monitor.manage")
    clean, key = _checked_name(name)
    check_query(query)
    async with db.write() as tx:
        await _check_channel(tx, channel_id)
        if not await tx.listening.add_monitor(monitor_id, clean, key, query.strip(), channel_id, to_work, access.user_id):
            raise Conflict("Another monitor has this name.", code="name_taken", field="name")
        await _told(tx, access, "monitor.added", monitor_id)
        return await _view(tx, monitor_id)


async def change_monitor(db: Database, access: Access, monitor_id: UUID, change: MonitorChange) -> MonitorView:
    """Change what is named; what was found stays found. Raises NotFound, Invalid, Conflict for a taken name."""
    access.require("monitor.manage")
    key = None
    named = {name: getattr(change, name) for name in change.__struct_fields__}
    if isinstance(change.name, str):
        named["name"], key = _checked_name(change.name)
    if isinstance(change.query, str):
        check_query(change.query)
        named["query"] = change.query.strip()
    if change.state is not UNSET and change.state not in STATES:
        raise Invalid(f"{change.state!r} is none of {', '.join(STATES)}.", code="not_one_of", field="state")
    async with db.write() as tx:
        if await tx.listening.monitor(monitor_id) is None:
            raise NotFound("This monitor does not exist.")
        if change.channel_id is not UNSET:
            await _check_channel(tx, change.channel_id)
        if not await tx.listening.change_monitor(monitor_id, MonitorChange(**named), key):
            raise Conflict("Another monitor has this name.", code="name_taken", field="name")
        await _told(tx, access, "monitor.changed", monitor_id)
        return await _view(tx, monitor_id)


def check_query(text: str) -> Node:
    """Return the query as a tree. Raises Invalid; of a mistake in it, with `at` and `end`, the characters that are meant."""
    query = parse(text)
    compiled(query, Frequencies().share)
    return query


async def preview_query(db: Database, access: Access, text: str) -> Preview:
    """Try a query on what monitors found lately, as far as the asker sees it; nothing is kept. Raises Invalid."""
    query = check_query(text)
    async with db.read() as tx:
        known = await tx.listening.mentions(access.visible_classes(), MentionFilter(), None, LOOKED_AT)
    items: list[Tried] = []
    fit = 0
    for one in known:
        said = "".join(piece.text for piece in one.text)
        post = Post(texts=[said], network=one.network, language=one.language, authors=[one.author])
        words = reasons(query, post)
        if words and _fits(query, post):
            fit += 1
            if len(items) < MOST_SHOWN:
                pieces = [Piece(text=text, hit=hit) for text, hit in hits(said, words)]
                items.append(Tried(network=one.network, text=pieces, words=list(words)))
    return Preview(looked_at=len(known), fit=fit, items=items)


def _fits(query: Node, post: Post) -> bool:
    matcher: Matcher[int] = Matcher()
    matcher.put(0, query)
    return bool(matcher.match(post))


async def _view(tx: Tx, monitor_id: UUID) -> MonitorView:
    return next(one for one in await tx.listening.monitors(None) if one.id == monitor_id)


async def _check_channel(tx: Tx, channel_id: UUID | None) -> None:
    if channel_id is not None and await tx.channels.facts(channel_id) is None:
        raise Invalid("This channel does not exist or is archived.", code="no_channel", field="channel_id")


async def _told(tx: Tx, access: Access, action: str, monitor_id: UUID) -> None:
    await tx.privacy.audit(access.user_id, action, "monitor", str(monitor_id), {})
    tx.emit(NewEvent(type="monitor.changed", actor_id=access.user_id, body={"monitor_id": monitor_id}))


def _checked_name(name: str) -> tuple[str, str]:
    clean = " ".join(storable(name).split())
    key = sort_key(clean)
    if not key:
        raise Invalid("A monitor needs a name.", code="empty", field="name")
    if len(clean) > MAX_NAME_CHARS:
        raise Invalid(f"The name of a monitor takes {MAX_NAME_CHARS} characters.", code="too_long", field="name")
    return clean, key
