"""Calls from the trunk, through Kamailio, to the endpoint and to the agents' phones: each message and each sound is real."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from tests.voice.sip.conftest import NUMBER, Town
from unisono.contract.voice import (
    CALLER,
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
    Park,
    Queued,
    Refused,
    Resume,
    Resumed,
    Ringing,
)
from unisono.testing.telephony.sipp import Caller, Phone

pytestmark = [pytest.mark.voice, pytest.mark.peer, pytest.mark.asyncio(loop_scope="module")]

#: The first note of the built-in hold music, Hz.
MUSIC = 440.0


def agent(extension: str) -> Endpoint:
    return Endpoint(kind=EndpointKind.AGENT, address=extension)


async def test_a_caller_waits_with_music_and_is_joined_with_an_agent(town: Town) -> None:
    caller, anna = await town.ear(620), await town.ear(1500)
    calling = Caller(NUMBER, caller.port).invites().is_answered().is_hung_up()
    async with town.calls(calling) as their, town.phone("anna", Phone(anna.port).rings().answers().is_hung_up()) as hers:
        offered = await town.house.arrives()
        call = offered.call_id
        assert (offered.from_, offered.from_kind, offered.to, offered.display_name) == ("+4930123456", "number", NUMBER, "Maria")

        assert isinstance(await town.do(Park, call), Done)
        await town.house.next(Queued, call_id=call)
        await caller.hears(MUSIC)

        assert isinstance(await town.do(Connect, call, leg_id="anna", endpoint=agent("anna"), timeout_s=10), Done)
        assert (await town.house.next(Ringing, call_id=call)).leg_id == "anna"
        await town.house.next(Answered, call_id=call, leg_id="anna")
        await town.do(Bridge, call, legs=(CALLER, "anna"))
        assert (await town.house.next(Bridged, call_id=call)).legs == (CALLER, "anna")
        await caller.hears(1500, share=0.9)
        await anna.hears(620, share=0.9)

        seen = (await town.driver.snapshot()).call(call)
        assert seen is not None
        assert seen.bridge == (CALLER, "anna")
        assert {leg.leg_id: leg.state for leg in seen.legs} == {CALLER: LegState.UP, "anna": LegState.UP}

        await town.do(Hangup, call)
        await their.ends_well()
        await hers.ends_well()
    ended = await town.house.next(Ended, call_id=call)
    assert (ended.cause, ended.by) == (Cause.NORMAL, By.HOUSE)
    assert not (await town.driver.snapshot()).calls


async def test_a_caller_who_hangs_up_while_the_agent_s_phone_rings(town: Town) -> None:
    caller, anna = await town.ear(), await town.ear()
    calling = Caller(NUMBER, caller.port).invites().is_answered().waits_for_word().hangs_up()
    async with town.calls(calling) as their, town.phone("anna", Phone(anna.port).rings().is_cancelled()) as hers:
        call = (await town.house.arrives()).call_id
        await town.do(Park, call)
        await town.do(Connect, call, leg_id="anna", endpoint=agent("anna"), timeout_s=10)
        await town.house.next(Ringing, call_id=call, leg_id="anna")
        await their.word()
        await their.ends_well()
        left = await town.house.next(LegEnded, call_id=call, leg_id=CALLER)
        assert (left.cause, left.by) == (Cause.NORMAL, By.CALLER)
        await town.do(Hangup, call, leg_id="anna")
        await hers.ends_well()
    assert (await town.house.next(LegEnded, call_id=call, leg_id="anna")).cause is Cause.CANCELLED
    await town.house.next(Ended, call_id=call)


async def test_holding_is_told_by_both_sides_and_heard_as_music(town: Town) -> None:
    caller, anna = await town.ear(620), await town.ear(1500)
    calling = Caller(NUMBER, caller.port).invites().is_answered().is_hung_up()
    hers = Phone(anna.port).rings().answers().waits_for_word().holds().waits_for_word().holds(held=False).is_hung_up()
    async with town.calls(calling) as their, town.phone("anna", hers) as phone:
        call = (await town.house.arrives()).call_id
        await joined(town, call)

        await town.do(Hold, call)
        assert (await town.house.next(Held, call_id=call, leg_id=CALLER)).by is By.HOUSE
        await caller.hears(MUSIC)
        await town.do(Resume, call)
        await town.house.next(Resumed, call_id=call, leg_id=CALLER)
        await caller.hears(1500, share=0.9)

        await phone.word()
        held = await town.house.next(Held, call_id=call, leg_id="anna")
        assert held.by is By.OTHER
        await phone.word()
        await town.house.next(Resumed, call_id=call, leg_id="anna")
        await town.do(Hangup, call)
        await their.ends_well()
        await phone.ends_well()


async def test_a_held_phone_of_ours_is_told_by_re_invite(town: Town) -> None:
    caller, anna = await town.ear(620), await town.ear(1500)
    calling = Caller(NUMBER, caller.port).invites().is_answered().is_hung_up()
    async with town.calls(calling) as their, town.phone("anna", Phone(anna.port).rings().answers().is_hung_up()) as hers:
        call = (await town.house.arrives()).call_id
        await joined(town, call)
        await town.do(Hold, call, leg_id="anna")
        seen = (await town.driver.snapshot()).call(call)
        assert seen is not None
        assert seen.leg("anna").state is LegState.HELD  # type: ignore[union-attr]
        await town.do(Resume, call, leg_id="anna")
        await caller.hears(1500, share=0.9)
        await town.do(Hangup, call)
        await their.ends_well()
        await hers.ends_well()


async def test_keys_are_told_whether_they_come_as_telephone_events_or_by_info(town: Town) -> None:
    caller = await town.ear()
    script = Caller(NUMBER, caller.port).invites().is_answered().waits(0.2).tells_key("5").is_hung_up()
    async with town.calls(script) as their:
        call = (await town.house.arrives()).call_id
        await town.do(Park, call)
        await town.house.next(Digit, call_id=call, digit="5")
        for key in "7#":
            await caller.press(key)
            await town.house.next(Digit, call_id=call, digit=key)
        assert [event.digit for event in town.house.all(Digit, call_id=call)] == ["5", "7", "#"]
        await town.do(Hangup, call)
        await their.ends_well()


async def test_a_caller_who_gives_up_before_the_answer(town: Town) -> None:
    caller = await town.ear()
    async with town.calls(Caller(NUMBER, caller.port).invites().rings().cancels()) as their:
        call = (await town.house.arrives()).call_id
        await their.ends_well()
    ended = await town.house.next(Ended, call_id=call)
    assert (ended.cause, ended.by) == (Cause.CANCELLED, By.CALLER)
    late = await town.do(Park, call)
    assert isinstance(late, Refused)
    assert late.gone


async def test_ringing_that_is_told_after_the_answer_changes_nothing(town: Town) -> None:
    """Proxies that work with several processes may let a 180 overtake the 200."""
    caller, bert = await town.ear(), await town.ear(1500)
    async with town.calls(Caller(NUMBER, caller.port).invites().is_answered().is_hung_up()) as their:
        call = (await town.house.arrives()).call_id
        await town.do(Park, call)
        with late_ringing(town.direct_port, bert.port):
            there = Endpoint(kind=EndpointKind.SIP, address=f"sip:bert@127.0.0.1:{town.direct_port}")
            await town.do(Connect, call, leg_id="bert", endpoint=there, timeout_s=10, requested_by="anna")
            await town.house.next(Answered, call_id=call, leg_id="bert")
            await town.do(Bridge, call, legs=(CALLER, "bert"))
            await caller.hears(1500, share=0.9)
        told = [type(e).__name__ for e in town.house.events if e.call_id == call and getattr(e, "leg_id", "") == "bert"]
        assert told == ["Answered"]
        await town.do(Hangup, call)
        await their.ends_well()


@pytest.mark.parametrize(
    ("line", "cause"),
    [
        ("486 Busy Here", Cause.BUSY),
        ("603 Decline", Cause.REFUSED),
        ("480 Temporarily Unavailable", Cause.UNREACHABLE),
        ("302 Moved Temporarily", Cause.FAILED),
    ],
)
async def test_a_phone_that_does_not_take_the_call_says_why(town: Town, line: str, cause: Cause) -> None:
    caller, anna = await town.ear(), await town.ear()
    async with (
        town.calls(Caller(NUMBER, caller.port).invites().is_answered().is_hung_up()) as their,
        town.phone("anna", Phone(anna.port).rings().refuses(line)),
    ):
        call = (await town.house.arrives()).call_id
        await town.do(Park, call)
        await town.do(Connect, call, leg_id="anna", endpoint=agent("anna"), timeout_s=10)
        assert (await town.house.next(LegEnded, call_id=call, leg_id="anna")).cause is cause
        await caller.hears(MUSIC)
        await town.do(Hangup, call)
        await their.ends_well()


async def test_a_phone_that_nobody_takes_up_rings_out(town: Town) -> None:
    caller, anna = await town.ear(), await town.ear()
    async with (
        town.calls(Caller(NUMBER, caller.port).invites().is_answered().is_hung_up()) as their,
        town.phone("anna", Phone(anna.port).rings().is_cancelled()) as hers,
    ):
        call = (await town.house.arrives()).call_id
        await town.do(Park, call)
        await town.do(Connect, call, leg_id="anna", endpoint=agent("anna"), timeout_s=0.5)
        assert (await town.house.next(LegEnded, call_id=call, leg_id="anna")).cause is Cause.NO_ANSWER
        await hers.ends_well()
        await town.do(Hangup, call)
        await their.ends_well()


async def joined(town: Town, call: str) -> None:
    """Park the caller, ring anna, and let the two hear each other."""
    await town.do(Park, call)
    await town.do(Connect, call, leg_id="anna", endpoint=agent("anna"), timeout_s=10)
    await town.house.next(Answered, call_id=call, leg_id="anna")
    await town.do(Bridge, call, legs=(CALLER, "anna"))


@contextmanager
def late_ringing(port: int, sound: int) -> Iterator[None]:
    """A phone that answers an INVITE with 200 first and 180 then."""

    def take() -> None:
        message, sender = sock.recvfrom(65_535)
        while not message.startswith(b"INVITE "):
            # Another call's goodbye may come here yet.
            message, sender = sock.recvfrom(65_535)
        lines = message.decode().split("\r\n\r\n")[0].split("\r\n")
        kept = [line for line in lines if line.partition(":")[0] in {"Via", "From", "Call-ID", "CSeq", "Record-Route"}]
        to = next(line for line in lines if line.startswith("To:"))
        body = f"v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio {sound} RTP/AVP 8\r\n"
        for status, content in (("200 OK", body), ("180 Ringing", "")):
            head = [f"SIP/2.0 {status}", *kept, f"{to};tag=late", f"Contact: <sip:bert@127.0.0.1:{port}>"]
            head += ["Content-Type: application/sdp"] if content else []
            answer = "\r\n".join([*head, f"Content-Length: {len(content)}", "", content])
            sock.sendto(answer.encode(), sender)

    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.bind(("127.0.0.1", port))
        sock.settimeout(10)
        thread = threading.Thread(target=take)
        thread.start()
        yield
        thread.join()
