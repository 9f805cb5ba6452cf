"""The delivery ledger."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import msgspec

from unisono.domain.ids import new_id
from unisono.domain.words import DeliveryState, later_delivery
from unisono.service.ports.ledgers import OpenAnswer, OutboxChange, OutboxItem
from unisono.store.driver import Connection
from unisono.store.sql import load

_SQL = load("outbox")
_DELIVERED = frozenset({DeliveryState.SENT, DeliveryState.DELIVERED, DeliveryState.READ})


class PgOutbox:
    """Implements `service.ports.Outbox`."""

    def __init__(self, connection: Connection, now: datetime) -> None:
        self._connection = connection
        self._now = now

    async def add(
        self, message_id: UUID, channel_id: UUID, conversation_id: UUID, in_reply_to: str | None, *,
        private_reply_to: str | None = None,
    ) -> UUID:  # fmt: skip
        """Queue an answer; the same message is queued once."""
        row_id = new_id()
        await self._connection.execute(
            _SQL["add"], row_id, message_id, channel_id, conversation_id, in_reply_to, self._now, private_reply_to
        )
        return row_id

    async def claim(self, channel_id: UUID, worker: str, lease_s: float, limit: int) -> list[OutboxItem]:
        """Take due answers for `lease_s` seconds, at most one of each conversation; `state` is what each was before."""
        claimed = await self._connection.fetch(_SQL["claim"], channel_id, self._now, worker, lease_s, limit)
        before = {row["id"]: row["was"] for row in claimed}
        items = await self._items(list(before))
        return [msgspec.structs.replace(item, state=before[item.id]) for item in items]

    async def _items(self, ids: Sequence[UUID]) -> list[OutboxItem]:
        rows = await self._connection.fetch(_SQL["items"], list(ids)) if ids else []
        return [OutboxItem(**dict(row)) for row in rows]

    async def of_message(self, message_id: UUID) -> OutboxItem | None:
        """Return the ledger's row of an answer."""
        row_id = await self._connection.fetchval(_SQL["item_of_message"], message_id)
        items = await self._items([row_id]) if row_id else []
        return items[0] if items else None

    async def renew(self, item_id: UUID, worker: str, lease_s: float) -> None:
        """Hold a claimed row for longer, if it is still the worker's."""
        await self._connection.execute(_SQL["renew"], item_id, worker, self._now, lease_s)

    async def settle(self, item_id: UUID, worker: str, change: OutboxChange) -> bool:
        """Record the outcome of an attempt, on the ledger and on the message; False when the lease was lost."""
        row = await self._connection.fetchrow(
            _SQL["settle"], item_id, worker, change.state, change.next_at, change.error_code, change.error,
            change.remote_id, int(change.count_attempt), change.not_sent, self._now,
        )  # fmt: skip
        if row is None:
            return False
        await self._name_parts(row["channel_id"], row["message_id"], change)
        return True

    async def settle_by_message(self, message_id: UUID, change: OutboxChange) -> bool:
        """Record what an echo or a status report tells; a confirmed state never goes back."""
        current = await self._connection.fetchval(_SQL["state_of_message"], message_id)
        if current is None:
            return False
        state = later_delivery(DeliveryState(current), DeliveryState(change.state))
        changed = await self._connection.fetchval(
            _SQL["settle_by_message"],
            message_id,
            state.value,
            change.remote_id,
            change.error_code,
            change.error,
            self._now,
        )
        return changed is not None

    async def _name_parts(self, channel_id: UUID, message_id: UUID, change: OutboxChange) -> None:
        if change.remote_id is not None and change.state in _DELIVERED:
            await self._connection.execute(_SQL["absorb_echo"], channel_id, change.remote_id, message_id)
        if len(change.remote_ids) > 1:
            await self._connection.execute(_SQL["add_parts"], channel_id, list(change.remote_ids), message_id)

    async def defer_lane(self, channel_id: UUID, until: datetime) -> None:
        """Let nothing of the channel be due before `until`."""
        await self._connection.execute(_SQL["defer_lane"], channel_id, until)

    async def waits_for(self, channel_id: UUID, error_code: str) -> bool:
        """Tell whether an answer of the channel waits for this reason."""
        found: bool = await self._connection.fetchval(_SQL["waits_for"], channel_id, error_code)
        return found

    async def resume_lane(self, channel_id: UUID, error_code: str) -> None:
        """Let the channel's lane be due now, if it waits for this reason."""
        await self._connection.execute(_SQL["resume_lane"], channel_id, error_code, self._now)

    async def next_due(self) -> datetime | None:
        """Return when the next attempt is due."""
        due: datetime | None = await self._connection.fetchval(_SQL["next_due"])
        return due

    async def due_channels(self) -> list[UUID]:
        """Return the channels that have something due."""
        return [row["channel_id"] for row in await self._connection.fetch(_SQL["due_channels"], self._now)]

    async def open_in_thread(self, conversation_ids: Sequence[UUID]) -> list[OpenAnswer]:
        """Return the answers of these conversations whose outcome is open."""
        rows = await self._connection.fetch(_SQL["open_in_thread"], list(conversation_ids)) if conversation_ids else []
        return [OpenAnswer(**dict(row)) for row in rows]

    async def revive(self, message_id: UUID, *, reconcile: bool) -> bool:
        """Make a dead or failed answer due again, asking the network first when `reconcile`."""
        state = DeliveryState.UNKNOWN if reconcile else DeliveryState.QUEUED
        return await self._connection.fetchval(_SQL["revive"], message_id, state.value, self._now) is not None

    async def give_up(self, message_id: UUID) -> bool:
        """Take an answer out of the lane for good."""
        return await self._connection.fetchval(_SQL["give_up"], message_id, self._now) is not None

    async def references(self, conversation_id: UUID, aside: UUID | None, limit: int) -> list[str]:
        """Return remote ids in transcript order, the newest `limit`, of what was said with the customer or a third party."""
        rows = await self._connection.fetch(_SQL["references"], conversation_id, limit, aside)
        return [row["remote_id"] for row in rows]
