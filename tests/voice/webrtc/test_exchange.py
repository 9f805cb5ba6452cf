"""Calls between browsers without the browsers: what commands and acts make of a call, what is told of it, and what is kept."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.db import RealNow
from unisono.bus.memory import MemoryBell, MemoryFanout
from unisono.contract.voice import (
    CALLER,
    Bridge,
    Cause,
    Connect,
    Done,
    Endpoint,
    EndpointKind,
    Hangup,
    LegState,
    Park,
    Record,
    RecordMode,
    Refused,
    TakeMessage,
    VoiceEvent,
)
from unisono.domain.errors import Conflict, Forbidden, NotFound
from unisono.domain.ids import new_id
from unisono.store.database import PgDatabase
from unisono.store.files import DiskFiles
from unisono.voice.webrtc import acts, visitors
from unisono.voice.webrtc.desk_phone import DeskPhone
from unisono.voice.webrtc.driver import WebrtcDriver
from unisono.voice.webrtc.exchange import Exchange
from unisono.voice.webrtc.relays import Relays

pytestmark = pytest.mark.voice
ANNA, BEN = new_id(), new_id()


class Clock(RealNow):
    """The machine's clock."""

    async def sleep(self, seconds: float) -> None:
        raise AssertionError("nothing here sleeps")


class Told:
    """The house as the driver sees it."""

    def __init__(self) -> None:
        self.events: list[VoiceEvent] = []

    async def heard(self, event: VoiceEvent) -> None:
        self.events.append(event)

    async def reconnected(self) -> None:
        """Nothing is missed: this house hears all."""

    def kinds(self) -> list[str]:
        return [str(event.__struct_config__.tag) for event in self.events]


class Lab:
    """A driver and the browsers' acts, step by step."""

    def __init__(self, db: PgDatabase, bell: MemoryBell, folder: Path) -> None:
        self.folder = folder
        self.exchange = Exchange(db=db, bell=bell, fanout=MemoryFanout(), files=DiskFiles(folder), clock=Clock())
        self.driver = WebrtcDriver(self.exchange)
        self.told = Told()

        async def none(line: str) -> None:
            del line

        self.phone = DeskPhone(self.exchange, Relays((), "", timedelta(), Clock()), none)
        self._commands = 0

    async def rings(self, word: str = "0" * 32) -> str:
        made = visitors.pass_of(b"key", "hotline", word)
        assert made is not None
        now = self.exchange.clock.now()
        change = acts.offer(made.call_id, "hotline", now, visitor=made.visitor, name="Vera", number="", language="en")
        await self.exchange.begin(visitors.digest_of(made.token), change)
        return made.call_id

    async def do(self, kind: Any, call: str, *, again: str = "", **facts: Any) -> Done | Refused:
        self._commands += 1
        return await self.driver.do(kind(command_id=again or str(self._commands), call_id=call, **facts))

    async def talks(self) -> str:
        """Return a call in which Anna speaks with a visitor."""
        call = await self.rings()
        await self.do(Park, call)
        await self.do(Connect, call, leg_id="a", endpoint=Endpoint(kind=EndpointKind.AGENT, address=str(ANNA)), timeout_s=30)
        await self.phone.take_up(ANNA, call)
        await self.do(Bridge, call, legs=(CALLER, "a"))
        return call

    async def tell(self) -> list[str]:
        await self.driver._tell(self.told)
        return self.told.kinds()

    def bytes_on_disk(self) -> list[Path]:
        return [path for path in self.folder.rglob("*") if path.is_file()]


@pytest.fixture
def lab(db: PgDatabase, bell: MemoryBell, tmp_path: Path) -> Lab:
    return Lab(db, bell, tmp_path)


async def test_a_call_is_told_in_order_and_each_thing_once(lab: Lab) -> None:
    call = await lab.talks()
    await lab.phone.leave(ANNA, call)
    await lab.do(Hangup, call)
    expected = ["offered", "answered", "queued", "ringing", "answered", "bridged", "leg_ended", "leg_ended", "ended"]
    assert await lab.tell() == expected
    assert await lab.tell() == expected, "what was told is not told again"
    assert len({event.event_id for event in lab.told.events}) == len(expected)


async def test_the_same_request_twice_is_one_call_and_the_same_command_twice_one_wish(lab: Lab) -> None:
    assert await lab.rings() == await lab.rings()
    call = await lab.rings()
    endpoint = Endpoint(kind=EndpointKind.AGENT, address=str(ANNA))
    for _ in range(3):
        assert isinstance(await lab.do(Connect, call, again="c", leg_id="a", endpoint=endpoint, timeout_s=30), Done)
    assert await lab.tell() == ["offered", "ringing"]


