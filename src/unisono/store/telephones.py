"""The store for lines, people's telephones, and numbers that are not called."""

from datetime import datetime
from uuid import UUID

import msgspec

from unisono.contract.voice import VoicePowers
from unisono.service.ports.telephones import KeptLine, KeptPhone, Refusal
from unisono.store.driver import Connection
from unisono.store.sql import load

_SQL = load("telephones")


class PgTelephones:
    """Implements `service.ports.telephones.Telephones`."""

    def __init__(self, connection: Connection, now: datetime) -> None:
        self._connection = connection
        self._now = now

    async def phones(self, user_id: UUID | None) -> list[KeptPhone]:
        """Return telephones."""
        return [KeptPhone(**dict(row)) for row in await self._connection.fetch(_SQL["phones"], user_id)]

    async def lines(self) -> list[KeptLine]:
        """Return the lines in use."""
        return [
            KeptLine(**{**dict(row), "powers": msgspec.convert(row["powers"], VoicePowers | None)})
            for row in await self._connection.fetch(_SQL["lines"])
        ]

    async def drivers(self) -> dict[str, VoicePowers]:
        """Return the drivers that ever ran."""
        rows = await self._connection.fetch(_SQL["drivers"])
        return {row["name"]: msgspec.convert(row["powers"], VoicePowers) for row in rows}

    async def refused_at(self, number_hash: bytes) -> datetime | None:
        """Return since when a number is on the do-not-call list."""
        found: datetime | None = await self._connection.fetchval(_SQL["refused_at"], number_hash)
        return found

    async def refuse(self, number_hash: bytes, by: UUID, *, shown: str, why: str) -> None:
        """Put a number on that list."""
        await self._connection.execute(_SQL["refuse"], number_hash, by, self._now, shown, why)

    async def allow(self, number_hash: bytes) -> bool:
        """Take a number off it."""
        return await self._connection.fetchval(_SQL["allow"], number_hash) is not None

    async def refusals(self, after: tuple[datetime, bytes] | None, only: bytes | None, limit: int) -> list[Refusal]:
        """Return the list."""
        at, number_hash = after or (None, None)
        return [Refusal(**dict(row)) for row in await self._connection.fetch(_SQL["refusals"], at, number_hash, only, limit)]

    async def asked_for_call(self, interaction_id: UUID) -> datetime | None:
        """Return when a customer asked to be called."""
        found: datetime | None = await self._connection.fetchval(_SQL["asked_for_call"], interaction_id)
        return found

    async def spoken_by(self, user_id: UUID) -> list[UUID]:
        """Return live calls of somebody's telephone."""
        return [row["id"] for row in await self._connection.fetch(_SQL["spoken_by"], user_id)]
