"""Strangers at the line: whatever they send, nobody is dialled, nothing falls, and a scan finds nothing."""

import asyncio
import socket
from typing import Any
from uuid import uuid4

import pytest

from tests.peers import require_binary
from tests.voice.sip.conftest import NUMBER, Town, nobody_is_dialled
from tests.voice.sip.test_calls import joined
from unisono.contract.voice import (
    CALLER,
    Answered,
    Bridge,
    Connect,
    Digit,
    Ended,
    Endpoint,
    EndpointKind,
    Hangup,
    LegEnded,
    LegState,
    Offered,
    Park,
    Refused,
    TransferAsked,
    TransferKind,
)
from unisono.testing.telephony.kamailio import ask
from unisono.testing.telephony.sipp import Caller, Phone

pytestmark = [pytest.mark.voice, pytest.mark.peer, pytest.mark.asyncio(loop_scope="module")]

STRANGER = "127.0.0.2"
OUTSIDE = "+491701234567"
SDP = "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio 9 RTP/AVP 8\r\n"
SDP_TYPE = "Content-Type: application/sdp\r\n"


def only_callers(town: Town) -> bool:
    """Whether no call has a leg that somebody was dialled for."""
    return not [e for e in town.house.events if getattr(e, "leg_id", CALLER) != CALLER]


TRICKS: dict[str, list[str]] = {
    "forwarded": [
        f"Diversion: <sip:{OUTSIDE}@127.0.0.1>;reason=unconditional",
        f"History-Info: <sip:{OUTSIDE}@127.0.0.1>;index=1",
    ],
    "routed": ["Route: <sip:127.0.0.1:PROVIDER;lr>"],
    "replacing a call that is none": ["Replaces: 12345@127.0.0.1;to-tag=1;from-tag=2", "Require: replaces"],
    "told to answer by itself": [
        "Answer-Mode: Auto",
        "Call-Info: <sip:127.0.0.1>;answer-after=0",
        "Alert-Info: <http://x>;info=alert-autoanswer",
    ],
    "referred": [f"Refer-To: <sip:{OUTSIDE}@127.0.0.1>", f"Referred-By: <sip:{OUTSIDE}@127.0.0.1>"],
    "as one of us": ["P-Asserted-Identity: <sip:anna@127.0.0.1>", "Remote-Party-ID: <sip:anna@127.0.0.1>;party=calling"],
}


@pytest.mark.parametrize("trick", TRICKS)
async def test_an_invite_with_a_trick_is_at_most_a_call_that_rings(town: Town, trick: str) -> None:
    caller = await town.ear()
    headers = [line.replace("PROVIDER", str(town.provider_port)) for line in TRICKS[trick]]
    script = Caller(OUTSIDE, caller.port, headers=headers).invites()
    replacing = trick.startswith("replacing")
    script = script.is_refused(481) if replacing else script.rings().cancels()
    with nobody_is_dialled(town):
        # Straight at the endpoint, as from a trunk that passes everything on.
        async with town.calls(script, direct=True) as their:
            if not replacing:
                call = (await town.house.arrives()).call_id
                await town.house.next(Ended, call_id=call)
            await their.ends_well()
    assert only_callers(town)
    assert not town.house.all(Answered)


@pytest.mark.parametrize(
    "from_",
    [
        "<sip:anna@127.0.0.1>",
        '"\x1b[31mred" <sip:%00%0d%0a@127.0.0.1>',
        "<tel:+4930123456>",
        '"Bell \u202eleB" <sip:+4930123456@127.0.0.1;user=phone>',
        '"' + "long" * 400 + '" <sip:' + "u" * 900 + "@127.0.0.1>",
        '"<script>alert(1)</script>" <sip:x@127.0.0.1>',
    ],
)
async def test_what_a_stranger_calls_themself_is_only_words(town: Town, from_: str) -> None:
    port = int(town.listen.rpartition(":")[2])
    message = request("INVITE", SDP_TYPE, SDP).decode().replace("<sip:eve@127.0.0.1>", from_).encode()
    await asyncio.to_thread(ask, port, message, 3.0)
    offered = await town.house.arrives()
    assert all(ord(c) >= 32 and c not in "\u202e\x7f" for c in offered.from_ + offered.display_name)
    assert len(offered.from_) <= 200
    assert len(offered.display_name) <= 200
    await town.do(Hangup, offered.call_id)
    await town.house.next(Ended, call_id=offered.call_id)


