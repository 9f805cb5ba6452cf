"""What the browsers of a call do to its board: take up, refuse, press keys, hang up, vanish, record. Pure.

An act that no longer fits (a ring that was over, a key after the end) changes nothing: the browser sees what is so.
"""

from datetime import datetime

from msgspec.structs import replace

from unisono.contract.voice import (
    CALLER,
    Answered,
    By,
    Cause,
    Digit,
    LegState,
    Offered,
    Played,
    RecordingKind,
    RecordingReady,
    RecordingState,
    RecordMode,
)
from unisono.voice.webrtc.board import Board, Change, Leg, Telling
from unisono.voice.webrtc.wishes import end_call, end_leg

KEYS = frozenset("0123456789*#")
# A page that is loaded anew, or changes its network, is back sooner; one that is not has gone.
VISITOR_GONE_S = 25.0
AGENT_GONE_S = 45.0


def offer(call_id: str, to: str, now: datetime, *, visitor: str, name: str, number: str, language: str) -> Change:
    """Return the board of a visitor who calls."""
    board = Board(
        call_id=call_id, to=to, since=now, visitor=visitor, name=name, number=number, language=language,
        legs=(Leg(leg_id=CALLER, state=LegState.RINGING),),
    )  # fmt: skip
    telling = Telling(board, now)
    headers = {"language": language} | ({"number": number} if number else {})
    telling.tell(
        Offered, from_=visitor, to=to, from_kind="visitor", display_name=name, headers=headers, trunk=to,
    )  # fmt: skip
    return telling.change()


def take_up(board: Board, leg_id: str, now: datetime) -> Change | None:
    """The agent takes the call up."""
    leg = board.leg(leg_id)
    if leg is None or leg.state is not LegState.RINGING:
        return None
    telling = Telling(board.with_leg(replace(leg, state=LegState.UP, until=None)), now)
    telling.tell(Answered, leg_id=leg_id)
    return telling.change()


def leave(board: Board, leg_id: str, now: datetime, cause: Cause | None = None) -> Change | None:
    """Somebody hangs up, or does not take the call; with the visitor the whole call ends. cause: not given, what fits."""
    leg = board.leg(leg_id)
    if leg is None or board.ended is not None:
        return None
    telling = Telling(board, now)
    if leg_id == CALLER:
        end_call(telling, cause or Cause.NORMAL, By.CALLER)
    else:
        end_leg(telling, leg_id, cause or (Cause.NORMAL if leg.up else Cause.REFUSED), By.OTHER)
    return telling.change()


def press(board: Board, leg_id: str, key: str, now: datetime) -> Change | None:
    """Press a key; one that a prompt waits for ends the prompt."""
    if board.leg(leg_id) is None or key not in KEYS:
        return None
    telling = Telling(board, now)
    telling.tell(Digit, digit=key, leg_id=leg_id)
    prompt = board.prompt
    if leg_id == CALLER and prompt is not None and key in prompt.digits:
        telling.set(prompt=None, prompt_until=None)
        telling.tell(Played, prompt_id=prompt.prompt_id, interrupted=True)
    return telling.change()


def look(board: Board, now: datetime) -> Change | None:
    """Do what is due by itself: who rings too long is let go, and a prompt that was heard to its end is over."""
    telling = Telling(board, now)
    for leg in board.legs:
        if leg.state is LegState.RINGING and leg.until is not None and leg.until <= now:
            end_leg(telling, leg.leg_id, Cause.NO_ANSWER, By.NETWORK)
    if board.prompt is not None and board.prompt_until is not None and board.prompt_until <= now:
        telling.set(prompt=None, prompt_until=None)
        telling.tell(Played, prompt_id=board.prompt.prompt_id)
    return telling.change() if telling.events else None


def vanish(board: Board, leg_id: str, now: datetime) -> Change | None:
    """A browser has not been heard of for too long."""
    leg = board.leg(leg_id)
    if leg is None or board.ended is not None:
        return None
    telling = Telling(board, now)
    if leg_id == CALLER:
        end_call(telling, Cause.LOST, By.NETWORK)
    else:
        end_leg(telling, leg_id, Cause.LOST, By.NETWORK)
    return telling.change()


def recording_runs(board: Board, recording_id: str, leg_id: str, mode: RecordMode, now: datetime) -> Change | None:
    """The browser that records says what it does; ON again, from a page that was loaded anew, begins a part of its own."""
    taking = board.taking
    if taking is None or taking.recording_id != recording_id or taking.leg_id != leg_id or taking.runs is mode:
        return None
    telling = Telling(board, now)
    telling.set(taking=replace(taking, runs=mode))
    telling.tell(RecordingState, recording_id=recording_id, mode=mode)
    return telling.change()


def recording_done(
    board: Board, recording_id: str, now: datetime, *, sha256: str, media_type: str, size_bytes: int, seconds: float
) -> Change | None:
    """All of a recording has arrived."""
    taking = board.recording(recording_id)
    if taking is None:
        return None
    telling = _without(board, recording_id, now)
    if taking.kind is RecordingKind.CALL:
        telling.tell(RecordingState, recording_id=recording_id, mode=RecordMode.OFF)
    telling.tell(
        RecordingReady, recording_id=recording_id, uri=recording_id, sha256=sha256, kind=taking.kind, media_type=media_type,
        size_bytes=size_bytes, duration_s=seconds,
    )  # fmt: skip
    return telling.change()


def recording_dropped(board: Board, recording_id: str, now: datetime) -> Change | None:
    """Nothing of a recording is there: its browser has gone before the first second, or the visitor thought better of it."""
    if board.recording(recording_id) is None:
        return None
    telling = _without(board, recording_id, now)
    telling.tell(RecordingState, recording_id=recording_id, mode=RecordMode.OFF)
    return telling.change()


def _without(board: Board, recording_id: str, now: datetime) -> Telling:
    telling = Telling(board, now)
    if board.taking is not None and board.taking.recording_id == recording_id:
        telling.set(taking=None)
    left = tuple(one for one in board.finishing if one.recording_id != recording_id)
    telling.set(finishing=left, finish_by=board.finish_by if left else None)
    return telling
