"""What a call can do beyond being answered: recording by consent, messages, menus, three-way calls, calls out, transfer."""

import asyncio
import contextlib
import hashlib
import io
import socket
import struct
import wave
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import numpy as np
import pytest
from numpy.typing import NDArray

from tests.voice.sip.conftest import NUMBER, Town, town_with
from tests.voice.sip.test_calls import agent, joined
from unisono.contract.voice import (
    CALLER,
    Announcement,
    Answered,
    Bridge,
    Cause,
    Connect,
    Digit,
    Done,
    Ended,
    Endpoint,
    EndpointKind,
    Hangup,
    Music,
    Originate,
    Park,
    Play,
    Played,
    Prompt,
    Purpose,
    Record,
    RecordingKind,
    RecordingReady,
    RecordingState,
    RecordMode,
    TakeMessage,
    Transfer,
    TransferKind,
    Transferred,
)
from unisono.testing.telephony import loudness, steadiness
from unisono.testing.telephony.ear import a_law_tone
from unisono.testing.telephony.sipp import Caller, Phone

pytestmark = [pytest.mark.voice, pytest.mark.peer, pytest.mark.asyncio(loop_scope="module")]

OUTSIDE = "+491701234567"


def files(town: Town) -> list[Path]:
    folder = town.context.folder / "recordings"
    return [path for path in folder.rglob("*") if path.is_file()] if folder.exists() else []


async def fetched(town: Town, ready: RecordingReady) -> tuple[NDArray[np.int16], bytes]:
    """Return what was recorded, one column a side, and its bytes."""
    content = b"".join([block async for block in town.driver.recording(ready.uri)])
    assert hashlib.sha256(content).hexdigest() == ready.sha256
    assert len(content) == ready.size_bytes
    with wave.open(io.BytesIO(content)) as file:
        samples = np.frombuffer(file.readframes(file.getnframes()), dtype="<i2")
        return samples.reshape(-1, file.getnchannels()), content


async def test_not_a_byte_is_kept_before_consent_nor_in_a_pause_nor_of_a_consultation(town: Town) -> None:
    caller, anna, bert = await town.ear(620), await town.ear(1500), await town.ear(2300)
    async with (
        town.calls(Caller(NUMBER, caller.port).invites().is_answered().is_hung_up()) as their,
        town.phone("anna", Phone(anna.port).rings().answers().is_hung_up()),
        town.phone("bert", Phone(bert.port).rings().answers().is_hung_up()),
    ):
        call = (await town.house.arrives()).call_id
        await joined(town, call)
        await caller.hears(1500, share=0.9)
        assert files(town) == []

        assert isinstance(await town.do(Record, call, mode=RecordMode.ON, recording_id="r1"), Done)
        assert (await town.house.next(RecordingState, call_id=call)).mode is RecordMode.ON
        await grows(town, "r1", 24_000)
        await town.do(Record, call, mode=RecordMode.PAUSE, recording_id="r1")
        # What is read out in the pause, a card's number, sounds otherwise than all the rest.
        caller.sings(900)
        await anna.hears(900, share=0.9)
        caller.sings(620)
        await anna.hears(620, share=0.9)
        await town.do(Record, call, mode=RecordMode.ON, recording_id="r1")
        await grows(town, "r1")
        await town.do(Connect, call, leg_id="bert", endpoint=agent("bert"), timeout_s=10, purpose=Purpose.CONSULT)
        await town.house.next(Answered, call_id=call, leg_id="bert")
        await town.do(Bridge, call, legs=("anna", "bert"))
        await anna.hears(2300, share=0.9)
        await town.do(Bridge, call, legs=(CALLER, "anna"))
        await caller.hears(1500, share=0.9)
        await town.do(Record, call, mode=RecordMode.OFF, recording_id="r1")
        ready = await town.house.next(RecordingReady, call_id=call)
        await town.do(Hangup, call)
        await their.ends_well()

    sound, _ = await fetched(town, ready)
    assert ready.kind is RecordingKind.CALL
    assert ready.duration_s == pytest.approx(len(sound) / 8000, abs=0.01)
    begin = sound[800:4800]
    assert steadiness(begin[:, 0], 620) >= 0.8
    assert steadiness(begin[:, 1], 1500) >= 0.8
    # The pause and the consultation are silence on both sides, each for as long as it lasted; nothing else is.
    assert len([one for one in quiets(sound) if one > 0.3]) == 2, quiets(sound)
    assert loudness(sound[:, 0], 900) < 0.01
    assert loudness(sound[:, 1], 2300) < 0.01
    await town.driver.forget_recording(ready.uri)
    assert files(town) == []


