"""One number does not take all lines, nor all of people's time: so many calls an hour, and one call-back at a time."""

import pytest

from tests.callkit import ADA, BERT, OURS, Exchange
from tests.kit import House
from tests.service.test_calls import talking
from unisono.contract.voice import Cause, Verstat
from unisono.service.calls.from_number import forget_numbers

pytestmark = pytest.mark.voice
OPEN = "select i.id from call_back b join interaction i on i.id = b.interaction_id where i.state <> 'closed'"


@pytest.fixture
def exchange(house: House) -> Exchange:
    return Exchange(house, house.clock)


async def test_who_calls_too_often_within_the_hour_hears_engaged_and_nobody_else_does(exchange: Exchange, house: House) -> None:
    await exchange.line(await house.queue(), calls_from_number=2)
    for _ in range(2):
        call = await exchange.driver.rings(ADA, OURS)
        house.clock.advance(60)
        await exchange.driver.hangs_up(call)
        await exchange.settle()
    third = await exchange.driver.rings("030 123456", OURS)
    await exchange.settle()
    assert not exchange.driver.lives(third)
    assert exchange.driver.commands[-1].cause is Cause.BUSY
    assert len(await house.sql("select 1 from call")) == 2
    assert exchange.driver.lives(await exchange.driver.rings(BERT, OURS))
    for _ in range(3):
        withheld = await exchange.driver.rings("anonymous", OURS, verstat=Verstat.WITHHELD)
        assert exchange.driver.lives(withheld), "who shows no number is nobody in particular"

    house.clock.advance(3_500)
    assert exchange.driver.lives(await exchange.driver.rings(ADA, OURS))
    house.clock.advance(3_601)
    await forget_numbers(house.db)
    assert await house.sql("select * from call_from") == [], "who called is forgotten with the hour"


async def test_a_call_that_is_told_twice_counts_once(exchange: Exchange, house: House) -> None:
    await exchange.line(await house.queue(), calls_from_number=1)
    exchange.driver.twice = True
    call = await exchange.driver.rings(ADA, OURS)
    await exchange.settle()
    assert exchange.driver.lives(call)
    assert len(await house.sql("select 1 from call_from")) == 1


async def test_without_a_limit_everybody_calls_as_often_as_they_like(exchange: Exchange, house: House) -> None:
    await exchange.line(await house.queue(), calls_from_number=0)
    for _ in range(4):
        assert exchange.driver.lives(await exchange.driver.rings(ADA, OURS))
    assert await house.sql("select * from call_from") == []


async def test_whom_somebody_is_calling_back_already_is_noted_once(exchange: Exchange, house: House) -> None:
    anna, call, _ = await talking(exchange, house)
    assert call
    await house.sql("update agent set state = 'away' where user_id = $1", anna.id)
    for _ in range(3):
        again = await exchange.driver.rings(BERT, OURS)
        await exchange.driver.hangs_up(again)
        await exchange.settle()
        waiting = await house.sql(OPEN)
        assert len(waiting) == 1, "a new call absorbs the call-back that waits, and leaves one"
    # A colleague has it in hand; another call that is given up is no reason for a second one.
    await house.sql("update interaction set state = 'active', agent_id = $1 where id = $2", anna.id, waiting[0]["id"])
    last = await exchange.driver.rings(BERT, OURS)
    await exchange.driver.hangs_up(last)
    await exchange.settle()
    assert [row["id"] for row in await house.sql(OPEN)] == [waiting[0]["id"]]
