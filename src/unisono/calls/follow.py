"""The call follows the work: who has the enquiry in hand speaks, whoever is offered it is rung, and nobody else is."""

from uuid import UUID

from msgspec import Struct
from msgspec.structs import replace

from unisono.calls.facts import Facts
from unisono.calls.intent import CallerWish, Intent, LegWish
from unisono.contract.voice import CALLER, Purpose, RecordMode
from unisono.domain.words import InteractionState


class Hands(Struct, frozen=True, kw_only=True):
    """Where the unit of work stands. offer_id: the open offer, for OFFERED."""

    state: InteractionState
    agent_id: UUID | None = None
    offer_id: UUID | None = None


def follow(facts: Facts, intent: Intent, hands: Hands, new_leg: str) -> Intent:
    """Return the intent that fits whose hands the work is in. `new_leg` names a leg, should one have to be dialled.

    Whatever somebody asked for within the talk (hold, a consult, a recording) stays while the same agent has it.
    """
    if intent.caller in {CallerWish.LEAVE, CallerWish.HEAR} or (intent.outgoing and not facts.speaks(CALLER)):
        return _leave_if_done(intent, hands)
    match hands.state:
        case InteractionState.OFFERED if hands.agent_id is not None:
            return _only(facts, intent, hands, new_leg, talking=False)
        case InteractionState.ACTIVE if hands.agent_id is not None:
            return _only(facts, intent, hands, new_leg, talking=True)
        case InteractionState.WAITING | InteractionState.OFFERED | InteractionState.PARKED | InteractionState.ACTIVE:
            return _waits(intent)
        case InteractionState.WRAP_UP | InteractionState.CLOSED:
            return replace(intent, caller=CallerWish.LEAVE)


def agent_leg(facts: Facts, intent: Intent, agent_id: UUID) -> str | None:
    """Return the leg of an agent that is wished and not over."""
    for leg_id, leg in sorted(intent.legs.items()):
        if leg.purpose is Purpose.AGENT and leg.user_id == agent_id and facts.stand(leg_id) != "over":
            return leg_id
    return None


def _leave_if_done(intent: Intent, hands: Hands) -> Intent:
    done = hands.state in {InteractionState.WRAP_UP, InteractionState.CLOSED}
    return replace(intent, caller=CallerWish.LEAVE) if done and intent.outgoing else intent


def _waits(intent: Intent) -> Intent:
    return Intent(caller=CallerWish.PARK, outgoing=intent.outgoing, recording_id=intent.recording_id)


def _only(facts: Facts, intent: Intent, hands: Hands, new_leg: str, *, talking: bool) -> Intent:
    assert hands.agent_id is not None
    leg_id = agent_leg(facts, intent, hands.agent_id)
    if leg_id is not None and talking and leg_id in intent.speak:
        return intent
    kept = leg_id or new_leg
    wish = intent.legs.get(kept) or LegWish(purpose=Purpose.AGENT, user_id=hands.agent_id, offer_id=hands.offer_id)
    return Intent(
        caller=CallerWish.SPEAK if talking else CallerWish.PARK, legs={kept: wish}, speak=(CALLER, kept) if talking else (),
        outgoing=intent.outgoing, recording_id=intent.recording_id, record=RecordMode.OFF,
    )  # fmt: skip
