"""Calls in the queue, from the ring to the goodbye: against an exchange that knows the truth of every call."""

from uuid import UUID

import pytest

from tests.callkit import ADA, BERT, OURS, Exchange
from tests.kit import House, Person
from tests.service.test_work import assert_capacity_adds_up, code, offered
from unisono.contract.voice import (
    CALLER,
    Cause,
    Connect,
    EndpointKind,
    Originate,
    Park,
    Play,
    RecordingKind,
    TakeMessage,
    Verstat,
)
from unisono.domain.errors import Conflict, Forbidden
from unisono.domain.ids import new_id
from unisono.service.accept import accept_offer
from unisono.service.access import Access
from unisono.service.attachments import find_file
from unisono.service.calls.consent import note_consent, record_call
from unisono.service.calls.dialling import call_back, call_number
from unisono.service.calls.do_not_call import Why, allow_calls, number_hash, refuse_calls
from unisono.service.calls.hear import follow_work
from unisono.service.calls.recordings import keep_recordings
from unisono.service.calls.talk import consult_call, hand_over_call, hold_call, join_call, transfer_out
from unisono.service.calls.waiting import announce
from unisono.service.decline import decline_offer
from unisono.service.erase import erase_customer
from unisono.service.finish import finish, wrap_up
from unisono.service.take import take
from unisono.service.transfer import transfer
from unisono.testing.telephone import Reaction

pytestmark = pytest.mark.voice


@pytest.fixture
def exchange(house: House) -> Exchange:
    return Exchange(house, house.clock)


async def rung(exchange: Exchange, house: House, **config: object) -> tuple[Person, str, UUID]:
    """An agent whose phone rings for Ada."""
    queue = await house.queue()
    await exchange.line(queue, **config)
    anna = await house.agent(queue)
    call = await exchange.driver.rings(ADA, OURS, display_name="Ada")
    await exchange.settle()
    assert (await exchange.work(call))["state"] == "offered"
    return anna, call, queue


async def talking(exchange: Exchange, house: House, **config: object) -> tuple[Person, str, UUID]:
    """An agent who speaks with Ada."""
    anna, call, queue = await rung(exchange, house, **config)
    await exchange.driver.answers(call, exchange.leg_of(await exchange.call(call), anna))
    await exchange.settle()
    return anna, call, queue


async def test_a_call_waits_is_offered_rings_is_answered_and_ends_in_wrap_up(exchange: Exchange, house: House) -> None:
    queue = await house.queue()
    await exchange.line(queue)
    call = await exchange.driver.rings(ADA, OURS, display_name="Ada")
    await exchange.settle()
    assert exchange.driver._calls[call].parked
    work = await exchange.work(call)
    assert (work["state"], work["waiting_since"]) == ("waiting", (await exchange.call(call)).offered_at)

    anna = await house.agent(queue)
    await house.router.load()
    await exchange.settle()
    assert (await exchange.work(call))["state"] == "offered"
    assert (await exchange.call(call)).stage == "ringing"

    leg = exchange.leg_of(await exchange.call(call), anna)
    await exchange.driver.answers(call, leg)
    await exchange.settle()
    work = await exchange.work(call)
    assert (work["state"], work["agent_id"]) == ("active", anna.id)
    assert exchange.driver.hears(call) == (CALLER, leg)

    await exchange.driver.hangs_up(call)
    await exchange.settle()
    assert (await exchange.work(call))["state"] == "wrap_up"
    assert not exchange.driver.lives(call)
    await wrap_up(house.db, anna.access, work["id"], await code(house))
    await assert_capacity_adds_up(house)
    (identity,) = await house.sql("select network, remote_id, handle, display_name from identity")
    assert tuple(identity) == ("phone", ADA, "+49 30 123456", "Ada")


