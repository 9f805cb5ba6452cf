"""What of ours stands at the network: kept by key, so that one answer is never taken for another with the same words."""

import asyncio

import msgspec

from unisono.contract import Ctx

_KEPT = 200


class Sents:
    """The last answers with the ids that the network gave them."""

    def __init__(self, ctx: Ctx) -> None:
        self._ctx = ctx
        self._lock = asyncio.Lock()

    async def all(self) -> dict[str, str]:
        """Return the network's id of each key."""
        stored = await self._ctx.memory.get("sent")
        return dict(msgspec.json.decode(stored, type=list[tuple[str, str]])) if stored else {}

    async def keep(self, key: str, remote_id: str) -> None:
        """Remember one."""
        async with self._lock:
            kept = [*(await self.all()).items(), (key, remote_id)][-_KEPT:]
            await self._ctx.memory.put("sent", msgspec.json.encode(kept))

    async def keep_new(self, named: dict[str, str]) -> None:
        """Remember those that are not known yet."""
        async with self._lock:
            before = await self.all()
            if set(named) - set(before):
                kept = [*before.items(), *((key, node) for key, node in named.items() if key not in before)][-_KEPT:]
                await self._ctx.memory.put("sent", msgspec.json.encode(kept))

    async def others(self, key: str) -> set[str]:
        """Return the ids of all answers but one."""
        return {remote_id for other, remote_id in (await self.all()).items() if other != key}


def words(text: str) -> list[str]:
    """Return a text's words, for comparison: networks change white space."""
    return text.split()
