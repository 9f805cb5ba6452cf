"""The line to the exchange is cut at every single event of a call. Afterwards nothing is lost, doubled or left ringing, neither at
the exchange nor in the house: its call, its unit of work, the agents' capacity and the offers."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable

import pytest
import pytest_asyncio

from tests.db import Pool
from tests.kit import House
from tests.service.test_work import assert_capacity_adds_up, code
from tests.voice.ari.deployment import OURS, Deployment, TickingClock
from unisono.bus.memory import MemoryBell
from unisono.egress.client import EgressFactory
from unisono.service.accept import accept_offer
from unisono.service.finish import wrap_up
from unisono.store.database import PgDatabase
from unisono.testing.asterisk.model import Phone
from unisono.testing.asterisk.server import ScriptedAsterisk

pytestmark = pytest.mark.voice

Story = Callable[[Deployment, str], Awaitable[None]]


@pytest_asyncio.fixture
async def deployment(
    pool: Pool, bell: MemoryBell, exchange: ScriptedAsterisk, factory: EgressFactory
) -> AsyncIterator[Deployment]:
    """A house with two agents who have telephones, and a line that stands."""
    clock = TickingClock()
    house = House(PgDatabase(pool, clock, bell), bell, clock)
    made = Deployment(house, exchange, factory)
    queue = await house.queue()
    await made.line(queue)
    for extension in ("201", "202"):
        made.people.append(await house.agent(queue))
        await made.phone(made.people[-1], extension)
    made.code = await code(house)
    await made.up()
    yield made
    await made.down()


async def reached(at: Deployment, call: str, *stages: str) -> bool:
    """Go on until a call is there, or its caller is not there any more; returns whether they still are."""

    async def there() -> bool:
        return await at.stage(call) in stages or call not in at.switch.channels

    await at.until(there)
    return call in at.switch.channels


async def spoken_with(at: Deployment, call: str) -> None:
    """Somebody waits, speaks, and hangs up."""
    assert await reached(at, call, "talking"), "a caller who waits is never sent away"
    at.switch.hang_up(call)


async def gave_up(at: Deployment, call: str) -> None:
    """Somebody hangs up while the agent's telephone rings."""
    at.switch.phones.clear()
    assert await reached(at, call, "ringing")
    at.switch.hang_up(call)


async def refused_once(at: Deployment, call: str) -> None:
    """The first telephone is busy; whoever is rung next speaks, and hangs up."""
    at.switch.phones = {"PJSIP/201": Phone.BUSY, "PJSIP/202": Phone.BUSY}
    assert await reached(at, call, "ringing", "waiting", "talking")

    async def busy() -> bool:
        return any(one.cause == 17 for one in at.switch.gone.values()) or await at.stage(call) == "talking"

    await at.until(busy)
    at.switch.phones = {"PJSIP/201": Phone.ANSWERS, "PJSIP/202": Phone.ANSWERS}
    # An agent whose hanging up was not heard may have lost the line: the caller is connected again.
    while call in at.switch.channels:
        if await at.stage(call) == "talking":
            for agent in [one for one in at.switch.channels if one != call]:
                at.switch.hang_up(agent)
        if not await at.turn():
            at.house.clock.advance(0.2)
            await asyncio.sleep(0.001)


@pytest.mark.parametrize(("story", "ends"), [(spoken_with, "wrap_up"), (gave_up, "closed"), (refused_once, "wrap_up")])
async def test_cut_at_every_event_nothing_is_lost_doubled_or_left_ringing(
    deployment: Deployment, story: Story, ends: str
) -> None:
    at = deployment
    faults = at.exchange.faults
    index, cut = 0, True
    while cut:
        # The next round is cut one event later; one that is over before is cut no more, and the last.
        index += 1
        at.switch.phones = {"PJSIP/201": Phone.ANSWERS, "PJSIP/202": Phone.ANSWERS}
        cuts = faults.cuts
        faults.cut_at = faults.events + index
        call = at.switch.call_in(f"+49301234{index:03}", OURS, "unisono").id
        await story(at, call)
        await at.until(lambda call=call: at.at_rest(call))  # type: ignore[misc]
        cut = faults.cuts > cuts
        await nothing_is_left(at, call, ends, f"cut at event {index}")
        await put_away(at)
    assert index > 10


async def nothing_is_left(at: Deployment, call: str, ends: str, why: str) -> None:
    """Look at both sides."""
    assert at.switch.channels == {}, why
    assert set(at.switch.bridges) <= {"unisono~waiting"}, why
    assert at.switch.recordings == {}, why
    assert await at.house.sql("select 1 from call where ended_at is null") == [], why
    work = await at.work(call)
    assert work["state"] == ends, why
    # Who gave up is called back: that is new work, and may be offered at once. Nothing else is there.
    others = await at.house.sql("select id, state from interaction where state <> 'closed' and id <> $1", work["id"])
    backs = await at.house.sql(
        "select i.id from call_back b join interaction i on i.id = b.interaction_id where b.ended_at is null and i.state <> 'closed'"
    )
    assert [one["id"] for one in others] == [one["id"] for one in backs], why
    assert len(backs) == (1 if ends == "closed" else 0), why
    offers = await at.house.sql("select interaction_id as id from offer where state = 'open'")
    assert {one["id"] for one in offers} <= {one["id"] for one in backs}, why
    holds = await at.house.sql("select interaction_id as id, units from capacity_hold")
    assert {one["id"] for one in holds} <= {one["id"] for one in backs} | ({work["id"]} if ends == "wrap_up" else set()), why
    await assert_capacity_adds_up(at.house)


async def put_away(at: Deployment) -> None:
    """End the work of a round, so that the next one finds free agents."""
    while rows := await at.house.sql("select id, agent_id, state from interaction where state <> 'closed'"):
        await at.turn()
        for row in rows:
            person = next((one for one in at.people if one.id == row["agent_id"]), None)
            if person is not None and row["state"] == "offered":
                (offer,) = await at.house.sql("select id from offer where interaction_id = $1 and state = 'open'", row["id"])
                await accept_offer(at.house.db, person.access, offer["id"])
            elif person is not None:
                await wrap_up(at.house.db, person.access, row["id"], at.code)
