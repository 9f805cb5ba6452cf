"""Calls in the queue, from the ring to the goodbye: against an exchange that knows the truth of every call."""

import pytest

from tests.callkit import ADA, OURS, Exchange
from tests.kit import House
from tests.service.test_work import assert_capacity_adds_up
from unisono.contract.voice import CALLER

pytestmark = pytest.mark.voice


@pytest.fixture
def exchange(house: House) -> Exchange:
    return Exchange(house, house.clock)


async def test_a_call_waits_is_offered_rings_is_answered_and_ends_in_wrap_up(exchange: Exchange, house: House) -> None:
    queue = await house.queue()
    await exchange.line(queue)
    call = await exchange.driver.rings(ADA, OURS, display_name="Ada")
    await exchange.settle()
    assert exchange.driver._calls[call].parked
    assert (await exchange.work(call))["state"] == "waiting"

    anna = await house.agent(queue)
    await house.router.load()
    await exchange.settle()
    assert (await exchange.work(call))["state"] == "offered"
    assert (await exchange.call(call)).stage == "ringing"

    (leg,) = (await exchange.call(call)).call.intent.legs
    await exchange.driver.answers(call, leg)
    await exchange.settle()
    work = await exchange.work(call)
    assert (work["state"], work["agent_id"]) == ("active", anna.id)
    assert exchange.driver.hears(call) == (CALLER, leg)
    assert (await exchange.call(call)).stage == "talking"

    await exchange.driver.hangs_up(call)
    await exchange.settle()
    assert (await exchange.work(call))["state"] == "wrap_up"
    assert not exchange.driver.lives(call)
    assert (await exchange.call(call)).stage == "ended"
    await assert_capacity_adds_up(house)
