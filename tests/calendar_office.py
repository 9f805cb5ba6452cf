"""A house in which employees' calendars are read over real HTTP, step by step."""

from typing import Any

from msgspec.structs import replace

from unisono.contract.context import Response
from unisono.egress.client import EgressFactory
from unisono.service.house import House
from unisono.service.presence.keep import PresenceKeeper
from unisono.service.presence.read_calendars import CalendarReader
from unisono.workplace.calendars import Calendars


class Office:
    """A house whose employees' calendars are really read; `asked`: what went out."""

    def __init__(self, house: House, http_for: EgressFactory) -> None:
        self.house, self.asked = house, list[str]()
        outside = house.outside

        def counted(manifest: Any, config: Any) -> Any:
            client = http_for(manifest, config)

            class Counted:
                async def request(_, method: str, url: str, **more: Any) -> Response:  # noqa: N805 - the office is `self` here
                    self.asked.append(method)
                    return await client.request(method, url, **more)

            return Counted()

        self.outside = replace(outside, http_for=counted)
        self._reader = CalendarReader(self.outside, Calendars())
        self._keeper = PresenceKeeper(outside.db, outside.bell, outside.clock)

    async def sql(self, statement: str) -> None:
        """Change what stands in the tables."""
        async with self.house.db.pool.acquire() as connection:  # type: ignore[attr-defined]  # the test's database
            await connection.execute(statement)

    async def rounds(self) -> None:
        """Read what is due, and merge, until there is nothing more."""
        for _ in range(20):
            if not await self._reader.step() and not await self._keeper.step():
                return
        raise AssertionError("It never comes to rest.")

    async def again(self) -> None:
        """As if it were time to ask once more."""
        await self.sql("update own_calendar set next_at = now() - interval '1 second'")
        await self.rounds()
