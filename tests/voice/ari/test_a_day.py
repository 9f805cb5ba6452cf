"""A call as on an ordinary day, over real sockets: each command's effect is looked at in the exchange."""

import asyncio
import hashlib

import pytest

from tests.voice.ari.conftest import Line
from unisono.contract.voice import (
    CALLER,
    Announcement,
    Answered,
    Bridge,
    Bridged,
    By,
    Cause,
    Connect,
    Digit,
    Done,
    Ended,
    Endpoint,
    EndpointKind,
    Hangup,
    Held,
    Hold,
    LegEnded,
    LegState,
    Offered,
    Originate,
    Park,
    Play,
    Played,
    Prompt,
    Purpose,
    Queued,
    Record,
    RecordingKind,
    RecordingReady,
    RecordMode,
    Refused,
    Resume,
    Ringing,
    SendDtmf,
    TakeMessage,
    Transfer,
    TransferKind,
    Transferred,
    Verstat,
)
from unisono.testing.asterisk.model import Phone

ANNA = Endpoint(kind=EndpointKind.AGENT, address="201", user_id="anna")
BEN = Endpoint(kind=EndpointKind.AGENT, address="202", user_id="ben")


async def parked(line: Line, number: str = "+4930123456") -> str:
    """Somebody calls and waits."""
    call = line.exchange.switch.call_in(number, "498001", "unisono", name="Erika M.")
    await line.ear.until(lambda: line.ear.of(Offered, call_id=call.id))
    assert isinstance(await line.do(Park, call.id), Done)
    await line.ear.until(lambda: line.ear.of(Queued, call_id=call.id))
    return call.id


async def rung(line: Line, call: str, leg: str, who: Endpoint = ANNA, **more: object) -> str:
    """Ring somebody; returns the channel."""
    assert isinstance(await line.do(Connect, call, leg_id=leg, endpoint=who, timeout_s=20, **more), Done)
    await line.ear.until(lambda: line.ear.of(Ringing, leg_id=leg))
    return f"unisono~{call}~{leg}"


async def talking(line: Line, leg: str = "a1") -> str:
    """A caller and an agent speak."""
    call = await parked(line)
    line.exchange.switch.pick_up(await rung(line, call, leg))
    await line.ear.until(lambda: line.ear.of(Answered, leg_id=leg))
    assert isinstance(await line.do(Bridge, call, legs=(CALLER, leg)), Done)
    await line.ear.until(lambda: line.ear.of(Bridged, call_id=call))
    return call


def where(line: Line, channel: str) -> str:
    """Return the bridge that a channel is in."""
    return line.exchange.switch.channels[channel].bridge


async def test_a_caller_waits_with_music_and_speaks_with_the_agent_who_was_rung(line: Line) -> None:
    call = await parked(line)
    offered = line.ear.of(Offered)[0]
    assert (offered.from_, offered.to, offered.display_name, offered.trunk) == (
        "+4930123456",
        "498001",
        "Erika M.",
        "PJSIP/trunk",
    )
    switch = line.exchange.switch
    assert switch.bridges[where(line, call)].kind == "holding"
    assert switch.bridges[where(line, call)].moh == "default"
    channel = await rung(line, call, "a1", shows={"number": "+4930123456", "name": "Erika M."})
    assert switch.channels[channel].endpoint == "PJSIP/201"
    assert switch.channels[channel].connected == "+4930123456"
    assert where(line, call) == "unisono~waiting", "nobody is connected before the agent has taken it up"
    switch.pick_up(channel)
    await line.ear.until(lambda: line.ear.of(Answered, leg_id="a1"))
    await line.do(Bridge, call, legs=(CALLER, "a1"))
    await line.ear.until(lambda: line.ear.of(Bridged))
    assert set(switch.bridges[where(line, call)].channels) == {call, channel}
    assert switch.bridges[where(line, call)].kind == "mixing"
    switch.hang_up(call)
    await line.ear.until(lambda: line.ear.of(LegEnded, leg_id=CALLER))
    assert line.ear.of(LegEnded)[0].by is By.CALLER
    assert not line.ear.of(Ended), "the agent's leg is still there"
    await line.do(Hangup, call)
    await line.ear.until(lambda: line.ear.of(Ended))
    assert switch.channels == {}
    await line.ear.until(lambda: set(switch.bridges) == {"unisono~waiting"})


