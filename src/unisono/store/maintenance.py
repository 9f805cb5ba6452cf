"""Keeping the store in shape: monthly partitions made ahead, and what has outlived its time."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import asyncpg

from unisono.service.ports.base import Cursor
from unisono.store.driver import Connection, Pool
from unisono.store.sql import load

_SQL = load("maintenance")
EVENTS_KEPT_DAYS = 400
PARTITIONED = ("event", "message_terms")


def month_of(moment: datetime) -> datetime:
    """Return the first instant of a month."""
    return datetime(moment.year, moment.month, 1, tzinfo=UTC)


def next_month(month: datetime) -> datetime:
    """Return the first instant of the month after."""
    return month_of(month + timedelta(days=32))


async def ensure_months(pool: Pool, start: datetime, end: datetime) -> None:
    """Make the partitions of all months from `start` to `end`; those that cannot be made stay in the default one.

    A month cannot be split off any more once the default partition holds rows of it; everything works there too.
    """
    month = month_of(start)
    while month <= end:
        for table in PARTITIONED:
            name = f"{table}_{month:%Y_%m}"
            async with pool.acquire() as connection:
                if await connection.fetchval(_SQL["partition_there"], name):
                    continue
                try:
                    await connection.execute(
                        f"create table if not exists {name} partition of {table} "
                        f"for values from ('{month:%Y-%m-%d} 00:00+00') to ('{next_month(month):%Y-%m-%d} 00:00+00')"
                    )
                except (asyncpg.CheckViolationError, asyncpg.DuplicateTableError, asyncpg.InvalidObjectDefinitionError):
                    continue
        month = next_month(month)


async def clean_up(pool: Pool, now: datetime) -> list[UUID]:
    """Drop what has outlived its time; returns attachments whose files can go."""
    async with pool.acquire() as connection, connection.transaction():
        if not await connection.fetchval(_SQL["try_lock"]):
            return []
        await connection.execute(_SQL["forget_commands"], now - timedelta(days=2))
        await connection.execute(_SQL["forget_bulk"], now - timedelta(days=2))
        await connection.execute(_SQL["forget_thread_meters"], now - timedelta(days=2))
        for name in ("forget_sessions", "forget_links", "forget_memory"):
            await connection.execute(_SQL[name], now)
        rows = await connection.fetch(_SQL["unused_attachments"], now - timedelta(days=2))
        await _prune_events(connection, now - timedelta(days=EVENTS_KEPT_DAYS))
        return [row["id"] for row in rows]


async def _prune_events(connection: Connection, before: datetime) -> None:
    """Forget whole months of the log; a reader that stood there is told to start anew."""
    limit = month_of(before)
    row = await connection.fetchrow(_SQL["newest_of_default"], limit)
    if row is None:
        return
    await connection.execute(_SQL["set_pruned"], str(Cursor(row["epoch"], row["xid"], row["id"])))
    await connection.execute(_SQL["prune_events"], limit)
    for partition in await connection.fetch(_SQL["event_partitions"]):
        if partition["relname"] < f"event_{limit:%Y_%m}":
            await connection.execute(f'drop table "{partition["relname"]}"')


async def tail_age_s(connection: Connection) -> float:
    """Return for how long the event log has been held up by an open writing transaction, in seconds."""
    age: float = await connection.fetchval(_SQL["tail_age"])
    return age
