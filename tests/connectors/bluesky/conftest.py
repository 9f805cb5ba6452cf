"""Bluesky's PDS with the doubles behind it, our account on it, and a connector over real HTTP."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import uuid4

import pytest_asyncio

from tests.peers import bluesky_pds
from unisono.connectors.bluesky import Bluesky
from unisono.contract import Account, Created, Event, Raw, load_manifest
from unisono.domain.ids import new_id
from unisono.testing.clock import MovableClock
from unisono.testing.context import KitContext, make_ctx
from unisono.testing.faultproxy import FaultProxy
from unisono.testing.networks.bluesky import BlueskyNetwork, Person


@dataclass
class Town:
    """The network, with a proxy before the PDS (`front`) and one before the doubles (`side`)."""

    network: BlueskyNetwork
    clock: MovableClock
    front: FaultProxy
    side: FaultProxy


@dataclass
class Desk:
    """Our side: the connector, its context, and the account that it serves."""

    connector: Bluesky
    ctx: KitContext
    us: Person
    town: Town

    def now(self) -> datetime:
        """The clock of the town."""
        return self.town.clock.now()

    async def page(self, cursor: str | None, stream: str = "notifications", limit: int = 200) -> tuple[list[Raw], str | None]:
        """Pull all there is."""
        raws: list[Raw] = []
        for _ in range(50):
            page = await self.connector.pull(stream, cursor, limit)
            cursor = page.next_cursor
            raws += page.raws
            if not page.has_more:
                return raws, cursor
        raise AssertionError("The pull does not end.")

    async def new(self, cursor: str | None = None, stream: str = "notifications") -> tuple[list[Event], str | None]:
        """Pull all there is, reading each item."""
        raws, cursor = await self.page(cursor, stream)
        return [event for raw in raws for event in self.connector.read(raw)], cursor

    async def one(self, stream: str = "notifications") -> Created:
        """Pull from the start and return the only thing that was said."""
        (event,), _ = await self.new(None, stream)
        assert isinstance(event, Created)
        return event


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def town() -> AsyncIterator[Town]:
    bluesky_pds()
    clock = MovableClock()
    network = BlueskyNetwork(clock)
    await network.start()
    async with FaultProxy(int(network.url.rsplit(":", 1)[1])) as front, FaultProxy(network.doubles.port) as side:
        network.appview.pictures = side.url
        yield Town(network, clock, front, side)
    await network.stop()


@pytest_asyncio.fixture(loop_scope="module")
async def desk(town: Town) -> AsyncIterator[Desk]:
    """A connector of a fresh account."""
    us = await town.network.join("firma")
    async with connect(town, us) as found:
        yield found
    town.front.calm()
    town.side.calm()


@asynccontextmanager
async def connect(town: Town, us: Person, *, password: str = "", **config: Any) -> AsyncIterator[Desk]:
    """Open a connector for an account; `config` overrides settings."""
    password = password or await us.app_password(f"unisono-{uuid4().hex[:6]}")
    settings = {
        "handle": us.handle, "service_url": town.front.url, "jetstream_url": town.side.url, "media_url": town.side.url,
        "directory_url": town.network.directory,
    } | config  # fmt: skip
    account = Account(channel_id=new_id(), name="Firma", config=settings)
    manifest = load_manifest(Bluesky.folder)
    async with make_ctx(account, manifest, secrets={"app_password": password}, clock=town.clock) as ctx:
        yield Desk(Bluesky(ctx), ctx, us, town)
