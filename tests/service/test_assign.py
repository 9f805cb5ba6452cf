"""A supervisor's hand: assign, take over, set the priority; capacity is never exceeded by anybody's order."""

import asyncio
import contextlib

import pytest

from tests.kit import START, House
from tests.service.test_work import assert_capacity_adds_up, code, offered, state_of, working
from unisono.domain.errors import Conflict, Forbidden, Invalid
from unisono.domain.ids import new_id
from unisono.service.access import Access
from unisono.service.assign import assign, prioritise, take_over
from unisono.service.finish import finish, wrap_up
from unisono.service.park import park
from unisono.service.take import take


async def hands(house: House) -> tuple[str, object]:
    [row] = await house.sql("select state, agent_id from interaction")
    return row["state"], row["agent_id"]


@pytest.mark.parametrize("state", ["waiting", "offered", "active", "parked", "wrap_up"])
async def test_it_can_be_assigned_from_every_open_state(house: House, state: str) -> None:
    queue = await house.queue()
    channel = await house.channel(queue)
    boss, ben = await house.agent(state="busy"), await house.agent(state="busy")
    anna = await house.agent(queue, state="busy" if state == "waiting" else "available")
    await house.hear(channel, {"id": "1", "text": "Hallo"})
    await house.route()
    interaction = (await house.sql("select id from interaction"))[0]["id"]
    if state not in ("waiting", "offered"):
        await take(house.db, anna.access, interaction)
    if state == "parked":
        await park(house.db, anna.access, interaction)
    if state == "wrap_up":
        await finish(house.db, anna.access, interaction)
    assert await state_of(house) == state
    await assign(house.db, boss.access, interaction, ben.id, "Bitte Vertrag prüfen")
    await assign(house.db, boss.access, interaction, ben.id)
    assert await hands(house) == ("active", ben.id)
    assert "Bitte Vertrag prüfen" in await house.transcript()
    await assert_capacity_adds_up(house)
    assert await house.sql("select 1 from offer where state = 'open'") == []
    told = await house.sql("select agent_id, body from event where type = 'interaction.assigned'")
    assert [row["agent_id"] for row in told] == [ben.id]
    audited = await house.sql("select actor_id, subject_id, body from audit where action = 'interaction.assigned'")
    before = None if state == "waiting" else str(anna.id)
    assert [(a["actor_id"], a["subject_id"], a["body"]["from_agent_id"]) for a in audited] == [
        (boss.id, str(interaction), before)
    ]
    if state != "waiting":
        lost = await house.sql("select 1 from event where agent_id = $1 and interaction_id = $2 and type = 'interaction.returned'",
                               anna.id, interaction)  # fmt: skip
        assert lost, "who had it is told"


async def test_assigning_what_is_offered_to_somebody_accepts_for_them(house: House) -> None:
    queue = await house.queue()
    channel, anna, boss = await house.channel(queue), await house.agent(queue), await house.agent(state="busy")
    await house.hear(channel, {"id": "1", "text": "Hallo"})
    await house.route()
    offer = await offered(house, anna)
    await assign(house.db, boss.access, (await house.sql("select id from interaction"))[0]["id"], anna.id)
    assert (await house.sql("select state from offer where id = $1", offer))[0]["state"] == "accepted"
    await assert_capacity_adds_up(house)


async def test_a_full_agent_is_not_filled_over_and_nothing_changes(house: House) -> None:
    anna, _, interaction = await working(house)
    boss, full = await house.agent(state="busy"), await house.agent(capacity=5)
    with pytest.raises(Conflict) as refused:
        await assign(house.db, boss.access, interaction, full.id)
    assert (refused.value.code, refused.value.facts["needed"], refused.value.facts["free"]) == ("agent_full", 12, 5)
    assert await hands(house) == ("active", anna.id)
    await assert_capacity_adds_up(house)


async def test_who_is_logged_off_locked_out_or_may_not_see_it_gets_nothing(house: House) -> None:
    _, _, interaction = await working(house)
    boss = await house.agent(state="busy")
    gone, locked, stranger = await house.agent(state="offline"), await house.agent(), await house.agent()
    await house.sql("update app_user set disabled_at = now() where id = $1", locked.id)
    await house.sql("delete from role_grant where user_id = $1", stranger.id)
    with pytest.raises(Conflict) as offline:
        await assign(house.db, boss.access, interaction, gone.id)
    assert offline.value.code == "agent_offline"
    for person, why in ((locked.id, "no_agent"), (new_id(), "no_agent"), (stranger.id, "agent_without_right")):
        with pytest.raises(Invalid) as refused:
            await assign(house.db, boss.access, interaction, person)
        assert refused.value.code == why


