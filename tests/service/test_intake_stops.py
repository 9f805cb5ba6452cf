"""Whoever works a channel stops when told, whatever happens in the same moment."""

import asyncio

import pytest

from tests.kit import House, OneConnector, Scripted
from unisono.service.intake import ChannelRunner


@pytest.mark.parametrize("ticks", range(8))
async def test_a_hint_in_the_moment_of_stopping_does_not_keep_a_runner_alive(house: House, ticks: int) -> None:
    assert isinstance(house.outside.registry, OneConnector)
    assert Scripted.caps.pull
    channel = await house.channel()
    runner = ChannelRunner(house.outside, channel, "test")
    running = asyncio.create_task(runner.run())
    await asyncio.sleep(0.3)
    runner._pull_now.set()
    for _ in range(ticks):
        await asyncio.sleep(0)
    running.cancel()
    done, _ = await asyncio.wait({running}, timeout=5)
    assert done, "The runner still runs."
    assert running.cancelled()
