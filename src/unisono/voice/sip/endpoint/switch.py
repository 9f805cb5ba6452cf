"""All calls of the endpoint: what the stack reports becomes events of the contract, and the limits are kept.

Nothing here dials. A caller's message changes the caller's own leg and nothing else; who is called is said by commands alone.
"""

import asyncio
import contextlib
import logging
import uuid
from collections import deque
from collections.abc import Callable, Coroutine
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from baresip import BaresipError, Call, CallState
from baresip.events import Event, StackEvent

from unisono.contract.voice import (
    CALLER,
    Answered,
    By,
    Cause,
    Digit,
    Ended,
    Held,
    LegEnded,
    LegState,
    Offered,
    RecordingReady,
    Resumed,
    Ringing,
    SeenCall,
    TransferAsked,
    TransferKind,
    VoiceEvent,
)
from unisono.voice.sip.callers import LONGEST_HEADER, address_of, caller_of, plain, split_address, user_of
from unisono.voice.sip.endpoint.pump import Pump, Wire
from unisono.voice.sip.endpoint.replacing import replaces_of
from unisono.voice.sip.endpoint.sounds import Sounds
from unisono.voice.sip.endpoint.stack import FULL, is_refusal
from unisono.voice.sip.endpoint.talk import Leg, Recording, Talk, state_of
from unisono.voice.sip.frames import Plan, Told, Turned

_log = logging.getLogger("unisono.voice.sip")
#: For how long a phone that asked for a transfer waits for the house's word.
_REFER_PATIENCE_S: Final = 30.0
#: What a refused or failed leg means, by the peer's status. Source: RFC 3261, section 21.
_CAUSES: Final = {
    403: Cause.FORBIDDEN,
    404: Cause.UNREACHABLE,
    408: Cause.NO_ANSWER,
    410: Cause.UNREACHABLE,
    480: Cause.UNREACHABLE,
    484: Cause.UNREACHABLE,
    486: Cause.BUSY,
    487: Cause.CANCELLED,
    600: Cause.BUSY,
    603: Cause.REFUSED,
    604: Cause.UNREACHABLE,
}
#: The stack's own words for a peer from which nothing is heard any more, and for one that never answered at all.
_VANISHED, _TIMED_OUT = "rtp stream error", "Connection timed out"
_TRANSFERRED: Final = "Call transfered"