async def test_nobody_is_rung_before_they_are_reserved_and_nobody_twice(exchange: Exchange, house: House) -> None:
    anna, call, _ = await rung(exchange, house)
    second = await exchange.driver.rings(BERT, OURS)
    await exchange.settle()
    assert (await exchange.work(second))["state"] == "waiting"
    dialled = [c for c in exchange.driver.commands if isinstance(c, Connect)]
    assert [(c.call_id, c.endpoint.user_id) for c in dialled] == [(call, str(anna.id))]
    await exchange.driver.answers(call, dialled[0].leg_id)
    await exchange.settle()
    assert (await exchange.work(second))["state"] == "waiting", "an agent on a call gets no second one"


@pytest.mark.parametrize("reaction", [Reaction.BUSY, Reaction.REFUSES, Reaction.UNREACHABLE])
async def test_a_phone_that_is_not_taken_up_puts_the_caller_back_at_the_head(
    exchange: Exchange, house: House, reaction: Reaction
) -> None:
    queue = await house.queue()
    await exchange.line(queue)
    anna, ben = await house.agent(queue), await house.agent(queue)
    for person in (anna, ben):
        exchange.phone(person, reaction)
    call = await exchange.driver.rings(ADA, OURS)
    since = (await exchange.work(call))["waiting_since"]
    await house.route()
    await exchange.desk.ask_once()
    for _ in range(4):
        await follow_work(house.outside)
        await exchange.desk.ask_once()
    work = await exchange.work(call)
    assert (work["state"], work["waiting_since"], work["reason"]["by"][:6]) == ("waiting", since, "phone_")
    assert exchange.driver._calls[call].parked
    assert list(exchange.driver._calls[call].legs) == [CALLER]
    await assert_capacity_adds_up(house)


async def test_declining_in_the_desk_stops_the_ringing(exchange: Exchange, house: House) -> None:
    anna, call, _ = await rung(exchange, house)
    await decline_offer(house.db, anna.access, await offered(house, anna))
    await follow_work(house.outside)
    await exchange.desk.ask_once()
    assert list(exchange.driver._calls[call].legs) == [CALLER]


async def test_accepting_in_the_desk_bridges_as_soon_as_the_phone_is_up(exchange: Exchange, house: House) -> None:
    anna, call, _ = await rung(exchange, house)
    await accept_offer(house.db, anna.access, await offered(house, anna))
    await exchange.settle()
    assert exchange.driver.hears(call) == ()
    leg = exchange.leg_of(await exchange.call(call), anna)
    await exchange.driver.answers(call, leg)
    await exchange.settle()
    assert exchange.driver.hears(call) == (CALLER, leg)
    await finish(house.db, anna.access, (await exchange.work(call))["id"])
    await exchange.settle()
    assert not exchange.driver.lives(call), "who finishes in the desk hangs up"


async def test_who_gives_up_while_a_phone_rings_is_called_back_at_their_place(exchange: Exchange, house: House) -> None:
    _, call, _ = await rung(exchange, house)
    arrived = (await exchange.call(call)).offered_at
    house.clock.advance(20)
    await exchange.driver.hangs_up(call)
    await follow_work(house.outside)
    await exchange.desk.ask_once()
    assert not exchange.driver.lives(call), "nobody is left ringing"
    rows = await house.sql(
        "select state, reason, waiting_since, skills, previous_id, id from interaction order by created_at, id"
    )
    assert [(r["state"], r["reason"]["code"]) for r in rows] == [("closed", "abandoned"), ("waiting", "call_back")]
    assert rows[1]["waiting_since"] == arrived
    assert rows[1]["previous_id"] == rows[0]["id"]
    assert await house.sql("select 1 from offer where state = 'open'") == []
    await assert_capacity_adds_up(house)

    again = await exchange.driver.rings(ADA, OURS)
    (absorbed,) = await house.sql("select state, reason from interaction where id = $1", rows[1]["id"])
    assert (absorbed["state"], absorbed["reason"]["code"]) == ("closed", "absorbed")
    assert (await exchange.work(again))["state"] in {"waiting", "offered"}


