"""Presence at work: it is merged, shown, moves the state at work, diverts calls, and leaves no trace behind."""

from datetime import timedelta

import pytest
from msgspec.structs import replace

from tests.callkit import ADA, OURS, Exchange
from tests.kit import House, Person
from unisono.contract.voice import CALLER, TakeMessage
from unisono.domain.errors import Invalid
from unisono.presence.divert import Rules, Way
from unisono.presence.merge import Word
from unisono.presence.words import Presence, Source
from unisono.service.agent_state import set_agent_state
from unisono.service.presence.keep import PresenceKeeper, look_at_desks
from unisono.service.presence.look import PresenceView, my_presence, presences
from unisono.service.presence.own import clear_presence, set_call_rule, set_presence
from unisono.service.presence.settle import say

pytestmark = pytest.mark.workplace


async def keep(house: House) -> None:
    """Let the clock's role do what is due."""
    keeper = PresenceKeeper(house.db, house.outside.bell, house.clock)
    for _ in range(20):
        if not await keeper.step():
            return
    raise AssertionError("presence never comes to rest")


async def shown(house: House, person: Person) -> PresenceView:
    colleague = replace(person.access, actions=person.access.actions | {"agent.read"})
    (view,) = await presences(house.db, colleague, [person.id])
    return view


async def at_work(house: House, person: Person) -> tuple[str, str]:
    (row,) = await house.sql("select state, reason from agent where user_id = $1", person.id)
    return row["state"], row["reason"]


async def said(house: House, person: Person, source: Source, value: Presence | None, minutes: float = 60) -> None:
    """Let a source say something until so many minutes from now."""
    async with house.db.write() as tx:
        word = Word(source=source, at=tx.now, value=value, until=tx.now + timedelta(minutes=minutes))
        await say(tx, [(person.id, word)])


async def test_who_sets_themself_away_gets_no_offers_until_then_and_is_available_again_by_themself(house: House) -> None:
    anna = await house.agent(await house.queue())
    await set_presence(house.outside, anna.access, "away", house.clock.now() + timedelta(minutes=45), "lunch")
    view = await shown(house, anna)
    assert (view.value, view.source, view.reason) == ("away", "own", "lunch")
    assert await at_work(house, anna) == ("away", "lunch")
    house.clock.advance(44 * 60)
    await keep(house)
    assert await at_work(house, anna) == ("away", "lunch")
    house.clock.advance(60)
    await keep(house)
    assert (await shown(house, anna)).value == "unknown"
    assert await at_work(house, anna) == ("available", "")


async def test_back_ends_it_at_once_and_twice_is_once(house: House) -> None:
    anna = await house.agent(await house.queue())
    await set_presence(house.outside, anna.access, "dnd")
    assert await at_work(house, anna) == ("busy", "")
    for _ in range(2):
        house.clock.advance(1)
        await clear_presence(house.outside, anna.access)
        assert await at_work(house, anna) == ("available", "")


async def test_a_state_that_was_chosen_by_hand_meanwhile_stays(house: House) -> None:
    anna = await house.agent(await house.queue())
    await set_presence(house.outside, anna.access, "away")
    house.clock.advance(60)
    await set_agent_state(house.db, anna.access, "offline")
    house.clock.advance(3_600)
    await keep(house)
    assert await at_work(house, anna) == ("offline", "")


async def test_who_is_logged_off_is_not_put_to_work_by_presence(house: House) -> None:
    anna = await house.agent(await house.queue(), state="offline")
    await set_presence(house.outside, anna.access, "away")
    await clear_presence(house.outside, anna.access)
    assert await at_work(house, anna) == ("offline", "")


async def test_the_state_at_work_shows_as_presence_and_gives_way_to_ones_own_word(house: House) -> None:
    anna = await house.agent(await house.queue())
    await keep(house)
    await set_agent_state(house.db, anna.access, "away", "training")
    await keep(house)
    view = await shown(house, anna)
    assert (view.value, view.source, view.reason) == ("away", "work", "training")
    await set_presence(house.outside, anna.access, "available")
    assert (await shown(house, anna)).source == "own"
    # To say that one is there changes no state that one chose for work.
    assert await at_work(house, anna) == ("away", "training")


async def test_a_calendar_pauses_work_only_where_the_house_says_so(house: House) -> None:
    anna = await house.agent(await house.queue())
    await said(house, anna, Source.CALENDAR, Presence.BUSY)
    await keep(house)
    assert (await shown(house, anna)).source == "calendar"
    assert (await at_work(house, anna))[0] == "available"
    async with house.db.write() as tx:
        await tx.setup.put_setting("presence.pauses_work", ["own", "calendar"], anna.id)
    await keep(house)
    assert (await at_work(house, anna))[0] == "busy"
    house.clock.advance(3_600)
    await keep(house)
    assert (await at_work(house, anna))[0] == "available"


async def test_a_presence_lasts_at_the_most_a_month_and_says_known_words(house: House) -> None:
    anna = await house.agent(await house.queue())
    for value, ends, reason in (("gone", 1, ""), ("away", 1, "zahnarzt"), ("away", 32 * 24 * 60, ""), ("away", -1, "")):
        with pytest.raises(Invalid):
            until = house.clock.now() + timedelta(minutes=ends)
            await set_presence(house.outside, anna.access, value, until, reason)
    assert (await shown(house, anna)).value == "unknown"


