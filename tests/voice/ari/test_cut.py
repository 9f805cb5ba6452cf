"""Each kind of call, with the line cut at every single event of it: events are lost, and answers, and requests.

Afterwards the exchange is empty, everybody who should have spoken did, and each recording was told of once.
"""

import ast
import asyncio
import inspect
import itertools
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest
import pytest_asyncio

from tests.voice.ari.conftest import SETTINGS, QuietLog
from tests.voice.ari.notebook import Notebook
from unisono.calls import Stand
from unisono.calls.intent import CallerWish, LegWish
from unisono.contract.voice import (
    CALLER,
    Announcement,
    Ended,
    Endpoint,
    EndpointKind,
    LegEnded,
    Offered,
    Play,
    Played,
    Prompt,
    Purpose,
    RecordingReady,
    RecordMode,
    TakeMessage,
    Transfer,
    TransferKind,
    Transferred,
)
from unisono.egress.client import EgressFactory
from unisono.testing.asterisk.model import Phone
from unisono.testing.asterisk.server import ScriptedAsterisk
from unisono.testing.clock import MovableClock
from unisono.voice.ari import MANIFEST, AriDriver
from unisono.voice.ari.settings import read_settings

pytestmark = pytest.mark.voice


class Stage:
    """An exchange, a driver and a notebook. Telephones 201 (anna, legs `a...`) and 202 (ben, legs `b...`) take up at once."""

    def __init__(self, exchange: ScriptedAsterisk, factory: EgressFactory) -> None:
        self.exchange = exchange
        self.switch = exchange.switch
        self.house = Notebook({"a": "201", "b": "202"})
        raw = {"url": exchange.url, **SETTINGS, "headers": ""}
        self.driver = AriDriver("ari", read_settings(raw), factory(MANIFEST, raw), MovableClock(pace=0.004), QuietLog())
        self.house.driver = self.driver
        self.switch.phones = dict.fromkeys(("PJSIP/201", "PJSIP/202", "PJSIP/+4930987654@carrier"), Phone.ANSWERS)
        self._names = itertools.count(1)

    async def comes(self) -> str:
        """Somebody calls; returns the call once the house knows of it."""
        call = self.switch.call_in("+4930123456", "498001", "unisono").id

        def known() -> bool:
            self.switch.try_again()
            return call in self.house.calls

        await self.house.until(known)
        return call

    async def wants(self, call: str, *roles: str, speak: tuple[str, ...] = (), **intent: object) -> dict[str, str]:
        """Wish until it is so; a role (`a`: anna, `b`: ben) is rung anew when its leg is over. Returns the legs by role."""
        legs = {role: self._leg(call, role) for role in roles}
        self._wish(call, legs, speak, intent)

        def so() -> bool:
            for role, leg in legs.items():
                if self.house.calls[call].facts.stand(leg) is Stand.OVER and role != CALLER:
                    legs[role] = f"{role}{next(self._names)}"
                    self._wish(call, legs, speak, intent)
            now = self.house.calls[call].facts
            return (
                now.over
                or now.stand(CALLER) is Stand.OVER
                or (self.house.fulfilled(call) and all(now.speaks(leg) for leg in legs.values()))
            )

        await self.house.until(so)
        return legs

    def _leg(self, call: str, role: str) -> str:
        if role == CALLER:
            return CALLER
        known = self.house.calls[call].facts if call in self.house.calls else None
        up = [
            leg for leg in (known.legs if known else {}) if leg.startswith(role) and leg != CALLER and known and known.speaks(leg)
        ]
        return up[-1] if up else f"{role}{next(self._names)}"

    def _wish(self, call: str, legs: dict[str, str], speak: tuple[str, ...], intent: dict[str, object]) -> None:
        purposes = {"a": Purpose.AGENT, "b": Purpose.CONSULT, CALLER: Purpose.CUSTOMER}
        after = legs.get("a") if CALLER in legs else None
        wishes = {leg: LegWish(purpose=purposes[role], after=after if role == CALLER else None) for role, leg in legs.items()}
        named = tuple(legs.get(one, one) for one in speak)
        self.house.wish(call, legs=wishes, speak=named, caller=CallerWish.SPEAK if named else CallerWish.PARK, **intent)

    def stands(self, call: str) -> list[Stand]:
        """Return how each leg stands."""
        facts = self.house.calls[call].facts
        return [facts.stand(leg) for leg in facts.legs]

    async def over(self, call: str) -> None:
        """Everybody leaves."""
        self.house.wish(call, caller=CallerWish.LEAVE)
        await self.house.until(lambda: self.house.calls[call].facts.over or self.house.calls[call].facts.moved)


