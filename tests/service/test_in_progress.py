"""Work in progress: queues that people take from, wrap-up time, parking with a share, work that lies."""

import asyncio
from datetime import timedelta
from uuid import UUID

import pytest

from tests.kit import START, House, Person
from tests.service.test_work import assert_capacity_adds_up, code, offered, working
from unisono.domain.ids import new_id
from unisono.service.accept import accept_offer
from unisono.service.agent_state import set_agent_state
from unisono.service.answer import Answer, answer
from unisono.service.expire import end_wrap_ups, expire_offers, wake_parked
from unisono.service.finish import finish, wrap_up
from unisono.service.note import write_note
from unisono.service.park import park, unpark
from unisono.service.silence import give_back_silent
from unisono.service.take import take


async def work(house: House) -> tuple[str, UUID | None]:
    """State and agent of the only unit of work."""
    [row] = await house.sql("select state, agent_id from interaction")
    return row["state"], row["agent_id"]


async def used(house: House, person: Person) -> int:
    return (await house.sql("select used from agent where user_id = $1", person.id))[0]["used"]  # type: ignore[no-any-return]


async def agent(house: House, person: Person) -> tuple[str, str]:
    [row] = await house.sql("select state, reason from agent where user_id = $1", person.id)
    return row["state"], row["reason"]


async def share(house: House, parked: float) -> None:
    """Let all channels' work be of a class that keeps such a share of its units while it is parked."""
    class_id = new_id()
    await house.sql("insert into work_class (id, key, name, parked_share) values ($1, 'c', '{}', $2)", class_id, parked)
    await house.sql("update channel set work_class_id = $1", class_id)


async def write_again(house: House, number: int = 9) -> None:
    """The customer of the first enquiry writes again."""
    async with house.db.write() as tx:
        channel = await tx.channels.facts((await house.sql("select id from channel"))[0]["id"])
    assert channel is not None
    at = house.clock.now().isoformat()
    await house.hear(channel, {"id": str(number), "root": "0", "parent": "0", "by": "c0", "text": "Noch da?", "at": at})


# ---- push or pull ----------------------------------------------------------------------------------------------------


async def test_from_a_queue_that_people_take_from_the_router_offers_nothing(house: House) -> None:
    queue = await house.queue(mode="pull")
    channel, person = await house.channel(queue), await house.agent(queue)
    await house.hear(channel, {"id": "1", "text": "Hallo"})
    assert await house.route() == 0
    await house.router.load()
    assert await house.route() == 0
    [row] = await house.sql("select id from interaction")
    await take(house.db, person.access, row["id"])
    assert await work(house) == ("active", person.id)


# ---- wrap-up time ----------------------------------------------------------------------------------------------------


async def test_wrap_up_time_holds_the_capacity_and_ends_by_itself(house: House) -> None:
    person, _, interaction = await working(house)
    await house.sql("update queue set wrap_up_s = 60")
    await finish(house.db, person.access, interaction)
    assert (await work(house), await used(house, person)) == (("wrap_up", person.id), 12)
    assert await agent(house, person) == ("wrap_up", "timed")
    house.clock.advance(59)
    assert await end_wrap_ups(house.db) == 0
    house.clock.advance(2)
    assert await end_wrap_ups(house.db) == 1
    assert ((await work(house))[0], await used(house, person)) == ("closed", 0)
    assert await agent(house, person) == ("available", "")
    await assert_capacity_adds_up(house)


async def test_nothing_is_offered_while_an_agent_wraps_up_and_at_once_after_it(house: House) -> None:
    person, _, interaction = await working(house)
    await house.sql("update queue set wrap_up_s = 60")
    await finish(house.db, person.access, interaction)
    channel = (await house.sql("select id from channel"))[0]["id"]
    async with house.db.write() as tx:
        facts = await tx.channels.facts(channel)
    assert facts is not None
    await house.hear(facts, {"id": "5", "text": "Und ich?", "by": "c5"})
    assert await house.route() == 0
    house.clock.advance(61)
    assert await house.route() == 1


