"""What we know of the exchange: which legs there are and where each is, by its events and by looking.

Nothing here is remembered that could not be found again by looking; it only spares looking. Times of the exchange order its own
events; what the house is told carries our clock, since the house compares it with ours.
"""

from collections import OrderedDict
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any, Final

from msgspec import Struct

from unisono.contract.voice import (
    CALLER,
    Answered,
    Bridged,
    By,
    Cause,
    Digit,
    Ended,
    Held,
    LegEnded,
    LegState,
    Offered,
    Purpose,
    Queued,
    Resumed,
    Ringing,
    Transferred,
    Verstat,
    VoiceEvent,
)
from unisono.voice.ari.names import Names
from unisono.voice.ari.numbers import called, whose
from unisono.voice.ari.settings import Settings
from unisono.voice.ari.wire import Bridge, Channel, Event, cause_of

#: The first word of what our own legs bring along to the application; the second is what they are for.
LEG: Final = "leg"
_REMEMBERED: Final = 20_000
#: Parts the name of a call whose channel was here before, and went on to somewhere that sent it back.
_AGAIN: Final = ".again."
_NAME_LONGEST: Final = 200


class Leg(Struct, kw_only=True):
    """A leg that is there.

    bridge: where it is; moved: the exchange's time at which it came there. put: where it was put since, which is not told yet.
    incoming: somebody called us by it; else we dialled it. heard: the view's count at the last news of it.
    """

    channel: str
    call_id: str
    leg_id: str
    state: LegState
    purpose: Purpose = Purpose.CUSTOMER
    bridge: str = ""
    moved: str = ""
    put: str | None = None
    incoming: bool = False
    heard: int = 0
    on_hold_itself: bool = False
    cause: Cause | None = None
    hung_up_by_us: bool = False
    goes_to: str = ""
    caller: str = ""
    kind: str = "number"
    name: str = ""
    called: str = ""
    trunk: str = ""
    since: datetime | None = None

    @property
    def place(self) -> str:
        """Return where it is by now."""
        return self.bridge if self.put is None else self.put