async def test_nothing_of_presence_is_left_behind_or_written_into_the_log(house: House) -> None:
    anna = await house.agent(await house.queue(), state="offline")
    before = await house.sql("select count(*) as n from event")
    for value in ("away", "busy", "dnd"):
        await set_presence(house.outside, anna.access, value)
        house.clock.advance(5)
    await clear_presence(house.outside, anna.access)
    await said(house, anna, Source.XMPP, Presence.AWAY)
    assert await house.sql("select count(*) as n from event") == before
    assert (await house.sql("select count(*) as n from presence_word"))[0]["n"] == 2
    house.clock.advance(3 * 3_600)
    await keep(house)
    await keep(house)
    (own,) = await house.sql("select value from presence_word")
    assert own["value"] is None


async def test_a_desk_that_is_used_shows_and_one_that_is_not_is_away(house: House) -> None:
    anna = await house.agent(await house.queue())
    now = house.clock.now()
    await house.sql(
        "insert into session (id_hash, user_id, created_at, last_seen_at, expires_at) values ('\\x01', $1, $2, $2, $3)",
        anna.id, now, now + timedelta(days=1),
    )  # fmt: skip
    assert await look_at_desks(house.db) == {anna.id}
    assert (await shown(house, anna)).value == "available"
    house.clock.advance(11 * 60)
    await house.sql("insert into desk_seen (user_id, at) values ($1, $2)", anna.id, house.clock.now())
    await look_at_desks(house.db)
    view = await shown(house, anna)
    assert (view.value, view.source) == ("away", "activity")
    house.clock.advance(120)
    await look_at_desks(house.db)
    assert (await shown(house, anna)).value == "unknown"


async def direct_line(house: House, person: Person) -> Exchange:
    """A line whose number is one person's."""
    exchange = Exchange(house, house.clock)
    await house.sql("update app_user set login = 'anna', login_key = 'anna' where id = $1", person.id)
    (queue,) = await house.sql("select queue_id from queue_member where user_id = $1", person.id)
    await exchange.line(queue["queue_id"], person="Anna ")
    await exchange.tell_powers()
    return exchange


async def test_a_call_on_ones_direct_line_goes_to_voicemail_while_one_is_busy_and_rings_again_afterwards(house: House) -> None:
    queue = await house.queue()
    anna, ben = await house.agent(queue), await house.agent(queue)
    exchange = await direct_line(house, anna)
    await set_presence(house.outside, anna.access, "busy")
    call = await exchange.driver.rings(ADA, OURS)
    await exchange.settle()
    asked = [one for one in exchange.driver.commands if isinstance(one, TakeMessage)]
    assert [say.key for say in asked[0].before.says] == ["not_there", "leave_message"]
    assert (await exchange.call(call)).interaction_id is None

    house.clock.advance(1)
    await clear_presence(house.outside, anna.access)
    again = await exchange.driver.rings(ADA, OURS)
    await exchange.settle()
    work = await exchange.work(again)
    assert (work["state"], work["agent_id"]) == ("offered", anna.id)
    assert ben.id != anna.id


async def test_a_call_goes_to_the_deputy_and_to_voicemail_when_they_are_busy_too(house: House) -> None:
    queue = await house.queue()
    anna, ben = await house.agent(queue), await house.agent(queue)
    exchange = await direct_line(house, anna)
    await set_call_rule(house.outside, anna.access, Rules(busy=Way.DEPUTY), ben.id)
    await set_presence(house.outside, anna.access, "busy")
    call = await exchange.driver.rings(ADA, OURS)
    await exchange.settle()
    assert (await exchange.work(call))["agent_id"] == ben.id
    await set_presence(house.outside, ben.access, "dnd")
    await exchange.driver.rings("+4930999", OURS)
    await exchange.settle()
    assert [type(one) for one in exchange.driver.commands].count(TakeMessage) == 1
    with pytest.raises(Invalid):
        await set_call_rule(house.outside, anna.access, Rules(busy=Way.DEPUTY), anna.id)
    assert (await my_presence(house.db, anna.access)).deputy_id == ben.id


async def test_a_call_shows_as_busy_and_does_not_hide_behind_ones_own_word(house: House) -> None:
    queue = await house.queue()
    await keep(house)
    anna = await house.agent(queue)
    exchange = Exchange(house, house.clock)
    await exchange.line(queue)
    call = await exchange.driver.rings(ADA, OURS)
    await exchange.settle()
    await keep(house)
    assert (await shown(house, anna)).line == "ringing"
    (leg,) = [leg for leg in (await exchange.call(call)).call.intent.legs if leg != CALLER]
    await exchange.driver.answers(call, leg)
    await exchange.settle()
    await keep(house)
    view = await shown(house, anna)
    assert (view.value, view.source, view.line) == ("busy", "call", "talking")
    await set_presence(house.outside, anna.access, "available")
    view = await shown(house, anna)
    assert (view.value, view.line) == ("available", "talking")
    await exchange.driver.hangs_up(call)
    await exchange.settle()
    await keep(house)
    assert (await shown(house, anna)).line == "free"
