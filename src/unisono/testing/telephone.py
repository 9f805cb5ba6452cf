"""A telephone exchange that a test plays: `FakeDriver` does what the script says and knows the truth of every call.

    driver = FakeDriver(clock=clock)
    driver.phone("anna", Reaction.ANSWERS)
    call = await driver.rings("+4930123456", "+498001")
    await driver.hangs_up(call)

It can lose events, tell them twice and forget everything, as exchanges do; `snapshot` always says what is so.
"""

import asyncio
import hashlib
import itertools
from collections.abc import AsyncIterator, Callable
from enum import StrEnum
from typing import Any

from unisono.contract import Clock
from unisono.contract.voice import (
    CALLER,
    Answer,
    Answered,
    Bridge,
    Bridged,
    By,
    Cause,
    Command,
    Connect,
    DeclineTransfer,
    Digit,
    Done,
    Ended,
    Endpoint,
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
    Queued,
    Record,
    RecordingKind,
    RecordingReady,
    RecordingState,
    RecordMode,
    Refused,
    Result,
    Resume,
    Resumed,
    Ringing,
    SeenCall,
    SeenLeg,
    SendDtmf,
    Snapshot,
    StopPlay,
    TakeMessage,
    Transfer,
    TransferAsked,
    TransferKind,
    Transferred,
    Verstat,
    VoiceEvent,
    VoiceListener,
    VoicePowers,
)


class Reaction(StrEnum):
    """What a phone does when it is rung. RINGS: nothing, until the test says more."""

    RINGS = "rings"
    ANSWERS = "answers"
    BUSY = "busy"
    REFUSES = "refuses"
    UNREACHABLE = "unreachable"


_ENDS = {
    Reaction.BUSY: Cause.BUSY,
    Reaction.REFUSES: Cause.REFUSED,
    Reaction.UNREACHABLE: Cause.UNREACHABLE,
}


class _Live:
    """A call as it really is."""

    def __init__(self, call_id: str, offered: Offered | None) -> None:
        self.call_id = call_id
        self.offered = offered
        self.legs: dict[str, LegState] = {}
        self.bridge: tuple[str, ...] = ()
        self.listeners: tuple[str, ...] = ()
        self.parked = False
        self.recording_id: str | None = None
        self.recording: bytes = b""


