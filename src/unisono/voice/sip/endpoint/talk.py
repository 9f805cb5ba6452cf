"""One call with its legs, as the endpoint holds it: live handles, and what is wished of each."""

import asyncio
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final

from unisono.contract.voice import CALLER, Bridge, By, LegState, Park, Purpose, RecordingKind, SeenCall, SeenLeg, Verstat
from unisono.voice.sip.endpoint.pump import Room, Wire
from unisono.voice.sip.endpoint.tape import Tape

BETWEEN_KEYS_S: Final = 0.12


@dataclass(eq=False)
class Leg:
    """One side. `phone`: the stack's call. `inside`: one of the house's own phones, which may ask for transfers."""

    leg_id: str
    phone: Any
    wire: Wire
    inside: bool
    state: LegState
    purpose: Purpose = Purpose.AGENT
    held_by_house: bool = False
    held_by_phone: bool = False
    since: datetime = field(default_factory=lambda: datetime.now(UTC))
    #: When the stack's limits for a talk and for a hold begin to count, by the loop's clock.
    up_at: float | None = None
    held_at: float | None = None
    #: Who ended it, when we know before the stack says so.
    ended_by: By | None = None
    ended_cause: Any = None
    timeout: asyncio.TimerHandle | None = None
    prompt: "Prompting | None" = None
    keys: asyncio.Lock = field(default_factory=asyncio.Lock)


@dataclass(eq=False)
class Prompting:
    """A prompt that is being played: `digits` end it."""

    prompt_id: str
    digits: str
    listen_s: float
    timer: asyncio.TimerHandle | None = None


@dataclass(eq=False)
class Recording:
    """What is being recorded: a talk, or a message (`alone`)."""

    recording_id: str
    tape: Tape
    kind: RecordingKind
    timer: asyncio.TimerHandle | None = None


@dataclass(eq=False)
class Talk:
    """A call of the contract."""

    call_id: str
    incoming: bool
    from_: str = ""
    to: str = ""
    from_kind: str = "number"
    display_name: str = ""
    verstat: Verstat = Verstat.UNKNOWN
    trunk: str = ""
    since: datetime = field(default_factory=lambda: datetime.now(UTC))
    legs: dict[str, Leg] = field(default_factory=dict)
    #: Who is to hear whom, and who does: a leg whose answer is not confirmed yet joins when it is.
    wish: Bridge | None = None
    bridge: tuple[str, ...] = ()
    listeners: tuple[str, ...] = ()
    room: Room = field(default_factory=lambda: Room(wires=[]))
    parked: Park | None = None
    queued: bool = False
    recording: Recording | None = None
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)

    @property
    def caller(self) -> Leg | None:
        """The customer's leg, while it lives."""
        return self.legs.get(CALLER)

    def seen(self) -> SeenCall:
        """Return it as a snapshot shows it."""
        return SeenCall(
            call_id=self.call_id,
            legs=tuple(SeenLeg(leg_id=leg.leg_id, state=state_of(leg), since=leg.since) for leg in self.legs.values()),
            bridge=self.bridge,
            listeners=self.listeners,
            parked=self.queued and self.parked is not None and not self.bridge,
            recording_id=self.recording.recording_id if self.recording else None,
            from_=self.from_,
            to=self.to,
            from_kind=self.from_kind,
            display_name=self.display_name,
            verstat=self.verstat,
            trunk=self.trunk,
            since=self.since,
            incoming=self.incoming,
        )


def state_of(leg: Leg) -> LegState:
    """Return what telephony sees of a leg."""
    if leg.state is LegState.UP and (leg.held_by_house or leg.held_by_phone):
        return LegState.HELD
    return leg.state


async def press(leg: Leg, digits: str) -> None:
    """Send keys to a leg, one after the other: those of a command that comes close upon another wait for its last."""
    async with leg.keys:
        await leg.phone.send_dtmf(digits)
        # Two keys without a pause between them are one to many machines.
        await asyncio.sleep(BETWEEN_KEYS_S)
