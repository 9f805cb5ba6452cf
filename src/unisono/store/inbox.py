"""The raw inbound ledger."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from unisono.contract.inbound import Raw
from unisono.domain.ids import new_id
from unisono.service.metrics import RECEIVED
from unisono.service.ports.ledgers import InboxItem, OpenGap
from unisono.service.text import without_unstorable
from unisono.store.driver import Connection
from unisono.store.sql import load

_SQL = load("inbox")


def _affected(status: str) -> int:
    return int(status.rsplit(" ", 1)[1])


class PgInbox:
    """Implements `service.ports.Inbox`."""

    def __init__(self, connection: Connection, now: datetime) -> None:
        self._connection = connection
        self._now = now

    async def put(self, channel_id: UUID, raws: Sequence[Raw], keep_s: int) -> int:
        """Store what is not there yet; returns how many were new. `keep_s`: for how long raw bytes are kept."""
        if not raws:
            return 0
        status = await self._connection.execute(
            _SQL["put"],
            channel_id,
            [new_id() for _ in raws],
            [without_unstorable(r.ingest_key) for r in raws],
            [r.body for r in raws],
            [r.received_at for r in raws],
            float(keep_s),
        )
        stored = _affected(status)
        RECEIVED.labels(str(channel_id)).inc(stored)
        await self.count(channel_id, {"received": len(raws), "stored": stored, "duplicate": len(raws) - stored})
        return stored

    async def count(self, channel_id: UUID, numbers: Mapping[str, int]) -> None:
        """Add to the channel's counters of today."""
        await self._connection.execute(
            _SQL["count"], channel_id, self._now.date(), list(numbers.keys()), list(numbers.values()), self._now
        )

    async def unfilled_gaps(self, channel_id: UUID) -> list[OpenGap]:
        """Return gaps of which it is known when they began and that nobody has tried to fill."""
        return [OpenGap(**dict(row)) for row in await self._connection.fetch(_SQL["unfilled_gaps"], channel_id)]

    async def gap_filled(self, gap_id: UUID, filled: int, *, closed: bool) -> None:
        """Record what was fetched later of what a gap left out."""
        await self._connection.execute(_SQL["gap_filled"], gap_id, filled, self._now if closed else None)

    async def close_gap(self, channel_id: UUID, gap_id: UUID) -> bool:
        """Close a gap; False when it is closed already, or not the channel's."""
        return await self._connection.fetchval(_SQL["close_gap"], gap_id, channel_id, self._now) is not None

    async def cursor(self, channel_id: UUID, stream: str) -> str | None:
        """Return where the next pull begins."""
        found: str | None = await self._connection.fetchval(_SQL["cursor"], channel_id, stream)
        return found

    async def set_cursor(self, channel_id: UUID, stream: str, cursor: str | None) -> None:
        """Move the cursor; belongs into the transaction that stores its items."""
        await self._connection.execute(_SQL["set_cursor"], channel_id, stream, cursor, self._now)

    async def note_gap(self, channel_id: UUID, stream: str) -> bool:
        """Record that items were lost to us between two pulls; True when this gap was not known yet."""
        return await self._connection.fetchval(_SQL["note_gap"], new_id(), channel_id, stream, self._now) is not None

    async def new_items(self, channel_id: UUID, limit: int) -> list[InboxItem]:
        """Return unread items, oldest first."""
        rows = await self._connection.fetch(_SQL["new_items"], channel_id, limit)
        return [InboxItem(**dict(row)) for row in rows]

    async def finish(self, items: Mapping[UUID, UUID | None]) -> set[UUID]:
        """Mark items done, each with the message it concerns; returns those that were still new."""
        rows = await self._connection.fetch(_SQL["finish"], list(items.keys()), list(items.values()))
        return {row["id"] for row in rows}

    async def hold_early(self, items: Mapping[UUID, str]) -> None:
        """Keep edits that came before what they edit; the value names the remote id they wait for."""
        if items:
            await self._connection.execute(_SQL["hold_early"], list(items.keys()), list(items.values()))

    async def wake_early(self, channel_id: UUID, remote_ids: Sequence[str]) -> int:
        """Make those edits new again whose item has come; returns how many."""
        if not remote_ids:
            return 0
        return _affected(await self._connection.execute(_SQL["wake_early"], channel_id, list(remote_ids)))

    async def quarantine(self, item_id: UUID, error: str) -> None:
        """Set an item aside with the reason; its bytes are kept for a person to see."""
        channel_id = await self._connection.fetchval(_SQL["quarantine"], item_id, error)
        if channel_id is not None:
            await self.count(channel_id, {"quarantined": 1})

    async def requeue(self, item_id: UUID) -> UUID | None:
        """Put an item back to be read again; returns its channel, None when it is not in quarantine."""
        found: UUID | None = await self._connection.fetchval(_SQL["requeue"], item_id)
        return found

    async def discard(self, item_id: UUID) -> UUID | None:
        """Give an item up and erase its bytes; returns its channel, None when it is not in quarantine."""
        found: UUID | None = await self._connection.fetchval(_SQL["discard"], item_id)
        return found

    async def quarantined(self, channel_ids: Sequence[UUID] | None, after: UUID | None, limit: int) -> list[InboxItem]:
        """Return what is in quarantine, newest first; `channel_ids` None means of every channel."""
        rows = await self._connection.fetch(
            _SQL["quarantined"], list(channel_ids) if channel_ids is not None else None, after, limit
        )
        return [InboxItem(**dict(row)) for row in rows]

    async def channels_with_new(self) -> list[UUID]:
        """Return the channels that have something unread."""
        return [row["channel_id"] for row in await self._connection.fetch(_SQL["channels_with_new"])]

    async def drop_bodies(self, ids: Sequence[UUID]) -> None:
        """Erase raw bytes, keep the keys."""
        if ids:
            await self._connection.execute(_SQL["drop_bodies"], list(ids))

    async def expire_bodies(self, limit: int) -> int:
        """Erase raw bytes whose time is over; returns how many."""
        return _affected(await self._connection.execute(_SQL["expire_bodies"], self._now, limit))