@pytest_asyncio.fixture
async def stage(exchange: ScriptedAsterisk, factory: EgressFactory) -> AsyncIterator[Stage]:
    """A line that stands."""
    made = Stage(exchange, factory)
    task = asyncio.create_task(made.driver.run(made.house))
    await made.house.until(lambda: made.driver.trouble == "")
    yield made
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def held_and_back(at: Stage) -> str:
    """A talk that is held, and goes on."""
    call = await at.comes()
    await at.wants(call)
    await at.wants(call, "a", speak=(CALLER, "a"))
    await at.wants(call, "a", speak=(CALLER, "a"), held=(CALLER,))
    assert at.switch.bridges[at.switch.channels[call].bridge].kind == "holding"
    await at.wants(call, "a", speak=(CALLER, "a"))
    assert at.switch.channels[call].bridge == f"unisono~{call}~talk~bridge"
    return call


async def recorded_with_a_consultation(at: Stage) -> str:
    """Recorded by consent, paused for a card, a consultation, three who speak, an attended transfer."""
    call = await at.comes()
    await at.wants(call)
    await at.wants(call, "a", speak=(CALLER, "a"))
    on = {"record": RecordMode.ON, "recording_id": f"r{call.replace('.', '-')}"}
    await at.wants(call, "a", speak=(CALLER, "a"), **on)
    at.switch.talk(call, "my order is late")
    await at.wants(call, "a", speak=(CALLER, "a"), **on | {"record": RecordMode.PAUSE})
    at.switch.talk(call, "4111 1111 1111 1111")
    await at.wants(call, "a", speak=(CALLER, "a"), **on)
    legs = await at.wants(call, "a", "b", speak=("a", "b"), held=(CALLER,), **on)
    at.switch.talk(f"unisono~{call}~{legs['a']}", "he is furious")
    await at.wants(call, "a", "b", speak=(CALLER, "a", "b"), **on)
    await at.wants(call, "b", speak=(CALLER, "b"), **on)
    at.switch.talk(call, "thank you both")
    return call


async def passed_on(at: Stage) -> str:
    """A blind transfer to a number outside."""
    call = await at.comes()
    await at.wants(call)
    await at.wants(call, "a", speak=(CALLER, "a"))
    to = Endpoint(kind=EndpointKind.NUMBER, address="+431234567")
    await at.house.insist(
        lambda: Transfer(command_id=f"t{call}", call_id=call, kind=TransferKind.BLIND, to=to, requested_by="anna")
    )
    await at.house.until(lambda: at.house.calls[call].facts.moved)
    assert [one for one in at.switch.transferred if one[0] == call] == [(call, "from-unisono", "+431234567")]
    return call


async def left_a_message(at: Stage) -> str:
    """A message after the tone."""
    call = await at.comes()
    await at.house.insist(lambda: TakeMessage(command_id=f"m{call}", call_id=call, recording_id=f"v{call.replace('.', '-')}"))
    at.switch.talk(call, "please call me back")
    at.switch.press(call, "#")
    await at.house.until(lambda: [one for one in at.house.of(RecordingReady) if one.call_id == call])
    at.switch.hang_up(call)
    return call


async def called_out(at: Stage) -> str:
    """A call of our own: the agent first, then the customer."""
    call = f"out-{len(at.house.calls)}-{at.exchange.faults.events}"
    await at.wants(call, "a", CALLER, speak=(CALLER, "a"), outgoing=True)
    return call


async def held_at_the_telephone(at: Stage) -> str:
    """The agent's telephone holds the line by its own key, and takes it back; whether it does is shown by no list."""
    call = await at.comes()
    await at.wants(call)
    legs = await at.wants(call, "a", speak=(CALLER, "a"))
    for on in (True, False):
        if (channel := f"unisono~{call}~{legs['a']}") in at.switch.channels:
            at.switch.holds(channel, on=on)
        await at.wants(call, "a", speak=(CALLER, "a"))
    await at.house.until(lambda: at.house.fulfilled(call) and Stand.HELD not in at.stands(call))
    return call


async def recorded_on_a_full_disk(at: Stage) -> str:
    """A recording that fails at the exchange: it is begun anew."""
    call = await at.comes()
    await at.wants(call)
    await at.wants(call, "a", speak=(CALLER, "a"))
    on = {"record": RecordMode.ON, "recording_id": f"r{call.replace('.', '-')}"}
    await at.wants(call, "a", speak=(CALLER, "a"), **on)
    for recording in list(at.switch.recordings.values()):
        at.switch.end_recording(recording, "failed")
    await at.wants(call, "a", speak=(CALLER, "a"), **on)
    await at.house.until(lambda: bool(at.switch.recordings))
    at.switch.talk(call, "my order is late")
    return call


