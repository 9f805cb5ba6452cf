"""Declining with a reason, and handing over: to a colleague who is busy, and to whoever has a skill."""

import asyncio

import pytest

from tests.kit import House
from tests.service.test_in_progress import agent, used, work
from tests.service.test_work import assert_capacity_adds_up, offered, working
from unisono.domain.errors import Conflict, Invalid
from unisono.service.accept import accept_offer
from unisono.service.agent_state import set_agent_state
from unisono.service.decline import decline_offer
from unisono.service.expire import expire_offers
from unisono.service.finish import finish
from unisono.service.transfer import transfer


async def one_offer(house: House) -> None:
    queue = await house.queue(offer_s=10)
    channel = await house.channel(queue)
    await house.agent(queue)
    await house.hear(channel, {"id": "1", "text": "Hallo"})
    await house.route()


async def returned(house: House) -> list[dict[str, object]]:
    rows = await house.sql("select body from event where type = 'interaction.returned' order by id")
    return [row["body"] for row in rows]


@pytest.mark.parametrize(
    ("said", "words", "counted", "kept"),
    [
        ("language", " Das ist Polnisch. ", "language", "Das ist Polnisch."),
        ("", "", "", ""),
        ("zu müde", "seit fünf", "other", "zu müde: seit fünf"),
    ],
)
async def test_why_it_was_declined_is_counted_and_the_words_are_kept_for_the_audit_alone(
    house: House, said: str, words: str, counted: str, kept: str
) -> None:
    await one_offer(house)
    [row] = await house.sql("select id, agent_id from offer")
    person = await house.agent()
    person = type(person)(id=row["agent_id"], access=type(person.access)(
        user_id=row["agent_id"], actions=person.access.actions, classes=person.access.classes
    ))  # fmt: skip
    await decline_offer(house.db, person.access, row["id"], said, words)
    assert [body.get("reason") for body in await returned(house)] == [counted or None]
    assert [r["decline_reason"] for r in await house.sql("select decline_reason from offer")] == [counted]
    [audit] = await house.sql("select actor_id, body from audit where action = 'offer.declined'")
    assert (audit["actor_id"], audit["body"]) == (person.id, {"reason": counted, "words": kept})


async def test_how_many_missed_offers_mean_away_is_a_setting(house: House) -> None:
    await one_offer(house)
    async with house.db.write() as tx:
        await tx.setup.put_setting("offer.misses_until_away", 3, None)
    states = []
    for _ in range(3):
        house.clock.advance(11)
        assert await expire_offers(house.db) == 1
        states.append((await house.sql("select state from agent"))[0]["state"])
        await house.route()
    assert states == ["available", "available", "away"]


async def test_a_busy_colleague_is_asked_and_may_decline_and_who_gave_it_is_offered_it_first(house: House) -> None:
    person, queue, interaction = await working(house)
    other = await house.agent(queue, state="busy")
    await house.agent(queue)
    await transfer(house.db, person.access, interaction, agent_id=other.id, note="Kannst du?")
    assert (await work(house), await used(house, person), await used(house, other)) == (("offered", other.id), 0, 12)
    [offer] = await house.sql("select id, given_by, reason from offer where state = 'open'")
    assert (offer["given_by"], offer["reason"]) == (person.id, {"code": "handed_over", "agent_id": str(person.id)})
    await assert_capacity_adds_up(house)
    await decline_offer(house.db, other.access, offer["id"], "busy")
    await house.router.load()
    assert await house.route() == 1
    assert await work(house) == ("offered", person.id)
    await assert_capacity_adds_up(house)


async def test_a_busy_colleague_who_accepts_has_it(house: House) -> None:
    person, queue, interaction = await working(house)
    other = await house.agent(queue, state="wrap_up")
    await transfer(house.db, person.access, interaction, agent_id=other.id)
    await accept_offer(house.db, other.access, await offered(house, other))
    assert await work(house) == ("active", other.id)


async def test_who_is_away_and_is_asked_by_a_colleague_has_missed_nothing(house: House) -> None:
    person, queue, interaction = await working(house)
    other = await house.agent(queue, state="busy")
    for _ in range(3):
        await transfer(house.db, person.access, interaction, agent_id=other.id)
        house.clock.advance(31)
        assert await expire_offers(house.db) == 1
        await house.route()
        await accept_offer(house.db, person.access, await offered(house, person))
    assert await agent(house, other) == ("busy", "")


