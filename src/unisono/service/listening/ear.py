"""The ear: all monitors in memory, kept in step with the house, and every post held against them in one pass.

Nothing here holds the event loop for more than a few milliseconds: posts are matched and monitors filed in slices.
"""

import asyncio
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from time import perf_counter
from typing import Final
from uuid import UUID

import structlog
from msgspec import Struct

from unisono.contract.listening import Heard, Sought
from unisono.domain.errors import Invalid
from unisono.listening.matcher import Frequencies, Matcher
from unisono.listening.post import Post
from unisono.listening.query import Node
from unisono.listening.reasons import reasons
from unisono.listening.syntax import parse
from unisono.listening.translate import translated
from unisono.service.ports import Database
from unisono.service.ports.listening import MonitorFacts

SLICE_S: Final = 0.002
#: A change is committed a little after the instant that it bears.
OVERLAP: Final = timedelta(seconds=60)
MOST_CHARS: Final = 20_000
_log = structlog.get_logger("listening")

NewMatcher = Callable[[Frequencies | None], Matcher[UUID]]


class Ready(Struct, frozen=True):
    """A monitor that is on, with its query as a tree."""

    facts: MonitorFacts
    query: Node


class Ear:
    """The monitors of the house. `make`: which matcher, the one in Python unless the compiled part is there."""

    def __init__(self, db: Database, make: NewMatcher = Matcher) -> None:
        self._db = db
        self._make = make
        self._matcher = make(None)
        self._ready: dict[UUID, Ready] = {}
        self._versions: dict[UUID, int] = {}
        self._since: datetime | None = None
        self._lock = asyncio.Lock()
        self._asks: dict[tuple[UUID, int, str], tuple[str, ...] | None] = {}

    def __len__(self) -> int:
        return len(self._ready)

    def monitor(self, monitor_id: UUID) -> MonitorFacts:
        """Return what is known of a monitor that is on. Raises KeyError."""
        return self._ready[monitor_id].facts

    def sought(self, network: str) -> list[Sought]:
        """Return what a network that looks by itself is to look for; a monitor that cannot be asked for finds nothing there."""
        found: list[Sought] = []
        for monitor_id, ready in self._ready.items():
            key = (ready.facts.id, ready.facts.version, network)
            if key not in self._asks:
                self._asks[key] = translated(ready.facts.query, network)
                if self._asks[key] is None:
                    _log.info("monitor_not_asked", monitor_id=str(monitor_id), network=network)
            if asks := self._asks[key]:
                found.append(Sought(monitor_id.hex, asks))
        return found

    async def keep_up(self) -> int:
        """Take in what changed since the last time; returns how many monitors. Each is in effect with the next post."""
        async with self._lock:
            async with self._db.read() as tx:
                changed = await tx.listening.changed_monitors(self._since - OVERLAP if self._since else None)
            news = [one for one in changed if self._versions.get(one.id) != one.version]
            slice_ = _Slice()
            for facts in news:
                self._take(facts)
                await slice_.breathe()
            if changed:
                self._since = max(one.changed_at for one in changed)
            if self._matcher.worn:
                await self._anew()
            return len(news)

    def _take(self, facts: MonitorFacts) -> None:
        self._versions[facts.id] = facts.version
        if facts.state != "on":
            self._ready.pop(facts.id, None)
            self._matcher.remove(facts.id)
            return
        try:
            query = parse(facts.query)
            self._matcher.put(facts.id, query)
        except Invalid as error:
            # Kept by another version of the language: it is shown in the desk and finds nothing until somebody mends it.
            self._ready.pop(facts.id, None)
            self._matcher.remove(facts.id)
            _log.warning("monitor_unreadable", monitor_id=str(facts.id), code=error.code)
            return
        self._ready[facts.id] = Ready(facts, query)

    async def _anew(self) -> None:
        """File everything anew beside the old, which goes on finding meanwhile, and then let it take its place."""
        fresh = self._make(self._matcher.frequencies)
        slice_ = _Slice()
        for monitor_id, ready in list(self._ready.items()):
            fresh.put(monitor_id, ready.query)
            await slice_.breathe()
        self._matcher = fresh

    async def hear(self, posts: Sequence[tuple[str, Heard]], channel: str | None = None) -> list[dict[UUID, tuple[str, ...]]]:
        """Hold (network, post) against all monitors; returns for each which found it, and by which words."""
        found: list[dict[UUID, tuple[str, ...]]] = []
        slice_ = _Slice()
        for network, heard in posts:
            post = post_of(network, heard, channel)
            keys = self._matcher.match(post)
            found.append({key: reasons(self._ready[key].query, post) for key in keys if key in self._ready})
            await slice_.breathe()
        return found


class _Slice:
    """Lets others have their turn after each few milliseconds."""

    def __init__(self) -> None:
        self._began = perf_counter()

    async def breathe(self) -> None:
        if perf_counter() - self._began > SLICE_S:
            await asyncio.sleep(0)
            self._began = perf_counter()


def post_of(network: str, heard: Heard, channel: str | None = None) -> Post:
    """Return a post as the matcher takes it; what nobody writes by hand is cut off."""
    return Post(
        texts=[heard.text[:MOST_CHARS], *(one[:MOST_CHARS] for one in heard.more)], language=heard.language, network=network,
        channel=channel, authors=[name for name in (heard.author_id, heard.author) if name], traits=heard.traits,
        counts={} if heard.followers is None else {"followers": heard.followers},
    )  # fmt: skip
