"""Whoever works the calls stops when told, whatever fails in the same moment."""

import asyncio

import pytest

from tests.kit import House
from unisono.contract.voice import VoiceListener
from unisono.service.calls.switchboard import Switchboard
from unisono.testing.telephone import FakeDriver

pytestmark = pytest.mark.voice


class Breaking(FakeDriver):
    """A driver whose line breaks in the moment in which it is told to stop."""

    def __init__(self, house: House) -> None:
        super().__init__(clock=house.clock)
        self.runs = asyncio.Event()

    async def run(self, listener: VoiceListener) -> None:
        self.runs.set()
        try:
            await asyncio.Event().wait()
        finally:
            raise ConnectionResetError


async def test_a_line_that_breaks_in_the_moment_of_stopping_does_not_keep_the_switchboard_alive(house: House) -> None:
    driver = Breaking(house)
    running = asyncio.create_task(Switchboard(house.outside, {"fake": driver}, "test").run())
    async with asyncio.timeout(20):
        await driver.runs.wait()
    running.cancel()
    done, _ = await asyncio.wait({running}, timeout=20)
    assert done, "The switchboard still runs."
    assert running.cancelled()
