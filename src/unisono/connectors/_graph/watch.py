"""What we know of the page, for looking again: the network tells of a change once, and nobody repeats what was missed."""

import hashlib
from datetime import timedelta

import msgspec
from msgspec import Struct

from unisono.contract import Ctx

_MOST = 500
_FOR = timedelta(days=14)


class Seen(Struct):
    """One comment: below which post, when it was said, and a digest of its words (never the words)."""

    id: str
    post: str
    at: float
    digest: str


class Found(Struct):
    """What the last look came to; it counts once the cursor `at` has been stored with it."""

    at: str = ""
    gone: list[str] = []
    changed: dict[str, str] = {}


class Watch:
    """Comments of the last two weeks, the newest 500."""

    def __init__(self, ctx: Ctx) -> None:
        self._ctx = ctx

    async def known(self) -> list[Seen]:
        """Return what is watched, oldest first."""
        stored = await self._ctx.memory.get("watch")
        return msgspec.json.decode(stored, type=list[Seen]) if stored else []

    async def note(self, seen: list[Seen]) -> None:
        """Watch these as well."""
        if not seen:
            return
        before = await self.known()
        kept = {one.id: one for one in before}
        fresh = [one for one in seen if one.id not in kept]
        if fresh:
            await self._put([*before, *fresh])

    async def found(self, found: Found) -> None:
        """Keep what a look came to until its cursor is stored."""
        await self._ctx.memory.put("watch.found", msgspec.json.encode(found))

    async def settle(self, cursor_at: str | None) -> None:
        """Forget and renew what the last look found, if its items are stored; else it is found again."""
        stored = await self._ctx.memory.get("watch.found")
        if not stored:
            return
        last = msgspec.json.decode(stored, type=Found)
        if last.at != cursor_at:
            return
        kept = [one for one in await self.known() if one.id not in set(last.gone)]
        for one in kept:
            one.digest = last.changed.get(one.id, one.digest)
        await self._put(kept)
        await self._ctx.memory.delete("watch.found")

    async def _put(self, kept: list[Seen]) -> None:
        oldest = (self._ctx.clock.now() - _FOR).timestamp()
        standing = sorted((one for one in kept if one.at >= oldest), key=lambda one: one.at)[-_MOST:]
        await self._ctx.memory.put("watch", msgspec.json.encode(standing))


def digest(text: str) -> str:
    """Return what tells one text from another."""
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:12]
