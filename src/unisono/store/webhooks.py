"""The store for webhooks and their deliveries."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import msgspec
from msgspec import UNSET

from unisono.service.ports.webhooks import Delivery, Webhook, WebhookChange
from unisono.store.driver import Connection
from unisono.store.sql import load

_SQL = load("webhooks")


def _count(status: object) -> int:
    return int(str(status).rsplit(" ", 1)[1])


class PgWebhooks:
    """Implements `service.ports.Webhooks`."""

    def __init__(self, connection: Connection, now: datetime) -> None:
        self._connection = connection
        self._now = now

    async def all(self) -> list[Webhook]:
        """Return the webhooks by name."""
        return [Webhook(**dict(row)) for row in await self._connection.fetch(_SQL["all"])]

    async def add(self, webhook: Webhook) -> None:
        """Add one."""
        w = webhook
        await self._connection.execute(_SQL["add"], w.id, w.name, w.url, w.events, w.with_text, w.enabled, self._now)

    async def change(self, webhook_id: UUID, change: WebhookChange) -> bool:
        """Write what is named; False when there is no such webhook."""
        named = {n: v for n, v in msgspec.structs.asdict(change).items() if v is not UNSET}
        named["changed_at"] = self._now
        columns = ", ".join(f"{name} = ${place}" for place, name in enumerate(named, 2))
        status = await self._connection.execute(
            f"update webhook set {columns}, version = version + 1 where id = $1", webhook_id, *named.values()
        )
        return _count(status) == 1

    async def remove(self, webhook_id: UUID) -> bool:
        """Take one away with its deliveries."""
        return await self._connection.fetchval(_SQL["remove"], webhook_id) is not None

    async def queue(self, deliveries: Sequence[Delivery]) -> int:
        """Write deliveries; returns how many are new."""
        if not deliveries:
            return 0
        return _count(
            await self._connection.execute(
                _SQL["queue"], [d.id for d in deliveries], [d.webhook_id for d in deliveries], [d.event_id for d in deliveries],
                [d.type for d in deliveries], [d.payload for d in deliveries], [d.message_id for d in deliveries], self._now,
            )
        )  # fmt: skip

    async def due(self) -> list[UUID]:
        """Return webhooks of which something is due."""
        return [row["id"] for row in await self._connection.fetch(_SQL["due"], self._now)]

    async def next_due(self) -> datetime | None:
        """Return when something is due next."""
        found: datetime | None = await self._connection.fetchval(_SQL["next_due"])
        return found

    async def claim(self, webhook_id: UUID, lease_s: float) -> Delivery | None:
        """Take the oldest that is due."""
        if await self._connection.fetchval(_SQL["lock"], webhook_id) is None:
            return None
        row = await self._connection.fetchrow(_SQL["claim"], webhook_id, self._now, lease_s)
        return Delivery(**dict(row)) if row else None

    async def settle(
        self, delivery_id: UUID, *, state: str, next_at: datetime | None, status: int | None, error: str, took_ms: int | None
    ) -> None:
        """Write what became of an attempt."""
        await self._connection.execute(_SQL["settle"], delivery_id, state, next_at, status, error, took_ms, self._now)

    async def deliveries(self, webhook_id: UUID, state: str | None, before: UUID | None, limit: int) -> list[Delivery]:
        """Return deliveries, newest first."""
        rows = await self._connection.fetch(_SQL["deliveries"], webhook_id, state, before, limit)
        return [Delivery(**dict(row)) for row in rows]

    async def replay(self, webhook_id: UUID, delivery_id: UUID | None) -> int:
        """Let one, or all that are dead, be due again."""
        return _count(await self._connection.execute(_SQL["replay"], webhook_id, delivery_id, self._now))

    async def text_of(self, message_id: UUID) -> tuple[str, str] | None:
        """Return subject and text as they stand now."""
        row = await self._connection.fetchrow(_SQL["text_of"], message_id)
        return (row["subject"], row["text"]) if row else None

    async def forget(self, before: datetime, limit: int) -> int:
        """Drop what is over."""
        return _count(await self._connection.execute(_SQL["forget"], before, limit))
