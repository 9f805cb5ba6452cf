"""From what lacks to what is asked of telephony: addresses are filled in here, and stand in the command alone."""

from typing import Final
from uuid import UUID

from unisono.calls import Lack
from unisono.calls.intent import Act
from unisono.contract.voice import (
    CALLER,
    Bridge,
    Command,
    Connect,
    Endpoint,
    EndpointKind,
    Hangup,
    Hold,
    Originate,
    Park,
    Purpose,
    Record,
    RecordMode,
    Resume,
)
from unisono.service.calls.joining import JOINING
from unisono.service.calls.line import LineTerms, music_of
from unisono.service.ports import Tx
from unisono.service.ports.calls import CallFacts

#: An agent's phone rings a little longer than the offer lasts: the offer's end is what ends it.
SLACK_S: Final = 5.0


async def requests(tx: Tx, facts: CallFacts, line: LineTerms, new: list[tuple[UUID, Lack]]) -> list[Command]:
    """Return the commands for what lacks; a leg whose address is not known gets none, and is told as over by the caller."""
    made = [await _request(tx, facts, line, command_id, lack) for command_id, lack in new]
    return [command for command in made if command is not None]


async def _request(tx: Tx, facts: CallFacts, line: LineTerms, command_id: UUID, lack: Lack) -> Command | None:
    name, call_id, leg = str(command_id), facts.call_id, lack.leg_id or CALLER
    match lack.act:
        case Act.HANGUP:
            return Hangup(command_id=name, call_id=call_id, leg_id=lack.leg_id, cause=facts.call.intent.cause)
        case Act.PARK:
            return Park(command_id=name, call_id=call_id, music=music_of(line), every_s=line.announce_every_s)
        case Act.BRIDGE:
            return Bridge(command_id=name, call_id=call_id, legs=lack.legs, listeners=lack.listeners)
        case Act.HOLD:
            return Hold(command_id=name, call_id=call_id, leg_id=leg, music=music_of(line))
        case Act.RESUME:
            return Resume(command_id=name, call_id=call_id, leg_id=leg)
        case Act.RECORD:
            assert facts.call.intent.recording_id is not None or lack.mode is RecordMode.OFF
            recording_id = facts.call.intent.recording_id or facts.call.facts.recording_id or ""
            return Record(
                command_id=name, call_id=call_id, mode=lack.mode, recording_id=recording_id, legs=facts.call.facts.bridge
            )
        case Act.CONNECT:
            return await _dial(tx, facts, line, name, leg)


async def _dial(tx: Tx, facts: CallFacts, line: LineTerms, name: str, leg: str) -> Command | None:
    wish = facts.call.intent.legs[leg]
    endpoint = await endpoint_of(tx, facts, leg)
    if endpoint is None:
        return None
    by = str(wish.user_id or facts.asked_by or facts.id)
    timeout_s = line.ring_s + SLACK_S
    joining = facts.path.get(JOINING)
    if facts.outgoing and not facts.call.facts.legs:
        return Originate(
            command_id=name, call_id=facts.call_id, leg_id=leg, endpoint=endpoint, timeout_s=timeout_s, requested_by=by,
            caller_id=line.caller_id,
        )  # fmt: skip
    return Connect(
        command_id=name, call_id=facts.call_id, leg_id=leg, endpoint=endpoint, timeout_s=timeout_s, purpose=wish.purpose,
        requested_by=by, caller_id=line.caller_id if endpoint.kind is not EndpointKind.AGENT else "",
        taking_over=joining["asked"] if joining and joining["leg"] == leg else "",
    )  # fmt: skip


async def endpoint_of(tx: Tx, facts: CallFacts, leg: str) -> Endpoint | None:
    """Return where a leg rings; None when there is no address for it."""
    wish = facts.call.intent.legs[leg]
    if wish.user_id is not None:
        address = await tx.calls.phone_of(wish.user_id, facts.driver)
        return Endpoint(kind=EndpointKind.AGENT, address=address or str(wish.user_id), user_id=str(wish.user_id))
    address = facts.path.get("addresses", {}).get(leg)
    if address is None and wish.purpose is Purpose.CUSTOMER and facts.conversation_id is not None:
        address = await tx.calls.customer_address(facts.conversation_id)
    if not address:
        return None
    kind = EndpointKind.SIP if address.startswith(("sip:", "sips:")) else EndpointKind.NUMBER
    return Endpoint(kind=kind, address=address)
