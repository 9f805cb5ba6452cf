"""The line to the exchange: it is kept up, what happened while it was down is found out, and nobody is taken for gone by mistake."""

import asyncio

import pytest

from tests.voice.ari.conftest import Line
from tests.voice.ari.test_a_day import ANNA, parked, rung, talking
from unisono.contract.voice import (
    CALLER,
    Bridge,
    Cause,
    Connect,
    Done,
    Ended,
    Hangup,
    LegEnded,
    LegState,
    Offered,
    Park,
    Queued,
    Record,
    RecordingReady,
    RecordMode,
    Refused,
)
from unisono.egress.client import EgressFactory
from unisono.testing.asterisk.model import Phone
from unisono.testing.asterisk.server import ScriptedAsterisk
from unisono.testing.clock import MovableClock
from unisono.voice.ari import BadSettings
from unisono.voice.ari.settings import read_settings


async def back(line: Line) -> None:
    """Wait until the line stands again after a cut."""
    before = line.ear.reconnects
    await line.ear.until(lambda: line.ear.reconnects > before)


async def test_a_caller_of_the_cut_waits_in_the_dialplan_and_is_offered_afterwards(line: Line) -> None:
    line.exchange.cut()
    call = line.exchange.switch.call_in("+4930123456", "498001", "unisono")
    assert call.waiting
    await back(line)
    line.exchange.switch.try_again()
    await line.ear.until(lambda: line.ear.of(Offered, call_id=call.id))


async def test_a_caller_whose_arrival_was_lost_is_found_by_looking(line: Line) -> None:
    line.exchange.faults.cut_at = line.exchange.faults.events + 1
    call = line.exchange.switch.call_in("+4930123456", "498001", "unisono")
    await line.ear.until(lambda: line.ear.of(Offered, call_id=call.id))
    assert line.ear.of(Offered)[0].from_ == "+4930123456"
    assert len(line.ear.of(Offered)) == 1


async def test_who_hung_up_during_the_cut_is_over_and_leaves_nothing_at_the_exchange(line: Line) -> None:
    call = await talking(line)
    await line.do(Record, call, mode=RecordMode.ON, recording_id="r1")
    line.exchange.switch.talk(call, "good bye")
    line.exchange.cut()
    for channel in list(line.exchange.switch.channels):
        line.exchange.switch.hang_up(channel)
    await line.ear.until(lambda: line.ear.of(Ended) and line.ear.of(RecordingReady))
    assert {one.cause for one in line.ear.of(LegEnded)} == {Cause.LOST}
    assert set(line.exchange.switch.bridges) == {"unisono~waiting"}
    assert line.exchange.switch.recordings == {}, "a recording does not run on in an empty room"


async def test_an_agent_who_took_up_during_the_cut_is_cut_off_by_the_exchange_and_told_as_lost(line: Line) -> None:
    call = await parked(line)
    channel = await rung(line, call, "a1")
    line.exchange.cut()
    line.exchange.switch.pick_up(channel)
    assert channel not in line.exchange.switch.channels, "there was no application to send the leg to"
    await line.ear.until(lambda: line.ear.of(LegEnded, leg_id="a1"))
    seen = (await line.seen()).call(call)
    assert seen is not None
    assert ([leg.leg_id for leg in seen.legs], seen.parked) == ([CALLER], True)


async def test_a_leg_that_rings_through_the_cut_is_known_and_can_still_be_taken_up(line: Line) -> None:
    call = await parked(line)
    channel = await rung(line, call, "a1")
    line.exchange.cut()
    await back(line)
    seen = (await line.seen()).call(call)
    assert seen is not None
    assert seen.leg("a1") is not None
    assert seen.leg("a1").state is LegState.RINGING  # type: ignore[union-attr]
    line.exchange.switch.pick_up(channel)
    assert isinstance(await line.do(Bridge, call, legs=(CALLER, "a1")), Done | Refused)
    await line.ear.until(lambda: line.exchange.switch.channels[channel].stasis)
    assert not line.ear.of(LegEnded)


async def test_another_node_takes_over_where_the_first_stopped(
    line: Line, exchange: ScriptedAsterisk, factory: EgressFactory, clock: MovableClock
) -> None:
    call = await talking(line)
    await line.down()
    second = Line(exchange, factory, clock)
    before = await second.do(Hangup, call)
    assert isinstance(before, Refused), "who has not looked yet takes nobody for gone"
    assert before.again
    await second.up()
    seen = (await second.seen()).call(call)
    assert seen is not None
    assert (set(seen.bridge), seen.from_, seen.incoming) == ({CALLER, "a1"}, "+4930123456", True)
    assert isinstance(await second.do(Hangup, call), Done)
    await second.ear.until(lambda: second.ear.of(Ended))
    assert exchange.switch.channels == {}
    await second.down()


