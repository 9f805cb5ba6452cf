"""Posts that we know and that may still be changed or deleted, and the threads in which somebody asked us lately.

X tells nobody of what strangers change or delete, and its rules ask us to follow within a day: so posts are looked at again.
Source: X developer documentation, developer-terms/policy (content redistribution, deletion).
"""

import asyncio
from collections.abc import Iterable, Sequence
from datetime import datetime

import msgspec
from msgspec import Struct

from unisono.contract import Memory

_KEPT = 1_000
_THREADS = 60


class Watched(Struct):
    """A post of a customer: the version that we know, in ids and in number; ms since 1970 when it was said and looked at."""

    id: str
    latest: str
    author: str
    root: str
    revision: int
    said: int
    looked: int = 0


class Found(Struct):
    """What the last look found, until it is known to be stored: `at` is the cursor that was handed out with it."""

    at: str
    gone: list[str] = []
    changed: list[Watched] = []


class Watch:
    """The newest posts that customers wrote to us, kept in the channel's memory; ids and times only."""

    def __init__(self, memory: Memory) -> None:
        self._memory = memory
        self._lock = asyncio.Lock()

    async def known(self) -> list[Watched]:
        """Return them, the oldest first."""
        stored = await self._memory.get("watched")
        return msgspec.json.decode(stored, type=list[Watched]) if stored else []

    async def put(self, posts: Sequence[Watched], gone: Iterable[str] = (), *, older_than: int = 0) -> None:
        """Add some, or what has become of them; those said before `older_than` are let go."""
        if not posts and not gone and not older_than:
            return
        async with self._lock:
            stands = {one.id: one for one in await self.known()}
            for post in posts:
                before = stands.pop(post.id, None)
                # An older version that comes late changes nothing.
                stands[post.id] = before if before is not None and before.revision > post.revision else post
            for one in gone:
                stands.pop(one, None)
            kept = [one for one in stands.values() if one.said >= older_than][-_KEPT:]
            await self._memory.put("watched", msgspec.json.encode(kept))

    async def settle(self, place: str | None) -> None:
        """Take over what a page told, once its cursor comes back: only then it has been stored."""
        stored = await self._memory.get("found")
        found = msgspec.json.decode(stored, type=Found) if stored else None
        if found is not None and found.at == place:
            await self.put(found.changed, found.gone)
        if found is not None:
            await self._memory.delete("found")

    async def found(self, found: Found) -> None:
        """Keep what a page tells until it is known to be stored."""
        await self._memory.put("found", msgspec.json.encode(found))

    async def threads(self, since: datetime) -> dict[str, set[str]]:
        """Return the threads in which somebody wrote to us since then, with those who did; the busiest lately first."""
        least = int(since.timestamp() * 1000)
        found: dict[str, set[str]] = {}
        for one in sorted(await self.known(), key=lambda w: -w.said):
            if one.said >= least and (one.root in found or len(found) < _THREADS):
                found.setdefault(one.root, set()).add(one.author)
        return found
