"""Statuses that we know and that may still be edited or deleted: which, and how they stand now."""

import asyncio
from collections.abc import Iterator, Sequence
from typing import Any

import msgspec

from unisono.connectors.mastodon.api import Api, decoded
from unisono.contract import Memory, NotReached, PullFailed

_KEPT = 200
_TOGETHER = 20


class Watched(msgspec.Struct):
    """A status that may still be edited or deleted, with the revision that we know."""

    id: str
    root: str
    revision: int


class Found(msgspec.Struct):
    """What the last look found, until it is known to be stored: `at` is the cursor that was handed out with it."""

    at: str
    gone: list[str] = []
    changed: list[Watched] = []


class Watch:
    """The newest statuses that customers wrote to us, kept in the channel's memory."""

    def __init__(self, memory: Memory, api: Api) -> None:
        self._memory = memory
        self._api = api
        self._lock = asyncio.Lock()

    async def known(self) -> list[Watched]:
        """Return them, the oldest first."""
        stored = await self._memory.get("watched")
        return msgspec.json.decode(stored, type=list[Watched]) if stored else []

    async def put(self, *statuses: Watched, gone: Sequence[str] = ()) -> None:
        """Add some, or what has become of them."""
        async with self._lock:
            new = {s.id for s in statuses} | set(gone)
            kept = [s for s in await self.known() if s.id not in new] + list(statuses)
            await self._memory.put("watched", msgspec.json.encode(kept[-_KEPT:]))

    async def settle(self, place: str | None) -> None:
        """Forget what a page told, once its cursor comes back: only then it has been stored."""
        stored = await self._memory.get("found")
        found = msgspec.json.decode(stored, type=Found) if stored else None
        if found is not None and found.at == place:
            await self.put(*found.changed, gone=found.gone)
        if found is not None:
            await self._memory.delete("found")

    async def look_at(self, status_ids: list[str]) -> dict[str, dict[str, Any]]:
        """Return those that still stand; many in one request where the server can (Mastodon 4.3). Raises PullFailed."""
        found: dict[str, dict[str, Any]] = {}
        for some in _batched(status_ids, _TOGETHER):
            try:
                answer = await self._api.request("GET", "/api/v1/statuses", params=[("id[]", one) for one in some])
            except NotReached as error:
                raise PullFailed(self._api.silent(error)) from error
            if answer.status not in (404, 405, 422):
                self._api.demand(answer)
                listed = decoded(answer)
                found |= (
                    {str(s["id"]): s for s in listed if isinstance(s, dict) and "id" in s} if isinstance(listed, list) else {}
                )
            for one in some:
                # Left out may also mean that the server shows fewer at a time than it was asked for.
                if one not in found and (status := await self.look(one)) is not None:
                    found[one] = status
        return found

    async def look(self, status_id: str) -> dict[str, Any] | None:
        """Return a status, None when it is gone. Raises PullFailed."""
        try:
            answer = await self._api.request("GET", f"/api/v1/statuses/{status_id}")
        except NotReached as error:
            raise PullFailed(self._api.silent(error)) from error
        if answer.status in (404, 410):
            return None
        self._api.demand(answer)
        found = decoded(answer)
        if not isinstance(found, dict) or "id" not in found:
            raise PullFailed(self._api.misshapen(f"/api/v1/statuses/{status_id}"))
        return found

    async def found(self, found: Found) -> None:
        """Keep what a page tells until it is known to be stored."""
        await self._memory.put("found", msgspec.json.encode(found))


def _batched(items: list[str], size: int) -> Iterator[list[str]]:
    for start in range(0, len(items), size):
        yield items[start : start + size]
