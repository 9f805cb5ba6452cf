"""The board of one call: who is in it, who hears whom, what is played and recorded. Kept as JSON while the call lives."""

from datetime import datetime, timedelta
from typing import Any, Final

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from unisono.contract.voice import (
    Cause,
    LegState,
    Park,
    Prompt,
    Purpose,
    RecordingKind,
    RecordMode,
    Refused,
    VoiceEvent,
)

DRIVER: Final = "webrtc"
# A repeated command is known by its id for this long; a call sees some dozens of them.
MOST_DONE: Final = 200
# The last seconds of a recording arrive after its end; what has not come by then never will.
FINISH_S: Final = 15.0


class Leg(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One browser's end. user_id: whose desk it is; empty for the visitor. until: when it stops to ring."""

    leg_id: str
    state: LegState
    user_id: str = ""
    purpose: Purpose = Purpose.CUSTOMER
    until: datetime | None = None
    shows: dict[str, str] = {}

    @property
    def up(self) -> bool:
        """Whether it was taken up."""
        return self.state in (LegState.UP, LegState.HELD)


class Taking(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What is recorded, and by which leg's browser. mode: what is wished; runs: what that browser says it does."""

    recording_id: str
    kind: RecordingKind
    mode: RecordMode
    leg_id: str
    user_id: str = ""
    legs: tuple[str, ...] = ()
    runs: RecordMode = RecordMode.OFF
    max_s: float = 0.0
    before: Prompt | None = None


class Board(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One call. name, number, language: what the visitor said of themself. rev rises with each change.

    finishing: recordings that are over and whose last pieces are still on their way, until `finish_by`.
    """

    call_id: str
    to: str
    since: datetime
    visitor: str = ""
    name: str = ""
    number: str = ""
    language: str = "en"
    legs: tuple[Leg, ...] = ()
    park: Park | None = None
    prompt: Prompt | None = None
    prompt_until: datetime | None = None
    bridge: tuple[str, ...] = ()
    listeners: tuple[str, ...] = ()
    taking: Taking | None = None
    finishing: tuple[Taking, ...] = ()
    finish_by: datetime | None = None
    ended: Cause | None = None
    ended_at: datetime | None = None
    done: dict[str, Refused | None] = {}
    told: int = 0
    rev: int = 0

    def leg(self, leg_id: str) -> Leg | None:
        """Return a leg that is there, or None."""
        return next((leg for leg in self.legs if leg.leg_id == leg_id), None)

    def with_leg(self, leg: Leg) -> "Board":
        """Return the board with this leg, new or changed."""
        others = tuple(one for one in self.legs if one.leg_id != leg.leg_id)
        return replace(self, legs=(*others, leg))

    def without_leg(self, leg_id: str) -> "Board":
        """Return the board without a leg: it hears nobody and records nothing any more."""
        return replace(
            self, legs=tuple(leg for leg in self.legs if leg.leg_id != leg_id),
            bridge=tuple(one for one in self.bridge if one != leg_id),
            listeners=tuple(one for one in self.listeners if one != leg_id),
        )  # fmt: skip

    def next_at(self) -> datetime | None:
        """Return when something is due by itself: a leg has rung long enough, or keys were waited for long enough."""
        times = [leg.until for leg in self.legs if leg.until and leg.state is LegState.RINGING]
        return min([*times, *(at for at in (self.prompt_until, self.finish_by) if at)], default=None)

    def recording(self, recording_id: str) -> Taking | None:
        """Return a recording that runs, or whose last pieces are awaited."""
        found = [one for one in (self.taking, *self.finishing) if one is not None and one.recording_id == recording_id]
        return found[0] if found else None


class Change(Struct, frozen=True, kw_only=True):
    """What became of the board, and what is told the house of it, in order."""

    board: Board
    events: tuple[VoiceEvent, ...] = ()


class Telling:
    """Collects a change's events, each with an id that is the same when the same change is told again."""

    def __init__(self, board: Board, now: datetime) -> None:
        self.board = board
        self.now = now
        self.events: list[VoiceEvent] = []

    def tell(self, what: Any, /, **facts: Any) -> None:
        """Tell the house."""
        told = self.board.told + 1
        self.board = replace(self.board, told=told)
        made = what(event_id=f"{self.board.call_id}:{told}", call_id=self.board.call_id, driver=DRIVER, at=self.now, **facts)
        self.events.append(made)

    def set(self, **changes: Any) -> None:
        """Change the board."""
        self.board = replace(self.board, **changes)

    def finish(self) -> None:
        """What was recorded is over; its last pieces may still come."""
        taking = self.board.taking
        if taking is not None:
            by = self.now + timedelta(seconds=FINISH_S)
            self.set(taking=None, finishing=(*self.board.finishing, taking), finish_by=self.board.finish_by or by)

    def change(self) -> Change:
        """Return what became of it."""
        return Change(board=replace(self.board, rev=self.board.rev + 1), events=tuple(self.events))


def encode(board: Board) -> bytes:
    """Return a board as it is kept."""
    return msgspec.json.encode(board)


_decoder: Final = msgspec.json.Decoder(Board)


def decode(body: bytes) -> Board:
    """Return the board that `encode` wrote."""
    return _decoder.decode(body)