async def grows(town: Town, recording_id: str, by: int = 8_000) -> None:
    """Wait until so many bytes more have been recorded: a quarter of a second, or what is said."""
    part = town.context.folder / "recordings" / f"{recording_id}.part"
    begin = part.stat().st_size if part.exists() else 0
    async with asyncio.timeout(10):
        while not part.exists() or part.stat().st_size < begin + by:
            await asyncio.sleep(0.02)


def quiets(sound: NDArray[np.int16]) -> list[float]:
    """Return for how long nobody was heard at a stretch, in seconds, each time that it was noticeable."""
    loud = np.flatnonzero(np.abs(sound.astype(np.int32)).max(axis=1) > 100)
    return [float(gap) / 8000 for gap in np.diff(loud) if gap > 800]


async def test_a_recording_ends_with_the_caller_s_leg(town: Town) -> None:
    caller, anna = await town.ear(), await town.ear(1500)
    async with (
        town.calls(Caller(NUMBER, caller.port).invites().is_answered().waits_for_word().hangs_up()) as their,
        town.phone("anna", Phone(anna.port).rings().answers().is_hung_up()),
    ):
        call = (await town.house.arrives()).call_id
        await joined(town, call)
        await town.do(Record, call, mode=RecordMode.ON, recording_id="r2")
        await grows(town, "r2")
        await their.word()
        await their.ends_well()
        ready = await town.house.next(RecordingReady, call_id=call)
        await town.do(Hangup, call)
    assert ready.duration_s > 0.2
    await town.driver.forget_recording(ready.uri)


async def test_a_message_is_taken_after_a_tone_until_the_key(town: Town) -> None:
    caller = await town.ear(620)
    before = Prompt(prompt_id="p", says=(Announcement(key="leave", text="Please speak."),))
    async with town.calls(Caller(NUMBER, caller.port).invites().is_answered().is_hung_up()) as their:
        call = (await town.house.arrives()).call_id
        await town.do(TakeMessage, call, recording_id="m1", before=before)
        await caller.hears(1000, share=0.25, ever=True)
        await grows(town, "m1", 16_000)
        await caller.press("#")
        ready = await town.house.next(RecordingReady, call_id=call)
        await town.do(Hangup, call)
        await their.ends_well()
    assert ready.kind is RecordingKind.VOICEMAIL
    sound, _ = await fetched(town, ready)
    assert steadiness(sound[:4000, 0], 620) >= 0.8
    assert loudness(sound[:, 0], 1000) < 0.05
    await town.driver.forget_recording(ready.uri)


async def test_a_prompt_is_heard_and_a_key_ends_it(town: Town) -> None:
    caller = await town.ear()
    town.context.sounds["welcome"] = whistle(1234, 30.0)
    menu = Prompt(prompt_id="menu", says=(Announcement(key="menu", text="1 or 2", file="welcome"),), digits="12")
    async with town.calls(Caller(NUMBER, caller.port).invites().is_answered().is_hung_up()) as their:
        call = (await town.house.arrives()).call_id
        await town.do(Play, call, prompt=menu)
        await caller.hears(1234, share=0.9)
        await caller.press("2")
        played = await town.house.next(Played, call_id=call)
        assert (played.prompt_id, played.interrupted) == ("menu", True)
        assert (await town.house.next(Digit, call_id=call)).digit == "2"
        town.context.sounds["jazz"] = whistle(987, 2.0)
        await town.do(Park, call, music=Music(file="jazz"))
        await caller.hears(987, share=0.9)
        short = Prompt(prompt_id="short", says=(Announcement(key="closed", text="Closed."),), listen_s=0.1)
        await town.do(Play, call, prompt=short)
        assert not (await town.house.next(Played, call_id=call, prompt_id="short")).interrupted
        # After the prompt the parked caller hears the music again.
        await caller.hears(987, share=0.9)
        await town.do(Hangup, call)
        await their.ends_well()


async def test_announcements_come_back_between_the_music(town: Town) -> None:
    caller = await town.ear()
    town.context.sounds["place"] = whistle(1777, 0.6)
    place = Announcement(key="position", text="You are third.", file="place", position=3)
    async with town.calls(Caller(NUMBER, caller.port).invites().is_answered().is_hung_up()) as their:
        call = (await town.house.arrives()).call_id
        await town.do(Park, call, says=(place,), every_s=1.0)
        await caller.hears(1777, share=0.5)
        await caller.hears(440, share=0.2)
        caller.forget()
        await caller.hears(1777, share=0.5)
        await town.do(Hangup, call)
        await their.ends_well()


