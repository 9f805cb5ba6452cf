"""Channels at work: facts for taking in and sending, health, and the connector's small memory."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from unisono.contract.health import Health
from unisono.service.ports.channels import ChannelFacts
from unisono.store.driver import Connection
from unisono.store.sql import load

_SQL = load("channels")


class PgChannels:
    """Implements `service.ports.Channels`."""

    def __init__(self, connection: Connection, now: datetime) -> None:
        self._connection = connection
        self._now = now

    async def facts(self, channel_id: UUID) -> ChannelFacts | None:
        """Return a channel that is not archived."""
        row = await self._connection.fetchrow(_SQL["facts"], channel_id)
        return await self._with_class(row) if row else None

    async def running(self) -> list[ChannelFacts]:
        """Return all channels that are neither paused nor archived."""
        return [await self._with_class(row) for row in await self._connection.fetch(_SQL["facts"], None)]

    async def _with_class(self, row: Any) -> ChannelFacts:
        facts = dict(row)
        if facts["access_class"] is None:
            facts["access_class"] = await self.access_class(row["id"], row["queue_id"])
        return ChannelFacts(**facts)

    async def access_class(self, channel_id: UUID, queue_id: UUID) -> int:
        """Return the class of this pair, made when it is asked for first."""
        found: int | None = await self._connection.fetchval(_SQL["access_class"], channel_id, queue_id)
        if found is None:
            await self._connection.execute(_SQL["add_access_class"], channel_id, queue_id)
            found = await self._connection.fetchval(_SQL["access_class"], channel_id, queue_id)
        assert found is not None
        return found

    async def record_health(self, channel_id: UUID, health: Health) -> bool:
        """Store what a look at the network told; True when the state changed."""
        changed = await self._connection.fetchval(
            _SQL["record_health"], channel_id, health.state.value, health.what, health.remote_id, health.handle,
            health.realm, msgspec.to_builtins(health.caps) if health.caps else None, self._now, health.until,
        )  # fmt: skip
        return bool(changed)

    async def of_account(self, connector: str, remote_id: str) -> list[UUID]:
        """Return the channels in use on an account, oldest first."""
        return [row["id"] for row in await self._connection.fetch(_SQL["of_account"], connector, remote_id)]

    async def recall(self, channel_id: UUID, key: str) -> bytes | None:
        """Return what the connector remembered, unless its time is over."""
        value: bytes | None = await self._connection.fetchval(_SQL["recall"], channel_id, key, self._now)
        return value

    async def remember(self, channel_id: UUID, key: str, value: bytes, expires_at: datetime | None) -> None:
        """Keep a small fact for the connector."""
        await self._connection.execute(_SQL["remember"], channel_id, key, value, expires_at)

    async def forget(self, channel_id: UUID, key: str) -> None:
        """Drop a fact."""
        await self._connection.execute(_SQL["forget"], channel_id, key)

    async def attachments_to_fetch(self, channel_id: UUID, limit: int) -> Sequence[tuple[UUID, str, UUID]]:
        """Return (attachment, ref, message) of files still at the network."""
        return [tuple(row) for row in await self._connection.fetch(_SQL["attachments_to_fetch"], channel_id, limit)]

    async def attachment_fetched(self, attachment_id: UUID, size_bytes: int, sha256: bytes) -> None:
        """Record that the bytes are on our disk."""
        message_id = await self._connection.fetchval(_SQL["attachment_fetched"], attachment_id, size_bytes, sha256)
        await self._connection.execute(_SQL["bump_message"], message_id)

    async def attachment_failed(self, attachment_id: UUID, *, final: bool) -> None:
        """Count a failed fetch; five of them, or a final one, end the trying."""
        message_id = await self._connection.fetchval(_SQL["attachment_failed"], attachment_id, final)
        await self._connection.execute(_SQL["bump_message"], message_id)
