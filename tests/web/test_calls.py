"""Calls, mails and posts at once, through the doors of the interface: one order of service, and what a call leaves free."""

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
import pytest_asyncio

from tests.callkit import ADA, BERT, OURS, Exchange
from tests.kit import House as Kit
from tests.kit import OneConnector
from tests.web.conftest import Browser, MakeHouse, Served
from tests.web.phone_office import phone_office
from unisono.app.registry import Connectors
from unisono.contract import Manifest
from unisono.contract.connector import ConnectorType
from unisono.contract.voice import CALLER

pytestmark = pytest.mark.voice


class Both(OneConnector):
    """The scripted network, and lines."""

    def manifest(self, connector: str) -> Manifest:
        return Connectors().manifest(connector) if connector == "voice" else super().manifest(connector)

    def code(self, connector: str) -> ConnectorType:
        return Connectors().code(connector) if connector == "voice" else super().code(connector)


class Office:
    """An agent at the interface, a line, a mailbox and a network."""

    def __init__(self, served: Served, exchange: Exchange, anna: Browser, anna_id: UUID, queue: UUID) -> None:
        self.served, self.exchange, self.anna, self.anna_id, self.queue = served, exchange, anna, anna_id, queue

    @property
    def kit(self) -> Kit:
        return self.served.kit

    async def offers(self) -> list[str]:
        """Return the media of what is offered now, through the interface."""
        channels = {str(row["id"]): row["medium"] for row in await self.served.sql("select id, medium from channel")}
        found = await self.anna.get("offers")
        return sorted(channels[item["item"]["interaction"]["channel_id"]] for item in found["items"])

    async def accept_all(self) -> None:
        for item in (await self.anna.get("offers"))["items"]:
            await self.anna.did("POST", f"offers/{item['offer']['id']}/accept")

    async def live(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = (await self.anna.get("calls"))["calls"]
        return found


@pytest_asyncio.fixture
async def office(make_house: MakeHouse) -> AsyncIterator[Office]:
    house = await make_house(Both())
    base = await phone_office(house)
    yield Office(base.served, base.exchange, base.anna, base.anna_id, base.queue)
    await base.served.close()


async def test_calls_mails_and_posts_are_served_in_one_order_and_a_call_takes_the_whole_agent(office: Office) -> None:
    kit = office.kit
    posts = await kit.channel(office.queue, medium="post", units=60)
    mails = await kit.channel(office.queue, medium="mail", units=60)
    await office.exchange.line(office.queue)
    # One class for all three: then nothing but age and deadline is left to order by.
    await office.served.sql("update channel set work_class_id = (select id from work_class where key = 'mail')")
    now = kit.clock.now()
    at = [(now - timedelta(minutes=n)).isoformat() for n in (30, 20)]
    await kit.hear(mails, {"id": "m1", "text": "Rechnung?", "by": "m", "at": at[1]})
    await kit.hear(posts, {"id": "p1", "text": "Kaputt!", "by": "p", "at": at[0]})
    call = await office.exchange.driver.rings(ADA, OURS)
    served = []
    for _ in range(3):
        await office.exchange.settle()
        offers = await office.offers()
        if not offers:
            # A phone that was taken up is an offer accepted.
            served.append("call")
            (live,) = await office.live()
            assert live["stage"] == "talking"
            await office.anna.did("POST", f"calls/{live['id']}/hangup")
            await office.exchange.settle()
        else:
            served += offers
            await office.accept_all()
        await office.served.sql("update interaction set state = 'closed', closed_at = now() where agent_id = $1", office.anna_id)
        await office.served.sql("delete from capacity_hold")
        await office.served.sql("update agent set used = 0, version = version + 1")
        await kit.router.load()
    assert served == ["post", "mail", "call"], "who waits longest is served first, whatever they came by"
    assert not office.exchange.driver.lives(call)


async def test_beside_a_call_there_is_room_for_what_the_house_says_and_for_no_second_call(office: Office) -> None:
    kit = office.kit
    posts = await kit.channel(office.queue, medium="post", units=12)
    await office.exchange.line(office.queue, units=36)
    first = await office.exchange.driver.rings(ADA, OURS)
    await office.exchange.settle()
    (live,) = await office.live()
    assert live["stage"] == "talking"

    await office.exchange.driver.rings(BERT, OURS)
    at = kit.clock.now().isoformat()
    await kit.hear(posts, *({"id": f"p{n}", "text": "Hallo", "by": f"p{n}", "at": at} for n in range(3)))
    await office.exchange.settle()
    assert await office.offers() == ["post", "post"], "36 of 60 units are the call's; 24 are two posts"
    assert sorted(c["stage"] for c in await office.live()) == ["talking", "waiting"]

    await office.anna.did("POST", f"calls/{live['id']}/hold")
    await office.exchange.settle()
    held = (await office.anna.get(f"calls/{live['id']}"))["call"]
    assert (held["stage"], {leg["state"] for leg in held["legs"]}) == ("held", {"held", "up"})
    await office.anna.did("POST", f"calls/{live['id']}/resume")
    await office.exchange.settle()
    assert CALLER in office.exchange.driver.hears(first)
    problem = await office.anna.problem("POST", f"calls/{live['id']}/record", {"mode": "on"})
    assert problem["code"] == "no_recording"
    await office.anna.did("POST", f"calls/{live['id']}/hangup")
    await office.exchange.settle()
    assert not office.exchange.driver.lives(first)
    assert [c["stage"] for c in await office.live()] == ["waiting"], "wrap-up keeps the capacity, as for any channel"