async def test_held_the_caller_hears_music_and_comes_back_to_the_same_talk(line: Line) -> None:
    call = await talking(line)
    await line.do(Hold, call)
    await line.ear.until(lambda: line.ear.of(Held, leg_id=CALLER))
    assert line.exchange.switch.bridges[where(line, call)].kind == "holding"
    seen = (await line.seen()).call(call)
    assert seen is not None
    assert seen.leg().state is LegState.HELD
    assert (set(seen.bridge), seen.parked) == ({CALLER, "a1"}, False), "held, and still of this talk"
    await line.do(Resume, call)
    await line.ear.until(lambda: where(line, call) == f"unisono~{call}~talk~bridge")
    assert {one.legs for one in line.ear.of(Bridged)} == {("a1", CALLER)}, "nobody was ever told to be alone"


async def test_a_consultation_is_in_no_recording_and_the_attended_transfer_leaves_two(line: Line) -> None:
    call = await talking(line)
    switch = line.exchange.switch
    assert switch.recordings == {}, "nothing is recorded before it is asked"
    await line.do(Record, call, mode=RecordMode.ON, recording_id="r1")
    switch.talk(call, "my order is late")
    await line.do(Record, call, mode=RecordMode.PAUSE, recording_id="r1")
    switch.talk(call, "4111 1111 1111 1111")
    await line.do(Record, call, mode=RecordMode.ON, recording_id="r1")
    await line.do(Hold, call)
    switch.pick_up(await rung(line, call, "b1", BEN, purpose=Purpose.CONSULT))
    await line.ear.until(lambda: line.ear.of(Answered, leg_id="b1"))
    await line.do(Bridge, call, legs=("a1", "b1"))
    await line.ear.until(lambda: line.ear.of(Bridged, legs=("a1", "b1")))
    switch.talk(f"unisono~{call}~a1", "he is furious")
    assert where(line, call) == "unisono~held", "the caller hears music meanwhile"
    await line.do(Resume, call)
    await line.do(Bridge, call, legs=(CALLER, "b1"))
    await line.do(Hangup, call, leg_id="a1")
    await line.ear.until(lambda: line.ear.of(LegEnded, leg_id="a1"))
    await line.ear.until(lambda: line.ear.of(Bridged, legs=("b1", CALLER)))
    switch.talk(f"unisono~{call}~b1", "I have it here")
    await line.do(Hangup, call)
    await line.ear.until(lambda: line.ear.of(RecordingReady) and line.ear.of(Ended))
    ready = line.ear.of(RecordingReady)[0]
    sound = b"".join([part async for part in line.driver.recording(ready.uri)])
    assert hashlib.sha256(sound).hexdigest() == ready.sha256
    assert (len(sound), ready.kind) == (ready.size_bytes, RecordingKind.CALL)
    assert sound.endswith(b"my order is late\nI have it here"), "neither the card number nor the consultation"
    await line.driver.forget_recording(ready.uri)
    assert switch.stored == {}


async def test_three_speak_and_who_is_let_go_hears_nothing_more(line: Line) -> None:
    call = await talking(line)
    switch = line.exchange.switch
    switch.pick_up(await rung(line, call, "b1", BEN, purpose=Purpose.CONSULT))
    await line.ear.until(lambda: line.ear.of(Answered, leg_id="b1"))
    await line.do(Bridge, call, legs=(CALLER, "a1", "b1"))
    await line.ear.until(lambda: line.ear.of(Bridged, legs=("a1", "b1", CALLER)))
    await line.do(Bridge, call, legs=(CALLER, "b1"))
    assert where(line, f"unisono~{call}~a1") == ""
    await line.ear.until(lambda: line.ear.of(Bridged, legs=("b1", CALLER)))


async def test_a_listener_hears_and_is_not_heard(line: Line) -> None:
    call = await talking(line)
    channel = await rung(line, call, "l1", BEN, purpose=Purpose.LISTENER)
    line.exchange.switch.pick_up(channel)
    await line.ear.until(lambda: line.ear.of(Answered, leg_id="l1"))
    await line.do(Bridge, call, legs=(CALLER, "a1"), listeners=("l1",))
    await line.ear.until(lambda: line.ear.of(Bridged, listeners=("l1",)))
    assert line.exchange.switch.channels[channel].muted == {"in"}
    assert (await line.seen()).calls[0].listeners == ("l1",)


async def test_a_blind_transfer_goes_to_the_dialplan_and_only_where_it_may(line: Line) -> None:
    call = await talking(line)
    refused = await line.do(
        Transfer, call, kind=TransferKind.BLIND, requested_by="anna", to=Endpoint(kind=EndpointKind.NUMBER, address="+8821612345")
    )
    assert isinstance(refused, Refused)
    assert refused.code == "forbidden"
    assert line.exchange.switch.transferred == []
    hostile = Endpoint(kind=EndpointKind.AGENT, address="201,1&PJSIP/00882161234@carrier")
    assert isinstance(await line.do(Transfer, call, kind=TransferKind.BLIND, requested_by="anna", to=hostile), Refused)
    number = Endpoint(kind=EndpointKind.NUMBER, address="+431234567")
    assert isinstance(await line.do(Transfer, call, kind=TransferKind.BLIND, requested_by="anna", to=number), Done)
    await line.ear.until(lambda: line.ear.of(Transferred) and line.ear.of(LegEnded, leg_id=CALLER))
    assert line.exchange.switch.transferred == [(call, "from-unisono", "+431234567")]
    assert line.ear.of(LegEnded, leg_id=CALLER)[0].cause is Cause.TRANSFERRED


