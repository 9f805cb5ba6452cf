"""Who is silent is logged off and what cannot wait goes back; who only looks silent is not."""

from datetime import timedelta

from tests.kit import House, Person
from tests.service.test_work import assert_capacity_adds_up, working
from unisono.domain.ids import new_id
from unisono.service.lost import desks_open, log_off_lost

CHAT, MAIL = "019ab000-0000-7000-8000-000000000002", "019ab000-0000-7000-8000-000000000005"


async def pass_time(house: House, seconds: float, *present: Person) -> None:
    """Let time pass while one node listens; `present` have their desks open there."""
    for _ in range(round(seconds / 30)):
        house.clock.advance(30)
        await desks_open(house.db, "node", [person.id for person in present])


async def state(house: House, person: Person) -> tuple[str, str]:
    [row] = await house.sql("select state, reason from agent where user_id = $1", person.id)
    return row["state"], row["reason"]


async def test_who_is_silent_is_logged_off_and_chats_and_offers_go_back_to_the_head(house: House) -> None:
    anna, queue, interaction = await working(house, items=3)
    await house.sql("update channel set work_class_id = $1", CHAT)
    before = (await house.sql("select waiting_since from interaction where id = $1", interaction))[0]
    await desks_open(house.db, "node", [anna.id])
    await pass_time(house, 90)
    assert await log_off_lost(house.db) == 0, "the time of grace is not over"
    await pass_time(house, 60)
    assert await log_off_lost(house.db) == 1
    assert await state(house, anna) == ("offline", "lost")
    rows = await house.sql(
        "select state, agent_id, waiting_since, preferred_agent_id from interaction where id = $1", interaction
    )
    assert tuple(rows[0]) == ("waiting", None, before["waiting_since"], anna.id)
    assert await house.sql("select 1 from offer where state = 'open'") == []
    assert {row["body"]["cause"] for row in await house.sql("select body from event where type = 'interaction.returned'")} == {
        "lost"
    }
    await assert_capacity_adds_up(house)
    ben = await house.agent(queue)
    await house.router.load()
    await house.route()
    assert {row["agent_id"] for row in await house.sql("select agent_id from offer where state = 'open'")} == {ben.id}


async def test_a_mail_that_can_wait_stays_with_whom_it_was(house: House) -> None:
    anna, _, interaction = await working(house)
    await house.sql("update channel set work_class_id = $1", MAIL)
    await desks_open(house.db, "node", [anna.id])
    await pass_time(house, 150)
    assert await log_off_lost(house.db) == 1
    assert tuple((await house.sql("select state, agent_id from interaction where id = $1", interaction))[0]) == (
        "active",
        anna.id,
    )
    await assert_capacity_adds_up(house)


async def test_an_open_desk_anywhere_is_presence_enough(house: House) -> None:
    anna, _, _ = await working(house)
    await desks_open(house.db, "first node", [anna.id])
    for _ in range(10):
        house.clock.advance(30)
        await desks_open(house.db, "second node", [anna.id])
        await desks_open(house.db, "first node", [])
    assert await log_off_lost(house.db) == 0


async def test_requests_without_a_stream_are_signs_of_life(house: House) -> None:
    anna, _, _ = await working(house)
    await desks_open(house.db, "node", [anna.id])
    await pass_time(house, 300)
    await house.sql(
        "insert into session (id_hash, user_id, last_seen_at, expires_at) values ('\\x01', $1, $2, $3)", anna.id,
        house.clock.now() - timedelta(seconds=50), house.clock.now() + timedelta(hours=1),
    )  # fmt: skip
    assert await log_off_lost(house.db) == 0
    await house.sql("delete from session")
    await house.sql(
        "insert into api_token (id, user_id, name, token_hash, last_used_at) values ($1, $2, 'bot', '\\x02', $3)", new_id(),
        anna.id, house.clock.now(),
    )  # fmt: skip
    assert await log_off_lost(house.db) == 0
    await house.sql("delete from api_token")
    assert await log_off_lost(house.db) == 1


async def test_who_never_opened_a_desk_is_left_alone(house: House) -> None:
    robot, _, _ = await working(house)
    await pass_time(house, 600)
    assert await log_off_lost(house.db) == 0
    assert await state(house, robot) == ("available", "")


async def test_while_no_node_listens_silence_tells_nothing(house: House) -> None:
    anna, _, _ = await working(house)
    await desks_open(house.db, "node", [anna.id])
    await pass_time(house, 60, anna)
    house.clock.advance(900)
    assert await log_off_lost(house.db) == 0, "nobody was there to hear"
    await desks_open(house.db, "node", [])
    assert await log_off_lost(house.db) == 0, "desks get the time to come back"
    await pass_time(house, 120)
    assert await log_off_lost(house.db) == 1


async def test_the_time_of_grace_is_a_setting(house: House) -> None:
    anna, _, _ = await working(house)
    await house.sql("insert into setting (name, value) values ('desk.lost_after_s', '600')")
    await desks_open(house.db, "node", [anna.id])
    await pass_time(house, 570)
    assert await log_off_lost(house.db) == 0
    await pass_time(house, 60)
    assert await log_off_lost(house.db) == 1


async def test_an_agents_row_is_written_seldom(house: House) -> None:
    anna = await house.agent()
    await desks_open(house.db, "a", [anna.id])
    [first] = await house.sql("select at, xmin::text from desk_seen")
    house.clock.advance(10)
    await desks_open(house.db, "b", [anna.id])
    assert tuple((await house.sql("select at, xmin::text from desk_seen"))[0]) == tuple(first)
    house.clock.advance(20)
    await desks_open(house.db, "b", [anna.id])
    assert (await house.sql("select at from desk_seen"))[0]["at"] > first["at"]