async def test_a_call_to_the_name_that_the_house_dials_with_is_refused(town: Town) -> None:
    caller = await town.ear()
    before = len(town.house.all(Offered))
    async with town.calls(Caller("unisono-desk", caller.port).invites().is_refused(486), direct=True) as their:
        await their.ends_well()
    assert len(town.house.all(Offered)) == before


async def test_an_outside_number_is_not_found_at_the_edge(town: Town) -> None:
    caller = await town.ear()
    with nobody_is_dialled(town):
        async with town.calls(Caller(OUTSIDE, caller.port).invites().is_refused(404)) as their:
            await their.ends_well()


@pytest.mark.parametrize(
    "target", [f"<sip:{OUTSIDE}@127.0.0.1>", "<sip:anna@127.0.0.1>", f"<sip:{OUTSIDE}@PROVIDER?Replaces=1%3Bto-tag%3D2>"]
)
async def test_a_caller_s_own_transfer_is_refused(town: Town, target: str) -> None:
    caller = await town.ear()
    turned = town.driver.turned.get("refer", 0)
    script = Caller(NUMBER, caller.port).invites().is_answered()
    script = script.refers(target.replace("PROVIDER", f"127.0.0.1:{town.provider_port}"), outcome="603").hangs_up()
    with nobody_is_dialled(town):
        async with town.calls(script) as their:
            call = (await town.house.arrives()).call_id
            await town.do(Park, call)
            await town.house.none_before(TransferAsked, their.ends_well(), call_id=call)
            await town.house.next(Ended, call_id=call)
    assert town.driver.turned["refer"] == turned + 1
    assert only_callers(town)


async def test_keys_dial_nobody(town: Town) -> None:
    """As on old exchanges, where who knew the code had a line to the outside."""
    caller = await town.ear()
    code = "0" + OUTSIDE[3:8] + "#"
    with nobody_is_dialled(town):
        async with town.calls(Caller(NUMBER, caller.port).invites().is_answered().is_hung_up()) as their:
            call = (await town.house.arrives()).call_id
            await town.do(Park, call)
            await town.house.next(Answered, call_id=call)
            await caller.hears(440)
            for number, key in enumerate(code, 1):
                await caller.press(key)
                await town.house.digits(call, number)
            assert [event.digit for event in town.house.all(Digit, call_id=call)] == list(code)
            seen = (await town.driver.snapshot()).call(call)
            assert seen is not None
            assert [leg.leg_id for leg in seen.legs] == [CALLER]
            await town.do(Hangup, call)
            await their.ends_well()
            await town.house.next(Ended, call_id=call)


@pytest.mark.parametrize("extra", ["", "Refer-Sub: false\r\n", "Supported: norefersub\r\nRefer-Sub: false\r\n"])
async def test_a_transfer_out_of_the_blue_is_refused(town: Town, extra: str) -> None:
    with nobody_is_dialled(town):
        port = int(town.listen.rpartition(":")[2])
        answer = await asyncio.to_thread(ask, port, request("REFER", f"Refer-To: <sip:{OUTSIDE}@127.0.0.1>\r\n{extra}"), 3.0)
        assert int(answer.split(" ")[1]) >= 400
    assert only_callers(town)


MALFORMED: list[bytes] = [
    b"\x00" * 40,
    b"INVITE",
    b"INVITE sip:x SIP/2.0\r\n\r\n",
    b"\r\n\r\n\r\n",
    b"SIP/2.0 200 OK\r\nVia: SIP/2.0/UDP 127.0.0.1;branch=z9hG4bKx\r\nCSeq: 1 INVITE\r\nCall-ID: x\r\n\r\n",
    b"INVITE sip:" + b"A" * 5000 + b" SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.1\r\n\r\n",
    b"INVITE sip:%s%s%n%n SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.1:1;branch=z9hG4bK%n\r\nFrom: <sip:%n>;tag=1\r\nTo: <sip:x>\r\nCall-ID: %n\r\nCSeq: 1 INVITE\r\n\r\n",
]


def request(
    method: str, headers: str = "", body: str = "", *, cseq: str = "1", length: str | None = None, via: str = "z9hG4bK"
) -> bytes:
    token = uuid4().hex
    return (
        f"{method} sip:{NUMBER}@127.0.0.1 SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.1:9;rport;branch={via}{token[:16]}\r\nMax-Forwards: 20\r\n"
        f"From: <sip:eve@127.0.0.1>;tag={token[:8]}\r\nTo: <sip:{NUMBER}@127.0.0.1>\r\nCall-ID: {token}\r\nCSeq: {cseq} {method}\r\n"
        f"Contact: <sip:eve@127.0.0.1:9>\r\n{headers}Content-Length: {length or len(body)}\r\n\r\n{body}"
    ).encode()