async def test_a_withheld_number_is_counted_and_not_called_back(exchange: Exchange, house: House) -> None:
    await exchange.line(await house.queue())
    for _ in range(2):
        call = await exchange.driver.rings("anonymous", OURS, verstat=Verstat.WITHHELD)
        await exchange.driver.hangs_up(call)
    rows = await house.sql("select state, reason from interaction")
    assert [(r["state"], r["reason"]["code"]) for r in rows] == [("closed", "abandoned")] * 2
    assert len(await house.sql("select distinct customer_id from identity")) == 2, "nobody is taken for somebody else"


async def test_who_is_blocked_reaches_nobody_and_is_kept(exchange: Exchange, house: House) -> None:
    queue = await house.queue()
    await exchange.line(queue)
    first = await exchange.driver.rings(ADA, OURS)
    await exchange.driver.hangs_up(first)
    await house.sql("update identity set blocked_at = now()")
    call = await exchange.driver.rings(ADA, OURS)
    await exchange.settle()
    assert not exchange.driver.lives(call)
    assert (await exchange.work(call))["spam"] is True


async def test_a_call_that_no_line_takes_is_ended(exchange: Exchange, house: House) -> None:
    await exchange.line(await house.queue())
    call = await exchange.driver.rings(ADA, "+49301999")
    assert not exchange.driver.lives(call)
    assert await house.sql("select 1 from call") == []


async def test_hold_consult_all_three_and_handing_over(exchange: Exchange, house: House) -> None:
    anna, call, queue = await talking(exchange, house)
    ben = await house.agent(queue)
    exchange.phone(ben, Reaction.ANSWERS)
    bell, facts = house.outside.bell, await exchange.call(call)
    mine = exchange.leg_of(facts, anna)

    await hold_call(house.db, bell, anna.access, facts.id, on=True)
    await exchange.settle()
    assert (await exchange.call(call)).stage == "held"
    await hold_call(house.db, bell, anna.access, facts.id, on=False)
    await exchange.settle()
    assert (await exchange.call(call)).stage == "talking"

    await consult_call(house.db, bell, anna.access, facts.id, agent_id=ben.id)
    await exchange.settle()
    his = exchange.leg_of(await exchange.call(call), ben)
    assert set(exchange.driver.hears(call)) == {mine, his}
    await join_call(house.db, bell, anna.access, facts.id)
    await exchange.settle()
    assert set(exchange.driver.hears(call)) == {CALLER, mine, his}
    await hand_over_call(house.db, bell, anna.access, facts.id)
    await exchange.settle()
    assert set(exchange.driver.hears(call)) == {CALLER, his}
    assert (await exchange.work(call))["agent_id"] == ben.id
    await assert_capacity_adds_up(house)

    await transfer(house.db, ben.access, (await exchange.work(call))["id"], queue_id=await house.queue())
    await exchange.settle()
    assert exchange.driver._calls[call].parked, "a blind transfer to a queue lets the caller wait there"


async def test_an_agents_line_that_breaks_keeps_the_caller(exchange: Exchange, house: House) -> None:
    anna, call, _ = await talking(exchange, house)
    await exchange.driver.hangs_up(call, exchange.leg_of(await exchange.call(call), anna), Cause.LOST)
    assert exchange.driver.lives(call)
    await exchange.settle()
    assert (await exchange.work(call))["agent_id"] == anna.id, "the same agent is rung first"
    assert exchange.driver._calls[call].parked


