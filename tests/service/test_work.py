"""Work in hand: offers, acceptance, handing over, parking, wrapping up; capacity adds up at every step."""

import asyncio
from datetime import timedelta
from uuid import UUID

import pytest

from tests.kit import START, House, Person
from unisono.contract import Author
from unisono.domain.errors import Conflict, Invalid, NotFound
from unisono.domain.ids import new_id
from unisono.service.accept import accept_offer
from unisono.service.access import Access
from unisono.service.agent_state import set_agent_state
from unisono.service.decline import decline_offer
from unisono.service.expire import expire_offers, wake_parked
from unisono.service.finish import finish, wrap_up
from unisono.service.note import write_note
from unisono.service.park import park, unpark
from unisono.service.reopen import reopen
from unisono.service.router import LeaseLost
from unisono.service.take import take
from unisono.service.transfer import transfer


async def offered(house: House, person: Person) -> UUID:
    rows = await house.sql("select id from offer where agent_id = $1 and state = 'open'", person.id)
    return rows[0]["id"]  # type: ignore[no-any-return]


async def state_of(house: House) -> str:
    return (await house.sql("select state from interaction order by created_at desc limit 1"))[0]["state"]  # type: ignore[no-any-return]


async def assert_capacity_adds_up(house: House) -> None:
    rows = await house.sql(
        "select a.used, coalesce(sum(h.units), 0) as held, a.capacity, a.engaged, count(*) filter (where h.alone) as alone "
        "from agent a left join capacity_hold h on h.agent_id = a.user_id group by a.user_id"
    )
    assert all(row["used"] == row["held"] <= row["capacity"] for row in rows)
    assert all(row["engaged"] == row["alone"] <= 1 for row in rows)


async def working(house: House, *, items: int = 1, **agent: object) -> tuple[Person, UUID, UUID]:
    """A house with one agent; returns them, the queue and the first interaction, which they have accepted."""
    queue = await house.queue()
    channel = await house.channel(queue)
    person = await house.agent(queue, **agent)  # type: ignore[arg-type]
    at = [(START + timedelta(minutes=n)).isoformat() for n in range(items)]
    await house.hear(channel, *({"id": str(n), "text": f"Frage {n}", "by": f"c{n}", "at": at[n]} for n in range(items)))
    await house.route()
    interaction = await accept_offer(house.db, person.access, await offered(house, person))
    return person, queue, interaction


async def code(house: House) -> UUID:
    code_id = new_id()
    await house.sql("insert into wrap_up_code (id, key, name) values ($1, 'done', '{}')", code_id)
    return code_id


async def test_an_enquiry_is_offered_accepted_and_wrapped_up(house: House) -> None:
    person, _, interaction = await working(house)
    assert await state_of(house) == "active"
    await finish(house.db, person.access, interaction)
    assert await state_of(house) == "wrap_up"
    await wrap_up(house.db, person.access, interaction, await code(house), "war einfach")
    assert await state_of(house) == "closed"
    await assert_capacity_adds_up(house)
    assert (await house.sql("select used from agent"))[0]["used"] == 0


async def test_accepting_twice_is_accepting_once(house: House) -> None:
    queue = await house.queue()
    channel, person = await house.channel(queue), await house.agent(queue)
    await house.hear(channel, {"id": "1", "text": "Hallo"})
    await house.route()
    offer = await offered(house, person)
    first = await accept_offer(house.db, person.access, offer)
    assert await accept_offer(house.db, person.access, offer) == first
    assert (await house.sql("select count(*) as n from event where type = 'interaction.accepted'"))[0]["n"] == 1


async def test_nobody_accepts_a_colleagues_offer(house: House) -> None:
    queue = await house.queue()
    channel, person = await house.channel(queue), await house.agent(queue)
    other = await house.agent()
    await house.hear(channel, {"id": "1", "text": "Hallo"})
    await house.route()
    with pytest.raises(NotFound):
        await accept_offer(house.db, other.access, await offered(house, person))


async def test_a_declined_enquiry_keeps_its_place_and_goes_to_somebody_else(house: House) -> None:
    queue = await house.queue()
    channel = await house.channel(queue)
    first = await house.agent(queue)
    await house.hear(channel, {"id": "1", "text": "Hallo"})
    await house.route()
    second = await house.agent(queue)
    await house.router.load()
    before = (await house.sql("select waiting_since, due_at from interaction"))[0]
    await decline_offer(house.db, first.access, await offered(house, first), "busy")
    await house.route()
    assert await offered(house, second)
    assert (await house.sql("select waiting_since, due_at from interaction"))[0] == before
    await assert_capacity_adds_up(house)


