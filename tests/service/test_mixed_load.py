"""Calls, mails and posts at once: who is served next follows from need and deadline, whatever it came by, and a call keeps its agent."""

from datetime import timedelta
from uuid import UUID

import pytest

from tests.callkit import OURS, Exchange
from tests.kit import START, House, Person
from tests.service.test_work import assert_capacity_adds_up, code
from unisono.service.accept import accept_offer
from unisono.service.finish import finish, wrap_up

pytestmark = pytest.mark.voice

EACH = 6


class Centre:
    """A queue with a line, a mailbox and a page; whoever works there takes what is offered, and is done with it."""

    def __init__(self, house: House) -> None:
        self.house, self.exchange = house, Exchange(house, house.clock)
        self.calls: dict[UUID, str] = {}

    async def open(self, *, call_units: int, units: int) -> None:
        self.queue = await self.house.queue()
        await self.exchange.line(self.queue, units=call_units)
        self.mails = await self.house.channel(self.queue, medium="mail", units=units)
        self.posts = await self.house.channel(self.queue, medium="post", units=units)
        self.done = await code(self.house)

    async def rings(self, number: int) -> UUID:
        """One more call; returns its work."""
        self.house.clock.advance(1)
        call = await self.exchange.driver.rings(f"+4930555{number:04}", OURS)
        await self.exchange.settle()
        work: UUID = (await self.exchange.work(call))["id"]
        self.calls[work] = call
        return work

    async def comes(self, number: int) -> None:
        """One more enquiry of each kind."""
        await self.rings(number)
        for channel in (self.mails, self.posts):
            key = f"{channel.id}-{number}"
            await self.house.hear(channel, {"id": key, "text": "Hallo", "by": key})
        await self.exchange.settle()

    async def agent(self) -> Person:
        person = await self.house.agent(self.queue)
        await self.house.router.load()
        await self.exchange.settle()
        return person

    async def takes(self, person: Person) -> list[UUID]:
        """Take what is offered; at a telephone by taking it up. Returns the work."""
        rows = await self.house.sql(
            "select id, interaction_id from offer where state = 'open' and agent_id = $1 order by id", person.id
        )
        for row in rows:
            if name := self.calls.get(row["interaction_id"]):
                await self.exchange.driver.answers(name, self.exchange.leg_of(await self.exchange.call(name), person))
            else:
                await accept_offer(self.house.db, person.access, row["id"])
        await self.exchange.settle()
        return [row["interaction_id"] for row in rows]

    async def takes_all(self, person: Person) -> list[UUID]:
        """Take whatever is offered until nothing is any more."""
        taken: list[UUID] = []
        while work := await self.takes(person):
            taken += work
        return taken

    async def is_done(self, person: Person, work: UUID) -> None:
        if name := self.calls.get(work):
            await self.exchange.driver.hangs_up(name)
            await self.exchange.settle()
        else:
            await finish(self.house.db, person.access, work)
        await wrap_up(self.house.db, person.access, work, self.done)
        await self.exchange.settle()


async def test_the_order_of_service_follows_the_deadline_and_not_the_channel(house: House) -> None:
    centre = Centre(house)
    await centre.open(call_units=60, units=60)
    # Of one class and of one size: what is left to tell them apart is the channel, and when each is due.
    await house.sql("update channel set work_class_id = (select id from work_class where key = 'message')")
    for number in range(EACH):
        await centre.comes(number)
    rows = await house.sql("select id, channel_id from interaction order by created_at, id")
    assert len(rows) == 3 * EACH
    # The last that came is due first: channels by turns, and none of them in the order of its arrival.
    for place, row in enumerate(rows):
        due = START + timedelta(hours=30) - timedelta(minutes=place)
        await house.sql("update interaction set due_at = $2, waiting_since = $3 where id = $1", row["id"], due, START)
    person, served = await centre.agent(), []
    while work := await centre.takes(person):
        (one,) = work
        served.append(one)
        await centre.is_done(person, one)
    assert served == [row["id"] for row in reversed(rows)]
    await assert_capacity_adds_up(house)


async def test_an_agent_on_a_call_gets_no_second_one_and_as_many_posts_as_the_units_allow(house: House) -> None:
    centre = Centre(house)
    await centre.open(call_units=36, units=12)
    # Nothing is interrupted here: what fits beside a call fits because of its units.
    await house.sql("update work_class set interrupts = '{}'")
    anna = await centre.agent()
    first = await centre.rings(0)
    assert await centre.takes(anna) == [first]
    for number in range(1, 3):
        await centre.comes(number)
    beside = await centre.takes_all(anna)
    units = {row["id"]: row["units"] for row in await house.sql("select id, units from interaction")}
    assert [units[one] for one in beside] == [12, 12], "two of 12 in the 24 that are left, and no call"
    ben = await centre.agent()
    got = await centre.takes_all(ben)
    assert [one in centre.calls for one in got].count(True) == 1
    assert sum(units[one] for one in got) == 60
    await assert_capacity_adds_up(house)
    # The room of a call is free again with its end, and not before: for the next call, who waits longest.
    assert await centre.takes(anna) == []
    await centre.is_done(anna, first)
    (second,) = [one for one in await centre.takes_all(anna) if one in centre.calls]
    assert second not in got
    await assert_capacity_adds_up(house)