async def test_who_is_done_early_says_what_it_was_about_and_is_available_at_once(house: House) -> None:
    person, _, interaction = await working(house)
    await house.sql("update queue set wrap_up_s = 60")
    await finish(house.db, person.access, interaction)
    await wrap_up(house.db, person.access, interaction, await code(house))
    assert (await agent(house, person), await used(house, person)) == (("available", ""), 0)
    house.clock.advance(61)
    assert await end_wrap_ups(house.db) == 0


async def test_who_has_other_work_or_says_otherwise_is_not_set_to_wrap_up(house: House) -> None:
    person, _, interaction = await working(house, items=2)
    await house.sql("update queue set wrap_up_s = 60")
    await finish(house.db, person.access, interaction)
    assert await agent(house, person) == ("available", "")
    await set_agent_state(house.db, person.access, "busy")
    house.clock.advance(61)
    await end_wrap_ups(house.db)
    assert await agent(house, person) == ("busy", "")


async def test_a_customer_who_writes_while_it_is_wrapped_up_is_not_lost(house: House) -> None:
    person, _, interaction = await working(house)
    await house.sql("update queue set wrap_up_s = 60")
    await finish(house.db, person.access, interaction)
    await write_again(house)
    assert await end_wrap_ups(house.db) == 1
    assert (await work(house), await agent(house, person)) == (("active", person.id), ("available", ""))
    await finish(house.db, person.access, interaction)
    await set_agent_state(house.db, person.access, "offline")
    await write_again(house, 10)
    assert await end_wrap_ups(house.db) == 1
    assert await work(house) == ("waiting", None)
    await assert_capacity_adds_up(house)


# ---- parking ---------------------------------------------------------------------------------------------------------


async def test_parked_work_keeps_its_share_and_no_more(house: House) -> None:
    person, _, interaction = await working(house)
    await share(house, 0.25)
    await park(house.db, person.access, interaction)
    assert await used(house, person) == 3
    await unpark(house.db, person.access, interaction)
    assert await used(house, person) == 12
    await assert_capacity_adds_up(house)


async def test_a_reply_brings_parked_work_back_as_an_offer_that_takes_its_units(house: House) -> None:
    person, _, interaction = await working(house)
    await share(house, 0.25)
    await park(house.db, person.access, interaction)
    await write_again(house)
    assert await wake_parked(house.db) == 1
    assert (await work(house), await used(house, person)) == (("offered", person.id), 12)
    await accept_offer(house.db, person.access, await offered(house, person))
    assert await work(house) == ("active", person.id)
    await assert_capacity_adds_up(house)


async def test_an_offer_of_parked_work_that_nobody_answers_goes_to_the_queue(house: House) -> None:
    person, _, interaction = await working(house)
    await park(house.db, person.access, interaction)
    await write_again(house)
    await wake_parked(house.db)
    house.clock.advance(31)
    assert await expire_offers(house.db) == 1
    assert (await work(house), await used(house, person)) == (("waiting", None), 0)


@pytest.mark.law4
async def test_parked_work_never_comes_back_above_the_cap(house: House) -> None:
    queue = await house.queue()
    channel = await house.channel(queue, units=20)
    person = await house.agent(queue, capacity=20)
    await house.hear(channel, {"id": "0", "text": "Eins", "by": "c0"})
    await house.route()
    interaction = await accept_offer(house.db, person.access, await offered(house, person))
    await park(house.db, person.access, interaction)
    await house.hear(channel, {"id": "1", "text": "Zwei", "by": "c1"})
    await house.route()
    await accept_offer(house.db, person.access, await offered(house, person))
    await write_again(house)
    await wake_parked(house.db)
    [row] = await house.sql("select state, preferred_agent_id from interaction where id = $1", interaction)
    assert (row["state"], row["preferred_agent_id"]) == ("waiting", person.id)
    assert await used(house, person) == 20
    await assert_capacity_adds_up(house)


