"""Whoever served the customer last comes first for their new enquiries: softly, for a while, on whatever channel they ask."""

from datetime import timedelta
from uuid import UUID

import pytest

from tests.kit import House, Person
from tests.service.test_work import code
from unisono.service.accept import accept_offer
from unisono.service.agent_state import set_agent_state
from unisono.service.finish import wrap_up
from unisono.service.reopen import reopen
from unisono.service.settings import change_settings


async def offered(house: House) -> tuple[UUID, str, float]:
    """The newest offer: to whom and why."""
    [row] = await house.sql("select agent_id, reason from offer where state = 'open'")
    return row["agent_id"], row["reason"]["code"], row["reason"]["match"]


async def served(house: House, **queue: int) -> tuple[UUID, Person, Person]:
    """Anna has served the customer; Ben has been idle for longer. Returns the queue, Anna and Ben."""
    queue_id = await house.queue(**queue)
    channel = await house.channel(queue_id)
    anna = await house.agent(queue_id)
    await house.hear(channel, {"id": "1", "text": "Hallo", "by": "kim"})
    await house.route()
    [row] = await house.sql("select id from offer")
    await wrap_up(house.db, anna.access, await accept_offer(house.db, anna.access, row["id"]), await code(house))
    ben = await house.agent(queue_id)
    await house.sql("update agent set idle_since = $2 where user_id = $1", ben.id, house.clock.now() - timedelta(days=90))
    await house.router.load()
    return queue_id, anna, ben


async def ask_anew(house: House, queue_id: UUID) -> None:
    """The same customer on another channel, where nobody has spoken with them yet."""
    channel = await house.channel(queue_id, medium="chat")
    await house.hear(channel, {"id": "2", "text": "Noch etwas", "by": "kim", "at": house.clock.now().isoformat()})


async def test_a_new_enquiry_on_another_channel_comes_first_to_who_served_the_customer(house: House) -> None:
    queue_id, anna, _ = await served(house)
    await ask_anew(house, queue_id)
    assert await house.route() == 1
    assert await offered(house) == (anna.id, "last_agent", 1.25)


@pytest.mark.parametrize(("days", "ago", "known"), [(30, 29, True), (30, 31, False), (60, 31, True), (0, 0, False)])
async def test_only_within_the_days_that_the_house_sets(house: House, days: int, ago: int, known: bool) -> None:
    queue_id, anna, ben = await served(house)
    await change_settings(house.db, anna.access, {"prefer.last_agent_days": days})
    await house.sql("update interaction set closed_at = closed_at - make_interval(days => $1)", ago)
    await ask_anew(house, queue_id)
    assert await house.route() == 1
    assert (await offered(house))[0] == (anna if known else ben).id


async def test_the_preference_ends_after_the_queues_time_and_anybody_gets_it(house: House) -> None:
    queue_id, anna, ben = await served(house, prefer_s=60)
    for person in (anna, ben):
        await set_agent_state(house.db, person.access, "busy")
    await ask_anew(house, queue_id)
    assert await house.route() == 0
    assert house.router._state.next_moment() == house.clock.now() + timedelta(seconds=60)
    house.clock.advance(61)
    assert await house.route() == 0
    for person in (ben, anna):
        await set_agent_state(house.db, person.access, "available")
    await house.sql("update agent set idle_since = $2 where user_id = $1", ben.id, house.clock.now() - timedelta(days=90))
    assert await house.route() == 1
    assert await offered(house) == (ben.id, "longest_waiting", 1.0)


async def test_a_queue_without_preference_asks_all_alike(house: House) -> None:
    queue_id, _, ben = await served(house, prefer_s=0)
    await ask_anew(house, queue_id)
    assert await house.route() == 1
    assert (await offered(house))[:2] == (ben.id, "longest_waiting")


async def test_who_is_not_there_is_not_waited_for(house: House) -> None:
    queue_id, anna, ben = await served(house)
    await set_agent_state(house.db, anna.access, "offline")
    await ask_anew(house, queue_id)
    assert await house.route() == 1
    assert await offered(house) == (ben.id, "longest_waiting", 1.0)


async def test_what_is_reopened_by_somebody_without_room_comes_first_to_who_served_it(house: House) -> None:
    _, anna, _ = await served(house)
    boss = await house.agent(capacity=5)
    [row] = await house.sql("select id from conversation")
    await reopen(house.db, boss.access, row["id"])
    assert await house.route() == 1
    assert await offered(house) == (anna.id, "last_agent", 1.25)
