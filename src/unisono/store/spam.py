"""The store for spam and blocked identities."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import UUID

from unisono.service.instant import instant, maybe_instant
from unisono.service.ports.spam import BlockedIdentity
from unisono.service.ports.talk import NewInteraction
from unisono.service.views import BlockView
from unisono.store.driver import Connection
from unisono.store.sql import load

_SQL = load("spam")


class PgSpam:
    """Implements `service.ports.Spam`."""

    def __init__(self, connection: Connection, now: datetime) -> None:
        self._connection = connection
        self._now = now

    async def mark(self, interaction_id: UUID, *, spam: bool) -> None:
        """Set the mark."""
        await self._connection.execute(_SQL["mark"], interaction_id, spam, self._now)

    async def has_open(self, conversation_id: UUID) -> bool:
        """Tell whether work on a conversation is open."""
        return bool(await self._connection.fetchval(_SQL["has_open"], conversation_id))

    async def close_new(self, interactions: Sequence[NewInteraction]) -> set[UUID]:
        """Write units of work that are spam from the beginning."""
        columns = (
            "id", "conversation_id", "channel_id", "access_class", "queue_id", "language", "units", "priority", "waiting_since",
            "previous_id",
        )  # fmt: skip
        rows = await self._connection.fetch(
            _SQL["close_new"], *([getattr(one, name) for one in interactions] for name in columns), self._now,
            [one.reason for one in interactions],
        )  # fmt: skip
        return {row["id"] for row in rows}

    async def again(self, interaction_ids: Iterable[UUID]) -> None:
        """Put spam on top of its list."""
        await self._connection.execute(_SQL["again"], list(interaction_ids), self._now)

    async def spam_of(self, conversation_ids: Iterable[UUID]) -> dict[UUID, UUID]:
        """Return by conversation its newest unit of work, where that is spam."""
        rows = await self._connection.fetch(_SQL["spam_of"], list(conversation_ids))
        return {row["conversation_id"]: row["id"] for row in rows}

    async def identity(self, identity_id: UUID) -> BlockedIdentity | None:
        """Return an identity with where its conversations stand."""
        row = await self._connection.fetchrow(_SQL["identity"], identity_id)
        if row is None:
            return None
        places = [tuple(place) for place in await self._connection.fetch(_SQL["places"], identity_id)]
        return BlockedIdentity(**dict(row), places=places)

    async def block(self, identity_id: UUID, by: UUID, reason: str, until: datetime | None) -> None:
        """Block an identity, or change why and for how long."""
        await self._connection.execute(_SQL["block"], identity_id, by, reason, self._now, until)
        await self._connection.execute(_SQL["set_blocked"], [identity_id], self._now)

    async def unblock(self, identity_ids: Iterable[UUID]) -> None:
        """Let identities in again."""
        wanted = list(identity_ids)
        await self._connection.execute(_SQL["unblock"], wanted)
        await self._connection.execute(_SQL["set_blocked"], wanted, None)

    async def count(self, items: dict[UUID, int]) -> None:
        """Count what came of blocked identities."""
        order = sorted(items)
        await self._connection.execute(_SQL["count"], order, [items[key] for key in order], self._now)

    async def waiting_of(self, identity_id: UUID) -> list[UUID]:
        """Return what waits of an identity."""
        return [row["id"] for row in await self._connection.fetch(_SQL["waiting_of"], identity_id)]

    async def over(self, limit: int) -> list[tuple[UUID, UUID]]:
        """Return (identity, customer) of blocks whose time is over."""
        return [tuple(row) for row in await self._connection.fetch(_SQL["over"], self._now, limit)]

    async def blocks(self, after: tuple[datetime, UUID] | None, limit: int) -> list[BlockView]:
        """Return who is blocked."""
        rows = await self._connection.fetch(_SQL["blocks"], after[0] if after else None, after[1] if after else None, limit)
        return [
            BlockView(**{
                **dict(row), "blocked_at": instant(row["blocked_at"]), "until": maybe_instant(row["until"]),
                "last_item_at": maybe_instant(row["last_item_at"]),
            })
            for row in rows
        ]  # fmt: skip