async def test_nothing_is_recorded_before_both_agreed_and_a_recording_is_a_file_that_is_erased(
    exchange: Exchange, house: House
) -> None:
    anna, call, _ = await talking(exchange, house, recording="ask")
    facts, bell = await exchange.call(call), house.outside.bell
    with pytest.raises(Conflict, match="both sides"):
        await record_call(house.db, bell, anna.access, facts.id, "on")
    await note_consent(house.db, bell, anna.access, facts.id, "agent", given=True, how="click")
    with pytest.raises(Conflict):
        await record_call(house.db, bell, anna.access, facts.id, "on")
    assert exchange.driver._calls[call].recording == b""
    await note_consent(house.db, bell, anna.access, facts.id, "customer", given=True, how="spoken")
    for mode in ("on", "pause", "on"):
        await record_call(house.db, bell, anna.access, facts.id, mode)
        await exchange.settle()
        assert (await exchange.call(call)).call.facts.recording == mode
    await exchange.driver.hangs_up(call)
    await exchange.settle()
    assert await keep_recordings(house.outside, exchange.driver) == 1
    (row,) = await house.sql("select id, message_id, name, state from attachment")
    assert (row["name"], row["state"]) == ("recording.wav", "stored")
    assert house.files.content[row["id"]] == b"soundsound"
    assert exchange.driver.recordings == {}, "the exchange keeps nothing"

    # To read the conversation is not to hear it; whoever hears it stands in the audit.
    with pytest.raises(Forbidden, match="is heard by who answers"):
        await find_file(
            house.db, Access(user_id=new_id(), actions=frozenset({"work.read"}), classes={"work.read": None}), row["id"]
        )
    assert (await find_file(house.db, anna.access, row["id"])).name == "recording.wav"
    heard = await house.sql("select actor_id, body from audit where action = 'recording.played'")
    assert [(one["actor_id"], one["body"]["kind"]) for one in heard] == [(anna.id, "call")]

    (customer,) = await house.sql("select customer_id as id from identity")
    await erase_customer(house.outside, anna.access, customer["id"], "asked for")
    assert house.files.content == {}


async def test_a_refusal_stops_the_recording_and_nothing_else_and_what_was_not_agreed_to_is_never_kept(
    exchange: Exchange, house: House
) -> None:
    anna, call, _ = await talking(exchange, house, recording="ask")
    facts, bell = await exchange.call(call), house.outside.bell
    for side in ("customer", "agent"):
        await note_consent(house.db, bell, anna.access, facts.id, side, given=True, how="click")
    await record_call(house.db, bell, anna.access, facts.id, "on")
    await exchange.settle()
    await note_consent(house.db, bell, anna.access, facts.id, "customer", given=False, how="spoken")
    await exchange.settle()
    assert (await exchange.call(call)).call.facts.recording == "off"
    assert (await exchange.call(call)).stage == "talking"
    assert await keep_recordings(house.outside, exchange.driver) == 1
    assert await house.sql("select 1 from attachment") == []
    assert house.files.content == {}


async def test_a_menu_leads_to_skills_and_only_then_to_the_queue(exchange: Exchange, house: House) -> None:
    queue = await house.queue()
    await exchange.line(
        queue, first_menu="main",
        menus={"main": {"says": "1 Technik", "choices": {"1": {"skills": ["tech"]}, "2": {"goal": "message"}}}},
    )  # fmt: skip
    anybody, expert = await house.agent(queue), await house.agent(queue, skills={"tech": 3})
    call = await exchange.driver.rings(ADA, OURS)
    await exchange.settle()
    assert exchange.driver.last(Play, call).prompt.says[-1].text == "1 Technik"
    assert await house.sql("select 1 from interaction") == [], "who still chooses is offered to nobody"
    await exchange.driver.presses(call, "7")
    await exchange.driver.presses(call, "1")
    await exchange.settle()
    work = await exchange.work(call)
    assert [need["skill"] for need in work["skills"]] == ["tech"]
    assert work["agent_id"] == expert.id
    assert work["waiting_since"] == (await exchange.call(call)).offered_at
    del anybody


