"""A whole house on a real database, its switchboard, and an Asterisk: what a cut does is looked at on both sides."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any
from uuid import UUID

from msgspec.structs import replace

from tests.kit import House, Person, StepClock
from tests.voice.ari.conftest import SETTINGS, QuietLog
from unisono.app.registry import Connectors
from unisono.domain.ids import new_id
from unisono.egress.client import EgressFactory
from unisono.service.calls.hear import follow_work
from unisono.service.calls.switchboard import Desk
from unisono.testing.asterisk.server import ScriptedAsterisk
from unisono.voice.ari import MANIFEST, AriDriver
from unisono.voice.ari.settings import read_settings

OURS = "+498001"


class TickingClock(StepClock):
    """Time of which no two looks are alike, as on a machine: what is told after a snapshot is younger than it."""

    def now(self) -> datetime:
        self.advance(0.001)
        return super().now()

    async def sleep(self, seconds: float) -> None:
        """A pause of the driver is short, and moves nobody's time."""
        await asyncio.sleep(min(seconds, 0.002))


class Deployment:
    """Driven in turns until something holds; the driver's line runs by itself, over real sockets."""

    def __init__(self, house: House, exchange: ScriptedAsterisk, factory: EgressFactory) -> None:
        house.outside = replace(house.outside, registry=Connectors())
        self.house = house
        self.exchange = exchange
        self.switch = exchange.switch
        self.people: list[Person] = []
        self.code: UUID = new_id()
        raw = {"url": exchange.url, **SETTINGS, "headers": ""}
        self._factory, self._raw = factory, raw
        self.driver = self._driver()
        self.desk = Desk(house.outside, self.driver)
        self._task: asyncio.Task[None] | None = None

    def _driver(self) -> AriDriver:
        return AriDriver("ari", read_settings(self._raw), self._factory(MANIFEST, self._raw), self.house.clock, QuietLog())

    async def up(self) -> None:
        """Connect."""
        self._task = asyncio.create_task(self.driver.run(self.desk))
        await self.until(self.stands)

    async def down(self) -> None:
        """Stop the driver."""
        assert self._task is not None
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)

    async def other_node(self) -> None:
        """The node stops without a word, and another one takes over that knows nothing but the database."""
        await self.down()
        self.driver = self._driver()
        self.desk = Desk(self.house.outside, self.driver)
        await self.up()

    async def stands(self) -> bool:
        """The line stands."""
        if self._task is not None and self._task.done():
            await self._task
        return self.driver.trouble == ""

    async def turn(self) -> int:
        """Let everything go on by a step; returns how much moved."""
        moved = await self.house.route()
        moved += await follow_work(self.house.outside)
        moved += await self.desk.ask_once()
        if self.desk._compare_now.is_set():
            self.desk._compare_now.clear()
            try:
                await self.desk.compare_once()
            except OSError:
                self.desk._compare_now.set()
            moved += 1
        return moved

    async def until(self, holds: Callable[[], Awaitable[object]], within_s: float = 20.0) -> None:
        """Take turns until something holds."""
        async with asyncio.timeout(within_s):
            while not await holds():
                if not await self.turn():
                    # Commands that wait for their time, and offers, go by the house's clock.
                    self.house.clock.advance(0.2)
                    await asyncio.sleep(0.001)

    # -- what is looked at ------------------------------------------------------------------------------------------------

    async def line(self, queue_id: UUID) -> None:
        """Add the line that is called."""
        await self.house.sql(
            "insert into channel (id, connector, network, medium, name, queue_id, units, config, work_class_id, one_at_a_time) "
            "values ($1, 'voice', 'phone', 'call', 'Hotline', $2, 60, $3, (select id from work_class where key = 'call'), true)",
            new_id(), queue_id, {"driver": "ari", "numbers": [OURS]},
        )  # fmt: skip

    async def phone(self, person: Person, extension: str) -> None:
        """Say which telephone is somebody's."""
        await self.house.sql("insert into agent_phone (user_id, driver, address) values ($1, 'ari', $2)", person.id, extension)

    async def call(self, name: str) -> Any:
        """Return the house's row of a call; None while there is none."""
        rows = await self.house.sql("select * from call where driver = 'ari' and call_id = $1", name)
        return rows[0] if rows else None

    async def work(self, name: str) -> Any:
        """Return the unit of work of a call; None while there is none."""
        rows = await self.house.sql(
            "select i.* from interaction i join call c on c.interaction_id = i.id where c.driver = 'ari' and c.call_id = $1", name
        )
        return rows[0] if rows else None

    async def stage(self, name: str) -> str:
        """Return where a call stands for the house."""
        found = await self.call(name)
        return str(found["stage"]) if found else ""

    async def at_rest(self, name: str) -> bool:
        """Return whether a call is over on both sides, and all its work is in hand or done."""
        call = await self.call(name)
        return bool(call and call["ended_at"] and await self.turn() == 0 and await self.stands())