async def test_a_node_whose_application_is_taken_over_lets_go_and_does_not_fight(
    line: Line, exchange: ScriptedAsterisk, factory: EgressFactory, clock: MovableClock
) -> None:
    await line.down()
    slow = MovableClock(pace=10)
    first, second = Line(exchange, factory, slow), Line(exchange, factory, slow)
    await first.up()
    await second.up()
    await first.ear.until(lambda: first.driver.trouble == "replaced")
    assert second.driver.trouble == ""
    assert exchange.opened.count("unisono") == 3
    await first.down()
    await second.down()


async def test_a_wrong_password_is_said_and_tried_slowly(exchange: ScriptedAsterisk, factory: EgressFactory) -> None:
    line = Line(exchange, factory, MovableClock(pace=10), password="not-this-one")
    task = asyncio.create_task(line.driver.run(line.ear))
    await line.ear.until(lambda: line.driver.trouble == "wrong_user")
    assert exchange.opened == []
    assert len(exchange.asked) == 1
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    assert "not-this-one" not in str(line.log.lines)


async def test_the_driver_goes_to_the_exchange_and_nowhere_else(exchange: ScriptedAsterisk, factory: EgressFactory) -> None:
    line = Line(exchange, factory, MovableClock(), url="http://127.0.0.1:1/ari")
    task = asyncio.create_task(line.driver.run(line.ear))
    await line.ear.until(lambda: line.driver.trouble == "unreachable")
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


@pytest.mark.parametrize("fault", ["doubled", "shuffled"])
async def test_events_told_twice_or_in_another_order_change_nothing(line: Line, fault: str) -> None:
    setattr(line.exchange.faults, fault, 3)
    line.exchange.switch.phones["PJSIP/201"] = Phone.ANSWERS
    call = line.exchange.switch.call_in("+4930123456", "498001", "unisono")
    await line.ear.until(lambda: line.ear.of(Offered, call_id=call.id))
    await line.do(Park, call.id)
    await line.ear.until(lambda: line.ear.of(Queued))
    await line.do(Connect, call.id, leg_id="a1", endpoint=ANNA, timeout_s=20)
    result: object = None
    while not isinstance(result, Done):
        result = await line.do(Bridge, call.id, legs=(CALLER, "a1"))
        await asyncio.sleep(0)
    await line.ear.until(lambda: len(line.exchange.switch.bridges.get(f"unisono~{call.id}~talk~bridge", line).channels) == 2)  # type: ignore[union-attr]
    line.exchange.switch.hang_up(call.id)
    await line.do(Hangup, call.id)
    await line.ear.until(lambda: line.ear.of(Ended))
    assert len(line.ear.of(Offered)) == len(line.ear.of(Ended)) == 1
    assert sorted(one.leg_id for one in line.ear.of(LegEnded)) == ["a1", CALLER]
    assert line.exchange.switch.channels == {}


async def test_an_answer_that_is_lost_leads_to_no_second_leg(line: Line) -> None:
    call = await parked(line)
    line.exchange.faults.answers_lost = 1
    lost = await line.do(Connect, call, command_id="dial", leg_id="a1", endpoint=ANNA, timeout_s=20)
    assert isinstance(lost, Refused)
    assert lost.again
    assert isinstance(await line.do(Connect, call, command_id="dial", leg_id="a1", endpoint=ANNA, timeout_s=20), Done)
    assert [one.endpoint for one in line.exchange.switch.channels.values()].count("PJSIP/201") == 1


@pytest.mark.parametrize("status", [500, 503, 409])
async def test_what_the_exchange_cannot_do_now_is_asked_again(line: Line, status: int) -> None:
    call = await parked(line)
    line.exchange.faults.refuse = lambda method, path: status if path.endswith("~a1") and method == "POST" else None
    refused = await line.do(Connect, call, command_id="dial", leg_id="a1", endpoint=ANNA, timeout_s=20)
    if status == 409:
        assert isinstance(refused, Done), "a leg of that name is there already"
        return
    assert isinstance(refused, Refused)
    assert refused.again
    line.exchange.faults.refuse = None
    assert isinstance(await line.do(Connect, call, command_id="dial", leg_id="a1", endpoint=ANNA, timeout_s=20), Done)


async def test_other_channels_and_applications_of_the_exchange_are_left_alone(line: Line) -> None:
    switch = line.exchange.switch
    switch.arrive("billing")
    theirs = switch.call_in("+4940999", "700", "billing")
    call = await parked(line)
    assert [one.call_id for one in (await line.seen()).calls] == [call]
    assert isinstance(await line.do(Hangup, theirs.id), Done | Refused)
    assert theirs.id in switch.channels
    switch.leave("billing")


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("url", "pbx.example.org"), ("app", "a b"), ("phone", "PJSIP/201"), ("trunk", "PJSIP/carrier"), ("allowed", "+4x"),
        ("region", "Deutschland"), ("headers", "X-A)"), ("username", ""),
    ],
)  # fmt: skip
def test_a_setting_that_cannot_be_used_is_named(field: str, value: str) -> None:
    good = {"url": "https://pbx.example.org:8089", "username": "u", "password": "p"}
    with pytest.raises(BadSettings) as error:
        read_settings(good | {field: value})
    assert error.value.field == field
