"""What is wished for a call, and what lacks to it."""

from enum import StrEnum
from uuid import UUID

from msgspec import Struct, field

from unisono.calls.facts import LIVE, Facts, Stand
from unisono.contract.voice import CALLER, Cause, Purpose, RecordMode


class CallerWish(StrEnum):
    """What the customer is to hear. RING: nothing yet. HEAR: a prompt or a menu, or leaves a message. LEAVE: the call is over."""

    RING = "ring"
    HEAR = "hear"
    PARK = "park"
    SPEAK = "speak"
    LEAVE = "leave"


class LegWish(Struct, frozen=True, kw_only=True):
    """A leg that is to be there. after: a leg that must have been taken up before this one is dialled."""

    purpose: Purpose
    user_id: UUID | None = None
    offer_id: UUID | None = None
    after: str | None = None


class Intent(Struct, frozen=True, kw_only=True):
    """What the house wants. speak: who is to hear one another, as soon as they are up. held: who is to hear music.

    outgoing: we call; the customer's leg is one of `legs` then. cause: with what to leave.
    """

    caller: CallerWish = CallerWish.RING
    legs: dict[str, LegWish] = field(default_factory=dict)
    speak: tuple[str, ...] = ()
    listeners: tuple[str, ...] = ()
    held: tuple[str, ...] = ()
    record: RecordMode = RecordMode.OFF
    recording_id: str | None = None
    cause: Cause = Cause.NORMAL
    outgoing: bool = False


class Act(StrEnum):
    """The commands that a lack can ask for."""

    CONNECT = "connect"
    BRIDGE = "bridge"
    PARK = "park"
    HOLD = "hold"
    RESUME = "resume"
    RECORD = "record"
    HANGUP = "hangup"


class Lack(Struct, frozen=True, kw_only=True):
    """One command that leads from what is so to what is wished. key: the same lack has the same."""

    act: Act
    leg_id: str | None = None
    legs: tuple[str, ...] = ()
    listeners: tuple[str, ...] = ()
    mode: RecordMode = RecordMode.OFF

    @property
    def key(self) -> str:
        """Name the lack."""
        return ":".join((self.act.value, self.leg_id or "", ",".join(self.legs), ",".join(self.listeners), self.mode.value))


def lacking(facts: Facts, intent: Intent) -> list[Lack]:
    """Return what is to be asked of telephony, in an order in which it can be done; empty when all is as wished."""
    if facts.over or facts.moved:
        return []
    if intent.caller is CallerWish.LEAVE:
        return [Lack(act=Act.HANGUP)]
    lacks = _unwanted(facts, intent)
    lacks += _to_dial(facts, intent)
    lacks += _holds(facts, intent)
    lacks += _bridge(facts, intent)
    lacks += _recording(facts, intent)
    return lacks


def _unwanted(facts: Facts, intent: Intent) -> list[Lack]:
    wanted = {CALLER, *intent.legs}
    return [
        Lack(act=Act.HANGUP, leg_id=leg_id) for leg_id, leg in sorted(facts.legs.items())
        if leg.stand in LIVE and leg_id not in wanted
    ]  # fmt: skip


def _to_dial(facts: Facts, intent: Intent) -> list[Lack]:
    return [
        Lack(act=Act.CONNECT, leg_id=leg_id) for leg_id, leg in sorted(intent.legs.items())
        if leg_id not in facts.legs and (leg.after is None or facts.speaks(leg.after))
    ]  # fmt: skip


def _holds(facts: Facts, intent: Intent) -> list[Lack]:
    hold = [leg_id for leg_id in intent.held if facts.stand(leg_id) is Stand.UP]
    resume = [
        leg_id for leg_id, leg in sorted(facts.legs.items())
        if leg.stand is Stand.HELD and leg.by_house and leg_id not in intent.held
    ]  # fmt: skip
    return [Lack(act=Act.HOLD, leg_id=one) for one in hold] + [Lack(act=Act.RESUME, leg_id=one) for one in resume]


def _bridge(facts: Facts, intent: Intent) -> list[Lack]:
    speak = tuple(leg for leg in intent.speak if facts.speaks(leg))
    listeners = tuple(leg for leg in intent.listeners if facts.speaks(leg))
    talk = speak if len(speak) > 1 else ()
    lacks = []
    if talk and (set(talk), set(listeners)) != (set(facts.bridge), set(facts.listeners)):
        lacks.append(Lack(act=Act.BRIDGE, legs=talk, listeners=listeners))
    waits = intent.caller in {CallerWish.PARK, CallerWish.SPEAK} and CALLER not in talk and CALLER not in intent.held
    there = facts.stand(CALLER) in LIVE and (not intent.outgoing or facts.speaks(CALLER))
    if waits and there and (not facts.parked or CALLER in facts.bridge):
        lacks.append(Lack(act=Act.PARK))
    return lacks


def _recording(facts: Facts, intent: Intent) -> list[Lack]:
    wish = intent.record
    if wish is facts.recording or (wish is RecordMode.ON and CALLER not in facts.bridge):
        return []
    if wish is RecordMode.PAUSE and facts.recording is RecordMode.OFF:
        return []
    return [Lack(act=Act.RECORD, mode=wish)]