class FakeDriver:
    """One scripted exchange. `commands` holds what it was asked, in order, repeats included; `told` what it told.

    deaf: events are lost while it is set (the link is cut). twice: every event is told a second time. obeys: False lets commands
    vanish as if the link were cut (`Refused`, to be given again).
    """

    def __init__(self, name: str = "fake", *, clock: Clock, powers: VoicePowers | None = None) -> None:
        self.name = name
        self.commands: list[Command] = []
        self.told: list[VoiceEvent] = []
        self.deaf = False
        self.twice = False
        self.obeys = True
        self.recordings: dict[str, bytes] = {}
        #: Calls and legs whose phones were told that their transfer is not made.
        self.declined: list[tuple[str, str]] = []
        self.forgotten: list[str] = []
        self._clock = clock
        self._powers = powers or VoicePowers(calls_out=True, record=True, take_message=True, listen=True)
        self._listener: VoiceListener | None = None
        self._listening = asyncio.Event()
        self._calls: dict[str, _Live] = {}
        self._results: dict[str, Result] = {}
        self._phones: dict[str, Reaction] = {}
        self._numbers = itertools.count(1)

    @property
    def powers(self) -> VoicePowers:
        return self._powers

    async def run(self, listener: VoiceListener) -> None:
        """Listen to the script until cancelled."""
        self._listener = listener
        self._listening.set()
        await listener.reconnected()
        await asyncio.Event().wait()

    def listen(self, listener: VoiceListener) -> None:
        """Tell events to this listener, without a task of one's own."""
        self._listener = listener
        self._listening.set()

    # -- the script -----------------------------------------------------------------------------------------------------

    def phone(self, address: str, reaction: Reaction) -> None:
        """Say what the phone at an address does when it is rung; without a word it only rings."""
        self._phones[address] = reaction

    async def rings(
        self, from_: str, to: str, *, display_name: str = "", verstat: Verstat = Verstat.UNKNOWN, from_kind: str = "number",
        call_id: str | None = None,
    ) -> str:  # fmt: skip
        """Somebody calls; return the call's id."""
        await self._listening.wait()
        number = next(self._numbers)
        call_id = call_id or f"call-{number}"
        offered = Offered(
            event_id=f"e{number}", call_id=call_id, driver=self.name, at=self._clock.now(), from_=from_, to=to,
            from_kind=from_kind, display_name=display_name, verstat=verstat,
        )  # fmt: skip
        live = _Live(call_id, offered)
        live.legs[CALLER] = LegState.RINGING
        self._calls[call_id] = live
        await self._tell(offered)
        return call_id

    async def answers(self, call_id: str, leg_id: str) -> None:
        """A phone that rings is taken up."""
        self._calls[call_id].legs[leg_id] = LegState.UP
        await self._tell(Answered(**self._head(call_id), leg_id=leg_id))

    async def hangs_up(self, call_id: str, leg_id: str = CALLER, cause: Cause = Cause.NORMAL) -> None:
        """Somebody hangs up. With the customer's leg the whole call goes, with the last other leg as well."""
        await self._drop(call_id, leg_id, cause, By.CALLER if leg_id == CALLER else By.OTHER)

    async def presses(self, call_id: str, digits: str) -> None:
        """The caller presses keys."""
        for digit in digits:
            await self._tell(Digit(**self._head(call_id), digit=digit))

    async def prompt_ends(self, call_id: str, prompt_id: str) -> None:
        """What was played to the caller is over."""
        await self._tell(Played(**self._head(call_id), prompt_id=prompt_id))

    async def holds(self, call_id: str, leg_id: str = CALLER) -> None:
        """A phone puts its own leg on hold."""
        self._calls[call_id].legs[leg_id] = LegState.HELD
        await self._tell(Held(**self._head(call_id), leg_id=leg_id, by=By.OTHER))

    async def asks_transfer(self, call_id: str, leg_id: str, to: str, kind: TransferKind = TransferKind.BLIND) -> None:
        """A phone sends a REFER."""
        await self._tell(TransferAsked(**self._head(call_id), leg_id=leg_id, to=to, kind=kind))

    async def finishes_recording(self, call_id: str, recording_id: str, kind: RecordingKind, sound: bytes) -> str:
        """A recording is complete; return its uri."""
        uri = f"fake:{recording_id}"
        self.recordings[uri] = sound
        await self._tell(
            RecordingReady(
                **self._head(call_id),
                recording_id=recording_id,
                uri=uri,
                sha256=hashlib.sha256(sound).hexdigest(),
                kind=kind,
                size_bytes=len(sound),
                duration_s=1.0,
            )
        )
        return uri

    def vanishes(self, call_id: str) -> None:
        """The call is gone and nobody is told."""
        self._calls.pop(call_id, None)

    def restarts(self) -> None:
        """The exchange loses all calls and what it was asked before, without a word."""
        self._calls.clear()
        self._results.clear()

    async def comes_back(self) -> None:
        """The link that was cut stands again."""
        self.deaf, self.obeys = False, True
        if self._listener is not None:
            await self._listener.reconnected()

    def last(self, kind: type[Command], call_id: str | None = None) -> Any:
        """Return the newest command of a kind. Raises LookupError when there was none."""
        for command in reversed(self.commands):
            if isinstance(command, kind) and call_id in {None, command.call_id}:
                return command
        raise LookupError(f"no {kind.__name__} was asked of {self.name}; asked were {self.commands}")

    def hears(self, call_id: str) -> tuple[str, ...]:
        """Return the legs that hear one another."""
        return self._calls[call_id].bridge

    def lives(self, call_id: str) -> bool:
        """Return whether the call is up at the exchange."""
        return call_id in self._calls

    # -- the contract ---------------------------------------------------------------------------------------------------

    async def do(self, command: Command) -> Result:
        """Do it once; a repeat gets the first result."""
        self.commands.append(command)
        if not self.obeys:
            return Refused(command_id=command.command_id, code="cut", human="The exchange cannot be reached.", again=True)
        if command.command_id not in self._results:
            self._results[command.command_id] = await self._take_up(command)
        return self._results[command.command_id]

    async def snapshot(self) -> Snapshot:
        """Return the truth. Raises OSError while the link is cut."""
        if self.deaf and not self.obeys:
            raise OSError("the exchange cannot be reached")
        return Snapshot(driver=self.name, taken_at=self._clock.now(), calls=tuple(_seen(live) for live in self._calls.values()))

    async def recording(self, uri: str) -> AsyncIterator[bytes]:
        """Yield a recording in pieces."""
        if uri not in self.recordings:
            raise OSError(f"there is no recording {uri}")
        sound = self.recordings[uri]
        for start in range(0, len(sound), 65_536):
            yield sound[start : start + 65_536]

    async def forget_recording(self, uri: str) -> None:
        """Keep nothing of it."""
        self.recordings.pop(uri, None)
        self.forgotten.append(uri)

    async def _take_up(self, command: Command) -> Result:
        done = Done(command_id=command.command_id)
        if isinstance(command, Originate):
            if command.call_id not in self._calls:
                self._calls[command.call_id] = _Live(command.call_id, None)
                await self._ring(command.call_id, command.leg_id, command.endpoint)
            return done
        live = self._calls.get(command.call_id)
        if live is None:
            return Refused(command_id=command.command_id, code="gone", human="The call is over.", gone=True)
        leg = getattr(command, "leg_id", None)
        if leg is not None and not isinstance(command, Connect) and leg not in live.legs:
            return Refused(command_id=command.command_id, code="gone", human="This side has hung up.", gone=True)
        await self._act(live, command)
        return done

    async def _act(self, live: _Live, command: Command) -> None:
        head: Callable[[], dict[str, Any]] = lambda: self._head(live.call_id)  # noqa: E731  (each event has an id of its own)
        match command:
            case Answer():
                await self._up(live, CALLER)
            case Park():
                await self._up(live, CALLER)
                was, live.parked, live.bridge = live.parked, True, ()
                if not was:
                    await self._tell(Queued(**head()))
            case DeclineTransfer():
                self.declined.append((live.call_id, command.leg_id))
            case Play() | StopPlay() | SendDtmf():
                await self._up(live, CALLER)
            case Connect():
                await self._ring(live.call_id, command.leg_id, command.endpoint)
            case Bridge():
                live.bridge = tuple(leg for leg in command.legs if live.legs.get(leg) in {LegState.UP, LegState.HELD})
                live.listeners = command.listeners
                live.parked = False
                await self._tell(Bridged(**head(), legs=live.bridge, listeners=live.listeners))
            case Hold():
                live.legs[command.leg_id] = LegState.HELD
                await self._tell(Held(**head(), leg_id=command.leg_id))
            case Resume():
                live.legs[command.leg_id] = LegState.UP
                await self._tell(Resumed(**head(), leg_id=command.leg_id))
            case Transfer():
                self._calls.pop(live.call_id)
                await self._tell(Transferred(**head(), to=command.to.address, kind=TransferKind(command.kind)))
                await self._tell(Ended(**head(), cause=Cause.TRANSFERRED, by=By.HOUSE))
            case Record():
                await self._record(live, command)
            case TakeMessage():
                await self._up(live, CALLER)
                live.recording_id = command.recording_id
            case Hangup(leg_id=None):
                for leg_id in list(live.legs):
                    await self._drop(live.call_id, leg_id, command.cause, By.HOUSE)
            case Hangup(leg_id=str(leg_id)):
                cause = Cause.CANCELLED if live.legs[leg_id] is LegState.RINGING else command.cause
                await self._drop(live.call_id, leg_id, cause, By.HOUSE)

    async def _record(self, live: _Live, command: Record) -> None:
        live.recording_id = None if command.mode is RecordMode.OFF else command.recording_id
        if command.mode is RecordMode.ON:
            live.recording += b"sound"
        await self._tell(RecordingState(**self._head(live.call_id), recording_id=command.recording_id, mode=command.mode))
        if command.mode is RecordMode.OFF:
            await self.finishes_recording(live.call_id, command.recording_id, RecordingKind.CALL, live.recording)

    async def _up(self, live: _Live, leg_id: str) -> None:
        if live.legs.get(leg_id) is LegState.RINGING:
            live.legs[leg_id] = LegState.UP
            await self._tell(Answered(**self._head(live.call_id), leg_id=leg_id))

    async def _ring(self, call_id: str, leg_id: str, endpoint: Endpoint) -> None:
        reaction = self._phones.get(endpoint.user_id or endpoint.address, self._phones.get(endpoint.address, Reaction.RINGS))
        live = self._calls[call_id]
        live.legs[leg_id] = LegState.RINGING
        if reaction in _ENDS:
            await self._drop(call_id, leg_id, _ENDS[reaction], By.OTHER)
            return
        await self._tell(Ringing(**self._head(call_id), leg_id=leg_id, endpoint=endpoint.kind.value))
        if reaction is Reaction.ANSWERS:
            await self.answers(call_id, leg_id)

    async def _drop(self, call_id: str, leg_id: str, cause: Cause, by: By) -> None:
        """One leg goes; without the customer, or with nobody left, the call goes too."""
        live = self._calls.get(call_id)
        if live is None or leg_id not in live.legs:
            return
        was = live.legs.pop(leg_id)
        live.bridge = tuple(leg for leg in live.bridge if leg != leg_id)
        await self._tell(LegEnded(**self._head(call_id), leg_id=leg_id, cause=cause, by=by, was=was))
        if not live.legs:
            self._calls.pop(call_id, None)
            if live.recording_id is not None and live.recording:
                await self.finishes_recording(call_id, live.recording_id, RecordingKind.CALL, live.recording)
            await self._tell(Ended(**self._head(call_id), cause=cause, by=by))

    # -- telling --------------------------------------------------------------------------------------------------------

    def _head(self, call_id: str) -> dict[str, Any]:
        return {"event_id": f"e{next(self._numbers)}", "call_id": call_id, "driver": self.name, "at": self._clock.now()}

    async def _tell(self, event: VoiceEvent) -> None:
        if self.deaf or self._listener is None:
            return
        self.told.append(event)
        for _ in range(2 if self.twice else 1):
            await self._listener.heard(event)


def _seen(live: _Live) -> SeenCall:
    offered = live.offered
    return SeenCall(
        call_id=live.call_id,
        legs=tuple(SeenLeg(leg_id=leg_id, state=state) for leg_id, state in live.legs.items()),
        bridge=live.bridge,
        listeners=live.listeners,
        parked=live.parked,
        recording_id=live.recording_id,
        from_=offered.from_ if offered else "",
        to=offered.to if offered else "",
        from_kind=offered.from_kind if offered else "number",
        since=offered.at if offered else None,
        incoming=offered is not None,
    )
