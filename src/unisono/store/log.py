"""The event log and the leases."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from unisono.domain.ids import new_id
from unisono.service.ports.base import Cursor, LoggedEvent, NewEvent
from unisono.store.driver import Connection
from unisono.store.sql import load

_SQL = load("log")
_LOWEST = UUID(int=0)


async def append(connection: Connection, at: datetime, events: Sequence[NewEvent]) -> None:
    """Write events in their order, in the caller's transaction."""
    await connection.execute(
        _SQL["append"],
        [new_id() for _ in events],
        [at] * len(events),
        [e.type for e in events],
        [e.v for e in events],
        [e.actor_id for e in events],
        [e.access_class for e in events],
        [e.channel_id for e in events],
        [e.conversation_id for e in events],
        [e.interaction_id for e in events],
        [e.queue_id for e in events],
        [e.agent_id for e in events],
        [e.body for e in events],
    )


class PgLog:
    """Read side of the log."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def head(self) -> Cursor:
        """Return the cursor below which everything is visible now."""
        row: Any = await self._connection.fetchrow(_SQL["head"])
        return Cursor(row["epoch"], row["xmin"], _LOWEST)

    async def after(self, cursor: Cursor, limit: int) -> list[LoggedEvent] | None:
        """Return the next visible events, or None when the log was pruned beyond the cursor."""
        found = await self.after_without(cursor, limit, "")
        return found[0] if found is not None else None

    async def after_without(self, cursor: Cursor, limit: int, type_: str) -> tuple[list[LoggedEvent], Cursor] | None:
        """Return the next visible events but those of one type, and where to go on; None as for `after`."""
        rows = await self._connection.fetch(_SQL["after_without"], cursor.epoch, str(cursor.xid), cursor.id, limit, type_)
        pruned = rows[0]["pruned"]
        if pruned is not None and cursor < Cursor.parse(pruned):
            return None
        if len(rows) == limit and rows[0]["id"] is not None:
            events = [_logged(row) for row in rows]
            return events, events[-1].cursor
        events = [_logged(row) for row in rows if row["id"] is not None]
        return events, max(cursor, Cursor(rows[0]["now_epoch"], rows[0]["xmin"], _LOWEST))


def _logged(row: Any) -> LoggedEvent:
    facts = dict(row)
    del facts["xmin"], facts["now_epoch"], facts["pruned"]
    cursor = Cursor(facts.pop("epoch"), facts.pop("xid"), facts.pop("id"))
    return LoggedEvent(cursor=cursor, **facts)


class PgLeases:
    """Leases by the caller's clock; the nodes of a deployment keep theirs by NTP, a lease outlives a second's skew."""

    def __init__(self, connection: Connection, now: datetime) -> None:
        self._connection = connection
        self._now = now

    async def acquire(self, name: str, holder: str, ttl_s: float) -> int | None:
        """Take or renew; returns the fencing token or None."""
        token: int | None = await self._connection.fetchval(_SQL["acquire_lease"], name, holder, self._now, ttl_s)
        return token

    async def release(self, name: str, holder: str) -> None:
        """Give it up, so that the next holder need not wait."""
        await self._connection.execute(_SQL["release_lease"], name, holder)
