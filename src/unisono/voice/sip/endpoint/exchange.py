"""The house's commands, carried out: who is dialled, who hears whom, what is played, what is kept."""

import asyncio
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from baresip import BaresipError, TransferFailed

from unisono.contract.voice import (
    CALLER,
    Announcement,
    Answer,
    Bridge,
    Bridged,
    By,
    Cause,
    Command,
    Connect,
    DeclineTransfer,
    Digit,
    Done,
    Hangup,
    Held,
    Hold,
    LegState,
    Originate,
    Park,
    Play,
    Played,
    Purpose,
    Queued,
    Record,
    RecordingKind,
    RecordingState,
    RecordMode,
    Refused,
    Result,
    Resume,
    Resumed,
    SendDtmf,
    StopPlay,
    TakeMessage,
    Transfer,
    TransferKind,
    Transferred,
)
from unisono.voice.sip.endpoint.pump import LEAD_S, Track, Wire
from unisono.voice.sip.endpoint.replacing import replaces_of
from unisono.voice.sip.endpoint.sounds import RATE, SAMPLE_BYTES
from unisono.voice.sip.endpoint.stack import Stack
from unisono.voice.sip.endpoint.switch import Switch
from unisono.voice.sip.endpoint.talk import Leg, Prompting, Recording, Talk, press
from unisono.voice.sip.endpoint.tape import Tape
from unisono.voice.sip.frames import Do

#: Results that are kept, so that a command that comes again is not done again.
_KEPT: Final = 20_000
_RECORDING_ID: Final = re.compile(r"[A-Za-z0-9_-]{1,64}")
#: A re-INVITE must wait while another is under way (RFC 3261, 14.1); so it is said again, a little later.
_TRIES, _PAUSE_S = 20, 0.1
_TRANSFER_S: Final = 8.0
#: A message ends when nothing is said for so long.
_MESSAGE_QUIET_S: Final = 6.0
#: What is said in the first moments of a call is lost until sound flows both ways.
_SETTLES_S: Final = 0.6
_BREATH: Final = bytes(int(0.25 * RATE) * SAMPLE_BYTES)


class _No(Exception):
    """The command is refused."""

    def __init__(self, code: str, human: str, *, gone: bool = False) -> None:
        super().__init__(human)
        self.code, self.gone = code, gone


