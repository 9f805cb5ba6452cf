"""The driver, set up the one way that this schema needs."""

from typing import TYPE_CHECKING, Any

import asyncpg
import msgspec

if TYPE_CHECKING:
    from asyncpg.pool import PoolConnectionProxy

    Connection = asyncpg.Connection[Any] | PoolConnectionProxy[Any]
    Pool = asyncpg.Pool[Any]
else:
    Connection = asyncpg.Connection
    Pool = asyncpg.Pool


def _to_json(value: object) -> str:
    return msgspec.json.encode(value).decode()


async def prepare_connection(connection: Any) -> None:
    """Give a new connection its codecs; belongs into the pool's `init`, or the next connection lacks them."""
    await connection.set_type_codec("jsonb", schema="pg_catalog", format="text", encoder=_to_json, decoder=msgspec.json.decode)


async def _leave_as_it_is(_connection: object) -> None:
    """What is still open was rolled back by the driver; beyond its transactions nothing here changes a session.

    Whoever needs a lock, a setting or a cursor takes it for the transaction (`set local`, `pg_advisory_xact_lock`); whoever
    listens has a connection of their own. The driver's own reset would be one more round trip after every look at the database.
    """


async def open_pool(dsn: str, *, size: int = 12, statement_cache: bool = True) -> Any:
    """Return a pool. `statement_cache` must be off behind a pooler that hands out connections by transaction."""
    return await asyncpg.create_pool(
        dsn,
        min_size=1,
        max_size=size,
        init=prepare_connection,
        reset=_leave_as_it_is,
        statement_cache_size=200 if statement_cache else 0,
        server_settings={
            "application_name": "unisono",
            "timezone": "UTC",
            "idle_in_transaction_session_timeout": "10000",
            "jit": "off",
        },
    )
