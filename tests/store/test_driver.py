"""A connection that is given back says nothing to the server, and still leaves nothing behind for whoever has it next."""

import asyncio
from collections.abc import AsyncIterator

import asyncpg
import pytest
import pytest_asyncio

from unisono.store.driver import Pool, open_pool


@pytest_asyncio.fixture
async def one(dsn: str) -> AsyncIterator[Pool]:
    """A pool of one connection: everybody gets the same."""
    pool = await open_pool(dsn, size=1)
    yield pool
    await pool.close()


async def test_what_was_set_in_a_transaction_ends_with_it(one: Pool) -> None:
    async with one.acquire() as connection:
        with pytest.raises(asyncpg.DivisionByZeroError):
            async with connection.transaction():
                await connection.execute("set local lock_timeout = '7s'; select pg_advisory_xact_lock(1)")
                await connection.execute("select 1 / 0")
    async with one.acquire() as connection:
        assert await connection.fetchval("show lock_timeout") == "0"
        assert await connection.fetchval("select count(*) from pg_locks where locktype = 'advisory'") == 0


async def test_what_was_left_open_is_rolled_back(one: Pool) -> None:
    # The driver reports it to the loop's handler, which here may know of it.
    asyncio.get_running_loop().set_exception_handler(lambda _loop, _context: None)
    async with one.acquire() as connection:
        await connection.execute("begin; create table left_behind ()")
    async with one.acquire() as connection:
        assert not connection.is_in_transaction()
        assert await connection.fetchval("select to_regclass('left_behind')") is None


async def test_giving_back_costs_no_round_trip(one: Pool) -> None:
    said: list[str] = []
    async with one.acquire() as connection:
        connection.add_query_logger(lambda record: said.append(record.query))
        await connection.execute("select 1")
    async with one.acquire() as connection:
        await connection.execute("select 2")
    assert said == ["select 1", "select 2"]
