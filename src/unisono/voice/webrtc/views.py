"""What each end of a call sees of its board, and does: who to connect with, what to play, what to record."""

from typing import Any, Final
from uuid import UUID

from msgspec import Struct

from unisono.contract.voice import CALLER, Cause, LegState, RecordingKind, RecordMode, SeenCall, SeenLeg
from unisono.service.ports.phone import Peer, PhoneCall
from unisono.voice.webrtc.board import Board, Leg

#: The announcement that asks a caller whether the talk may be recorded.
CONSENT: Final = "consent"


class VisitorView(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The call as its visitor's page shows it.

    step: `ringing`, `prompt`, `waiting`, `talking`, `held`, `message` or `ended`. says: what is to be read, and spoken. keys:
        what can be pressed now. recording: `off`, `on` or `paused`.
    """

    step: str
    rev: int
    says: list[str] = []
    keys: list[str] = []
    ask: str = ""
    position: int | None = None
    wait_s: int | None = None
    peers: list[Peer] = []
    recording: str = "off"
    listening: bool = False
    message: str = ""
    longest_s: float = 0.0
    cause: str = ""


def visitor_view(board: Board, words: dict[str, Any], names: dict[str, str]) -> VisitorView:
    """Return what the visitor sees. words: what the others' ends say to this one. names: by user id, what visitors may read."""
    if board.ended is not None:
        return VisitorView(step="ended", rev=board.rev, cause=_cause(board.ended))
    taking = board.taking
    if taking is not None and taking.kind is RecordingKind.VOICEMAIL:
        before = [one.text for one in taking.before.says] if taking.before else []
        return VisitorView(step="message", rev=board.rev, says=before, message=taking.recording_id, longest_s=taking.max_s)
    recording = "off"
    if taking is not None and taking.runs is not RecordMode.OFF:
        recording = "paused" if RecordMode.PAUSE in (taking.mode, taking.runs) else "on"
    caller = board.leg(CALLER)
    peers = [_peer(board, leg, CALLER, words, names) for leg in _heard_by(board, CALLER)]
    says, keys, ask = _prompt(board)
    step = _step(caller, bool(peers), bool(says))
    park = board.park
    placed = next((one for one in park.says if one.position is not None), None) if park and step == "waiting" else None
    if step == "waiting" and park and not says:
        says = [one.text for one in park.says]
    return VisitorView(
        step=step, rev=board.rev, says=says, keys=keys, ask=ask, peers=peers, recording=recording,
        listening=bool(board.listeners),
        position=placed.position if placed else None, wait_s=placed.wait_s if placed else None,
    )  # fmt: skip


def _step(caller: Leg | None, has_peers: bool, is_prompted: bool) -> str:
    if caller is None or caller.state is LegState.RINGING:
        return "ringing"
    if caller.state is LegState.HELD:
        return "held"
    if has_peers:
        return "talking"
    if is_prompted:
        return "prompt"
    # Bridged before and with nobody now, or not bridged yet: both are waiting.
    return "waiting"


def _prompt(board: Board) -> tuple[list[str], list[str], str]:
    prompt = board.prompt
    if prompt is None:
        return [], [], ""
    said = [one.text for one in prompt.says]
    return said, list(prompt.digits), next((one.key for one in prompt.says), "")


def _cause(cause: Cause) -> str:
    return cause.value


def phone_call(board: Board, leg: Leg, words: dict[str, Any], names: dict[str, str]) -> PhoneCall:
    """Return what the phone of one leg does and shows."""
    taking = board.taking if board.taking and board.taking.kind is RecordingKind.CALL else None
    mine = taking is not None and taking.leg_id == leg.leg_id
    caller = board.leg(CALLER)
    runs = "off"
    if taking is not None and taking.runs is not RecordMode.OFF:
        runs = "paused" if RecordMode.PAUSE in (taking.mode, taking.runs) else "on"
    return PhoneCall(
        call_id=board.call_id, leg_id=leg.leg_id, state=leg.state.value, purpose=leg.purpose.value, rev=board.rev,
        caller_held=caller is not None and caller.state is LegState.HELD, bridge=list(board.bridge),
        legs={one.leg_id: one.state.value for one in board.legs},
        users={one.leg_id: UUID(one.user_id) for one in board.legs if one.user_id},
        peers=[_peer(board, other, leg.leg_id, words, names) for other in _heard_by(board, leg.leg_id)],
        listens=leg.leg_id in board.listeners, listeners=len(board.listeners),
        recording=taking.recording_id if taking and mine else "", record=taking.mode.value if taking and mine else "off",
        records=runs, asks=_prompt(board)[2] == CONSENT,
    )  # fmt: skip


def _heard_by(board: Board, leg_id: str) -> list[Leg]:
    """Return the legs that this one has a connection with: those of its bridge, and who listens to it or whom it listens to."""
    if leg_id in board.bridge:
        ids = [one for one in (*board.bridge, *board.listeners) if one != leg_id]
    elif leg_id in board.listeners:
        ids = list(board.bridge)
    else:
        return []
    return [leg for one in ids if (leg := board.leg(one)) is not None]


def _peer(board: Board, other: Leg, mine: str, words: dict[str, Any], names: dict[str, str]) -> Peer:
    name = names.get(other.user_id, "") if other.user_id else board.name
    return Peer(
        id=other.leg_id, name=name, offers=offers(mine, other.leg_id), hears=other.leg_id not in board.listeners,
        word=words.get(other.leg_id),
    )  # fmt: skip


def offers(mine: str, other: str) -> bool:
    """Tell whether this end of a connection begins it: never the visitor's, and of two agents' the one with the lesser name."""
    if CALLER in (mine, other):
        return other == CALLER
    return mine < other


def seen(board: Board) -> SeenCall:
    """Return the call as the house's snapshot has it."""
    caller = board.leg(CALLER)
    return SeenCall(
        call_id=board.call_id, legs=tuple(SeenLeg(leg_id=leg.leg_id, state=leg.state, since=board.since) for leg in board.legs),
        bridge=board.bridge, listeners=board.listeners, parked=board.park is not None and caller is not None and not board.bridge,
        recording_id=board.taking.recording_id if board.taking else None, from_=board.visitor, to=board.to, from_kind="visitor",
        display_name=board.name, trunk=board.to, since=board.since,
    )  # fmt: skip
