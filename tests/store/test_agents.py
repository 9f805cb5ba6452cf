"""People as the router reads them: all in one go and one by one are the same people, whatever the statistics say."""

from tests.kit import House
from tests.service.test_interrupts import Room
from unisono.domain.ids import new_id
from unisono.store.sql import load


async def test_read_together_or_one_by_one_they_are_the_same(house: House) -> None:
    room = Room(house)
    await room.set_up()
    other = await house.queue()
    people = [room.anna, await house.agent(room.queue, other), await house.agent()]
    for key in ("german", "billing"):
        await house.sql("insert into skill (id, key, name) values ($1, $2, '{}')", new_id(), key)
    await house.sql("insert into agent_skill (user_id, skill_id, level) select $1, id, 3 from skill", people[1].id)
    async with house.db.read() as tx:
        together = sorted([agent async for some in tx.work.everybody(2) for agent in some], key=lambda agent: agent.id)
        one_by_one = [await tx.work.agent(agent.id) for agent in together]
    assert together == one_by_one
    assert {person.id for person in people} <= {agent.id for agent in together}
    anna = next(agent for agent in together if agent.id == people[0].id)
    assert sum(anna.lendable.values()) == 60, "five posts in hand could make room for a call"
    second = next(agent for agent in together if agent.id == people[1].id)
    assert (second.queue_ids, second.skills) == ({room.queue, other}, {"german": 3, "billing": 3})


async def test_somebody_is_read_without_a_look_at_everybodys_work(house: House) -> None:
    """Statistics from the morning, when nothing was active, must not lead to a walk over all that is active at noon."""
    async with house.db.pool.acquire() as connection, connection.transaction():
        # A table of three rows is read whole, whatever a large one would be.
        await connection.execute("set local enable_seqscan = off")
        plan = [row[0] for row in await connection.fetch("explain (costs off) " + load("work")["agents"], [])]
    assert not [line for line in plan if "interaction_state" in line or "Seq Scan on interaction" in line]
    assert any("interaction_pkey" in line for line in plan)
