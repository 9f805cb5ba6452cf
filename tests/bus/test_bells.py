"""Bells and ephemeral topics, in one process and between processes."""

import asyncio
from collections.abc import AsyncIterator

import asyncpg
import pytest
import pytest_asyncio

from unisono.bus.memory import MemoryBell, MemoryFanout
from unisono.bus.postgres import PostgresBus


async def test_a_ring_before_the_wait_is_not_lost_and_many_are_one() -> None:
    bell = MemoryBell()
    async with bell.listen("events") as listener:
        await bell.ring("events")
        await bell.ring("events")
        assert await listener.wait(0.1)
        assert not await listener.wait(0.01)


async def test_a_ring_wakes_only_its_topic() -> None:
    bell = MemoryBell()
    async with bell.listen("events") as listener:
        await bell.ring("other")
        assert not await listener.wait(0.01)


async def test_of_an_ephemeral_topic_the_last_value_wins() -> None:
    fanout = MemoryFanout()
    async with fanout.subscribe("typing") as values:
        for n in range(5):
            await fanout.publish("typing", "c1", {"n": n})
        await fanout.publish("typing", "c2", {"n": 9})
        got = [await anext(values), await anext(values)]
    assert got == [("c1", {"n": 4}), ("c2", {"n": 9})]


@pytest_asyncio.fixture
async def two(dsn: str) -> AsyncIterator[tuple[PostgresBus, PostgresBus]]:
    """Two processes' ends of one bus."""
    buses = PostgresBus(dsn), PostgresBus(dsn)
    tasks = [asyncio.create_task(bus.run()) for bus in buses]
    await asyncio.gather(*(asyncio.wait_for(bus.ready.wait(), 10) for bus in buses))
    yield buses
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


async def test_a_ring_is_heard_in_the_other_process_and_here_at_once(two: tuple[PostgresBus, PostgresBus]) -> None:
    here, there = two
    async with here.listen("events") as mine, there.listen("events") as theirs:
        await here.ring("events")
        assert await mine.wait(0.001)
        assert await theirs.wait(5)


async def test_values_reach_the_other_process(two: tuple[PostgresBus, PostgresBus]) -> None:
    here, there = two
    async with there.subscribe("typing") as values:
        for n in range(50):
            await here.publish("typing", "c1", {"n": n})
        assert await asyncio.wait_for(anext(values), 5) == ("c1", {"n": 49})


async def test_a_bus_whose_connections_were_cut_comes_back(two: tuple[PostgresBus, PostgresBus], dsn: str) -> None:
    here, there = two
    connection = await asyncpg.connect(dsn)
    await connection.execute("select pg_terminate_backend(pid) from pg_stat_activity where query like 'LISTEN%'")
    await connection.close()
    await asyncio.sleep(0.2)
    await asyncio.wait_for(asyncio.gather(here.ready.wait(), there.ready.wait()), 10)

    async def until_heard() -> None:
        async with there.listen("events") as theirs:
            while True:
                await here.ring("events")
                if await theirs.wait(0.3):
                    return

    await asyncio.wait_for(until_heard(), 10)


@pytest.mark.parametrize("size", [8_001, 50_000])
async def test_a_value_too_large_for_the_bell_hurts_nobody(two: tuple[PostgresBus, PostgresBus], size: int) -> None:
    here, there = two
    async with there.subscribe("typing") as values:
        await here.publish("typing", "big", {"text": "x" * size})
        await here.publish("typing", "small", {"n": 1})
        assert await asyncio.wait_for(anext(values), 5) == ("small", {"n": 1})


async def test_a_bus_that_can_hear_but_not_speak_any_more_comes_back(two: tuple[PostgresBus, PostgresBus], dsn: str) -> None:
    here, there = two
    async with there.listen("events") as theirs:
        await here.ring("events")
        assert await theirs.wait(5)
    connection = await asyncpg.connect(dsn)
    cut = await connection.fetch(
        "select pg_terminate_backend(pid) from pg_stat_activity where query like '%pg_notify(%' and pid <> pg_backend_pid()"
    )
    await connection.close()
    assert cut
    async with there.listen("events") as theirs, asyncio.timeout(20):
        while True:
            await here.ring("events")
            if await theirs.wait(0.2):
                break
