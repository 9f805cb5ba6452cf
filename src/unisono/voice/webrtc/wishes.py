"""What the house's commands do to a board. Pure: the driver keeps what comes out, and browsers see it."""

from datetime import datetime, timedelta
from typing import Final

from msgspec.structs import replace

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
    Done,
    Ended,
    EndpointKind,
    Hangup,
    Held,
    Hold,
    LegEnded,
    LegState,
    Park,
    Play,
    Played,
    Queued,
    Record,
    RecordingKind,
    RecordingState,
    RecordMode,
    Refused,
    Result,
    Resume,
    Resumed,
    Ringing,
    SendDtmf,
    StopPlay,
    TakeMessage,
)
from unisono.voice.webrtc.board import MOST_DONE, Board, Change, Leg, Taking, Telling

# A browser shows a prompt's text, and may speak it; nobody can say when the last word was, so it is reckoned from its length.
_READS_PER_S: Final = 14.0
_SHORTEST_S: Final = 2.0
# Who is to choose may need to read twice, or to find the button.
_TO_CHOOSE_S: Final = 20.0


def do(board: Board | None, command: Command, now: datetime) -> tuple[Change | None, Result]:
    """Return what a command does, and the answer to it; a command that was given before returns its first answer."""
    if board is None or board.ended is not None:
        if isinstance(command, Hangup):
            return None, Done(command_id=command.command_id)
        return None, _refused(command, "no_call", "The caller is not there any more.", gone=True)
    if command.command_id in board.done:
        return None, board.done[command.command_id] or Done(command_id=command.command_id)
    telling = Telling(board, now)
    refused = _carry_out(telling, command)
    done = dict(list(telling.board.done.items())[1 - MOST_DONE :]) | {command.command_id: refused}
    telling.set(done=done)
    return telling.change(), refused or Done(command_id=command.command_id)


def _carry_out(telling: Telling, command: Command) -> Refused | None:
    match command:
        case Answer():
            _answer(telling)
        case Park():
            _park(telling, command)
        case Play():
            return _play(telling, command)
        case StopPlay():
            _stop_play(telling)
        case Connect():
            return _connect(telling, command)
        case Bridge():
            return _bridge(telling, command)
        case Hold() | Resume():
            return _hold(telling, command)
        case Record():
            return _record(telling, command)
        case TakeMessage():
            _take_message(telling, command)
        case SendDtmf() | DeclineTransfer():
            # There is no far end but browsers, and these show keys to nobody, and ask for no transfers.
            return None
        case Hangup():
            _hang_up(telling, command)
        case _:
            return _refused(command, "not_possible", "A call in the browser cannot be led out of the house.")
    return None


def _answer(telling: Telling) -> None:
    caller = telling.board.leg(CALLER)
    if caller is not None and caller.state is LegState.RINGING:
        telling.board = telling.board.with_leg(replace(caller, state=LegState.UP))
        telling.tell(Answered, leg_id=CALLER)


def _park(telling: Telling, command: Park) -> None:
    _answer(telling)
    if telling.board.park is None:
        telling.tell(Queued)
    telling.set(park=command, prompt=None, prompt_until=None)


def _play(telling: Telling, command: Play) -> Refused | None:
    if telling.board.leg(command.leg_id) is None:
        return _no_leg(command, command.leg_id)
    if command.leg_id != CALLER:
        # The desk shows its people what is so; nothing is played into their ear.
        telling.tell(Played, prompt_id=command.prompt.prompt_id)
        return None
    _answer(telling)
    if telling.board.prompt is not None:
        telling.tell(Played, prompt_id=telling.board.prompt.prompt_id, interrupted=True)
    letters = sum(len(one.text) for one in command.prompt.says)
    lasts = max(_SHORTEST_S, letters / _READS_PER_S, _TO_CHOOSE_S if command.prompt.digits else 0.0) + command.prompt.listen_s
    telling.set(prompt=command.prompt, prompt_until=telling.now + timedelta(seconds=lasts))
    return None


def _stop_play(telling: Telling) -> None:
    if telling.board.prompt is not None:
        telling.tell(Played, prompt_id=telling.board.prompt.prompt_id, interrupted=True)
        telling.set(prompt=None, prompt_until=None)


def _connect(telling: Telling, command: Connect) -> Refused | None:
    if telling.board.leg(command.leg_id) is not None:
        return None
    if command.endpoint.kind is not EndpointKind.AGENT:
        return _refused(command, "not_possible", "A call in the browser can be connected with people at the desk only.")
    user_id = command.endpoint.user_id or command.endpoint.address
    until = telling.now + timedelta(seconds=command.timeout_s)
    leg = Leg(
        leg_id=command.leg_id, state=LegState.RINGING, user_id=user_id, purpose=command.purpose, until=until, shows=command.shows,
    )  # fmt: skip
    telling.board = telling.board.with_leg(leg)
    telling.tell(Ringing, leg_id=command.leg_id, endpoint="desk")
    return None


