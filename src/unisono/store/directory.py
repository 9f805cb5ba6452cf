"""The store for the organisation's directory."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

import msgspec

from unisono.service.ports.directory import DirectoryPerson, DirectoryPlace, DirectoryState, NewPerson, PhoneNumber
from unisono.store.driver import Connection
from unisono.store.sql import load

_SQL = load("directory")
_PLACE: Final = ("url", "start_tls", "bind_dn", "base", "filter", "region", "every_s")


class PgDirectory:
    """Implements `service.ports.directory.DirectoryPort`."""

    def __init__(self, connection: Connection, now: datetime) -> None:
        self._connection = connection
        self._now = now

    async def source(self) -> DirectoryState | None:
        """Return where the directory is and what became of the last reading."""
        row = await self._connection.fetchrow(_SQL["source"])
        if row is None:
            return None
        rest = {name: value for name, value in row.items() if name not in _PLACE}
        return DirectoryState(place=DirectoryPlace(**{name: row[name] for name in _PLACE}), **rest)

    async def put_source(self, place: DirectoryPlace) -> None:
        """Keep where the directory is."""
        await self._connection.execute(_SQL["put_source"], *(getattr(place, name) for name in _PLACE), self._now)

    async def drop(self) -> int:
        """Forget the directory and everybody in it."""
        return int(await self._connection.fetchval(_SQL["drop"]))

    async def due(self) -> bool:
        """Tell whether it is time to read."""
        return bool(await self._connection.fetchval(_SQL["due"], self._now))

    async def settle(self, *, problem: str, next_at: datetime) -> None:
        """Note what became of a reading."""
        await self._connection.execute(_SQL["settle"], self._now, next_at, problem)

    async def remote_ids(self) -> set[str]:
        """Return whom the store knows."""
        return {row["remote_id"] for row in await self._connection.fetch(_SQL["remote_ids"])}

    async def put(self, people: Sequence[NewPerson]) -> int:
        """Write people; returns how many are new or have changed."""
        entries = [one.entry for one in people]
        rows = await self._connection.fetch(
            _SQL["put"], [one.id for one in people], [e.remote_id for e in entries], [e.name for e in entries],
            [one.name_key for one in people], [e.email for e in entries], [e.title for e in entries],
            [e.department for e in entries], [e.place for e in entries],
            [msgspec.json.encode(e.phones).decode() for e in entries],
            [one.words for one in people], self._now,
        )  # fmt: skip
        return len(rows)

    async def remove(self, remote_ids: Collection[str]) -> int:
        """Take people out."""
        return len(await self._connection.fetch(_SQL["remove"], list(remote_ids)))

    async def find(self, words: Sequence[str], after: tuple[str, UUID] | None, limit: int) -> list[DirectoryPerson]:
        """Return people in whom each word begins a word, by name."""
        # Every word in `words` has a blank before it.
        rows = await self._connection.fetch(_SQL["find"], [f" {word}" for word in words], *(after or (None, None)), limit)
        return [DirectoryPerson(**{**dict(row), "phones": msgspec.convert(row["phones"], list[PhoneNumber])}) for row in rows]
