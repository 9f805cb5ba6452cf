"""A page, its visitors, and a connector."""

from collections.abc import AsyncIterator

import msgspec
import pytest_asyncio

from tests.connectors.graph.kit import Desk, MovedClock, desk_of
from unisono.connectors.facebook import Facebook
from unisono.testing.networks.graph import GraphNetwork, Page


class PageDesk(Desk):
    """With the page."""

    page: Page = msgspec.field(default_factory=lambda: Page(id="", name="", token=""))


@pytest_asyncio.fixture
async def desk() -> AsyncIterator[PageDesk]:
    clock = MovedClock()
    network = GraphNetwork(clock.now)
    page = network.pages.add("Brookwatt")
    config = {"page_id": page.id, "app_id": network.app_id}
    async with desk_of(Facebook, network, clock, config, {"access_token": page.token}) as found:
        yield PageDesk(**msgspec.structs.asdict(found), page=page)