def _bridge(telling: Telling, command: Bridge) -> Refused | None:
    board = telling.board
    for leg_id in (*command.legs, *command.listeners):
        leg = board.leg(leg_id)
        if leg is None:
            return _no_leg(command, leg_id)
        if not leg.up:
            return _refused(command, "not_answered", "Somebody who is to be connected has not answered yet.", again=True)
    if set(command.legs) == set(board.bridge) and set(command.listeners) == set(board.listeners):
        return None
    telling.set(bridge=command.legs, listeners=command.listeners, prompt=None, prompt_until=None)
    if CALLER in command.legs:
        telling.set(park=None)
    telling.tell(Bridged, legs=command.legs, listeners=command.listeners)
    return None


def _hold(telling: Telling, command: Hold | Resume) -> Refused | None:
    leg = telling.board.leg(command.leg_id)
    if leg is None:
        return _no_leg(command, command.leg_id)
    wished, event = (LegState.HELD, Held) if isinstance(command, Hold) else (LegState.UP, Resumed)
    if leg.state is not wished and leg.up:
        telling.board = telling.board.with_leg(replace(leg, state=wished))
        telling.tell(event, leg_id=command.leg_id)
    return None


def _record(telling: Telling, command: Record) -> Refused | None:
    board = telling.board
    taking = board.taking
    if taking is not None and taking.recording_id == command.recording_id:
        telling.set(taking=replace(taking, mode=command.mode))
        return None
    if command.mode is RecordMode.OFF:
        telling.tell(RecordingState, recording_id=command.recording_id, mode=RecordMode.OFF)
        return None
    by = next((leg for leg in board.legs if leg.user_id and leg.up and leg.leg_id in board.bridge), None)
    if by is None:
        return _refused(command, "nobody_speaks", "Nobody speaks with the caller, so there is nothing to record.")
    telling.set(
        taking=Taking(
            recording_id=command.recording_id, kind=RecordingKind.CALL, mode=command.mode, leg_id=by.leg_id, user_id=by.user_id,
            legs=command.legs or board.bridge,
        )
    )  # fmt: skip
    return None


def _take_message(telling: Telling, command: TakeMessage) -> None:
    _answer(telling)
    taking = telling.board.taking
    if taking is None or taking.recording_id != command.recording_id:
        telling.set(
            taking=Taking(
                recording_id=command.recording_id, kind=RecordingKind.VOICEMAIL, mode=RecordMode.ON, leg_id=CALLER,
                max_s=command.max_s, before=command.before,
            ),
            prompt=None, prompt_until=None,
        )  # fmt: skip


def _hang_up(telling: Telling, command: Hangup) -> None:
    if command.leg_id is None or command.leg_id == CALLER:
        end_call(telling, command.cause, By.HOUSE)
    elif telling.board.leg(command.leg_id) is not None:
        end_leg(telling, command.leg_id, command.cause, By.HOUSE)


def end_leg(telling: Telling, leg_id: str, cause: Cause, by: By) -> None:
    """End one leg; the call goes on."""
    leg = telling.board.leg(leg_id)
    if leg is None:
        return
    before = telling.board.bridge
    if telling.board.taking is not None and telling.board.taking.leg_id == leg_id:
        telling.finish()
    telling.board = telling.board.without_leg(leg_id)
    telling.tell(LegEnded, leg_id=leg_id, cause=cause, by=by, was=leg.state)
    if leg_id in before:
        left = telling.board.bridge
        telling.set(bridge=left if len(left) > 1 else ())


def end_call(telling: Telling, cause: Cause, by: By) -> None:
    """End all of it: every leg, and what was recorded."""
    telling.finish()
    for leg in telling.board.legs:
        telling.tell(LegEnded, leg_id=leg.leg_id, cause=cause, by=by, was=leg.state)
    telling.set(
        legs=(), bridge=(), listeners=(), park=None, prompt=None, prompt_until=None, ended=cause, ended_at=telling.now,
        name="", number="",
    )  # fmt: skip
    telling.tell(Ended, cause=cause, by=by)


def _no_leg(command: Command, leg_id: str) -> Refused:
    who = "The caller" if leg_id == CALLER else "One of them"
    return _refused(command, "no_leg", f"{who} is not there any more.", gone=True)


def _refused(command: Command, code: str, human: str, *, gone: bool = False, again: bool = False) -> Refused:
    return Refused(command_id=command.command_id, code=code, human=human, gone=gone, again=again)