async def test_an_agent_who_is_no_supervisor_decides_over_nobody(house: House) -> None:
    anna, _, interaction = await working(house)
    rights = frozenset({"work.read", "work.answer"})
    ben = Access(user_id=(await house.agent()).id, actions=rights, classes=dict.fromkeys(rights))
    for attempt in (
        assign(house.db, ben, interaction, ben.user_id), take_over(house.db, ben, interaction),
        prioritise(house.db, ben, interaction, 5, "darum"),
    ):  # fmt: skip
        with pytest.raises(Forbidden):
            await attempt
    assert await hands(house) == ("active", anna.id)


async def test_a_supervisor_takes_over_and_needs_room_for_it(house: House) -> None:
    anna, _, interaction = await working(house)
    boss = await house.agent(state="offline", capacity=12)
    await take_over(house.db, boss.access, interaction)
    await take_over(house.db, boss.access, interaction)
    assert await hands(house) == ("active", boss.id)
    await assert_capacity_adds_up(house)
    await house.sql("update agent set capacity = 0 where user_id = $1", anna.id)
    with pytest.raises(Conflict, match="Nothing was changed"):
        await take_over(house.db, anna.access, interaction)
    assert len(await house.sql("select 1 from audit where action = 'interaction.taken_over'")) == 1


async def test_closed_work_is_not_handed_around(house: House) -> None:
    anna, _, interaction = await working(house)
    await wrap_up(house.db, anna.access, interaction, await code(house))
    with pytest.raises(Conflict) as refused:
        await take_over(house.db, anna.access, interaction)
    assert refused.value.code == "state"


@pytest.mark.law4
async def test_two_supervisors_who_swap_work_at_once_neither_wait_for_ever_nor_fill_anybody_over(house: House) -> None:
    queue = await house.queue()
    channel = await house.channel(queue, units=20)
    boss = await house.agent(state="busy")
    anna, ben = await house.agent(state="busy", capacity=40), await house.agent(state="busy", capacity=40)
    await house.hear(channel, *({"id": str(n), "text": "Hallo", "by": f"c{n}"} for n in range(8)))
    ids = [row["id"] for row in await house.sql("select id from interaction")]

    async def hand(interaction: object, person: object) -> None:
        with contextlib.suppress(Conflict):
            await assign(house.db, boss.access, interaction, person)  # type: ignore[arg-type]

    for turn in range(6):
        pairs = [(i, (anna, ben)[(n + turn) % 2].id) for n, i in enumerate(ids)]
        await asyncio.gather(*(hand(*pair) for pair in pairs))
        await assert_capacity_adds_up(house)
    assert (await house.sql("select count(*) as n from capacity_hold"))[0]["n"] == 4


async def test_what_a_person_makes_urgent_is_offered_first(house: House) -> None:
    queue = await house.queue()
    channel = await house.channel(queue, units=60)
    boss = await house.agent(state="busy")
    await house.hear(channel, *(
        {"id": str(n), "text": "Hallo", "by": f"c{n}", "at": START.replace(minute=n).isoformat()} for n in range(3)
    ))  # fmt: skip
    last = (await house.sql("select id from interaction order by waiting_since desc limit 1"))[0]["id"]
    assert await house.route() == 0
    await prioritise(house.db, boss.access, last, 10, "Stammkundin")
    await house.agent(queue)
    await house.router.load()
    assert await house.route() == 1
    assert (await house.sql("select interaction_id from offer"))[0]["interaction_id"] == last
    told = (await house.sql("select body from event where type = 'interaction.prioritised'"))[0]["body"]
    assert told == {"from": 0, "to": 10}
    kept = (await house.sql("select body from audit where action = 'interaction.prioritised'"))[0]["body"]
    assert kept == {"from": 0, "to": 10, "reason": "Stammkundin"}


@pytest.mark.parametrize(
    ("priority", "reason", "why"), [(101, "so", "out_of_range"), (-101, "so", "out_of_range"), (1, " ", "empty")]
)
async def test_a_priority_has_bounds_and_a_reason(house: House, priority: int, reason: str, why: str) -> None:
    anna, _, interaction = await working(house)
    with pytest.raises(Invalid) as refused:
        await prioritise(house.db, anna.access, interaction, priority, reason)
    assert refused.value.code == why