class Switch:
    """The live calls. `send`: puts a frame on its way to the driver."""

    def __init__(self, plan: Plan, send: Callable[[Any], None], sounds: Sounds) -> None:
        self.plan, self.send, self.sounds = plan, send, sounds
        self.pump = Pump()
        self.talks: dict[str, Talk] = {}
        self._by_handle: dict[int, tuple[Talk, Leg]] = {}
        self._tasks: set[asyncio.Task[Any]] = set()
        self._arrivals: list[float] = []
        #: What was told of calls that nobody knows yet, and when: some phones answer before we hear that they were dialled.
        self._early: deque[tuple[float, StackEvent]] = deque(maxlen=200)
        self.draining = False
        #: When a call was over last, by the loop's clock.
        self.last_over = 0.0

    # -- telling --------------------------------------------------------------------------------------------------------

    def head(self, talk: Talk) -> dict[str, Any]:
        """Return what every event of a call begins with."""
        return {
            "event_id": uuid.uuid4().hex,
            "call_id": talk.call_id,
            "driver": self.plan.driver,
            "at": datetime.now(UTC),
        }

    def tell(self, event: VoiceEvent) -> None:
        """Put an event on its way to the house."""
        self.send(Told(event=event))

    def spawn(self, work: Coroutine[Any, Any, Any]) -> None:
        """Let something go on by itself; what the stack refuses because a call is gone meanwhile is no failure."""

        async def quiet() -> None:
            with contextlib.suppress(BaresipError):
                await work

        task = asyncio.get_running_loop().create_task(quiet())
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    # -- legs -----------------------------------------------------------------------------------------------------------

    def add_leg(self, talk: Talk, leg: Leg) -> None:
        """Take up a leg, and its sound."""
        talk.legs[leg.leg_id] = leg
        self._by_handle[leg.phone.handle] = (talk, leg)
        self.pump.add(leg.wire)

    def seen(self) -> list[SeenCall]:
        """Return all calls as a snapshot shows them."""
        return [talk.seen() for talk in self.talks.values()]

    # -- hearing --------------------------------------------------------------------------------------------------------

    def arrives(self, call: Call, headers: dict[str, str], from_uri: str) -> None:
        """Take in a call, or turn it away when there are too many."""
        now = asyncio.get_running_loop().time()
        self._arrivals = [at for at in self._arrivals if now - at < 1.0]
        inbound = sum(talk.incoming for talk in self.talks.values())
        if inbound >= self.plan.calls or len(self._arrivals) >= self.plan.calls_per_second:
            self.send(Turned(reason="full" if inbound >= self.plan.calls else "flood"))
            self.spawn(call.reject())
            return
        self._arrivals.append(now)
        lower = {name.lower(): value for name, value in headers.items()}
        caller = caller_of(lower, from_uri, country=self.plan.country, trusts_identity=self.plan.trusts_identity)
        talk = Talk(
            call_id=uuid.uuid4().hex,
            incoming=True,
            from_=caller.address,
            to=address_of(split_address(lower.get("to", ""))[1], self.plan.country)[0],
            from_kind=caller.kind,
            display_name=caller.display_name,
            verstat=caller.verstat,
            trunk=self.plan.trunk.server,
        )
        self.talks[talk.call_id] = talk
        wire = Wire(audio=call.audio)
        self.add_leg(talk, Leg(leg_id=CALLER, phone=call, wire=wire, inside=False, state=LegState.RINGING))
        passed_on = {name.lower() for name in self.plan.headers}
        self.tell(
            Offered(
                **self.head(talk),
                from_=talk.from_,
                to=talk.to,
                from_kind=talk.from_kind,
                display_name=talk.display_name,
                verstat=talk.verstat,
                headers={name: plain(value, LONGEST_HEADER) for name, value in lower.items() if name in passed_on},
                trunk=talk.trunk,
            )
        )

    def hear(self, event: StackEvent) -> None:
        """Take an event of the stack."""
        if is_refusal(event):
            full = (event.text or "").startswith(FULL)
            self.send(Turned(reason=("draining" if self.draining else "full") if full else "malformed"))
            return
        if event.event is Event.REFER:
            # Outside of any call nobody may ask us to dial.
            self.send(Turned(reason="refer"))
            return
        known = self._by_handle.get(event.call)
        if known is None:
            self._early.append((asyncio.get_running_loop().time(), event))
            return
        talk, leg = known
        match event.event:
            case Event.CALL_RINGING | Event.CALL_PROGRESS:
                self._rings(talk, leg)
            case Event.CALL_ESTABLISHED:
                self._is_up(talk, leg)
            case Event.CALL_HOLD | Event.CALL_RESUME:
                self._held_by_phone(talk, leg, held=event.event is Event.CALL_HOLD)
            case Event.CALL_DTMF_START if event.text and event.text in "0123456789*#ABCD":
                self.pressed(talk, leg, event.text)
            case Event.CALL_TRANSFER:
                # The call itself hears of it after us, and keeps what was asked.
                asyncio.get_running_loop().call_soon(self._asks_transfer, talk, leg)
            case Event.CALL_CLOSED:
                self._closed(talk, leg, event.text or "")

    def _rings(self, talk: Talk, leg: Leg) -> None:
        # Behind several proxies a 180 may overtake the 200; an answered leg does not ring again.
        if leg.state is LegState.DIALLING:
            leg.state = LegState.RINGING
            self.tell(Ringing(**self.head(talk), leg_id=leg.leg_id, endpoint="inside" if leg.inside else "outside"))

    def _is_up(self, talk: Talk, leg: Leg) -> None:
        if leg.state is LegState.UP:
            return
        leg.state = LegState.UP
        leg.up_at = asyncio.get_running_loop().time()
        if leg.timeout is not None:
            leg.timeout.cancel()
        self.tell(Answered(**self.head(talk), leg_id=leg.leg_id))
        self.after_up(talk, leg)

    def catch_up(self, talk: Talk, leg: Leg, since: float) -> None:
        """Take in what became of a leg before it was known here: some phones answer, or are gone, at once.

        since: when it was dialled, by the loop's clock. The stack's own call may have missed the same, for it is made only after
        the answer to our command; then it hears of it here, or it would stand for a call that never was.
        """
        missed = [event for at, event in self._early if at >= since and event.call == leg.phone.handle]
        for event in missed:
            if leg.phone.state is not CallState.CLOSED:
                leg.phone._on_stack_event(event)  # noqa: SLF001 - the stack tells it nothing twice, and has no other door for it
            self.hear(event)
        if talk.legs.get(leg.leg_id) is not leg:
            return
        if leg.phone.state is CallState.ESTABLISHED:
            self._is_up(talk, leg)
        elif leg.phone.state is CallState.CLOSED:
            self._closed(talk, leg, "")

    def after_up(self, talk: Talk, leg: Leg) -> None:
        """Let a leg that was just answered hear what is wished; set by those who carry out commands."""

    def pressed(self, talk: Talk, leg: Leg, digit: str) -> None:
        """Tell a key; set by those who carry out commands, for keys that end a prompt."""
        self.tell(Digit(**self.head(talk), digit=digit, leg_id=leg.leg_id))

    def left(self, talk: Talk, leg: Leg) -> None:
        """Let the others go on without a leg; set by those who carry out commands."""

    def _held_by_phone(self, talk: Talk, leg: Leg, *, held: bool) -> None:
        if leg.held_by_phone == held:
            return
        leg.held_by_phone = held
        leg.held_at = asyncio.get_running_loop().time() if held else None
        by = By.CALLER if leg.leg_id == CALLER else By.OTHER
        kind = Held if held else Resumed
        self.tell(kind(**self.head(talk), leg_id=leg.leg_id, by=by))

    def _asks_transfer(self, talk: Talk, leg: Leg) -> None:
        request = leg.phone.transfer_request
        if not leg.inside or request is None or request.method != "INVITE":
            self.turn_down(talk, leg)
            return
        attended = replaces_of(request.raw) is not None
        if request.replaces != attended:
            self.turn_down(talk, leg)
            return
        to, what = address_of(request.target, self.plan.country)
        if attended and what == "sip":
            # Phones name where they reach one another (a Contact); whose phone that is is known at the registrar.
            to = f"sip:{user_of(request.target)[0]}@{(self.plan.inside or self.plan.trunk).server}"
        kind = TransferKind.ATTENDED if attended else TransferKind.BLIND
        self.tell(TransferAsked(**self.head(talk), leg_id=leg.leg_id, to=to, kind=kind))
        asyncio.get_running_loop().call_later(_REFER_PATIENCE_S, self._refer_rests, leg, request)

    def turn_down(self, talk: Talk, leg: Leg) -> None:
        """Refuse a transfer that a phone asked for; counted. Where none is open any more nothing is done."""
        if leg.phone.transfer_request is None:
            return
        _log.info("A transfer asked for by a phone was refused: call %s, %s.", talk.call_id, leg.leg_id)
        self.send(Turned(reason="refer"))
        self.spawn(leg.phone.reject_transfer(603))

    def _refer_rests(self, leg: Leg, request: Any) -> None:
        if leg.phone.transfer_request is request:
            self.spawn(leg.phone.reject_transfer(603))

    def _closed(self, talk: Talk, leg: Leg, text: str) -> None:
        if leg.timeout is not None:
            leg.timeout.cancel()
        self._by_handle.pop(leg.phone.handle, None)
        talk.legs.pop(leg.leg_id, None)
        self.pump.drop(leg.wire)
        cause, by = _why(leg, text)
        was = state_of(leg)
        self.left(talk, leg)
        self.tell(LegEnded(**self.head(talk), leg_id=leg.leg_id, cause=cause, by=by, was=was))
        if not talk.legs:
            self._over(talk, cause, by)

    def _over(self, talk: Talk, cause: Cause, by: By) -> None:
        self.last_over = asyncio.get_running_loop().time()
        self.talks.pop(talk.call_id, None)
        self.stop_recording(talk)
        self.pump.close(talk.room)
        self.tell(Ended(**self.head(talk), cause=cause, by=by))

    # -- recordings -----------------------------------------------------------------------------------------------------

    def stop_recording(self, talk: Talk) -> None:
        """End what is recorded of a call; `RecordingReady` comes when it is on disk."""
        recording, talk.recording = talk.recording, None
        if recording is None:
            return
        if recording.timer is not None:
            recording.timer.cancel()
        self.pump.record(talk.room, None, None)
        for leg in talk.legs.values():
            self.pump.listen_to(leg.wire, None)
        recording.tape.finish()

    def recorded(self, talk: Talk, recording: Recording, path: Path, digest: str, length_ms: int) -> None:
        """Tell that a recording is whole."""
        self.tell(
            RecordingReady(
                **self.head(talk),
                recording_id=recording.recording_id,
                uri=f"sip:{path.stem}",
                sha256=digest,
                kind=recording.kind,
                size_bytes=path.stat().st_size,
                duration_s=length_ms / 1000,
            )
        )

    # -- limits ---------------------------------------------------------------------------------------------------------

    async def keep_limits(self) -> None:
        """End what lasts too long: talks, and holds by the far side, whose silence the stack does not watch."""
        while True:
            await asyncio.sleep(1.0)
            now = asyncio.get_running_loop().time()
            for talk in list(self.talks.values()):
                for leg in list(talk.legs.values()):
                    if leg.up_at is not None and now - leg.up_at > self.plan.longest_call_s:
                        self.end(leg, Cause.FORBIDDEN, By.HOUSE)
                    elif leg.held_at is not None and now - leg.held_at > self.plan.longest_hold_s:
                        self.end(leg, Cause.LOST, By.NETWORK)

    def end(self, leg: Leg, cause: Cause, by: By) -> None:
        """Hang up a leg, whatever state it is in; the stack then reports its end."""
        if leg.ended_by is None:
            leg.ended_cause, leg.ended_by = cause, by
            self.spawn(leg.phone.hangup())

    def end_all(self) -> int:
        """Hang up everything; returns how many calls there were."""
        count = len(self.talks)
        for talk in list(self.talks.values()):
            for leg in list(talk.legs.values()):
                self.end(leg, Cause.CANCELLED if leg.state is not LegState.UP else Cause.NORMAL, By.HOUSE)
        return count


def _why(leg: Leg, text: str) -> tuple[Cause, By]:
    """Return why a leg ended and whose act it was, by what the stack says."""
    peer = By.CALLER if leg.leg_id == CALLER else By.OTHER
    if leg.ended_by is not None:
        return leg.ended_cause, leg.ended_by
    if text == _VANISHED:
        return Cause.LOST, By.NETWORK
    if text == _TRANSFERRED:
        return Cause.TRANSFERRED, By.HOUSE
    if leg.state is LegState.UP:
        return Cause.NORMAL, peer
    status = text[:3]
    if status.isdigit():
        return _CAUSES.get(int(status), Cause.FAILED), peer
    if text.startswith(_TIMED_OUT):
        return Cause.UNREACHABLE, By.NETWORK
    return Cause.CANCELLED if leg.leg_id == CALLER else Cause.FAILED, peer
