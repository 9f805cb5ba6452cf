"""A number, its customers, and a connector."""

from collections.abc import AsyncIterator

import msgspec
import pytest_asyncio

from tests.connectors.graph.kit import Desk, MovedClock, desk_of
from unisono.connectors.whatsapp import WhatsApp
from unisono.contract import Created, Raw
from unisono.testing.networks.graph import GraphNetwork, News, Number


class NumberDesk(Desk):
    """With the number."""

    number: Number = msgspec.field(default_factory=lambda: Number(id="", account="", shown="", name="", token=""))

    def told(self, field: str = "messages") -> News:
        """The last that was told of the number."""
        return next(news for news in reversed(self.network.news) if news.field == field)

    async def heard(self, field: str = "messages") -> list[Raw]:
        """The last that was told, as the connector takes it in."""
        return await self.pushed(self.told(field))

    async def one(self) -> Created:
        """The last that was said."""
        [raw] = await self.heard()
        [event] = self.read(raw)
        assert isinstance(event, Created)
        return event


@pytest_asyncio.fixture
async def desk() -> AsyncIterator[NumberDesk]:
    clock = MovedClock()
    network = GraphNetwork(clock.now)
    number = network.whatsapp.add("Brookwatt")
    config = {"phone_number_id": number.id, "business_account_id": number.account}
    async with desk_of(WhatsApp, network, clock, config, {"access_token": number.token}) as found:
        yield NumberDesk(**msgspec.structs.asdict(found), number=number)