async def test_nothing_is_handed_to_who_is_logged_off_full_or_may_not(house: House) -> None:
    person, queue, interaction = await working(house)
    off, full, stranger = (
        await house.agent(queue, state="offline"), await house.agent(queue, capacity=5, state="busy"), await house.agent(queue)
    )  # fmt: skip
    await house.sql("delete from role_grant where user_id = $1", stranger.id)
    for colleague, error in ((off, Conflict), (full, Conflict), (stranger, Invalid)):
        with pytest.raises(error):
            await transfer(house.db, person.access, interaction, agent_id=colleague.id, note="weg")
    assert await work(house) == ("active", person.id)
    assert "weg" not in await house.transcript()
    await assert_capacity_adds_up(house)


async def test_an_expert_is_asked_for_by_skill_and_level_and_not_who_asks(house: House) -> None:
    queue = await house.queue()
    channel = await house.channel(queue)
    person = await house.agent(queue, skills={"law": 3})
    await house.hear(channel, {"id": "1", "text": "Ich klage!"})
    await house.route()
    interaction = await accept_offer(house.db, person.access, await offered(house, person))
    with pytest.raises(Conflict, match="skill at this level"):
        await transfer(house.db, person.access, interaction, skill="law", level=3)
    beginner, expert = await house.agent(queue, skills={"law": 2}), await house.agent(queue, skills={"law": 4})
    await house.router.load()
    before = (await house.sql("select waiting_since from interaction"))[0]
    await transfer(house.db, person.access, interaction, skill="law", level=3, note="Bitte prüfen")
    [row] = await house.sql("select waiting_since, skills, reason from interaction")
    assert row["waiting_since"] == before["waiting_since"]
    assert row["skills"] == [{"skill": "law", "level": 3, "optional": False}]
    assert row["reason"] == {"code": "transferred", "skills": ["law"]}
    assert await house.route() == 1
    assert await work(house) == ("offered", expert.id)
    assert beginner.id != expert.id
    await assert_capacity_adds_up(house)


async def test_one_names_somebody_and_not_too_many(house: House) -> None:
    person, queue, interaction = await working(house)
    for named in ({}, {"queue_id": queue, "agent_id": person.id}, {"skill": "law", "agent_id": person.id}):
        with pytest.raises(Invalid):
            await transfer(house.db, person.access, interaction, **named)  # type: ignore[arg-type]
    with pytest.raises(Invalid, match="does not exist"):
        await transfer(house.db, person.access, interaction, skill="nonsense")


async def test_wrap_up_that_is_handed_over_lets_the_agent_go(house: House) -> None:
    person, _, interaction = await working(house)
    await house.sql("update queue set wrap_up_s = 60")
    await finish(house.db, person.access, interaction)
    await transfer(house.db, person.access, interaction, queue_id=await house.queue())
    assert (await agent(house, person), await used(house, person)) == (("available", ""), 0)


@pytest.mark.law4
async def test_two_who_hand_to_the_same_busy_colleague_at_once_never_exceed_their_capacity(house: House) -> None:
    queue = await house.queue()
    channel = await house.channel(queue, units=20)
    people = [await house.agent(queue, capacity=20) for _ in range(6)]
    await house.hear(channel, *({"id": str(n), "text": "Hallo", "by": f"c{n}"} for n in range(6)))
    await house.route()
    work_of = [await accept_offer(house.db, p.access, await offered(house, p)) for p in people]
    busy = await house.agent(queue, capacity=60, state="busy")

    async def hand(n: int) -> bool:
        try:
            await transfer(house.db, people[n].access, work_of[n], agent_id=busy.id)
        except Conflict:
            return False
        return True

    done = await asyncio.gather(*(hand(n) for n in range(6)))
    assert (sum(done), await used(house, busy)) == (3, 60)
    await assert_capacity_adds_up(house)
    await set_agent_state(house.db, busy.access, "offline")
    assert await used(house, busy) == 0
    await assert_capacity_adds_up(house)