async def test_a_caller_who_comes_back_from_where_he_was_passed_on_is_a_new_call(line: Line) -> None:
    call = await talking(line)
    await line.do(Transfer, call, kind=TransferKind.BLIND, requested_by="anna", to=BEN)
    await line.do(Hangup, call)
    await line.ear.until(lambda: line.ear.of(Ended))
    switch = line.exchange.switch
    switch.pass_time(20)
    switch._enter(switch.channels[call], "unisono", ())
    await line.ear.until(lambda: len(line.ear.of(Offered)) == 2)
    again = line.ear.of(Offered)[1].call_id
    assert again != call
    assert isinstance(await line.do(Park, again), Done)
    await line.ear.until(lambda: line.ear.of(Queued, call_id=again))


@pytest.mark.parametrize(
    ("phone", "cause"),
    [(Phone.BUSY, Cause.BUSY), (Phone.REJECTS, Cause.REFUSED), (Phone.ABSENT, Cause.UNREACHABLE), (Phone.RINGS, Cause.NO_ANSWER)],
)
async def test_an_agent_who_does_not_take_it_up_is_told_with_the_reason(line: Line, phone: Phone, cause: Cause) -> None:
    call = await parked(line)
    line.exchange.switch.phones["PJSIP/201"] = phone
    await line.do(Connect, call, leg_id="a1", endpoint=ANNA, timeout_s=20)
    if phone is Phone.RINGS:
        await line.ear.until(lambda: line.ear.of(Ringing))
        line.exchange.switch.pass_time(19)
        assert not line.ear.of(LegEnded)
        line.exchange.switch.pass_time(1)
    await line.ear.until(lambda: line.ear.of(LegEnded, leg_id="a1"))
    assert line.ear.of(LegEnded)[0].cause is cause
    assert where(line, call) == "unisono~waiting"


async def test_a_leg_that_rings_is_cancelled_and_the_caller_waits_on(line: Line) -> None:
    call = await parked(line)
    await rung(line, call, "a1")
    await line.do(Hangup, call, leg_id="a1", cause=Cause.CANCELLED)
    await line.ear.until(lambda: line.ear.of(LegEnded, leg_id="a1"))
    assert (line.ear.of(LegEnded)[0].cause, line.ear.of(LegEnded)[0].by) == (Cause.CANCELLED, By.HOUSE)
    assert list(line.exchange.switch.channels) == [call]
    assert isinstance(await line.do(Hangup, call, leg_id="a1"), Done), "what is hung up is hung up"


async def test_a_command_given_twice_is_done_once_and_a_leg_is_never_dialled_twice(line: Line) -> None:
    call = await parked(line)
    dial = {"leg_id": "a1", "endpoint": ANNA, "timeout_s": 20}
    first, second = await asyncio.gather(
        line.do(Connect, call, command_id="once", **dial), line.do(Connect, call, command_id="once", **dial)
    )
    assert first == second == Done(command_id="once")
    await line.do(Connect, call, command_id="twice", **dial)
    assert len([one for one in line.exchange.asked if one[0] == "POST" and one[1].endswith("~a1")]) == 1


async def test_nothing_is_dialled_that_an_administrator_has_not_allowed(line: Line) -> None:
    call = await parked(line)
    for endpoint, code in [
        (Endpoint(kind=EndpointKind.NUMBER, address="+8821612345"), "forbidden"),
        (Endpoint(kind=EndpointKind.NUMBER, address="112"), "unreachable"),
        (Endpoint(kind=EndpointKind.AGENT, address="201@evil.example"), "unreachable"),
        (Endpoint(kind=EndpointKind.AGENT, address="201&PJSIP/+882@carrier"), "unreachable"),
        (Endpoint(kind=EndpointKind.SIP, address="sip:x@evil.example"), "forbidden"),
    ]:
        result = await line.do(Connect, call, leg_id="x", endpoint=endpoint, timeout_s=20)
        assert isinstance(result, Refused)
        assert result.code == code
    assert list(line.exchange.switch.channels) == [call]