async def test_a_phone_is_its_owners_alone(lab: Lab) -> None:
    call = await lab.talks()
    assert [one.call_id for one in await lab.phone.calls(ANNA)] == [call]
    assert await lab.phone.calls(BEN) == []
    for act in (lab.phone.leave(BEN, call), lab.phone.say(BEN, call, CALLER, {"sdp": ""}), lab.phone.press(BEN, call, "1")):
        with pytest.raises(NotFound):
            await act


async def test_nothing_is_taken_in_before_a_recording_is_wished(lab: Lab) -> None:
    call = await lab.talks()
    with pytest.raises(Forbidden):
        await lab.phone.sound(ANNA, call, "r", 0, b"spoken before anybody agreed")
    board = await lab.exchange.board(call)
    assert board is not None
    for whose in (str(ANNA), ""):
        with pytest.raises(Forbidden):
            await lab.exchange.take_piece(board, whose, "r", 0, b"whichever way it comes")
    assert lab.bytes_on_disk() == []
    await lab.do(Record, call, mode=RecordMode.ON, recording_id="r")
    await lab.phone.runs(ANNA, call, "r", "on")
    with pytest.raises(Forbidden):
        await lab.phone.sound(BEN, call, "r", 0, b"somebody else's")
    assert lab.bytes_on_disk() == []
    for n, piece in enumerate((b"one ", b"two ", b"three")):
        await lab.phone.sound(ANNA, call, "r", n, piece)
        await lab.phone.sound(ANNA, call, "r", n, b"the same again over a bad line")
    with pytest.raises(Conflict):
        await lab.phone.sound_done(ANNA, call, "r", pieces=4, media_type="audio/webm", seconds=3)
    # The visitor hangs up first: what was on its way is still taken.
    await lab.exchange.act(call, lambda board, now: acts.leave(board, CALLER, now))
    await lab.phone.sound(ANNA, call, "r", 3, b" four")
    await lab.phone.sound_done(ANNA, call, "r", pieces=4, media_type="audio/webm;codecs=opus", seconds=4)
    assert (await lab.tell())[-1] == "recording_ready"
    ready: Any = lab.told.events[-1]
    assert b"".join([chunk async for chunk in lab.driver.recording(ready.uri)]) == b"one two three four"
    assert (ready.media_type, ready.size_bytes) == ("audio/webm", 18)
    with pytest.raises(Forbidden):
        await lab.phone.sound(ANNA, call, "r", 4, b"too late")
    await lab.driver.forget_recording(ready.uri)
    assert lab.bytes_on_disk() == []


async def test_of_a_browser_that_vanishes_while_it_records_what_arrived_is_kept(
    lab: Lab, monkeypatch: pytest.MonkeyPatch
) -> None:
    call = await lab.rings()
    await lab.do(TakeMessage, call, recording_id="m")
    board = await lab.exchange.board(call)
    assert board is not None
    await lab.exchange.take_piece(board, "", "m", 0, b"please call")
    await lab.exchange.take_piece(board, "", "m", 2, b"a gap lies before this")
    monkeypatch.setattr("unisono.voice.webrtc.board.FINISH_S", 0.0)
    monkeypatch.setattr(acts, "VISITOR_GONE_S", -1.0)
    await lab.driver._due()
    await lab.driver._due()
    assert (await lab.tell())[-2:] == ["ended", "recording_ready"]
    ended, ready = lab.told.events[-2:]
    assert getattr(ended, "cause", None) is Cause.LOST
    assert b"".join([chunk async for chunk in lab.driver.recording("m")]) == b"please call"
    assert getattr(ready, "size_bytes", 0) == len(b"please call")


async def test_who_rings_too_long_is_let_go_and_a_snapshot_says_what_is_so(lab: Lab) -> None:
    call = await lab.rings()
    await lab.do(Park, call)
    endpoint = Endpoint(kind=EndpointKind.AGENT, address=str(ANNA))
    await lab.do(Connect, call, leg_id="a", endpoint=endpoint, timeout_s=0)
    await lab.driver._due()
    assert (await lab.tell())[-2:] == ["ringing", "leg_ended"]
    assert getattr(lab.told.events[-1], "cause", None) is Cause.NO_ANSWER
    seen = (await lab.driver.snapshot()).call(call)
    assert seen is not None
    assert [(leg.leg_id, leg.state) for leg in seen.legs] == [(CALLER, LegState.UP)]
    assert seen.parked


async def test_a_minute_after_the_end_nothing_of_a_call_is_left(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    call = await lab.talks()
    await lab.phone.say(ANNA, call, CALLER, {"sdp": "v=0"})
    await lab.do(Hangup, call)
    monkeypatch.setattr("unisono.voice.webrtc.driver._ENDED_KEPT_S", -1.0)
    await lab.driver._tidy()
    assert await lab.exchange.board(call) is not None, "the house has not heard of it yet"
    await lab.tell()
    await lab.driver._tidy()
    assert await lab.exchange.board(call) is None
