"""What is so: the legs of a call and who hears whom, as telephony told it. Events come late, twice, or not at all."""

from datetime import UTC, datetime
from enum import StrEnum
from typing import Final

from msgspec import Struct, field
from msgspec.structs import replace

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
    Offered,
    Played,
    Queued,
    RecordingReady,
    RecordingState,
    RecordMode,
    Resumed,
    Ringing,
    TransferAsked,
    Transferred,
    VoiceEvent,
)

NEVER: Final = datetime(1970, 1, 1, tzinfo=UTC)


class Stand(StrEnum):
    """Where a leg stands; it only goes on, but for UP and HELD, which follow each other."""

    DIALLING = "dialling"
    RINGING = "ringing"
    UP = "up"
    HELD = "held"
    OVER = "over"


LIVE: Final = frozenset(Stand) - {Stand.OVER}
SPEAKING: Final = frozenset({Stand.UP, Stand.HELD})


class LegFact(Struct, frozen=True, kw_only=True):
    """One leg. at: when it last changed, by telephony's clock. by_house: a hold that we asked for, not its own phone."""

    stand: Stand
    at: datetime = NEVER
    by_house: bool = True
    cause: Cause | None = None
    by: By | None = None


class Facts(Struct, frozen=True, kw_only=True):
    """A call as telephony told it. Times of each kind of fact decide when two tellings disagree."""

    legs: dict[str, LegFact] = field(default_factory=dict)
    bridge: tuple[str, ...] = ()
    listeners: tuple[str, ...] = ()
    bridge_at: datetime = NEVER
    parked: bool = False
    parked_at: datetime = NEVER
    recording_id: str | None = None
    recording: RecordMode = RecordMode.OFF
    recording_at: datetime = NEVER
    ended_at: datetime | None = None
    cause: Cause | None = None
    by: By | None = None
    moved: bool = False

    @property
    def over(self) -> bool:
        """No leg is left."""
        return self.ended_at is not None

    def stand(self, leg_id: str) -> Stand | None:
        """Return where a leg stands; None when it was never heard of."""
        leg = self.legs.get(leg_id)
        return leg.stand if leg is not None else None

    def speaks(self, leg_id: str) -> bool:
        """Return whether a leg has been taken up and is not over."""
        return self.stand(leg_id) in SPEAKING


class Note(Struct, frozen=True, kw_only=True):
    """Why an event changed nothing; a word for the log and the counter, never an error."""

    code: str


def hear(facts: Facts, event: VoiceEvent) -> tuple[Facts, Note | None]:
    """Return what is so after an event. What contradicts what is known changes nothing and is noted."""
    if facts.over and not isinstance(event, RecordingReady | Transferred):
        return facts, Note(code="after_the_end")
    match event:
        case Offered():
            return (facts, Note(code="again")) if CALLER in facts.legs else (_leg(facts, CALLER, Stand.RINGING, event.at), None)
        case Ringing():
            return _forward(facts, event.leg_id, Stand.RINGING, event.at)
        case Answered():
            return _forward(facts, event.leg_id, Stand.UP, event.at)
        case Queued():
            return _queued(facts, event.at)
        case Bridged():
            return _bridged(facts, event)
        case Held() | Resumed():
            return _held(facts, event)
        case LegEnded():
            return _leg_ended(facts, event)
        case Ended():
            return end(facts, event.at, event.cause, event.by), None
        case Transferred():
            return (facts, Note(code="again")) if facts.moved else (replace(facts, moved=True), None)
        case RecordingState():
            if event.at < facts.recording_at:
                return facts, Note(code="late")
            known = None if event.mode is RecordMode.OFF else event.recording_id
            return replace(facts, recording=event.mode, recording_id=known, recording_at=event.at), None
        case Digit() | Played() | RecordingReady() | TransferAsked():
            # They change nothing of who is there; what they mean is for the intent.
            return facts, None


def end(facts: Facts, at: datetime, cause: Cause, by: By) -> Facts:
    """Return a call that is over, with all its legs."""
    legs = {
        leg_id: leg if leg.stand is Stand.OVER else LegFact(stand=Stand.OVER, at=at, cause=cause, by=by)
        for leg_id, leg in facts.legs.items()
    }
    return replace(
        facts, legs=legs, bridge=(), listeners=(), parked=False, recording=RecordMode.OFF, recording_id=None, ended_at=at,
        cause=cause, by=by,
    )  # fmt: skip


_ORDER: Final = {Stand.DIALLING: 0, Stand.RINGING: 1, Stand.UP: 2, Stand.HELD: 2, Stand.OVER: 3}


def _forward(facts: Facts, leg_id: str, stand: Stand, at: datetime) -> tuple[Facts, Note | None]:
    """A leg goes on, never back: `ringing` after `answered` is an old story (SIP's 180 after 200)."""
    known = facts.stand(leg_id)
    if known is not None and _ORDER[known] >= _ORDER[stand]:
        return facts, Note(code="again" if known is stand else "late")
    return _leg(facts, leg_id, stand, at), None


def _leg(facts: Facts, leg_id: str, stand: Stand, at: datetime, *, by_house: bool = True) -> Facts:
    return replace(facts, legs=facts.legs | {leg_id: LegFact(stand=stand, at=at, by_house=by_house)})


def _queued(facts: Facts, at: datetime) -> tuple[Facts, Note | None]:
    if at < max(facts.parked_at, facts.bridge_at) or facts.stand(CALLER) is Stand.OVER:
        return facts, Note(code="late")
    taken_up, _ = _forward(facts, CALLER, Stand.UP, at)
    return replace(taken_up, parked=True, parked_at=at, bridge=tuple(leg for leg in facts.bridge if leg != CALLER)), None


def _bridged(facts: Facts, event: Bridged) -> tuple[Facts, Note | None]:
    if event.at < facts.bridge_at:
        return facts, Note(code="late")
    for leg_id in event.legs + event.listeners:
        facts, _ = _forward(facts, leg_id, Stand.UP, event.at)
    there = tuple(leg for leg in event.legs if facts.speaks(leg))
    listening = tuple(leg for leg in event.listeners if facts.speaks(leg))
    parked = facts.parked and CALLER not in there
    return replace(facts, bridge=there, listeners=listening, bridge_at=event.at, parked=parked), None


def _held(facts: Facts, event: Held | Resumed) -> tuple[Facts, Note | None]:
    known = facts.legs.get(event.leg_id)
    stand = Stand.HELD if isinstance(event, Held) else Stand.UP
    if known is not None and (known.stand is Stand.OVER or event.at < known.at):
        return facts, Note(code="late")
    if known is not None and known.stand is stand:
        return facts, Note(code="again")
    return _leg(facts, event.leg_id, stand, event.at, by_house=event.by is By.HOUSE), None


def _leg_ended(facts: Facts, event: LegEnded) -> tuple[Facts, Note | None]:
    if facts.stand(event.leg_id) is Stand.OVER:
        return facts, Note(code="again")
    over = LegFact(stand=Stand.OVER, at=event.at, cause=event.cause, by=event.by)
    return replace(
        facts, legs=facts.legs | {event.leg_id: over}, bridge=tuple(leg for leg in facts.bridge if leg != event.leg_id),
        listeners=tuple(leg for leg in facts.listeners if leg != event.leg_id),
        parked=facts.parked and event.leg_id != CALLER,
    ), None  # fmt: skip
