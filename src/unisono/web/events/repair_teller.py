"""Tells how much waits for repair to the desks that follow it, so that a heap that grows is seen when it begins to."""

import asyncio
import contextlib
from collections.abc import Iterable
from typing import Final

from unisono.domain.errors import UnisonoError
from unisono.service.house import House
from unisono.service.ports import LoggedEvent
from unisono.service.repair_topic import REPAIR
from unisono.web.events.live import Live

TELL_S: Final = 2.0
REPEAT_S: Final = 300.0
GOOD_FOR_S: Final = 900.0
_TYPES: Final = frozenset({"quarantine.changed", "answer.changed", "customer.erased"})


class RepairTeller:
    """The counts of one web process; read only while somebody follows them."""

    def __init__(self, house: House, live: Live) -> None:
        self._house = house
        self._live = live
        self._changed = asyncio.Event()

    def take(self, events: Iterable[LoggedEvent]) -> None:
        """Note that something may have come or gone."""
        if any(event.type in _TYPES for event in events):
            self._changed.set()

    async def greet(self, topics: Iterable[str]) -> None:
        """Read the counts for somebody who begins to follow them."""
        if REPAIR in topics:
            await self.tell()

    async def run(self) -> None:
        """Tell until cancelled."""
        while True:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(REPEAT_S):
                    await self._changed.wait()
            self._changed.clear()
            if REPAIR in self._live.followed():
                await self.tell()
            await asyncio.sleep(TELL_S)

    async def tell(self) -> None:
        """Read and tell once."""
        with contextlib.suppress(UnisonoError):
            async with self._house.db.read() as tx:
                quarantine, dead = await tx.repairs.totals()
            self._live.put(REPAIR, "totals", {"quarantine": quarantine, "dead": dead}, GOOD_FOR_S)