async def test_an_offer_that_nobody_answers_expires_and_two_in_a_row_mean_away(house: House) -> None:
    queue = await house.queue(offer_s=10)
    channel, person = await house.channel(queue), await house.agent(queue)
    await house.hear(channel, {"id": "1", "text": "Hallo"})
    await house.route()
    for _ in range(2):
        house.clock.advance(11)
        assert await expire_offers(house.db) == 1
        await house.route()
    [row] = await house.sql("select state, reason from agent")
    assert (row["state"], row["reason"]) == ("away", "missed_offers")
    assert await state_of(house) == "waiting"
    await assert_capacity_adds_up(house)
    with pytest.raises(Conflict):
        expired = (await house.sql("select id from offer where state = 'expired' limit 1"))[0]["id"]
        await accept_offer(house.db, person.access, expired)


async def test_who_logs_off_gives_back_what_they_had(house: House) -> None:
    person, _, _ = await working(house, items=3)
    await set_agent_state(house.db, person.access, "offline")
    rows = await house.sql("select state, agent_id from interaction")
    assert all((row["state"], row["agent_id"]) == ("waiting", None) for row in rows)
    await assert_capacity_adds_up(house)


async def test_work_is_taken_by_hand_until_capacity_is_used_up(house: House) -> None:
    queue = await house.queue()
    channel = await house.channel(queue, units=20)
    person = await house.agent(queue, capacity=40, state="busy")
    await house.hear(channel, *({"id": str(n), "text": "Hallo", "by": f"c{n}"} for n in range(3)))
    ids = [row["id"] for row in await house.sql("select id from interaction order by id")]
    await take(house.db, person.access, ids[0])
    await take(house.db, person.access, ids[1])
    await take(house.db, person.access, ids[0])
    with pytest.raises(Conflict, match="capacity"):
        await take(house.db, person.access, ids[2])
    other = await house.agent(queue)
    with pytest.raises(Conflict):
        await take(house.db, other.access, ids[0])
    await assert_capacity_adds_up(house)


async def test_a_transfer_to_a_queue_moves_access_and_keeps_the_age(house: House) -> None:
    person, _, interaction = await working(house)
    target = await house.queue()
    before = (await house.sql("select waiting_since, access_class from interaction"))[0]
    await transfer(house.db, person.access, interaction, queue_id=target, note="Bitte Vertrag prüfen")
    [row] = await house.sql(
        "select i.state, i.queue_id, i.waiting_since, i.access_class, c.access_class as c_class, i.agent_id "
        "from interaction i join conversation c on c.id = i.conversation_id"
    )
    assert (row["state"], row["queue_id"], row["agent_id"]) == ("waiting", target, None)
    assert row["waiting_since"] == before["waiting_since"]
    assert row["access_class"] == row["c_class"] != before["access_class"]
    assert "Bitte Vertrag prüfen" in await house.transcript()
    await assert_capacity_adds_up(house)


async def test_a_transfer_to_a_full_colleague_changes_nothing(house: House) -> None:
    person, queue, interaction = await working(house)
    full = await house.agent(queue, capacity=0)
    with pytest.raises(Conflict, match="capacity"):
        await transfer(house.db, person.access, interaction, agent_id=full.id)
    assert (await house.sql("select agent_id, state from interaction"))[0] == (person.id, "active")
    await assert_capacity_adds_up(house)


async def test_a_transfer_to_a_colleague_is_theirs_at_once(house: House) -> None:
    person, queue, interaction = await working(house)
    other = await house.agent(queue)
    await transfer(house.db, person.access, interaction, agent_id=other.id)
    assert (await house.sql("select agent_id, state from interaction"))[0] == (other.id, "active")
    with pytest.raises(Conflict):
        await finish(
            house.db,
            Access(
                user_id=person.id,
                actions=frozenset({"work.read", "work.answer"}),
                classes={"work.read": None, "work.answer": None},
            ),
            interaction,
        )
    await assert_capacity_adds_up(house)


