"""The store for conversations that belong together."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from uuid import UUID

from unisono.service.instant import instant
from unisono.service.ports.bonds import Bond, Talk
from unisono.service.views import BondView
from unisono.store.driver import Connection
from unisono.store.sql import load

_SQL = load("bonds")


class PgBonds:
    """Implements `service.ports.Bonds`."""

    def __init__(self, connection: Connection, now: datetime) -> None:
        self._connection = connection
        self._now = now

    async def talks(self, conversation_ids: Iterable[UUID], *, lock: bool = False) -> dict[UUID, Talk]:
        """Return conversations, locked in the order of their ids."""
        ids = sorted(set(conversation_ids))
        if lock:
            await self._connection.execute(_SQL["lock_talks"], ids)
        return {row["id"]: Talk(**dict(row)) for row in await self._connection.fetch(_SQL["talks"], ids)}

    async def merged_with(self, conversation_ids: Iterable[UUID]) -> list[UUID]:
        """Return what shows as one with these."""
        return [row["id"] for row in await self._connection.fetch(_SQL["merged_with"], list(conversation_ids))]

    async def open_work(self, conversation_ids: Iterable[UUID]) -> list[UUID]:
        """Return what is open of them."""
        return [row["id"] for row in await self._connection.fetch(_SQL["open_work"], list(conversation_ids))]

    async def bond(self, bond_id: UUID) -> Bond | None:
        """Return one tie, also one that ended."""
        row = await self._connection.fetchrow(_SQL["bond"], bond_id)
        return Bond(**dict(row)) if row else None

    async def merges_of(self, conversation_ids: Iterable[UUID]) -> list[Bond]:
        """Return the merges that touch these."""
        return [Bond(**dict(row)) for row in await self._connection.fetch(_SQL["merges_of"], list(conversation_ids))]

    async def add(self, bond: Bond, user_id: UUID) -> bool:
        """Write a tie."""
        added = await self._connection.fetchval(
            _SQL["add"], bond.id, bond.kind, bond.a, bond.b, user_id, self._now, bond.closed_work
        )
        return added is not None

    async def end(self, bond_id: UUID, user_id: UUID | None) -> None:
        """Say that a tie no longer stands."""
        await self._connection.execute(_SQL["end"], bond_id, user_id, self._now)

    async def group(self, groups: Mapping[UUID, UUID | None]) -> None:
        """Write what is merged under what."""
        ids = sorted(groups)
        under = [groups[one] for one in ids]
        await self._connection.execute(_SQL["group_work"], ids, under)
        await self._connection.execute(_SQL["group"], ids, under)

    async def views(self, conversation_ids: Iterable[UUID]) -> list[BondView]:
        """Return the ties that stand and touch these."""
        return [
            BondView(
                id=row["id"], kind=row["kind"], a=row["a"], b=row["b"], made_by=row["made_by"], made_at=instant(row["made_at"])
            )
            for row in await self._connection.fetch(_SQL["views"], list(conversation_ids))
        ]

    async def across(self, customer_ids: Iterable[UUID]) -> list[Bond]:
        """Return merges between different people's conversations."""
        return [Bond(**dict(row)) for row in await self._connection.fetch(_SQL["across"], list(customer_ids))]

    async def split(self, conversation_id: UUID, new_id: UUID, message_id: UUID) -> list[UUID]:
        """Begin another part of a thread."""
        await self._connection.execute(_SQL["split_off"], conversation_id, new_id, self._now)
        moved = [row["id"] for row in await self._connection.fetch(_SQL["split_messages"], conversation_id, new_id, message_id)]
        await self._connection.execute(_SQL["split_terms"], new_id, moved)
        await self._connection.execute(_SQL["split_outbox"], new_id, moved)
        await self._connection.execute(_SQL["recount"], [conversation_id, new_id])
        return moved