class Exchange(Switch):
    """The switch, with the hand that works it."""

    stack: Stack

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        self._results: dict[str, asyncio.Future[Result]] = {}

    async def do(self, order: Do) -> Result:
        """Carry out a command once; a repeat gets the first result."""
        command_id = order.command.command_id
        known = self._results.get(command_id)
        if known is not None:
            return await asyncio.shield(known)
        future: asyncio.Future[Result] = asyncio.get_running_loop().create_future()
        self._results[command_id] = future
        while len(self._results) > _KEPT:
            self._results.pop(next(iter(self._results)))
        try:
            result: Result = await self._carry_out(order)
        except _No as no:
            result = Refused(command_id=command_id, code=no.code, human=str(no), gone=no.gone)
        except (BaresipError, OSError, ValueError) as error:
            result = Refused(command_id=command_id, code="failed", human=f"The telephone line did not do it: {error}")
        future.set_result(result)
        return result

    async def _carry_out(self, order: Do) -> Result:
        command = order.command
        done = Done(command_id=command.command_id)
        if isinstance(command, Originate):
            if command.call_id in self.talks:
                return done
            talk = Talk(call_id=command.call_id, incoming=False, to=command.endpoint.address)
            self.talks[talk.call_id] = talk
            try:
                await self._dial(talk, order, command.leg_id, command.timeout_s, Purpose.AGENT)
            except BaseException:
                self.talks.pop(talk.call_id, None)
                raise
            return done
        talk = self._talk(command)
        async with talk.lock:
            await self._act(talk, order)
        return done

    def _talk(self, command: Command) -> Talk:
        talk = self.talks.get(command.call_id)
        if talk is None:
            raise _No("gone", "The call is over.", gone=True)
        return talk

    @staticmethod
    def _leg(talk: Talk, leg_id: str) -> Leg:
        leg = talk.legs.get(leg_id)
        if leg is None:
            raise _No("gone", "This side has hung up.", gone=True)
        return leg

    async def _act(self, talk: Talk, order: Do) -> None:
        match order.command:
            case Answer():
                await self._answer(talk)
            case Park() as park:
                await self._park(talk, park)
            case Play() as play:
                await self._play(talk, play)
            case StopPlay(leg_id=leg_id):
                leg = self._leg(talk, leg_id)
                self._end_prompt(leg)
                self.sound(talk, leg)
            case Connect() as connect:
                if connect.leg_id not in talk.legs:
                    await self._dial(talk, order, connect.leg_id, connect.timeout_s, connect.purpose)
            case Bridge() as bridge:
                self._bridge(talk, bridge)
            case Hold(leg_id=leg_id) as hold:
                await self._hold(talk, self._leg(talk, leg_id), hold)
            case Resume(leg_id=leg_id):
                await self._resume(talk, self._leg(talk, leg_id))
            case DeclineTransfer(leg_id=leg_id):
                if leg_id in talk.legs:
                    self.turn_down(talk, talk.legs[leg_id])
            case Transfer() as transfer:
                await self._transfer(talk, transfer, order.target)
            case Record() as record:
                self._record(talk, record)
            case TakeMessage() as message:
                await self._take_message(talk, message)
            case SendDtmf(leg_id=leg_id, digits=digits):
                self.spawn(press(self._leg(talk, leg_id), digits))
            case Hangup(leg_id=None, cause=cause):
                for leg in list(talk.legs.values()):
                    self._hang_up(leg, cause)
            case Hangup(leg_id=str(leg_id), cause=cause):
                self._hang_up(self._leg(talk, leg_id), cause)

    # -- legs -----------------------------------------------------------------------------------------------------------

    async def _answer(self, talk: Talk) -> None:
        leg = self._leg(talk, CALLER)
        if talk.incoming and leg.state is LegState.RINGING:
            await leg.phone.answer()

    async def _dial(self, talk: Talk, order: Do, leg_id: str, timeout_s: float, purpose: Purpose) -> None:
        """Dial what the outbound door named, and nothing else; without its word there is no number to dial."""
        if not order.target:
            raise _No("forbidden", "This number may not be called from here.")
        agent = self.stack.inside if order.inside else self.stack.trunk
        # A proxy that trusts us shows the first; a provider checks the second against the numbers that are ours (RFC 3325).
        header = "P-Asserted-Identity" if order.inside else "P-Preferred-Identity"
        headers = {header: f"<tel:{order.shown}>"} if order.shown else {}
        if isinstance(order.command, Connect) and order.command.taking_over:
            headers |= self._taking_over(talk, order.command.taking_over)
        dialled_at = asyncio.get_running_loop().time()
        phone = await agent.dial(order.target, headers)
        leg = Leg(
            leg_id=leg_id,
            phone=phone,
            wire=Wire(audio=phone.audio),
            inside=order.inside,
            state=LegState.DIALLING,
            purpose=purpose,
        )
        self.add_leg(talk, leg)
        leg.timeout = asyncio.get_running_loop().call_later(timeout_s, self.end, leg, Cause.NO_ANSWER, By.OTHER)
        self.catch_up(talk, leg, dialled_at)
        if leg_id == CALLER:
            for other in talk.legs.values():
                self.sound(talk, other)

    def _taking_over(self, talk: Talk, leg_id: str) -> dict[str, str]:
        """Return the headers by which a leg takes over the talk that another one's phone has with whom is dialled."""
        request = self._leg(talk, leg_id).phone.transfer_request
        replaces = replaces_of(request.raw) if request is not None else None
        if replaces is None:
            raise _No("no_transfer", "The phone does not ask for this transfer any more.")
        return {"Replaces": replaces, "Require": "replaces"}

    def _hang_up(self, leg: Leg, cause: Cause) -> None:
        if leg.state is not LegState.UP:
            cause = Cause.CANCELLED if leg.leg_id != CALLER else cause
        self.end(leg, cause, By.HOUSE)

    def after_up(self, talk: Talk, leg: Leg) -> None:
        if leg.leg_id == CALLER and talk.parked is not None and not talk.queued:
            talk.queued = True
            self.tell(Queued(**self.head(talk)))
        if talk.wish is not None and leg.leg_id in (*talk.wish.legs, *talk.wish.listeners):
            self._join(talk, talk.wish)
        self.sound(talk, leg)

    def left(self, talk: Talk, leg: Leg) -> None:
        self._end_prompt(leg)
        talk.bridge = tuple(leg_id for leg_id in talk.bridge if leg_id != leg.leg_id)
        talk.listeners = tuple(leg_id for leg_id in talk.listeners if leg_id != leg.leg_id)
        if talk.recording is not None and leg.leg_id == CALLER:
            self.stop_recording(talk)

    # -- what is heard --------------------------------------------------------------------------------------------------

    def sound(self, talk: Talk, leg: Leg) -> None:
        """Let a leg hear what is due to it: a prompt goes on; else the others, the music, ringing or nothing."""
        if leg.prompt is not None or leg.state is not LegState.UP:
            return
        if leg.held_by_house:
            track: Track | None = Track([self.sounds.music(None)], loop_from=0)
        elif leg.leg_id in talk.bridge or leg.leg_id in talk.listeners:
            track = None
        elif leg.leg_id == CALLER:
            track = self._waiting(talk.parked) if talk.parked or talk.bridge else None
        else:
            customer = talk.caller
            rings = customer is not None and not talk.incoming and customer.state is not LegState.UP
            track = Track([self.sounds.tone("ringing")], loop_from=0) if rings else None
        self.pump.play(leg.wire, track)

    def _waiting(self, park: Park | None) -> Track:
        music = park.music.file if park else None
        if park is None or not park.says:
            return Track([self.sounds.music(music)], loop_from=0)
        return Track([*self._said(park.says), self.sounds.music(music, max(1.0, park.every_s))], loop_from=0)

    def _said(self, says: tuple[Announcement, ...]) -> list[bytes]:
        return [part for announcement in says for part in (self.sounds.spoken(announcement.file), _BREATH)]

    def _regroup(self, talk: Talk) -> None:
        """Let exactly those hear one another who are to, and are there."""
        self.pump.open(talk.room)
        heard = [leg.wire for leg in talk.legs.values() if leg.leg_id in talk.bridge and not leg.held_by_house]
        quiet = [leg.wire for leg in talk.legs.values() if leg.leg_id in talk.listeners]
        self.pump.change(talk.room, heard, quiet)

    async def _park(self, talk: Talk, park: Park) -> None:
        leg = self._leg(talk, CALLER)
        talk.parked, talk.wish = park, None
        if talk.bridge:
            talk.bridge, talk.listeners, talk.queued = (), (), False
            self._regroup(talk)
        await self._answer(talk)
        if leg.state is LegState.UP:
            self.after_up(talk, leg)

    def _bridge(self, talk: Talk, bridge: Bridge) -> None:
        if any(leg_id not in talk.legs for leg_id in bridge.legs):
            raise _No("gone", "Somebody of these has hung up.", gone=True)
        talk.wish, talk.parked, talk.queued = bridge, None, False
        self._join(talk, bridge)

    def _join(self, talk: Talk, bridge: Bridge) -> None:
        up = {leg_id for leg_id, leg in talk.legs.items() if leg.state is LegState.UP}
        talk.bridge = tuple(leg_id for leg_id in bridge.legs if leg_id in up)
        talk.listeners = tuple(leg_id for leg_id in bridge.listeners if leg_id in up)
        self._regroup(talk)
        for leg in talk.legs.values():
            self.sound(talk, leg)
        self.tell(Bridged(**self.head(talk), legs=talk.bridge, listeners=talk.listeners))

    async def _hold(self, talk: Talk, leg: Leg, hold: Hold) -> None:
        if leg.held_by_house:
            return
        # While the stack holds a leg it sends nothing, not even music: a phone of ours is told by re-INVITE and shows it, the
        # customer stays as they are and hear the music.
        if leg.inside:
            await self._said_again(leg.phone.hold)
        leg.held_by_house = True
        self._regroup(talk)
        self._end_prompt(leg)
        self.pump.play(leg.wire, Track([self.sounds.music(hold.music.file)], loop_from=0))
        self.tell(Held(**self.head(talk), leg_id=leg.leg_id, by=By.HOUSE))

    async def _resume(self, talk: Talk, leg: Leg) -> None:
        if not leg.held_by_house:
            return
        if leg.inside:
            await self._said_again(leg.phone.resume)
        leg.held_by_house = False
        self._regroup(talk)
        self.sound(talk, leg)
        self.tell(Resumed(**self.head(talk), leg_id=leg.leg_id, by=By.HOUSE))

    @staticmethod
    async def _said_again(ask: Callable[[], Any]) -> None:
        for attempt in range(_TRIES):
            try:
                await ask()
            except BaresipError:
                if attempt == _TRIES - 1:
                    raise
                await asyncio.sleep(_PAUSE_S)
            else:
                return

    # -- prompts --------------------------------------------------------------------------------------------------------

    async def _play(self, talk: Talk, play: Play) -> None:
        leg = self._leg(talk, play.leg_id)
        if leg.leg_id == CALLER:
            await self._answer(talk)
        self._end_prompt(leg)
        prompt = leg.prompt = Prompting(play.prompt.prompt_id, play.prompt.digits, play.prompt.listen_s)
        self._say(leg, self._said(play.prompt.says), lambda: self._said_all(talk, leg, prompt))

    def _say(self, leg: Leg, sounds: list[bytes], then: Callable[[], None]) -> None:
        """Play sounds once; `then` is called when the last of them has been heard."""
        loop = asyncio.get_running_loop()

        def ended() -> None:
            # The pump writes ahead, so what it has finished is still to be heard for that long.
            loop.call_soon_threadsafe(loop.call_later, LEAD_S, then)

        if leg.up_at is None or loop.time() - leg.up_at < _SETTLES_S:
            sounds = [bytes(int(RATE * _SETTLES_S) * SAMPLE_BYTES), *sounds]
        self.pump.play(leg.wire, Track(sounds, ended=ended))

    def _said_all(self, talk: Talk, leg: Leg, prompt: Prompting) -> None:
        if leg.prompt is prompt:
            prompt.timer = asyncio.get_running_loop().call_later(prompt.listen_s, self._prompt_over, talk, leg, prompt)

    def _prompt_over(self, talk: Talk, leg: Leg, prompt: Prompting, interrupted: bool = False) -> None:
        if leg.prompt is not prompt:
            return
        self._end_prompt(leg)
        self.sound(talk, leg)
        self.tell(Played(**self.head(talk), prompt_id=prompt.prompt_id, interrupted=interrupted))

    @staticmethod
    def _end_prompt(leg: Leg) -> None:
        if leg.prompt is not None and leg.prompt.timer is not None:
            leg.prompt.timer.cancel()
        leg.prompt = None

    def pressed(self, talk: Talk, leg: Leg, digit: str) -> None:
        self.tell(Digit(**self.head(talk), digit=digit, leg_id=leg.leg_id))
        recording = talk.recording
        if recording is not None and recording.kind is RecordingKind.VOICEMAIL and digit == "#" and leg.leg_id == CALLER:
            self.stop_recording(talk)
        elif leg.prompt is not None and digit in leg.prompt.digits:
            self._prompt_over(talk, leg, leg.prompt, interrupted=True)

    # -- transfer -------------------------------------------------------------------------------------------------------

    async def _transfer(self, talk: Talk, transfer: Transfer, target: str) -> None:
        leg = self._leg(talk, CALLER)
        if not target:
            raise _No("forbidden", "Nobody may be transferred to this number.")
        try:
            if transfer.kind is TransferKind.ATTENDED:
                consulted = self._leg(talk, transfer.with_leg_id or "")
                await leg.phone.attended_transfer(consulted.phone, timeout=_TRANSFER_S)
            else:
                await leg.phone.transfer(target, timeout=_TRANSFER_S)
        except TransferFailed as error:
            raise _No("transfer_failed", f"The trunk did not take the transfer over: {error.reason or 'no answer'}.") from None
        self.tell(Transferred(**self.head(talk), to=transfer.to.address, kind=transfer.kind))
        for other in list(talk.legs.values()):
            self._hang_up(other, Cause.TRANSFERRED)

    # -- recording ------------------------------------------------------------------------------------------------------

    def _record(self, talk: Talk, record: Record) -> None:
        recording = talk.recording
        if record.mode is RecordMode.ON and recording is None:
            caller = self._leg(talk, CALLER)
            if not talk.bridge:
                raise _No("alone", "Nobody speaks with anybody; there is nothing to record.")
            recording = self._begin(talk, record.recording_id, RecordingKind.CALL)
            self.pump.record(talk.room, recording.tape, caller.wire)
        elif recording is None or recording.recording_id != record.recording_id:
            if record.mode is RecordMode.OFF:
                return
            raise _No("not_recording", "This call is not being recorded by that name.")
        recording.tape.paused = record.mode is RecordMode.PAUSE
        if record.mode is RecordMode.OFF:
            self.stop_recording(talk)
        self.tell(RecordingState(**self.head(talk), recording_id=record.recording_id, mode=record.mode))

    def _begin(self, talk: Talk, recording_id: str, kind: RecordingKind, **quiet: Any) -> Recording:
        if not _RECORDING_ID.fullmatch(recording_id):
            raise _No("bad_id", "The recording's name cannot be a file's name.")
        loop = asyncio.get_running_loop()

        def done(path: Path, digest: str, length_ms: int) -> None:
            loop.call_soon_threadsafe(self.recorded, talk, recording, path, digest, length_ms)

        tape = Tape(Path(self.plan.recordings) / f"{recording_id}.wav", done, **quiet)
        recording = talk.recording = Recording(recording_id, tape, kind)
        return recording

    async def _take_message(self, talk: Talk, message: TakeMessage) -> None:
        leg = self._leg(talk, CALLER)
        if talk.recording is not None:
            return
        await self._answer(talk)
        self._end_prompt(leg)
        says = self._said(message.before.says) if message.before else []
        marker = leg.prompt = Prompting(message.recording_id, "", 0.0)
        self._say(leg, [*says, self.sounds.tone("beep")], lambda: self._listen(talk, leg, message, marker))

    def _listen(self, talk: Talk, leg: Leg, message: TakeMessage, marker: Prompting) -> None:
        if leg.prompt is not marker or talk.recording is not None or leg.leg_id not in talk.legs:
            return
        leg.prompt = None
        self.pump.play(leg.wire, None)
        loop = asyncio.get_running_loop()
        stop = lambda: self._message_over(talk, message.recording_id)  # noqa: E731
        recording = self._begin(
            talk,
            message.recording_id,
            RecordingKind.VOICEMAIL,
            quiet_s=_MESSAGE_QUIET_S,
            on_quiet=lambda: loop.call_soon_threadsafe(stop),
        )
        recording.timer = loop.call_later(message.max_s, stop)
        self.pump.listen_to(leg.wire, recording.tape)

    def _message_over(self, talk: Talk, recording_id: str) -> None:
        if talk.recording is not None and talk.recording.recording_id == recording_id:
            self.stop_recording(talk)
