"""What classes of work, steps and reserves do to who gets what: set in the store, seen in offers."""

from uuid import UUID

from tests.kit import START, House
from unisono.domain.ids import new_id


async def work_class(house: House, **columns: object) -> UUID:
    class_id = new_id()
    await house.sql("insert into work_class (id, key, name) values ($1, $2, '{}')", class_id, str(class_id))
    for name, value in columns.items():
        await house.sql(f'update work_class set "{name}" = $2 where id = $1', class_id, value)
    return class_id


async def offered(house: House) -> list[str]:
    rows = await house.sql(
        "select t.text from offer o join interaction i on i.id = o.interaction_id join conversation c on c.id = i.conversation_id "
        "join message_text t on t.message_id = c.last_message_id where o.state = 'open' order by t.text"
    )
    return [row["text"] for row in rows]


async def test_the_dearer_minute_goes_first_though_it_came_later(house: House) -> None:
    queue = await house.queue()
    cheap, dear = await house.channel(queue), await house.channel(queue)
    await house.sql("update channel set work_class_id = $2 where id = $1", cheap.id, await work_class(house, cost=1.0))
    await house.sql("update channel set work_class_id = $2 where id = $1", dear.id, await work_class(house, cost=5.0))
    await house.hear(cheap, {"id": "1", "text": "cheap", "by": "a", "at": START.isoformat()})
    await house.hear(dear, {"id": "2", "text": "dear", "by": "b", "at": START.isoformat()})
    await house.agent(queue, capacity=12)
    assert await house.route() == 1
    assert await offered(house) == ["dear"]


async def test_a_step_of_relaxation_comes_by_itself_and_an_empty_queue_next_door_helps(house: House) -> None:
    other = await house.queue()
    queue = await house.queue(steps=[{"after_s": 60, "lower": 0, "drop": [], "queue_ids": [str(other)]}])
    channel = await house.channel(queue)
    await house.agent(other)
    await house.hear(channel, {"id": "1", "text": "help", "at": house.clock.now().isoformat()})
    assert await house.route() == 0
    house.clock.advance(61)
    assert await house.route() == 1
    [row] = await house.sql("select reason from offer")
    assert row["reason"]["step"] == 1


async def test_the_reserve_of_a_queue_keeps_somebody_idle(house: House) -> None:
    queue = await house.queue(reserve_agents=1.0)
    channel = await house.channel(queue, units=60)
    await house.sql("update channel set work_class_id = $2 where id = $1", channel.id, await work_class(house, deferrable=True))
    await house.agent(queue)
    await house.agent(queue)
    await house.hear(channel, *({"id": str(n), "text": f"post {n}", "by": f"c{n}"} for n in range(2)))
    assert await house.route() == 1


async def test_what_is_promised_nothing_waits_without_a_deadline_and_is_offered(house: House) -> None:
    queue = await house.queue()
    channel = await house.channel(queue)
    await house.agent(queue, capacity=12)
    await house.hear(channel, {"id": "1", "text": "ohne Frist", "by": "a"}, {"id": "2", "text": "mit Frist", "by": "b"})
    await house.sql("update interaction set due_at = 'infinity' where id = (select min(id::text)::uuid from interaction)")
    assert await house.route() == 1
    async with house.db.read() as tx:
        every = [item async for page in tx.work.all_waiting(10) for item in page]
    assert len(every) == 1