async def test_outside_the_hours_a_message_is_taken_and_becomes_work(exchange: Exchange, house: House) -> None:
    queue = await house.queue()
    await exchange.line(queue)
    await house.sql("update queue set open_now = false")
    call = await exchange.driver.rings("anonymous", OURS)
    await exchange.settle()
    asked = exchange.driver.last(TakeMessage, call)
    assert [says.key for says in asked.before.says] == ["closed", "leave_message"]
    await exchange.driver.finishes_recording(call, asked.recording_id, RecordingKind.VOICEMAIL, b"Bitte rufen Sie an")
    await exchange.driver.hangs_up(call)
    await exchange.settle()
    rows = await house.sql("select state, reason from interaction order by created_at, id")
    assert [(r["state"], r["reason"]["code"]) for r in rows] == [("closed", "abandoned"), ("waiting", "call_back")]
    assert await keep_recordings(house.outside, exchange.driver) == 1
    (row,) = await house.sql("select name, sha256 from attachment")
    assert row["name"] == "message.wav"
    assert list(house.files.content.values()) == [b"Bitte rufen Sie an"]


async def test_who_waits_hears_their_place_and_may_ask_to_be_called_back(exchange: Exchange, house: House) -> None:
    queue = await house.queue()
    await exchange.line(queue, call_back_digit="5", language="en")
    await house.agent(queue, state="busy")
    first, second = await exchange.driver.rings(BERT, OURS), await exchange.driver.rings(ADA, OURS)
    await exchange.settle()
    assert await announce(house.outside) == 2
    assert await announce(house.outside) == 0, "what has not changed is not said anew"
    await exchange.settle()
    says = exchange.driver.last(Park, second).says
    assert (says[0].position, says[0].wait_s) == (2, 480)
    assert "8 minutes" in says[0].text
    assert "Press 5" in says[1].text
    assert exchange.driver.last(Park, first).says[0].position == 1

    await exchange.driver.presses(second, "5")
    await exchange.settle()
    noted = exchange.driver.last(Play, second).prompt
    assert noted.says[0].key == "call_back_noted"
    await exchange.driver.prompt_ends(second, noted.prompt_id)
    await exchange.settle()
    assert not exchange.driver.lives(second)
    (row,) = await house.sql("select why, i.state from call_back b join interaction i on i.id = b.interaction_id")
    assert tuple(row) == ("asked", "waiting")


async def test_a_call_back_rings_the_agent_first_and_keeps_to_who_may_be_called(exchange: Exchange, house: House) -> None:
    queue = await house.queue()
    line = await exchange.line(queue, caller_id=OURS)
    call = await exchange.driver.rings(ADA, OURS)
    await exchange.driver.hangs_up(call)
    anna = await house.agent(queue)
    (row,) = await house.sql("select interaction_id as id from call_back")
    await take(house.db, anna.access, row["id"])
    bell = house.outside.bell
    with pytest.raises(Conflict) as refused:
        await call_back(house.db, bell, anna.access, row["id"])
    assert refused.value.code == "no_calls_out"
    await exchange.allow_out("+44")
    with pytest.raises(Conflict) as refused:
        await call_back(house.db, bell, anna.access, row["id"])
    assert refused.value.code == "prefix_not_allowed"
    await exchange.allow_out("+49")
    await refuse_calls(house.db, anna.access, ADA, "DE", Why.ASKED)
    with pytest.raises(Conflict) as refused:
        await call_back(house.db, bell, anna.access, row["id"])
    assert refused.value.code == "do_not_call"
    office = Access(user_id=anna.id, actions=frozenset({"agent.manage"}))
    await allow_calls(house.db, office, number_hash(ADA).hex())
    for emergency in ("112", "0112", "110", "911"):
        with pytest.raises(Conflict) as refused:
            await call_number(house.db, bell, anna.access, line.id, emergency)
        assert refused.value.code == "emergency_number"

    out = await call_back(house.db, bell, anna.access, row["id"])
    exchange.phone(anna, Reaction.ANSWERS)
    await exchange.settle()
    made = exchange.driver.last(Originate)
    assert (made.endpoint.user_id, made.requested_by) == (str(anna.id), str(anna.id))
    dialled = exchange.driver.last(Connect, made.call_id)
    assert (dialled.leg_id, dialled.endpoint.kind, dialled.endpoint.address, dialled.caller_id) == (
        CALLER, EndpointKind.NUMBER, ADA, OURS,
    )  # fmt: skip
    await exchange.driver.answers(made.call_id, CALLER)
    await exchange.settle()
    assert set(exchange.driver.hears(made.call_id)) == {CALLER, made.leg_id}
    await exchange.driver.hangs_up(made.call_id)
    await exchange.settle()
    (work,) = await house.sql("select state from interaction where id = $1", row["id"])
    assert work["state"] == "wrap_up"
    (audit,) = await house.sql("select action, body from audit where action = 'call.dialled'")
    assert audit["body"]["call_id"] == str(out)
    assert ADA not in str(audit["body"])
    assert await house.sql("select 1 from call_command where body is not null") == [], "numbers stay in no command"