def broken() -> list[bytes]:
    """Requests that are nearly right."""
    audio, kind = SDP, SDP_TYPE
    return [
        request("INVITE", kind, audio, length="-1"),
        request("INVITE", kind, audio, length="999999999"),
        request("INVITE", kind, audio, cseq="99999999999999999999"),
        request("INVITE", kind, audio, via="nomagic"),
        request("INVITE", kind, "v=0\r\nm=audio 99999 RTP/AVP 8\r\n"),
        request("INVITE", kind, "not SDP at all"),
        request("INVITE", kind, audio.replace("127.0.0.1", "999.999.999.999")),
        request("INVITE", kind, audio.replace("RTP/AVP 8", "RTP/AVP 200")),
        request("INVITE", "Content-Type: multipart/mixed;boundary=x\r\n", "--x\r\n\r\n--x--"),
        request("INVITE", "X: " + "y" * 8000 + "\r\n" + kind, audio),
        request("INVITE", "".join(f"X-{n}: y\r\n" for n in range(500)) + kind, audio),
        request("INVITE", "Require: something\r\n" + kind, audio),
        request("INVITE", "Max-Forwards: 0\r\n" + kind, audio),
        request("BYE"),
        request("ACK"),
        request("CANCEL"),
        request("NOTIFY", "Event: refer\r\nSubscription-State: active\r\n"),
        request("SUBSCRIBE", "Event: presence\r\n"),
        request("MESSAGE", "Content-Type: text/plain\r\n", "hello"),
        request("INFO", "Content-Type: application/dtmf-relay\r\n", "Signal=1\r\nDuration=100\r\n"),
        request("UPDATE"),
        request("REGISTER"),
        request("PUBLISH"),
        request("WHATEVER"),
    ]


async def test_malformed_messages_change_nothing(town: Town) -> None:
    port = int(town.listen.rpartition(":")[2])
    with nobody_is_dialled(town):
        for message in [*MALFORMED, *broken()]:
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
                sock.bind(("127.0.0.1", 0))
                sock.sendto(message, ("127.0.0.1", port))
        with socket.create_connection(("127.0.0.1", port), timeout=2) as stream:
            stream.sendall(b"INVITE sip:x SIP/2.0\r\nContent-Length: 4294967295\r\n\r\n" + b"A" * 70_000)
        answer = await asyncio.to_thread(ask, port, request("OPTIONS"), 5.0)
        assert answer.startswith("SIP/2.0 200")
    # What was well formed enough to ring is hung up, as an unknown caller would be after a while.
    for seen in (await town.driver.snapshot()).calls:
        assert {leg.state for leg in seen.legs} <= {LegState.RINGING}
        await town.do(Hangup, seen.call_id)
        await town.house.next(Ended, call_id=seen.call_id)
    town.house.take_all()
    assert town.house.reconnections == 1
    assert only_callers(town)


async def test_who_is_not_allowed_is_not_heard_at_all(town: Town) -> None:
    port, before = int(town.listen.rpartition(":")[2]), len(town.house.events)
    for message in (request("OPTIONS"), request("INVITE"), request("REFER", f"Refer-To: <sip:{OUTSIDE}@127.0.0.1>\r\n")):
        with pytest.raises(TimeoutError):
            await asyncio.to_thread(ask, port, message, 0.1, source=STRANGER)
    with socket.socket() as stream:
        stream.bind((STRANGER, 0))
        stream.settimeout(0.2)
        with pytest.raises(TimeoutError):
            stream.connect(("127.0.0.1", port))
    assert len(town.house.events) == before


async def test_a_scan_finds_nothing(town: Town, tmp_path: Any) -> None:
    svmap = require_binary("sipvicious", "/usr/bin/svmap")
    port = town.listen.rpartition(":")[2]

    async def scan(source: str) -> str:
        process = await asyncio.create_subprocess_exec(
            *(str(svmap), "-p", port, "-b", source, "127.0.0.1"),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
            cwd=tmp_path,
            env={"HOME": str(tmp_path), "PATH": "/usr/bin:/bin"},
        )
        try:
            output, _ = await asyncio.wait_for(process.communicate(), 25)
        finally:
            if process.returncode is None:
                process.kill()
        return output.decode(errors="replace")

    seen, found = await asyncio.gather(scan("127.0.0.1"), scan(STRANGER))
    assert "baresip" in seen, "who is allowed sees it, or this test could not fail"
    assert "baresip" not in found, found
    assert port not in found, found


