"""An agent's telephone passes the caller on: to a colleague and outside, blind and attended, by the rules of the desk."""

from uuid import UUID

import pytest

from tests.callkit import BERT, Exchange
from tests.kit import House, Person
from tests.service.test_calls import talking
from tests.service.test_work import assert_capacity_adds_up
from unisono.contract.voice import CALLER, Cause, Connect, EndpointKind, Hangup, TransferKind
from unisono.testing.telephone import Reaction

pytestmark = pytest.mark.voice


@pytest.fixture
def exchange(house: House) -> Exchange:
    return Exchange(house, house.clock)


async def colleague(exchange: Exchange, house: House, queue: UUID, extension: str) -> Person:
    """Somebody who has a telephone of their own."""
    person = await house.agent(queue)
    await house.sql(
        "insert into agent_phone (user_id, driver, address) values ($1, $2, $3)", person.id, exchange.driver.name, extension
    )
    return person


@pytest.mark.parametrize("extension", ["202", "202@phones.example", "sip:202@phones.example"])
async def test_a_colleague_whom_the_phone_speaks_with_takes_over_without_being_rung_anew(
    exchange: Exchange, house: House, extension: str
) -> None:
    anna, call, queue = await talking(exchange, house)
    bert = await colleague(exchange, house, queue, extension)
    mine = exchange.leg_of(await exchange.call(call), anna)
    exchange.driver.phone(extension, Reaction.RINGS)
    await exchange.driver.asks_transfer(call, mine, "sip:202@phones.example", TransferKind.ATTENDED)
    await exchange.settle()
    second = exchange.driver.last(Connect, call)
    assert (second.taking_over, second.endpoint.kind, second.endpoint.address) == (mine, EndpointKind.AGENT, extension)
    assert (await exchange.work(call))["agent_id"] == anna.id, "until it has come about the agent has the customer"
    assert exchange.driver.hears(call) == (CALLER, mine)

    await exchange.driver.answers(call, second.leg_id)
    await exchange.settle()
    work = await exchange.work(call)
    assert (work["state"], work["agent_id"]) == ("active", bert.id)
    assert set(exchange.driver.hears(call)) == {CALLER, second.leg_id}
    assert exchange.driver.last(Hangup, call).leg_id == mine
    await assert_capacity_adds_up(house)


async def test_whoever_cannot_be_taken_over_leaves_the_customer_with_the_agent(exchange: Exchange, house: House) -> None:
    anna, call, queue = await talking(exchange, house)
    await colleague(exchange, house, queue, "202")
    mine = exchange.leg_of(await exchange.call(call), anna)
    exchange.driver.phone("202", Reaction.RINGS)
    await exchange.driver.asks_transfer(call, mine, "sip:202@phones.example", TransferKind.ATTENDED)
    await exchange.settle()
    await exchange.driver.hangs_up(call, exchange.driver.last(Connect, call).leg_id, Cause.REFUSED)
    await exchange.settle()
    work = await exchange.work(call)
    assert (work["state"], work["agent_id"]) == ("active", anna.id)
    assert exchange.driver.hears(call) == (CALLER, mine)
    assert (await exchange.call(call)).trouble == "transfer_failed"
    assert exchange.driver.declined == [(call, mine)]
    await assert_capacity_adds_up(house)


async def test_an_agent_who_hangs_up_at_once_does_not_take_the_customer_along(exchange: Exchange, house: House) -> None:
    anna, call, queue = await talking(exchange, house)
    bert = await colleague(exchange, house, queue, "202")
    mine = exchange.leg_of(await exchange.call(call), anna)
    exchange.driver.phone("202", Reaction.RINGS)
    await exchange.driver.asks_transfer(call, mine, "sip:202@phones.example", TransferKind.ATTENDED)
    await exchange.settle()
    second = exchange.driver.last(Connect, call)
    await exchange.driver.hangs_up(call, mine)
    await exchange.settle()
    assert exchange.driver.lives(call)
    await exchange.driver.answers(call, second.leg_id)
    await exchange.settle()
    assert set(exchange.driver.hears(call)) == {CALLER, second.leg_id}
    assert (await exchange.work(call))["agent_id"] == bert.id
    await assert_capacity_adds_up(house)


async def test_a_colleague_without_room_or_logged_off_is_asked_by_no_phone(exchange: Exchange, house: House) -> None:
    anna, call, queue = await talking(exchange, house)
    bert = await colleague(exchange, house, queue, "202")
    mine = exchange.leg_of(await exchange.call(call), anna)
    for change in ("capacity = 0", "capacity = 100, state = 'offline'"):
        await house.sql(f"update agent set {change} where user_id = $1", bert.id)
        for kind in TransferKind:
            await exchange.driver.asks_transfer(call, mine, "sip:202@phones.example", kind)
            await exchange.settle()
            assert exchange.driver.declined.pop() == (call, mine)
            assert (await exchange.call(call)).trouble == "transfer_refused"
            assert exchange.driver.hears(call) == (CALLER, mine)
    await assert_capacity_adds_up(house)


async def test_a_phone_hands_to_a_colleague_s_phone_as_the_desk_does(exchange: Exchange, house: House) -> None:
    anna, call, queue = await talking(exchange, house)
    bert = await colleague(exchange, house, queue, "202")
    mine = exchange.leg_of(await exchange.call(call), anna)
    exchange.driver.phone("202", Reaction.ANSWERS)
    await exchange.driver.asks_transfer(call, mine, "sip:202@phones.example")
    await exchange.settle()
    work = await exchange.work(call)
    assert (work["state"], work["agent_id"]) == ("active", bert.id)
    assert set(exchange.driver.hears(call)) == {CALLER, exchange.leg_of(await exchange.call(call), bert)}
    await assert_capacity_adds_up(house)


async def test_outside_is_joined_where_the_line_may_call_and_the_caller_s_own_phone_joins_nobody(
    exchange: Exchange, house: House
) -> None:
    anna, call, _ = await talking(exchange, house)
    mine = exchange.leg_of(await exchange.call(call), anna)
    for leg in (CALLER, mine):
        await exchange.driver.asks_transfer(call, leg, f"sip:{BERT}@trunk.example", TransferKind.ATTENDED)
        await exchange.settle()
        assert exchange.driver.declined.pop() == (call, leg), "no line calls out that nobody allowed to"
    await exchange.allow_out("+49")
    exchange.driver.phone(BERT, Reaction.ANSWERS)
    await exchange.driver.asks_transfer(call, CALLER, f"sip:{BERT}@trunk.example", TransferKind.ATTENDED)
    await exchange.settle()
    assert exchange.driver.declined.pop() == (call, CALLER)
    await exchange.driver.asks_transfer(call, mine, f"sip:{BERT}@trunk.example", TransferKind.ATTENDED)
    await exchange.settle()
    second = exchange.driver.last(Connect, call)
    assert (second.taking_over, second.endpoint.kind, second.endpoint.address) == (mine, EndpointKind.NUMBER, BERT)
    assert set(exchange.driver.hears(call)) == {CALLER, second.leg_id}
    assert (await exchange.work(call))["state"] == "wrap_up"
    await exchange.driver.hangs_up(call, second.leg_id)
    await exchange.settle()
    assert not exchange.driver.lives(call), "nobody of ours is left in it"