def whistle(hertz: float, seconds: float, rate: int = 16_000) -> bytes:
    """Return a tone as a WAV file, at another rate than a telephone's."""
    out = io.BytesIO()
    with wave.open(out, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(rate)
        time = np.arange(int(seconds * rate)) / rate
        file.writeframes((np.sin(2 * np.pi * hertz * time) * 9000).astype("<i2").tobytes())
    return out.getvalue()


async def test_three_speak_and_a_fourth_listens(town: Town) -> None:
    caller, anna, bert, carl = [await town.ear(hertz) for hertz in (620, 1100, 1500, 2300)]
    async with (
        town.calls(Caller(NUMBER, caller.port).invites().is_answered().is_hung_up()) as their,
        town.phone("anna", Phone(anna.port).rings().answers().is_hung_up()),
        town.phone("bert", Phone(bert.port).rings().answers().is_hung_up()),
        town.phone("carl", Phone(carl.port).rings().answers().is_hung_up()),
    ):
        call = (await town.house.arrives()).call_id
        await joined(town, call)
        for name in ("bert", "carl"):
            await town.do(Connect, call, leg_id=name, endpoint=agent(name), timeout_s=10)
            await town.house.next(Answered, call_id=call, leg_id=name)
        await town.do(Bridge, call, legs=(CALLER, "anna", "bert"), listeners=("carl",))
        await caller.hears(1100, share=0.3)
        await caller.hears(1500, share=0.3)
        await bert.hears(620, share=0.3)
        await carl.hears(620, share=0.2)
        await carl.hears(1500, share=0.2)
        for ear in (caller, anna, bert):
            assert loudness(ear.heard(0.5), 2300) < 0.01
        await town.do(Hangup, call)
        await their.ends_well()


async def test_the_house_calls_somebody_and_the_agent_s_phone_rings_first(town: Town) -> None:
    anna, customer = await town.ear(1500), await town.ear(620)
    call = f"call-back-{uuid4().hex}"
    async with (
        town.phone("anna", Phone(anna.port).rings().answers().is_hung_up()) as hers,
        town.provider(Phone(customer.port).rings(0.7).answers().is_hung_up()) as theirs,
    ):
        await town.do(Originate, call, leg_id="anna", endpoint=agent("anna"), timeout_s=10, requested_by="anna")
        await town.house.next(Answered, call_id=call, leg_id="anna")
        there = Endpoint(kind=EndpointKind.NUMBER, address=OUTSIDE)
        await town.do(Connect, call, leg_id=CALLER, endpoint=there, timeout_s=10, requested_by="anna", purpose=Purpose.CUSTOMER)
        await anna.hears(425, share=0.5)
        await town.house.next(Answered, call_id=call, leg_id=CALLER)
        await town.do(Bridge, call, legs=(CALLER, "anna"))
        await anna.hears(620, share=0.9)
        await customer.hears(1500, share=0.9)
        await town.do(Hangup, call)
        await hers.ends_well()
        await theirs.ends_well()
    await town.house.next(Ended, call_id=call)


async def test_a_command_that_comes_again_is_not_done_again(town: Town) -> None:
    caller, anna = await town.ear(), await town.ear()
    async with (
        town.calls(Caller(NUMBER, caller.port).invites().is_answered().is_hung_up()) as their,
        town.phone("anna", Phone(anna.port).rings().answers().is_hung_up()),
    ):
        call = (await town.house.arrives()).call_id
        await town.do(Park, call)
        again = Connect(command_id=f"same-{call}", call_id=call, leg_id="anna", endpoint=agent("anna"), timeout_s=10)
        results = await asyncio.gather(*(town.driver.do(again) for _ in range(5)))
        assert [result for result in results if not isinstance(result, Done)] == []
        await town.house.next(Answered, call_id=call, leg_id="anna")
        assert len(town.house.all(Answered, call_id=call, leg_id="anna")) == 1
        await town.do(Hangup, call)
        await their.ends_well()


async def test_a_caller_is_handed_to_the_trunk_by_refer(tmp_path: Path) -> None:
    async with town_with(tmp_path, refer=True) as town:
        assert town.driver.powers.transfer
        caller = await town.ear()
        async with town.calls(Caller(NUMBER, caller.port).invites().is_answered().is_referred().is_hung_up()) as their:
            call = (await town.house.arrives()).call_id
            await town.do(Park, call)
            await town.house.next(Answered, call_id=call)
            there = Endpoint(kind=EndpointKind.NUMBER, address=OUTSIDE)
            assert isinstance(await town.do(Transfer, call, kind=TransferKind.BLIND, to=there, requested_by="anna"), Done)
            await their.ends_well()
        assert (await town.house.next(Transferred, call_id=call)).to == OUTSIDE
        assert (await town.house.next(Ended, call_id=call)).cause is Cause.TRANSFERRED


@contextlib.contextmanager
def strangers(*at: tuple[str, int]) -> Iterator[list[socket.socket]]:
    """Sockets from which somebody else speaks."""
    with contextlib.ExitStack() as stack:
        opened = [stack.enter_context(socket.socket(socket.AF_INET, socket.SOCK_DGRAM)) for _ in at]
        for sock, address in zip(opened, at, strict=True):
            sock.bind(address)
        yield opened


async def intrude(sockets: list[socket.socket], port: int, hertz: float, *, packets: int = 100) -> None:
    """Send two seconds of a tone to a port for sound, and to its neighbour that it is over (RTCP BYE, RFC 3550, 6.6).

    Which packet is next nobody knows who only guesses: of three numbers, a third of the circle apart, one is ahead of the talk's.
    """
    tone = a_law_tone(hertz, packets / 50 + 1)
    for number in range(packets):
        for sock in sockets:
            for ahead in (0, 21_845, 43_690):
                next_one = number + ahead
                head = struct.pack("!BBHII", 0x80, 8, next_one & 0xFFFF, next_one * 160, 0x5EC0DE + ahead)
                sock.sendto(head + tone[number * 160 : (number + 1) * 160], ("127.0.0.1", port))
                sock.sendto(struct.pack("!BBHI", 0x81, 203, 1, 0x5EC0DE + ahead), ("127.0.0.1", port + 1))
        await asyncio.sleep(0.02)


async def test_whoever_found_the_port_for_sound_is_in_no_recording_and_silences_nobody(town: Town) -> None:
    caller, anna = await town.ear(620), await town.ear(1500)
    async with (
        town.calls(Caller(NUMBER, caller.port).invites().is_answered().is_hung_up()) as their,
        town.phone("anna", Phone(anna.port).rings().answers().is_hung_up()),
    ):
        call = (await town.house.arrives()).call_id
        await joined(town, call)
        await caller.hears(1500, share=0.9)
        await town.do(Record, call, mode=RecordMode.ON, recording_id="stranger")
        await grows(town, "stranger")
        # From another port of the caller's machine, and from the caller's port of another machine.
        with strangers(("127.0.0.1", 0), ("127.0.0.66", caller.port), ("127.0.0.66", anna.port)) as sockets:
            anna.forget()
            await intrude(sockets, caller.peer[1], 900)
            assert steadiness(anna.heard(), 620) >= 0.5, "the caller is heard all the while"
            await intrude(sockets, anna.peer[1], 900)
        await anna.hears(620, share=0.9)
        await grows(town, "stranger")
        await town.do(Record, call, mode=RecordMode.OFF, recording_id="stranger")
        ready = await town.house.next(RecordingReady, call_id=call)
        await town.do(Hangup, call)
        await their.ends_well()
    sound, _ = await fetched(town, ready)
    for side, hertz in ((0, 620), (1, 1500)):
        assert loudness(sound[:, side], hertz) >= 0.6
        assert loudness(sound[:, side], 900) < 0.01
    for ear in (caller, anna):
        assert loudness(ear.heard(), 900) < 0.01
    await town.driver.forget_recording(ready.uri)


async def test_a_caller_who_moves_and_says_so_is_heard_from_there_alone(town: Town) -> None:
    caller, moved, anna = await town.ear(620), await town.ear(2300), await town.ear(1500)
    script = Caller(NUMBER, caller.port).invites().is_answered().waits_for_word().moves(moved.port).is_hung_up()
    async with (
        town.calls(script) as their,
        town.phone("anna", Phone(anna.port).rings().answers().is_hung_up()),
    ):
        call = (await town.house.arrives()).call_id
        await joined(town, call)
        await anna.hears(620, share=0.9)
        await their.word()
        await moved.hears(1500, share=0.9)
        await anna.hears(2300, share=0.9)
        anna.forget()
        with strangers(("127.0.0.66", caller.port)) as sockets:
            await intrude(sockets, moved.peer[1], 900, packets=25)
        assert loudness(anna.heard(), 900) < 0.01
        await town.do(Hangup, call)
        await their.ends_well()