async def test_an_agent_s_phone_may_not_transfer_where_the_house_may_not_call(town: Town) -> None:
    caller, anna = await town.ear(), await town.ear(1500)
    hers = Phone(anna.port).rings().answers().refers("<sip:+4990012345@127.0.0.1>", outcome="603").is_hung_up()
    with nobody_is_dialled(town):
        async with (
            town.calls(Caller(NUMBER, caller.port).invites().is_answered().is_hung_up()) as their,
            town.phone("anna", hers) as phone,
        ):
            call = (await town.house.arrives()).call_id
            await joined(town, call)
            await caller.hears(1500, share=0.9)
            assert not town.house.all(TransferAsked)
            await town.do(Hangup, call)
            await phone.ends_well()
            await their.ends_well()
            await town.house.next(Ended, call_id=call)


async def test_an_agent_s_phone_asks_and_the_house_transfers(town: Town) -> None:
    caller, anna, mobile = await town.ear(), await town.ear(1500), await town.ear(2000)
    hers = Phone(anna.port).rings().answers().refers(f"<sip:{OUTSIDE}@127.0.0.1>").is_hung_up()
    async with (
        town.calls(Caller(NUMBER, caller.port).invites().is_answered().is_hung_up()) as their,
        town.phone("anna", hers) as phone,
        town.provider(Phone(mobile.port).rings().answers().is_hung_up()) as outside,
    ):
        call = (await town.house.arrives()).call_id
        await joined(town, call)
        asked = await town.house.next(TransferAsked, call_id=call)
        assert (asked.leg_id, asked.to, asked.kind) == ("anna", OUTSIDE, TransferKind.BLIND)
        there = Endpoint(kind=EndpointKind.NUMBER, address=asked.to)
        await town.do(Connect, call, leg_id="mobile", endpoint=there, timeout_s=10, requested_by="anna")
        await town.house.next(Answered, call_id=call, leg_id="mobile")
        await town.do(Bridge, call, legs=(CALLER, "mobile"))
        await town.do(Hangup, call, leg_id="anna")
        await phone.ends_well()
        await caller.hears(2000, share=0.9)
        await town.do(Hangup, call)
        await their.ends_well()
        await outside.ends_well()
        await town.house.next(LegEnded, call_id=call, leg_id="mobile")


async def test_a_phone_that_names_another_place_has_nobody_dialled_there(town: Town) -> None:
    """A 302 comes from whoever is called; what it names is the phone's wish and no order."""
    caller, anna = await town.ear(), await town.ear()
    names = f"<sip:{OUTSIDE}@127.0.0.1:{town.provider_port}>"
    with nobody_is_dialled(town):
        async with (
            town.calls(Caller(NUMBER, caller.port).invites().is_answered().is_hung_up()) as their,
            town.phone("anna", Phone(anna.port).rings().refuses("302 Moved Temporarily", names=names)) as hers,
        ):
            call = (await town.house.arrives()).call_id
            await town.do(Park, call)
            phone = Endpoint(kind=EndpointKind.AGENT, address="anna")
            await town.do(Connect, call, leg_id="anna", endpoint=phone, timeout_s=10)
            await hers.ends_well()
            await town.house.next(LegEnded, call_id=call, leg_id="anna")
            await town.do(Hangup, call)
            await their.ends_well()
            await town.house.next(Ended, call_id=call)


@pytest.mark.parametrize(
    ("address", "by", "code"),
    [
        ("+4990012345", "anna", "forbidden"),
        ("+15551234567", "anna", "forbidden"),
        ("+491701234567", "", "nobody_asked"),
        ("112", "anna", "emergency"),
        ("+491701234567@evil.example", "anna", "bad_number"),
    ],
)
async def test_what_the_house_itself_may_not_dial(town: Town, address: str, by: str, code: str) -> None:
    caller = await town.ear()
    with nobody_is_dialled(town):
        async with town.calls(Caller(NUMBER, caller.port).invites().rings().cancels()):
            call = (await town.house.arrives()).call_id
            there = Endpoint(kind=EndpointKind.NUMBER, address=address)
            result = await town.do(Connect, call, leg_id="x", endpoint=there, timeout_s=5, requested_by=by)
            assert isinstance(result, Refused)
            assert result.code == code
            await town.house.next(Ended, call_id=call)
