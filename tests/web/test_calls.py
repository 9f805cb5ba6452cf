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
from tests.midnight import zone_at_noon
from tests.web.conftest import Browser, MakeHouse, Served
from tests.web.phone_office import phone_office
from unisono.app.registry import Connectors
from unisono.contract import Manifest
from unisono.contract.connector import ConnectorType
from unisono.contract.voice import CALLER
from unisono.service.tally import fold_all

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
        await office.served.sql("update agent set used = 0, engaged = 0, version = version + 1")
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


async def promised(office: Office, *kinds: str) -> None:
    """Let the queue promise an answer within a day, by these kinds of clocks alone."""
    root = office.served.browser()
    await root.log_in("root")
    targets = [{"kind": kind, "target_s": 86_400} for kind in kinds]
    level = await root.did("POST", "service-levels", {"key": "line", "name": {"de": "Leitung", "en": "Line"}, "targets": targets})
    await root.did("PATCH", f"queues/{office.queue}", {"service_levels": [{"service_level_id": level["id"]}]})


async def test_a_call_that_is_taken_is_an_answer_and_keeps_its_promise(office: Office) -> None:
    await office.served.sql("update queue set time_zone = $1", zone_at_noon())
    await office.exchange.line(office.queue)
    await office.exchange.driver.rings(ADA, OURS)
    await office.exchange.settle()
    (item,) = (await office.anna.get("work?view=mine"))["items"]
    work = item["interaction"]
    assert work["first_response_at"] is not None, "the talk has begun"
    assert (work["due_at"], work["due_state"]) == (None, ""), "while they speak, no promise runs that could be broken"
    # The agent has no room for a second call: its caller gives up.
    other = await office.exchange.driver.rings(BERT, OURS)
    await office.exchange.settle()
    await office.exchange.driver.hangs_up(other)
    await office.exchange.settle()
    await fold_all(office.served.house.db)
    (calls,) = (await office.anna.get("parity?days=1"))["media"]
    told = {name: calls[name] for name in ("medium", "arrived", "answered", "abandoned", "in_time", "late", "level", "waiting")}
    # The third that came is the call-back of who gave up; it is what waits.
    assert told == {
        "medium": "call", "arrived": 3, "answered": 1, "abandoned": 1, "in_time": 1, "late": 0, "level": 1.0, "waiting": 1,
    }  # fmt: skip
    assert calls["median_s"] is not None


@pytest.mark.parametrize(("kinds", "due"), [(("first_response",), None), (("first_response", "next_response"), "next_response")])
async def test_a_call_back_is_due_by_what_the_house_promises_and_never_before(
    office: Office, kinds: tuple[str, ...], due: str | None
) -> None:
    await promised(office, *kinds)
    await office.exchange.line(office.queue)
    await office.served.sql("update agent set state = 'away'")
    call = await office.exchange.driver.rings(ADA, OURS)
    await office.exchange.settle()
    (rung,) = (await office.anna.get("work?view=waiting"))["items"]
    await office.exchange.driver.hangs_up(call)
    await office.exchange.settle()
    (item,) = (await office.anna.get("work?view=waiting"))["items"]
    work = item["interaction"]
    assert (work["reason"]["code"], work["previous_id"]) == ("call_back", rung["interaction"]["id"])
    assert work["waiting_since"] == rung["interaction"]["waiting_since"], "it is as old as the call"
    assert (work["due_kind"], work["due_state"]) == (due, "")
    assert work["due_at"] is None if due is None else work["due_at"] > office.kit.clock.now().isoformat()

    # It is served before a mail that came while it waited.
    mails = await office.kit.channel(office.queue, medium="mail", units=60)
    await office.served.sql("update channel set work_class_id = (select id from work_class where key = 'mail') where id = $1",
                            mails.id)  # fmt: skip
    await office.kit.hear(mails, {"id": "m", "text": "Rechnung?", "by": "m", "at": office.kit.clock.now().isoformat()})
    await office.served.sql("update agent set state = 'available', version = version + 1")
    await office.kit.router.load()
    await office.exchange.settle()
    (offered,) = (await office.anna.get("offers"))["items"]
    assert offered["item"]["interaction"]["id"] == work["id"]


async def test_whatever_units_a_house_gives_a_call_nobody_in_one_gets_another(office: Office) -> None:
    kit, chief = office.kit, await office.served.logged_in("chief", "administrator")
    posts = await kit.channel(office.queue, medium="post", units=12)
    await chief.did("PATCH", "settings", {"units.call": 20})
    line = {
        "connector": "voice",
        "name": "Hotline",
        "queue_id": str(office.queue),
        "config": {"driver": "fake", "numbers": [OURS]},
    }
    line = await chief.did("POST", "channels", line)
    assert line["units"] == 20, "three would fit"
    first = await office.exchange.driver.rings(ADA, OURS)
    await office.exchange.settle()
    await chief.did("PATCH", f"channels/{line['id']}", {"units": 0})
    await office.exchange.driver.rings(BERT, OURS)
    at = kit.clock.now().isoformat()
    await kit.hear(posts, *({"id": f"p{n}", "text": "Hallo", "by": f"p{n}", "at": at} for n in range(4)))
    await office.exchange.settle()
    assert sorted(c["stage"] for c in await office.live()) == ["talking", "waiting"], (
        "the second takes nothing, and waits all the same"
    )
    assert await office.offers() == ["post"] * 3, "of 60 units 20 are the call's, and 40 are three posts"

    calls = {c["stage"]: c for c in await office.live()}
    second = calls["waiting"]["interaction_id"]
    refused = await office.anna.problem("POST", f"interactions/{second}/take")
    assert refused["code"] == "second_call"
    refused = await chief.problem("POST", f"interactions/{second}/assign", {"agent_id": str(office.anna_id)})
    assert refused["code"] == "second_call"
    await office.exchange.driver.hangs_up(first)
    await office.exchange.settle()
    assert [c["stage"] for c in await office.live()] == ["waiting"], "nor while they wrap the first one up"
    code = (await chief.did("POST", "wrap-up-codes", {"key": "done", "name": {"de": "Fertig", "en": "Done"}}))["id"]
    await office.anna.did("POST", f"interactions/{calls['talking']['interaction_id']}/wrap-up", {"code_id": code})
    await office.exchange.settle()
    assert [(c["stage"], c["interaction_id"]) for c in await office.live()] == [("talking", second)]