async def test_parked_work_frees_capacity_and_comes_back_in_time(house: House) -> None:
    person, _, interaction = await working(house)
    await park(house.db, person.access, interaction, house.clock.now() + timedelta(minutes=10))
    assert (await house.sql("select used from agent"))[0]["used"] == 0
    assert await wake_parked(house.db) == 0
    house.clock.advance(601)
    assert await wake_parked(house.db) == 1
    assert (await house.sql("select state, agent_id from interaction"))[0] == ("active", person.id)
    await park(house.db, person.access, interaction)
    await unpark(house.db, person.access, interaction)
    assert await state_of(house) == "active"
    await assert_capacity_adds_up(house)


async def test_parking_into_the_past_is_refused(house: House) -> None:
    person, _, interaction = await working(house)
    with pytest.raises(Invalid):
        await park(house.db, person.access, interaction, START)


async def test_reopening_makes_a_new_linked_interaction(house: House) -> None:
    person, _, interaction = await working(house)
    await wrap_up(house.db, person.access, interaction, await code(house))
    conversation = (await house.sql("select id from conversation"))[0]["id"]
    again = await reopen(house.db, person.access, conversation)
    assert await reopen(house.db, person.access, conversation) == again
    [row] = await house.sql("select state, previous_id, agent_id from interaction where id = $1", again)
    assert tuple(row) == ("active", interaction, person.id)
    await assert_capacity_adds_up(house)


async def test_what_one_may_not_see_does_not_exist(house: House) -> None:
    _, _, interaction = await working(house)
    stranger = Access(user_id=new_id(), actions=frozenset({"work.read"}), classes={"work.read": frozenset()})
    conversation = (await house.sql("select id from conversation"))[0]["id"]
    for attempt in (
        take(house.db, stranger, interaction), finish(house.db, stranger, interaction), park(house.db, stranger, interaction),
        reopen(house.db, stranger, conversation), write_note(house.db, stranger, conversation, new_id(), "hm"),
        transfer(house.db, stranger, interaction, agent_id=stranger.user_id),
    ):  # fmt: skip
        with pytest.raises(NotFound):
            await attempt


async def test_a_note_is_written_once_and_never_leaves(house: House) -> None:
    person, _, _ = await working(house)
    conversation = (await house.sql("select id from conversation"))[0]["id"]
    note = new_id()
    for _ in range(2):
        await write_note(house.db, person.access, conversation, note, "Kundin ist verärgert")
    assert (await house.transcript()).count("Kundin ist verärgert") == 1
    assert await house.sql("select 1 from outbox") == []
    async with house.db.read() as tx:
        lines = await tx.talk.customer_lines(
            (await house.sql("select channel_id from conversation"))[0]["channel_id"],
            "scripted",
            "0",
            Author(remote_id="c0"),
            None,
            10,
        )
    assert [line.text for line in lines] == ["Frage 0"]


@pytest.mark.law4
async def test_a_thousand_simultaneous_arrivals_on_one_free_slot_make_one_offer(house: House) -> None:
    queue = await house.queue()
    channel = await house.channel(queue)
    await house.agent(queue, capacity=12)
    items = [{"id": str(n), "text": "Störung!", "by": f"c{n}"} for n in range(1_000)]
    await asyncio.gather(*(house.hear(channel, *items[n : n + 125], process=False) for n in range(0, 1_000, 125)))
    await asyncio.gather(*(house.process(channel) for _ in range(4)))
    assert await house.route() == 1
    states = {row["state"]: row["n"] for row in await house.sql("select state, count(*) as n from interaction group by 1")}
    assert states == {"offered": 1, "waiting": 999}
    await assert_capacity_adds_up(house)


@pytest.mark.law4
async def test_hands_and_router_grabbing_at_once_never_exceed_capacity(house: House) -> None:
    queue = await house.queue()
    channel = await house.channel(queue, units=20)
    people = [await house.agent(queue, capacity=60) for _ in range(3)]
    await house.hear(channel, *({"id": str(n), "text": "Hallo", "by": f"c{n}"} for n in range(60)))
    ids = [row["id"] for row in await house.sql("select id from interaction")]

    async def grab(person: Person, interaction: UUID) -> bool:
        try:
            await take(house.db, person.access, interaction)
        except Conflict:
            return False
        return True

    taken = await asyncio.gather(*(grab(people[n % 3], i) for n, i in enumerate(ids)), house.route())
    await assert_capacity_adds_up(house)
    held = (await house.sql("select count(*) as n from capacity_hold"))[0]["n"]
    assert held == 9
    assert sum(1 for t in taken[:-1] if t) + int(taken[-1]) == 9


