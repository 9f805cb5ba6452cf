"""Search: what somebody types, against what they may see. Everything passes through access here."""

from datetime import datetime
from typing import Final
from uuid import UUID

import msgspec
from msgspec import Struct, field
from msgspec.structs import replace

from unisono.domain.errors import Invalid
from unisono.domain.words import InteractionState
from unisono.service.access import Access
from unisono.service.instant import Instant, instant
from unisono.service.look import sight_of
from unisono.service.page import parse_place, place
from unisono.service.ports import Database, Tx
from unisono.service.ports.reading import Sight
from unisono.service.ports.searching import Found, SearchFor
from unisono.service.search_query import TypedQuery, parse_query, snippet
from unisono.service.text import fold, query_alternatives, sort_key, words_of
from unisono.service.views import SearchHit, SnippetPart

MAX_QUERY_CHARS: Final = 300
_ME: Final = frozenset({"me", "ich", "mir", "mine"})
_NOBODY: Final = frozenset({"none", "nobody", "niemand", "niemandem", "keiner"})
_SPAM: Final = "spam"
_STATES: Final = {
    "waiting": ("waiting",), "wartend": ("waiting",), "wartet": ("waiting",), "offered": ("offered",), "angeboten": ("offered",),
    "active": ("active",), "aktiv": ("active",), "parked": ("parked",), "geparkt": ("parked",),
    "wrap_up": ("wrap_up",), "nacharbeit": ("wrap_up",), "closed": ("closed",), "erledigt": ("closed",),
    "geschlossen": ("closed",), _SPAM: (_SPAM,),
    "open": tuple(s.value for s in InteractionState if s is not InteractionState.CLOSED),
    "offen": tuple(s.value for s in InteractionState if s is not InteractionState.CLOSED),
}  # fmt: skip


class SearchPage(Struct, frozen=True, kw_only=True):
    """Hits, newest first. `next` goes into `after` to search on; null when all was looked through.

    searched_to: time was up, so only what is newer was looked through (a page may be short then); search on with `next`.
    unknown: filters that name nothing that exists, or cannot be read, as they were typed.
    """

    items: list[SearchHit]
    next: str | None = None
    searched_to: Instant | None = None
    unknown: list[str] = field(default_factory=list)


async def search(db: Database, access: Access, query: str, after: str | None, limit: int) -> SearchPage:
    """Return messages, newest first, that hold all words (in any form) and all phrases in quotes, and meet all filters.

    Filters alone find conversations, each by its newest message. Raises Invalid.
    """
    if len(query) > MAX_QUERY_CHARS:
        raise Invalid(
            f"A search takes at most {MAX_QUERY_CHARS} characters; nothing was searched. Shorten it.",
            code="query_long",
            field="q",
        )
    start: tuple[datetime, UUID] | None = parse_place(after, tuple[datetime, UUID]) if after else None
    async with db.read() as tx:
        typed = parse_query(query, tx.now)
        if typed.is_empty or (typed.phrases and not typed.groups):
            return SearchPage(items=[], unknown=typed.wrong)
        sight, wanted, unknown = await _resolve(tx, access, typed)
        if unknown:
            return SearchPage(items=[], unknown=[*typed.wrong, *unknown])
        found = await tx.searching.search(sight, wanted, start, limit)
    short = found.next is not None and len(found.hits) < limit
    return SearchPage(
        items=_marked(found, typed), next=place(*found.next) if found.next else None,
        searched_to=instant(found.next[0]) if short and found.next else None, unknown=typed.wrong,
    )  # fmt: skip


def _marked(found: Found, typed: TypedQuery) -> list[SearchHit]:
    def pieces(text: str) -> list[SnippetPart]:
        return [SnippetPart(text=part, hit=is_hit) for part, is_hit in snippet(text, typed.groups, typed.phrases)]

    return [replace(hit, snippet=pieces(hit.message.text)) for hit in found.hits]


async def _resolve(tx: Tx, access: Access, typed: TypedQuery) -> tuple[Sight, SearchFor, list[str]]:
    """Turn names into ids; returns what is seen then, what is searched, and the filters that name nothing."""
    sight = sight_of(access)
    unknown: list[str] = []
    asked: dict[str, list[str]] = {}
    for name, value in typed.filters:
        asked.setdefault(name, []).append(value)
    classes = sight.classes
    if asked.keys() & {"network", "channel", "queue"}:
        places = await tx.searching.places()
        for name in ("network", "channel", "queue"):
            for value in asked.get(name, ()):
                wanted = sort_key(value)
                found = frozenset(
                    one.access_class for one in places
                    if wanted in {
                        "network": {sort_key(one.network)}, "channel": {sort_key(one.channel_name)},
                        "queue": {sort_key(one.queue_key), *map(sort_key, one.queue_name.values())},
                    }[name]
                )  # fmt: skip
                if not found:
                    unknown.append(f"{name}:{value}")
                classes = found if classes is None else classes & found
    tags = []
    if "tag" in asked:
        known = {sort_key(tag.name): tag.id for tag in await tx.tags.all()}
        for value in asked["tag"]:
            if sort_key(value) in known:
                tags.append(known[sort_key(value)])
            else:
                unknown.append(f"tag:{value}")
    states: set[str] | None = None
    for value in asked.get("state", ()):
        here = _STATES.get(fold(value))
        if here is None:
            unknown.append(f"state:{value}")
        else:
            states = set(here) if states is None else states & set(here)
    agent_id, unassigned = None, False
    for value in asked.get("agent", ()):
        if fold(value) in _ME:
            agent_id = access.user_id
        elif fold(value) in _NOBODY:
            unassigned = True
        else:
            people = [a for a in await tx.reading.agents(None) if sort_key(value) in sort_key(a.name)]
            if len(people) == 1:
                agent_id = people[0].user_id
            else:
                unknown.append(f"agent:{value}")
    wanted_for = SearchFor(
        groups=typed.groups, phrases=typed.phrases,
        people=[[_beginning(word) for word in words_of(value)] for value in asked.get("from", ()) if words_of(value)],
        tags=tags, states=sorted((states or set()) - {_SPAM}), spam=_SPAM in (states or ()), agent_id=agent_id,
        unassigned=unassigned, cases=typed.cases, since=typed.since, before=typed.before, has_attachment=typed.has_attachment,
    )  # fmt: skip
    return msgspec.structs.replace(sight, classes=classes), wanted_for, unknown


def _beginning(word: str) -> list[str]:
    return [*query_alternatives(word), f"{fold(word)}*"]
