"""The epoch of the event cursor: it rises when the database has moved to another cluster, where transaction ids start anew."""

from typing import Any

import asyncpg

from unisono.store.driver import Connection


async def ensure_epoch(dsn: str) -> int:
    """Return the epoch, raised first when this is not the cluster (or not the database) that wrote the last events.

    Belongs before the first write of a start: with the old epoch new events would sort before old ones and stay unseen.
    """
    connection: Any = await asyncpg.connect(dsn, timeout=30, statement_cache_size=0)
    try:
        place = await _place(connection)
        async with connection.transaction():
            await connection.execute("lock table cluster_epoch in exclusive mode")
            row = await connection.fetchrow("select epoch, system_identifier, database_oid from cluster_epoch")
            if row is not None and (row["system_identifier"], row["database_oid"]) == place:
                return int(row["epoch"])
            return await _raise(connection, 1 if row is None else row["epoch"] + 1, place)
    finally:
        await connection.close()


async def raise_epoch(connection: Connection, *, at_least: int = 1) -> int:
    """Raise the epoch whatever the cluster; a restore does this before anything is written."""
    current = await connection.fetchval("select epoch from cluster_epoch")
    return await _raise(connection, max((current or 0) + 1, at_least), await _place(connection))


async def _place(connection: Connection) -> tuple[str, int]:
    """Return what tells clusters apart, and the database in it.

    The timeline counts as well: a promoted standby and a recovery to an earlier moment keep the cluster's identifier, and use
    transaction ids again that readers have already passed.
    """
    identifier = await connection.fetchval(
        "select system_identifier || '/' || left(pg_walfile_name(pg_current_wal_lsn()), 8) from pg_control_system()"
    )
    oid = await connection.fetchval("select oid::bigint from pg_database where datname = current_database()")
    return str(identifier), int(oid)


async def _raise(connection: Connection, epoch: int, place: tuple[str, int]) -> int:
    await connection.execute(
        "insert into cluster_epoch (only_row, epoch, system_identifier, database_oid) values (true, $1, $2, $3) "
        "on conflict (only_row) do update set epoch = excluded.epoch, system_identifier = excluded.system_identifier, "
        "database_oid = excluded.database_oid, changed_at = now()",
        epoch,
        *place,
    )
    return epoch