@pytest.mark.law4
async def test_a_slot_that_is_filled_after_the_router_looked_is_not_filled_twice(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    queue = await house.queue()
    channel = await house.channel(queue, units=12)
    person = await house.agent(queue, capacity=12)
    await house.hear(channel, *({"id": str(n), "text": "Hallo", "by": f"c{n}"} for n in range(2)))
    ids = [row["id"] for row in await house.sql("select id from interaction order by waiting_since, id")]
    look = house.router._follow

    async def look_and_be_overtaken() -> None:
        await look()
        if ids:
            await take(house.db, person.access, ids.pop())
            ids.clear()

    monkeypatch.setattr(house.router, "_follow", look_and_be_overtaken)
    assert await house.route() == 0
    await assert_capacity_adds_up(house)


@pytest.mark.law4
async def test_hands_and_router_grabbing_calls_at_once_get_one_each_however_small_they_are(house: House) -> None:
    queue = await house.queue()
    channel = await house.channel(queue, medium="call", units=5)
    people = [await house.agent(queue, capacity=60) for _ in range(3)]
    await house.hear(channel, *({"id": str(n), "text": "Hallo", "by": f"c{n}"} for n in range(24)))
    ids = [row["id"] for row in await house.sql("select id from interaction")]

    async def grab(person: Person, interaction: UUID) -> bool:
        try:
            await take(house.db, person.access, interaction)
        except Conflict:
            return False
        return True

    taken = await asyncio.gather(*(grab(people[n % 3], i) for n, i in enumerate(ids)), house.route())
    await assert_capacity_adds_up(house)
    assert sum(1 for t in taken[:-1] if t) + int(taken[-1]) == 3
    assert (await house.sql("select count(*) as n from capacity_hold"))[0]["n"] == 3


@pytest.mark.law4
async def test_who_took_a_call_after_the_router_looked_is_offered_no_second_one(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    queue = await house.queue()
    channel = await house.channel(queue, medium="call", units=5)
    person = await house.agent(queue)
    await house.hear(channel, *({"id": str(n), "text": "Hallo", "by": f"c{n}"} for n in range(2)))
    ids = [row["id"] for row in await house.sql("select id from interaction order by waiting_since, id")]
    look = house.router._follow

    async def look_and_be_overtaken() -> None:
        await look()
        if ids:
            await take(house.db, person.access, ids.pop())
            ids.clear()

    monkeypatch.setattr(house.router, "_follow", look_and_be_overtaken)
    assert await house.route() == 0
    await assert_capacity_adds_up(house)


@pytest.mark.law4
async def test_a_call_set_aside_leaves_its_agent_free_for_another_and_is_not_taken_up_beside_it(house: House) -> None:
    queue = await house.queue()
    channel = await house.channel(queue, medium="call", units=5)
    person = await house.agent(queue)
    # What is parked keeps all of its units.
    await house.sql("update channel set work_class_id = (select id from work_class where key = 'call')")
    await house.sql("update work_class set parked_share = 1")
    await house.hear(channel, *({"id": str(n), "text": "Hallo", "by": f"c{n}"} for n in range(2)))
    await house.route()
    first = await accept_offer(house.db, person.access, await offered(house, person))
    await park(house.db, person.access, first)
    await house.route()
    await accept_offer(house.db, person.access, await offered(house, person))
    with pytest.raises(Conflict) as refused:
        await unpark(house.db, person.access, first)
    assert refused.value.code == "second_call"
    await assert_capacity_adds_up(house)


@pytest.mark.law4
async def test_a_router_whose_lease_was_taken_commits_nothing(house: House) -> None:
    queue = await house.queue()
    channel, _ = await house.channel(queue), await house.agent(queue)
    await house.route()
    house.clock.advance(60)
    async with house.db.write() as tx:
        assert await tx.leases.acquire("router", "somebody else", 2.0) is not None
    await house.hear(channel, {"id": "1", "text": "Hallo"})
    with pytest.raises(LeaseLost):
        await house.route()
    assert await house.sql("select 1 from offer") == []
