"""Write a past: events at the times at which they happened, work that is over. Only a house that has not begun may have one."""

import os
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from unisono.domain.ids import uuid7_at
from unisono.service.ports.base import NewEvent
from unisono.store.driver import Connection
from unisono.store.sql import load

_SQL = load("history")


async def write_past(connection: Connection, events: Sequence[tuple[datetime, NewEvent]]) -> None:
    """Append events in their order, each at its own time."""
    told = [event for _, event in events]
    # The log is read in the order of these: by their time and, within a millisecond, as they stand here.
    ids = [uuid7_at(round(at.timestamp() * 1_000), n.to_bytes(4) + os.urandom(6)) for n, (at, _) in enumerate(events)]
    columns = ("actor_id", "access_class", "channel_id", "conversation_id", "interaction_id", "queue_id", "agent_id", "body")
    await connection.execute(
        _SQL["write"], ids, [at for at, _ in events], [event.type for event in told],
        *([getattr(event, name) for event in told] for name in columns),
    )  # fmt: skip


async def close_past(
    connection: Connection, ended: Sequence[tuple[UUID, UUID | None, datetime | None, datetime, UUID | None]]
) -> None:
    """Close work: (interaction, whose it was, first answered, closed, wrap-up code)."""
    await connection.execute(_SQL["close"], *(list(column) for column in zip(*ended, strict=True)))
