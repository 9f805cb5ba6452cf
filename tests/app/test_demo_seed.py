"""The demo's house stands after the first start and is the same after the second."""

from tests.kit import House
from unisono.app.demo.material import company
from unisono.app.demo.seed import WantedChannel, seed
from unisono.service.passwords import Passwords

CHANNELS = [WantedChannel(name="Netz", connector="scripted", queue="social", config={})]
PASSWORD = "ein Reiher am Deich"


async def test_the_company_stands_as_it_is_written_down(house: House) -> None:
    seeded = await seed(house.outside, Passwords(time_cost=1, memory_kib=64), PASSWORD, CHANNELS)
    data = company()
    async with house.db.read() as tx:
        queues = {queue.key: queue for queue in await tx.setup.queues(None)}
        codes = {code.key for code in await tx.setup.codes()}
        users = {user.login: user for user in await tx.people.users(None, 100)}
        agents = {agent.user_id: agent for agent in await tx.reading.agents([user.id for user in users.values()])}
        channels = await tx.setup.channels(None)
        skills = await tx.setup.skills()
    assert {queue.key for queue in data.queues} == set(queues)
    assert {code.key for code in data.wrap_up_codes} <= codes
    for person in data.employees:
        agent = agents[users[person.login].id]
        assert agent.capacity == person.capacity
        assert {queues[key].id for key in person.queues} == set(agent.queue_ids)
        assert len(agent.skills) == len({one.skill for one in person.skills} | {f"lang-{key}" for key in person.languages})
    names = [skill.name["de"] for skill in skills]
    assert len(names) == len(set(names)), "what is one skill stands there once"
    assert [(channel.name, channel.queue_id) for channel in channels] == [("Netz", queues["social"].id)]
    assert seeded.access.may("channel.manage")


async def test_a_second_start_changes_nothing(house: House) -> None:
    passwords = Passwords(time_cost=1, memory_kib=64)
    first = await seed(house.outside, passwords, PASSWORD, CHANNELS)
    count = "select (select count(*) from app_user) + (select count(*) from queue) + (select count(*) from skill) + (select count(*) from channel) as n"
    before = (await house.sql(count))[0]["n"]
    second = await seed(house.outside, passwords, PASSWORD, CHANNELS)
    assert (await house.sql(count))[0]["n"] == before
    assert first.channels == second.channels