class View:
    """The legs of one application. now: our clock."""

    def __init__(self, driver: str, settings: Settings, names: Names, now: Callable[[], datetime]) -> None:
        self._driver = driver
        self._settings = settings
        self._names = names
        self._now = now
        self.legs: dict[str, Leg] = {}
        #: Who is to hear whom, by call, as it was wished last.
        self.wishes: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {}
        self._told: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {}
        #: Channels that are over: the count at which, and the exchange's time.
        self._over: OrderedDict[str, tuple[int, str]] = OrderedDict()
        self._count = 0

    # -- what is there -----------------------------------------------------------------------------------------------------

    def of_call(self, call_id: str) -> dict[str, Leg]:
        """Return the legs of a call, by their names."""
        return {leg.leg_id: leg for leg in self.legs.values() if leg.call_id == call_id}

    def channel(self, call_id: str, leg_id: str) -> str:
        """Return the channel of a leg, whether it is there or not. Raises BadName."""
        if leg_id == CALLER:
            came = call_id.partition(_AGAIN)[0]
            if came in self.legs or came in self._over:
                return came
        return self._names.leg(call_id, leg_id)

    def is_over(self, channel: str) -> bool:
        """Return whether a channel was there and is gone."""
        return channel in self._over

    def together(self, call_id: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Return who of a call hear one another, and who listens. A leg on hold counts to where it will be back."""
        there = self.of_call(call_id)
        talk, aside = self._names.talk(call_id), self._names.aside(call_id)
        wish = self.wishes.get(call_id)
        if wish is not None:
            named = [leg_id for leg_id in wish[0] + wish[1] if leg_id in there]
            place = talk if CALLER in wish[0] else aside
            if not all(there[leg_id].bridge in (place, self._names.held) for leg_id in named):
                named = []
        else:
            named = [leg_id for leg_id, leg in there.items() if leg.bridge == talk]
            if named:
                named += [leg_id for leg_id, leg in there.items() if leg.bridge == self._names.held]
            else:
                named = [leg_id for leg_id, leg in there.items() if leg.bridge == aside]
        listeners = tuple(sorted(leg_id for leg_id in named if there[leg_id].purpose is Purpose.LISTENER))
        legs = tuple(sorted(leg_id for leg_id in named if leg_id not in listeners))
        return (legs, listeners) if len(legs) > 1 else ((), ())

    # -- looking -------------------------------------------------------------------------------------------------------------

    def dialled(self, channel: str, call_id: str, leg_id: str, purpose: Purpose) -> None:
        """Note a leg that is about to be dialled, so that it is missed if it goes unnoticed."""
        self._count += 1
        self.legs[channel] = Leg(
            channel=channel, call_id=call_id, leg_id=leg_id, state=LegState.DIALLING, purpose=purpose, heard=self._count
        )

    def never_dialled(self, channel: str) -> None:
        """Take that back."""
        self.legs.pop(channel, None)

    @property
    def count(self) -> int:
        """How much was heard so far."""
        return self._count

    def look(self, channels: Iterable[Channel], bridges: Iterable[Bridge], since: int) -> list[VoiceEvent]:
        """Take what the exchange shows for the truth; return what the house must have missed: callers, and legs that are gone.

        since: the `count` before it was asked. What was heard after that is newer than what it shows.
        """
        places = {channel: bridge.id for bridge in bridges for channel in bridge.channels}
        shown = {leg.channel: leg for one in channels if (leg := self._leg_of(one, places.get(one.id, ""))) is not None}
        for channel, (ended, _) in self._over.items():
            if ended >= since:
                shown.pop(channel, None)
        told: list[VoiceEvent] = []
        for leg in list(self.legs.values()):
            if leg.heard >= since:
                shown[leg.channel] = leg
            elif leg.channel not in shown:
                told += self._ended(leg, Cause.TRANSFERRED if leg.goes_to else Cause.LOST, By.NETWORK, "")
        for leg in shown.values():
            before = self.legs.get(leg.channel)
            if before is not None and before is not leg:
                leg.call_id, leg.goes_to, leg.hung_up_by_us = before.call_id, before.goes_to, before.hung_up_by_us
                leg.purpose = before.purpose if leg.state is not LegState.UP else leg.purpose
                leg.on_hold_itself, leg.since = before.on_hold_itself, before.since
            elif before is None and leg.incoming:
                leg.since = self._now()
                told.append(self.offered(leg))
        self.legs = shown
        for channel in shown:
            self._over.pop(channel, None)
        return told

    def _leg_of(self, channel: Channel, bridge: str) -> Leg | None:
        args = channel.stasis(self._settings.app)
        ours = self._names.leg_of(channel.id)
        if ours is not None:
            # In the application's hands it is taken up; before that it is dialled, or rings.
            state = LegState.UP if args is not None else LegState.RINGING if channel.state == "Ringing" else LegState.DIALLING
            return Leg(
                channel=channel.id, call_id=ours[0], leg_id=ours[1], state=state, purpose=_purpose(args or ()), bridge=bridge
            )
        if args is None:
            return None
        leg = self._caller(channel, args)
        leg.bridge = bridge
        return leg

    def _caller(self, channel: Channel, args: Iterable[str]) -> Leg:
        number, kind = whose(channel.caller.number, self._settings.region)
        first = next(iter(args), "") or channel.dialplan.exten
        return Leg(
            channel=channel.id, call_id=channel.id, leg_id=CALLER, caller=number, kind=kind, incoming=True,
            state=LegState.UP if channel.state == "Up" else LegState.RINGING,
            name=_one_line(channel.caller.name), called=called(first, self._settings.region),
            trunk=channel.name.rpartition("-")[0][:64],
        )  # fmt: skip

    # -- listening -------------------------------------------------------------------------------------------------------------

    def hear(self, event: Event) -> list[VoiceEvent]:
        """Return what an event means to the house; nothing where it was known, or concerns nobody of ours."""
        channel = event.channel or event.peer
        if channel is None:
            return []
        self._count += 1
        if event.type == "StasisStart":
            return self._arrived(channel, event.args, event.timestamp)
        leg = self.legs.get(channel.id)
        if leg is None:
            return []
        leg.heard = self._count
        match event.type:
            case "ChannelStateChange" | "Dial":
                return self._state(leg, channel, event.dialstatus)
            case "ChannelDtmfReceived" if event.digit:
                return [
                    self._say(
                        Digit,
                        f"dtmf~{leg.channel}~{event.timestamp}~{event.digit[:1]}",
                        leg,
                        digit=event.digit[:1],
                        leg_id=leg.leg_id,
                    )
                ]
            case "ChannelHold" | "ChannelUnhold":
                return self._own_hold(leg, event.type == "ChannelHold", event.timestamp)
            case "ChannelEnteredBridge" | "ChannelLeftBridge" if event.bridge is not None:
                return self._moved(leg, event.bridge.id, event.timestamp, entered=event.type == "ChannelEnteredBridge")
            case "ChannelHangupRequest":
                leg.cause = leg.cause or cause_of(event.cause)
                return []
            case "ChannelDestroyed":
                return self._ended(leg, self._why(leg, event.cause), _by(leg, event.cause), event.timestamp)
            case "StasisEnd" if leg.incoming or leg.goes_to:
                # Whoever called us is told of no more than this; a leg that we dialled is also told to be destroyed, and why.
                cause = Cause.TRANSFERRED if leg.goes_to else leg.cause or Cause.NORMAL
                return self._ended(leg, cause, _by(leg, 16), event.timestamp)
            case _:
                return []

    def _arrived(self, channel: Channel, args: tuple[str, ...], at: str) -> list[VoiceEvent]:
        over = self._over.get(channel.id)
        if over is not None and at <= over[1]:
            return []
        known = self.legs.get(channel.id)
        ours = self._names.leg_of(channel.id)
        if ours is not None:
            return self._taken_up(
                known or Leg(channel=channel.id, call_id=ours[0], leg_id=ours[1], state=LegState.DIALLING), args
            )
        if known is not None:
            return []
        leg = self._caller(channel, args)
        if over is not None:
            leg.call_id = f"{channel.id}{_AGAIN}{self._count}"
        leg.since, leg.heard = self._now(), self._count
        self.legs[channel.id] = leg
        told = [self.offered(leg)]
        return told if leg.state is not LegState.UP else [*told, self._answered(leg)]

    def _taken_up(self, leg: Leg, args: tuple[str, ...]) -> list[VoiceEvent]:
        leg.heard = self._count
        if leg.channel in self._over or leg.state is LegState.UP:
            return []
        self.legs[leg.channel] = leg
        leg.purpose, leg.state = _purpose(args), LegState.UP
        return [self._answered(leg)]

    def offered(self, leg: Leg) -> VoiceEvent:
        """Return the news of a caller."""
        return Offered(
            event_id=f"offered~{leg.call_id}", call_id=leg.call_id, driver=self._driver, at=self._now(), from_=leg.caller,
            to=leg.called, from_kind=leg.kind, display_name=leg.name, trunk=leg.trunk,
            verstat=Verstat.UNKNOWN if leg.caller else Verstat.WITHHELD,
        )  # fmt: skip

    def _answered(self, leg: Leg) -> VoiceEvent:
        return self._say(Answered, f"answered~{leg.call_id}~{leg.leg_id}", leg, leg_id=leg.leg_id)

    def _state(self, leg: Leg, channel: Channel, dialled: str) -> list[VoiceEvent]:
        if leg.incoming:
            if channel.state == "Up" and leg.state is LegState.RINGING:
                leg.state = LegState.UP
                return [self._answered(leg)]
            return []
        if leg.state is LegState.DIALLING and (channel.state == "Ringing" or dialled == "RINGING"):
            leg.state = LegState.RINGING
            return [self._say(Ringing, f"ringing~{leg.channel}", leg, leg_id=leg.leg_id, endpoint="exchange")]
        return []

    def _own_hold(self, leg: Leg, held: bool, at: str) -> list[VoiceEvent]:
        if leg.on_hold_itself is held:
            return []
        leg.on_hold_itself = held
        by = By.CALLER if leg.leg_id == CALLER else By.OTHER
        kind: type[Held | Resumed] = Held if held else Resumed
        return [self._say(kind, f"{'held' if held else 'resumed'}~{leg.channel}~{at}", leg, leg_id=leg.leg_id, by=by)]

    def _moved(self, leg: Leg, bridge: str, at: str, *, entered: bool) -> list[VoiceEvent]:
        if at < leg.moved or (entered and leg.bridge == bridge) or (not entered and leg.bridge != bridge):
            return []
        leg.bridge, leg.moved = bridge if entered else "", at
        if leg.put == leg.bridge:
            leg.put = None
        told: list[VoiceEvent] = []
        if bridge == self._names.waiting and entered and leg.leg_id == CALLER:
            told.append(self._say(Queued, f"queued~{leg.channel}~{at}", leg))
        if bridge == self._names.held:
            kind: type[Held | Resumed] = Held if entered else Resumed
            told.append(self._say(kind, f"{'held' if entered else 'resumed'}~{leg.channel}~{at}", leg, leg_id=leg.leg_id))
        return [*told, *self.bridged(leg.call_id, f"{leg.channel}~{at}")]

    def bridged(self, call_id: str, why: str) -> list[VoiceEvent]:
        """Return who hears whom now, if that is something else than was told last."""
        now = self.together(call_id)
        if now == self._told.get(call_id, ((), ())):
            return []
        if not now[0]:
            # Somebody is on the way from one place to another, or is left alone; what that is, other news says.
            self._told.pop(call_id, None)
            return []
        self._told[call_id] = now
        any_leg = next(iter(self.of_call(call_id).values()))
        return [self._say(Bridged, f"bridged~{why}~{len(now[0])}~{len(now[1])}", any_leg, legs=now[0], listeners=now[1])]

    def _ended(self, leg: Leg, cause: Cause, by: By, at: str) -> list[VoiceEvent]:
        self.legs.pop(leg.channel, None)
        self._over[leg.channel] = (self._count, at)
        while len(self._over) > _REMEMBERED:
            self._over.popitem(last=False)
        told: list[VoiceEvent] = []
        if cause is Cause.TRANSFERRED:
            told.append(self._say(Transferred, f"transferred~{leg.call_id}", leg, to=leg.goes_to))
        told.append(self._say(LegEnded, f"leg-ended~{leg.channel}", leg, leg_id=leg.leg_id, cause=cause, by=by, was=leg.state))
        if not self.of_call(leg.call_id):
            self.wishes.pop(leg.call_id, None)
            self._told.pop(leg.call_id, None)
            told.append(self._say(Ended, f"ended~{leg.call_id}", leg, cause=cause, by=by))
        return told

    def _why(self, leg: Leg, number: int) -> Cause:
        if leg.goes_to:
            return Cause.TRANSFERRED
        if leg.state in (LegState.DIALLING, LegState.RINGING) and not leg.incoming:
            if leg.hung_up_by_us:
                return Cause.CANCELLED
            # A leg that was never taken up did not end in the ordinary way, whatever the line says.
            return Cause.NO_ANSWER if cause_of(number) is Cause.NORMAL else cause_of(number)
        return leg.cause or cause_of(number)

    def _say(self, kind: Callable[..., VoiceEvent], event_id: str, leg: Leg, **more: Any) -> VoiceEvent:
        return kind(event_id=event_id, call_id=leg.call_id, driver=self._driver, at=self._now(), **more)


def _by(leg: Leg, number: int) -> By:
    if leg.hung_up_by_us or leg.goes_to:
        return By.HOUSE
    if cause_of(number) in (Cause.FAILED, Cause.FULL, Cause.UNREACHABLE):
        return By.NETWORK
    return By.CALLER if leg.leg_id == CALLER else By.OTHER


def _purpose(args: Iterable[str]) -> Purpose:
    words = [*args]
    return Purpose(words[1]) if len(words) > 1 and words[0] == LEG and words[1] in set(Purpose) else Purpose.AGENT


def _one_line(text: str) -> str:
    return " ".join("".join(one if one.isprintable() else " " for one in text).split())[:_NAME_LONGEST]