async def heard_a_prompt(at: Stage) -> str:
    """A prompt is played to its end."""
    call = await at.comes()
    await at.wants(call)
    prompt = Prompt(prompt_id=f"p{call}", says=(Announcement(key="menu", text="Press 1", file="menu.wav"),))
    await at.house.insist(lambda: Play(command_id=f"play{call}", call_id=call, prompt=prompt))

    def over() -> bool:
        at.switch.pass_time(5)
        return any(one.call_id == call for one in at.house.of(Played))

    await at.house.until(over)
    return call


_TALK = frozenset({
    "StasisStart", "StasisEnd", "ChannelStateChange", "Dial", "ChannelEnteredBridge", "ChannelLeftBridge", "ChannelHangupRequest",
    "ChannelDestroyed",
})  # fmt: skip
#: Each story, and at which events that the driver reads it is cut.
STORIES = {
    held_and_back: _TALK,
    recorded_with_a_consultation: _TALK | {"RecordingStarted", "RecordingFinished"},
    passed_on: _TALK,
    left_a_message: frozenset({"StasisStart", "StasisEnd", "ChannelDtmfReceived", "RecordingFinished"}),
    heard_a_prompt: frozenset({"StasisStart", "StasisEnd", "PlaybackFinished"}),
    called_out: _TALK,
    held_at_the_telephone: _TALK | {"ChannelHold", "ChannelUnhold"},
    recorded_on_a_full_disk: _TALK | {"RecordingStarted", "RecordingFailed"},
}
#: What itself is a cut, and read as one (`test_line`).
A_CUT = "ApplicationReplaced"
RECORDED = (recorded_with_a_consultation, left_a_message, recorded_on_a_full_disk)
#: How many answers are lost, and how many requests are not heard before that, after the socket is cut.
FAULTS = {"events": (0, 0), "events, requests and answers": (1, 2)}


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("story", STORIES)
async def test_cut_at_every_event_no_call_is_lost_doubled_or_left_ringing(
    stage: Stage, story: Callable[[Stage], Awaitable[str]], fault: str
) -> None:
    faults, index, cut = stage.exchange.faults, 0, True
    while cut:
        index += 1
        cuts, faults.cut_at = faults.cuts, faults.events + index
        faults.answers_lost, faults.unreachable = 0, 0
        faults.on_cut = FAULTS[fault]
        call = await story(stage)
        if story in (held_and_back, recorded_with_a_consultation):
            assert call in stage.switch.channels, "nobody hung up"
        await stage.over(call)
        await stage.house.until(lambda: stage.driver.trouble == "" and not stage.house._compare and not stage.switch.stored)
        cut = faults.cuts > cuts
        nothing_is_left(stage, call, f"{story.__name__}, cut at event {index}")
        recorded = [one for one in stage.house.of(RecordingReady) if one.call_id == call]
        assert len(recorded) == (1 if story in RECORDED else 0)
    assert index > 6
    assert faults.cut_kinds >= STORIES[story], f"never cut at {STORIES[story] - faults.cut_kinds}"


def nothing_is_left(at: Stage, call: str, why: str) -> None:
    """Look at the exchange, and at what was told."""
    for gone in [
        one for one in at.switch.channels.values() if not one.stasis and not one.waiting and one.context == "from-unisono"
    ]:
        at.switch.hang_up(gone.id)
    assert at.switch.channels == {}, why
    assert at.switch.recordings == {}, why
    told = [one for one in at.house.told if one.call_id == call]
    assert len([one for one in told if isinstance(one, Offered)]) == (0 if call.startswith("out") else 1), why
    assert len([one for one in told if isinstance(one, Ended | Transferred)]) >= 1, why
    ended = [one.leg_id for one in told if isinstance(one, LegEnded)]
    assert len(ended) == len(set(ended)), why
    ready = [one for one in told if isinstance(one, RecordingReady)]
    assert len(ready) == len({one.recording_id for one in ready}), why
    assert at.switch.stored == {}, f"{why}: fetched and deleted there"
    for one in ready:
        kept = at.house.kept[one.recording_id]
        assert b"4111" not in kept, why
        assert b"furious" not in kept, why


def test_every_published_event_that_the_driver_reads_is_in_the_list_of_cuts() -> None:
    published = json.loads((Path(__file__).parent / "published.json").read_text(encoding="utf-8"))["models"]
    source = Path(inspect.getfile(AriDriver)).parent
    words = {
        node.value
        for file in source.glob("*.py")
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
    read = {one for one in words if one in published}
    assert {"StasisStart", "ChannelHold", "RecordingFailed"} <= read
    assert read - {A_CUT} == frozenset().union(*STORIES.values())