async def test_a_call_of_our_own_rings_the_agent_first_and_then_the_customer(line: Line) -> None:
    switch = line.exchange.switch
    await line.do(Originate, "out-1", leg_id="a1", endpoint=ANNA, timeout_s=20, requested_by="anna")
    await line.ear.until(lambda: line.ear.of(Ringing, leg_id="a1"))
    switch.pick_up("unisono~out-1~a1")
    await line.ear.until(lambda: line.ear.of(Answered, leg_id="a1"))
    number = Endpoint(kind=EndpointKind.NUMBER, address="+4930987654")
    await line.do(Connect, "out-1", leg_id=CALLER, endpoint=number, timeout_s=30, purpose=Purpose.CUSTOMER, caller_id="+498001")
    await line.ear.until(lambda: line.ear.of(Ringing, leg_id=CALLER))
    assert switch.channels["unisono~out-1~caller"].endpoint == "PJSIP/+4930987654@carrier"
    assert switch.channels["unisono~out-1~caller"].connected == "+498001"
    switch.pick_up("unisono~out-1~caller")
    await line.ear.until(lambda: line.ear.of(Answered, leg_id=CALLER))
    await line.do(Bridge, "out-1", legs=(CALLER, "a1"))
    await line.ear.until(lambda: line.ear.of(Bridged))
    seen = (await line.seen()).calls[0]
    assert (seen.call_id, seen.incoming, set(seen.bridge)) == ("out-1", False, {CALLER, "a1"})


async def test_keys_are_heard_and_sent_and_end_a_prompt(line: Line) -> None:
    call = await parked(line)
    switch = line.exchange.switch
    menu = Prompt(prompt_id="menu", says=(Announcement(key="menu", text="Press 1", file="menu.wav"),), digits="12")
    await line.do(Play, call, prompt=menu)
    assert [one.media for one in switch.playbacks.values()] == ["sound:unisono/menu"]
    switch.press(call, "31")
    await line.ear.until(lambda: line.ear.of(Played))
    assert line.ear.of(Played)[0].interrupted
    assert [one.digit for one in line.ear.of(Digit)] == ["3", "1"]
    assert switch.playbacks == {}
    await line.do(SendDtmf, call, digits="42#")
    assert switch.channels[call].told[-1] == "dtmf 42#"
    assert isinstance(await line.do(SendDtmf, call, digits="4;2"), Refused)


async def test_a_caller_is_told_the_place_in_the_line_in_the_exchanges_own_voice(line: Line) -> None:
    call = await parked(line)
    says = (Announcement(key="position", text="You are number 3", language="de", position=3, wait_s=240),)
    await line.do(Park, call, says=says, every_s=3600)
    await line.ear.until(lambda: line.exchange.switch.playbacks)
    played = next(one for one in line.exchange.asked if "/play/" in one[1])[2]
    assert played["media"] == [
        "sound:queue-thereare,number:3,sound:queue-callswaiting,sound:queue-holdtime,number:4,sound:queue-minutes"
    ]
    assert played["lang"] == ["de"]


async def test_a_message_after_the_tone_is_kept_and_ends_with_a_key(line: Line) -> None:
    call = await parked(line)
    switch = line.exchange.switch
    before = Prompt(prompt_id="closed", says=(Announcement(key="closed", text="We are closed", file="closed"),))
    await line.do(TakeMessage, call, recording_id="v1", max_s=120, before=before)
    switch.talk(call, "spoken over the greeting")
    switch.pass_time(4)
    switch.talk(call, "please call me back")
    switch.press(call, "#")
    await line.ear.until(lambda: line.ear.of(RecordingReady))
    ready = line.ear.of(RecordingReady)[0]
    assert (ready.recording_id, ready.kind) == ("v1", RecordingKind.VOICEMAIL)
    assert b"".join([part async for part in line.driver.recording(ready.uri)]).endswith(b"please call me back")


async def test_a_withheld_number_is_withheld_and_headers_are_a_strangers_word(line: Line) -> None:
    hidden = line.exchange.switch.call_in(
        "anonymous", "201", "unisono", "+498001", name="A\r\nB" + "x" * 500,
        variables={"PJSIP_HEADER(read,X-Customer-Number)": "K" * 900, "PJSIP_HEADER(read,X-Secret)": "no"},
    )  # fmt: skip
    await line.ear.until(lambda: line.ear.of(Offered))
    offered = line.ear.of(Offered)[0]
    assert (offered.call_id, offered.from_, offered.to, offered.verstat) == (hidden.id, "", "+498001", Verstat.WITHHELD)
    assert offered.headers == {"x-customer-number": "K" * 500}
    assert offered.display_name.startswith("A B")
    assert len(offered.display_name) <= 200
