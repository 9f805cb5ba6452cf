"""Calls through the whole house: the line, the queue, the router, the agents' telephones. Real sockets, real sound, a real database."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from msgspec.structs import replace

from tests.db import Pool, RealNow
from tests.kit import House, Person
from tests.service.test_work import assert_capacity_adds_up
from tests.voice.sip.conftest import NUMBER, Town, nobody_is_dialled, town_with
from unisono.app.registry import Connectors
from unisono.bus.memory import MemoryBell
from unisono.contract.voice import Command, Result
from unisono.domain.ids import new_id
from unisono.service.calls.switchboard import Switchboard
from unisono.service.calls.talk import hang_up, press_keys
from unisono.store.database import PgDatabase
from unisono.testing.telephony.sipp import Caller, Phone
from unisono.voice.sip.driver import SipDriver

pytestmark = [pytest.mark.voice, pytest.mark.peer]

MUSIC = 440.0


class Centre:
    """A house with a line and people who have telephones."""

    def __init__(self, house: House, town: Town, queue: Any) -> None:
        self.house, self.town, self.queue = house, town, queue

    async def person(self, extension: str, *, state: str = "available") -> Person:
        """Somebody comes to work, and has a telephone."""
        person = await self.house.agent(self.queue)
        await self.house.sql("update agent set state = $2 where user_id = $1", person.id, state)
        await self.house.sql("insert into agent_phone (user_id, driver, address) values ($1, 'sip', $2)", person.id, extension)
        await self.house.router.load()
        return person

    async def work(self) -> list[Any]:
        """Return all work, the oldest first."""
        return await self.house.sql("select * from interaction order by created_at, id")

    async def until(self, holds: Callable[[], Awaitable[Any]], within_s: float = 15.0) -> Any:
        """Wait until something holds, and return it."""
        for _ in range(int(within_s / 0.05)):
            if found := await holds():
                return found
            await asyncio.sleep(0.05)
        calls = await self.house.sql("select stage, ended_at from call")
        raise AssertionError(f"it never came to that; work: {[dict(w) for w in await self.work()]}, calls: {calls}")

    async def nobody_telephones(self) -> bool:
        """Whether neither the endpoint nor the house knows of a call that goes on."""
        live = await self.house.sql("select 1 from call where ended_at is null")
        return not live and not (await self.town.driver.snapshot()).calls

    async def in_state(self, *states: str) -> list[Any]:
        """Return the work in these states."""
        return [one for one in await self.work() if one["state"] in states]


@pytest_asyncio.fixture
async def centre(pool: Pool, bell: MemoryBell, tmp_path: Path) -> AsyncIterator[Centre]:
    clock = RealNow()
    house = House(PgDatabase(pool, clock, bell), bell, clock)  # type: ignore[arg-type]
    house.outside = replace(house.outside, registry=Connectors())
    queue = await house.queue()
    await house.sql(
        "insert into channel (id, connector, network, medium, name, queue_id, units, config, work_class_id, one_at_a_time) "
        "values ($1, 'voice', 'phone', 'call', 'Hotline', $2, 60, $3, (select id from work_class where key = 'call'), true)",
        new_id(), queue, {"driver": "sip", "numbers": [NUMBER]},
    )  # fmt: skip

    async def run(driver: SipDriver) -> None:
        async def route() -> None:
            while True:
                if not await house.route():
                    await asyncio.sleep(0.02)

        async with asyncio.TaskGroup() as group:
            group.create_task(Switchboard(house.outside, {"sip": driver}, "here").run())
            group.create_task(route())

    async with town_with(tmp_path, run=run) as town:
        yield Centre(house, town, queue)


async def test_a_caller_waits_in_the_queue_hears_music_and_speaks_with_whoever_becomes_free(centre: Centre) -> None:
    town = centre.town
    caller, anna = await town.ear(620), await town.ear(1500)
    calling = Caller(NUMBER, caller.port).invites().is_answered().is_hung_up()
    async with (
        town.calls(calling) as their,
        town.phone("201", Phone(anna.port).rings().answers().waits_for_word().hangs_up()) as hers,
    ):
        await caller.hears(MUSIC)
        assert await centre.in_state("waiting")
        person = await centre.person("201")
        await anna.hears(620, share=0.9)
        await caller.hears(1500, share=0.9)
        (work,) = await centre.until(lambda: centre.in_state("active"))
        assert work["agent_id"] == person.id
        # The agent hangs up at her telephone; the caller is not left in an empty line.
        await hers.word()
        await hers.ends_well()
        await their.ends_well()
    (work,) = await centre.until(lambda: centre.in_state("wrap_up"))
    await centre.until(centre.nobody_telephones)
    await assert_capacity_adds_up(centre.house)


async def test_a_caller_who_gives_up_while_waiting_is_called_back(centre: Centre) -> None:
    town = centre.town
    caller = await town.ear()
    async with town.calls(Caller(NUMBER, caller.port).invites().is_answered().waits_for_word().hangs_up()) as their:
        await centre.until(lambda: centre.in_state("waiting"))
        await their.word()
        await their.ends_well()
    (back,) = await centre.until(lambda: centre.house.sql("select * from call_back"))
    first, second = await centre.work()
    assert first["state"] == "closed"
    assert (second["id"], second["state"]) == (back["interaction_id"], "waiting")
    assert second["waiting_since"] <= first["closed_at"]
    await assert_capacity_adds_up(centre.house)


async def test_a_caller_who_cancels_before_the_house_has_answered_is_called_back(
    centre: Centre, monkeypatch: pytest.MonkeyPatch
) -> None:
    town = centre.town
    slow, at_once = asyncio.Event(), town.driver.do

    async def later(command: Command) -> Result:
        await slow.wait()
        return await at_once(command)

    monkeypatch.setattr(town.driver, "do", later)
    caller = await town.ear()
    async with town.calls(Caller(NUMBER, caller.port).invites().rings().cancels()) as their:
        await their.ends_well()
    slow.set()
    (back,) = await centre.until(lambda: centre.house.sql("select * from call_back"))
    first, second = await centre.work()
    assert (first["state"], second["id"]) == ("closed", back["interaction_id"])
    await centre.until(centre.nobody_telephones)


async def test_a_call_to_a_number_that_is_no_line_of_ours_ends(centre: Centre) -> None:
    town = centre.town
    caller = await town.ear()
    async with town.calls(Caller(NUMBER + "9", caller.port).invites().is_refused(486)) as their:
        await their.ends_well()
    assert await centre.work() == []


async def test_a_phone_hands_over_to_whom_it_speaks_with_and_nobody_is_rung_anew(centre: Centre) -> None:
    town = centre.town
    caller, anna, bert = await town.ear(620), await town.ear(1500), await town.ear(2300)
    target = "<sip:202@127.0.0.9:4711?Replaces=theirs%40127.0.0.9%3Bto-tag%3Db1%3Bfrom-tag%3Da1>"
    hers = Phone(anna.port).rings().answers().refers(target).is_hung_up()
    his = Phone(bert.port).is_taken_over("theirs@127.0.0.9;to-tag=b1;from-tag=a1").answers().is_hung_up()
    async with (
        town.calls(Caller(NUMBER, caller.port).invites().is_answered().is_hung_up()) as their,
        town.phone("201", hers) as first,
        town.phone("202", his) as second,
    ):
        colleague = await centre.person("202", state="away")
        await centre.person("201")
        await first.ends_well()
        await caller.hears(2300, share=0.9)
        await bert.hears(620, share=0.9)
        (work,) = await centre.in_state("active")
        assert work["agent_id"] == colleague.id
        (call,) = await centre.house.sql("select id from call where ended_at is null")
        await hang_up(centre.house.db, centre.house.outside.bell, colleague.access, call["id"])
        await second.ends_well()
        await their.ends_well()
    await centre.until(centre.nobody_telephones)
    await assert_capacity_adds_up(centre.house)


async def test_a_phone_hands_over_to_nobody_whom_the_line_may_not_call(centre: Centre) -> None:
    town = centre.town
    caller, anna = await town.ear(), await town.ear(1500)
    # The trunk's own settings would let it pass; the line calls nobody outside.
    target = "<sip:+491701234567@127.0.0.1?Replaces=x%3Bto-tag%3Db1%3Bfrom-tag%3Da1>"
    hers = Phone(anna.port).rings().answers().refers(target, outcome="603").hangs_up()
    async with (
        town.calls(Caller(NUMBER, caller.port).invites().is_answered().is_hung_up()) as their,
        town.phone("201", hers) as phone,
    ):
        await centre.person("201")
        with nobody_is_dialled(town):
            await phone.ends_well()
            await their.ends_well()
    (call,) = await centre.until(lambda: centre.house.sql("select trouble from call where ended_at is not null"))
    assert call["trouble"] == "transfer_refused"
    await assert_capacity_adds_up(centre.house)


@pytest.mark.parametrize("formats", ["8 101", "8"])
async def test_keys_pressed_at_the_desk_reach_the_far_end_in_their_order(centre: Centre, formats: str) -> None:
    """As telephone events where the far end knows them; where it does not, by INFO."""
    town = centre.town
    caller, anna = await town.ear(620), await town.ear(1500)
    calling = Caller(NUMBER, caller.port, formats=formats).invites().is_answered()
    if formats == "8":
        for key in "5#7":
            calling = calling.is_told_key(key)
        calling = calling.waits_for_word()
    async with (
        town.calls(calling.is_hung_up()) as their,
        town.phone("201", Phone(anna.port).rings().answers().is_hung_up()) as hers,
    ):
        person = await centre.person("201")
        await anna.hears(620, share=0.9)
        (call,) = await centre.house.sql("select id from call where ended_at is null")
        # The second comes while the first is still being sent.
        for keys in ("5#", "7"):
            await press_keys(centre.house.db, centre.house.outside.bell, person.access, call["id"], keys)
        if formats == "8":
            await their.word()
        else:
            await caller.hears_keys("5#7")
            assert anna.digits == [], "who pressed them hears none"
        await hang_up(centre.house.db, centre.house.outside.bell, person.access, call["id"])
        await their.ends_well()
        await hers.ends_well()
    await centre.until(centre.nobody_telephones)
