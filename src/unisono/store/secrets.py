"""The store for sealed secrets; it never sees a key."""

from datetime import datetime
from typing import Any
from uuid import UUID

from unisono.service.ports.privacy import Sealed
from unisono.service.ports.secrets import SecretRow
from unisono.store.driver import Connection
from unisono.store.sql import load

_SQL = load("secrets")


class PgSecrets:
    """Implements `service.ports.Secrets`."""

    def __init__(self, connection: Connection, now: datetime) -> None:
        self._connection = connection
        self._now = now

    async def get(self, owner_kind: str, owner_id: UUID, name: str) -> Sealed | None:
        """Return one sealed secret."""
        row = await self._connection.fetchrow(_SQL["get"], owner_kind, owner_id, name)
        return _sealed(row) if row else None

    async def put(self, owner_kind: str, owner_id: UUID, name: str, sealed: Sealed) -> None:
        """Store or replace one."""
        await self._connection.execute(
            _SQL["put"], owner_kind, owner_id, name, sealed.key_id, sealed.nonce, sealed.ciphertext, self._now
        )

    async def remove(self, owner_kind: str, owner_id: UUID, name: str | None = None) -> None:
        """Take one away, or all of an owner's."""
        await self._connection.execute(_SQL["remove"], owner_kind, owner_id, name)

    async def names(self, owner_kind: str, owner_id: UUID) -> list[str]:
        """Return what is stored for an owner, by name only."""
        return [row["name"] for row in await self._connection.fetch(_SQL["names"], owner_kind, owner_id)]

    async def sealed_otherwise(self, key_id: str, limit: int) -> list[SecretRow]:
        """Return secrets under other keys, locked until the commit."""
        return [
            SecretRow(owner_kind=row["owner_kind"], owner_id=row["owner_id"], name=row["name"], sealed=_sealed(row))
            for row in await self._connection.fetch(_SQL["sealed_otherwise"], key_id, limit)
        ]

    async def key_ids(self) -> dict[str, int]:
        """Return how much each key seals, the archive included."""
        return {row["key_id"]: row["n"] for row in await self._connection.fetch(_SQL["key_ids"])}


def _sealed(row: Any) -> Sealed:
    return Sealed(key_id=row["key_id"], nonce=row["nonce"], ciphertext=row["ciphertext"])