@pytest.mark.law4
async def test_many_parked_chats_that_come_back_at_once_take_what_room_there_is(house: House) -> None:
    queue = await house.queue()
    channel = await house.channel(queue, units=20)
    person = await house.agent(queue, capacity=60)
    await share(house, 0.25)
    await house.hear(channel, *({"id": str(n), "text": "Hallo", "by": f"c{n}"} for n in range(12)))
    for row in await house.sql("select id from interaction order by id"):
        await take(house.db, person.access, row["id"])
        await park(house.db, person.access, row["id"])
        await assert_capacity_adds_up(house)
        if await used(house, person) == 40:
            break
    at = house.clock.now().isoformat()
    again = [{"id": f"a{n}", "root": str(n), "parent": str(n), "by": f"c{n}", "text": "Da!", "at": at} for n in range(12)]
    await house.hear(channel, *again)
    await asyncio.gather(wake_parked(house.db), wake_parked(house.db), house.route())
    await assert_capacity_adds_up(house)
    assert await house.sql("select 1 from interaction where state = 'parked'") == []
    assert 40 < await used(house, person) <= 60


async def test_a_supervisor_takes_up_what_a_colleague_parked(house: House) -> None:
    person, queue, interaction = await working(house)
    await share(house, 0.5)
    await park(house.db, person.access, interaction)
    other = await house.agent(queue)
    await unpark(house.db, other.access, interaction)
    assert (await work(house), await used(house, person), await used(house, other)) == (("active", other.id), 0, 12)


# ---- silence ---------------------------------------------------------------------------------------------------------


async def test_work_that_lies_goes_back_to_its_old_place_and_to_somebody_else(house: House) -> None:
    person, queue, _ = await working(house)
    await house.sql("update queue set silence_s = 120")
    before = (await house.sql("select waiting_since from interaction"))[0]
    house.clock.advance(119)
    assert await give_back_silent(house.db) == 0
    house.clock.advance(2)
    assert await give_back_silent(house.db) == 1
    assert (await house.sql("select waiting_since from interaction"))[0] == before
    [row] = await house.sql("select state, agent_id, reason from interaction")
    assert (row["state"], row["agent_id"], row["reason"]) == ("waiting", None, {"code": "returned", "by": "silence"})
    other = await house.agent(queue)
    # So that whoever is idle longest would be asked, if they were not avoided.
    await house.sql("update agent set idle_since = $2 where user_id = $1", person.id, START - timedelta(days=1))
    await house.router.load()
    assert await house.route() == 1
    assert await work(house) == ("offered", other.id)
    await assert_capacity_adds_up(house)


async def test_an_answer_a_note_parking_and_waiting_for_the_customer_are_no_silence(house: House) -> None:
    person, _, interaction = await working(house)
    await house.sql("update queue set silence_s = 120")
    conversation = (await house.sql("select id from conversation"))[0]["id"]
    house.clock.advance(100)
    await write_note(house.db, person.access, conversation, new_id(), "Ich kümmere mich")
    house.clock.advance(100)
    assert await give_back_silent(house.db) == 0
    draft = Answer(message_id=new_id(), text="Kommt morgen.", visibility="public")
    await answer(house.outside, person.access, interaction, draft)
    house.clock.advance(1_000)
    assert await give_back_silent(house.db) == 0
    await write_again(house)
    house.clock.advance(100)
    assert await give_back_silent(house.db) == 0
    await park(house.db, person.access, interaction, house.clock.now() + timedelta(days=1))
    house.clock.advance(1_000)
    assert await give_back_silent(house.db) == 0
    await unpark(house.db, person.access, interaction)
    assert await give_back_silent(house.db) == 0
    house.clock.advance(121)
    assert await give_back_silent(house.db) == 1


async def test_a_queue_without_a_limit_takes_nothing_back(house: House) -> None:
    await working(house)
    house.clock.advance(100_000)
    assert await give_back_silent(house.db) == 0