async def test_a_caller_outside_reaches_no_outside_line(exchange: Exchange, house: House) -> None:
    anna, call, _ = await talking(exchange, house)
    await exchange.allow_out("+49")
    await exchange.driver.asks_transfer(call, CALLER, "sip:+4915112345@trunk.example")
    await exchange.driver.presses(call, "0049151123456789#")
    await exchange.settle()
    assert {c.endpoint.kind for c in exchange.driver.commands if isinstance(c, Connect)} == {EndpointKind.AGENT}
    with pytest.raises(Conflict) as refused:
        await transfer_out(house.db, house.outside.bell, anna.access, (await exchange.call(call)).id, "+1 900 123 4567")
    assert refused.value.code == "prefix_not_allowed"


async def test_an_agents_phone_may_pass_the_caller_on_by_the_rules_of_the_desk(exchange: Exchange, house: House) -> None:
    anna, call, _ = await talking(exchange, house)
    await exchange.allow_out("+49")
    mine = exchange.leg_of(await exchange.call(call), anna)
    await exchange.driver.asks_transfer(call, mine, "sip:+19001234567@trunk.example")
    await exchange.settle()
    assert (await exchange.call(call)).trouble == "transfer_refused"
    assert exchange.driver.hears(call) == (CALLER, mine)

    exchange.driver.phone(BERT, Reaction.ANSWERS)
    await exchange.driver.asks_transfer(call, mine, f"sip:{BERT}@trunk.example")
    await exchange.settle()
    second = exchange.driver.last(Connect, call)
    assert (second.endpoint.kind, second.endpoint.address) == (EndpointKind.NUMBER, BERT)
    assert set(exchange.driver.hears(call)) == {CALLER, second.leg_id}
    assert (await exchange.work(call))["state"] == "wrap_up"
    await exchange.driver.hangs_up(call, second.leg_id)
    await exchange.settle()
    assert not exchange.driver.lives(call), "nobody of ours is left in it"


async def test_a_cut_line_loses_no_call_and_leaves_none_ringing(exchange: Exchange, house: House) -> None:
    anna, call, _ = await rung(exchange, house)
    leg = exchange.leg_of(await exchange.call(call), anna)
    exchange.driver.deaf = True
    await exchange.driver.answers(call, leg)
    missed = await exchange.driver.rings(BERT, OURS)
    house.clock.advance(1)
    await exchange.driver.comes_back()
    await exchange.desk.compare_once()
    await exchange.settle()
    assert exchange.driver.hears(call) == (CALLER, leg)
    assert (await exchange.work(call))["state"] == "active"
    assert (await exchange.work(missed))["state"] == "waiting", "what rang meanwhile is adopted"

    house.clock.advance(1)
    exchange.driver.vanishes(call)
    exchange.driver.restarts()
    house.clock.advance(1)
    await exchange.desk.compare_once()
    await exchange.settle()
    assert (await exchange.call(call)).stage == "ended"
    assert (await exchange.work(call))["state"] == "wrap_up"
    assert (await exchange.work(missed))["state"] == "closed"
    await assert_capacity_adds_up(house)
