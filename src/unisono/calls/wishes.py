"""What somebody asks for within a talk, as a change of the intent. Each returns None where the call does not allow it."""

from uuid import UUID

from msgspec.structs import replace

from unisono.calls.facts import SPEAKING, Facts
from unisono.calls.intent import CallerWish, Intent, LegWish
from unisono.contract.voice import CALLER, Purpose, RecordMode


def own_leg(facts: Facts, intent: Intent, user_id: UUID) -> str | None:
    """Return the leg by which an agent speaks."""
    for leg_id, leg in sorted(intent.legs.items()):
        if leg.purpose is Purpose.AGENT and leg.user_id == user_id and facts.stand(leg_id) in SPEAKING:
            return leg_id
    return None


def seconds(intent: Intent) -> list[str]:
    """Return the legs of who was called into the talk."""
    return sorted(leg for leg, wish in intent.legs.items() if wish.purpose is Purpose.CONSULT)


def hold(intent: Intent) -> Intent:
    """The customer hears music; the others go on speaking."""
    return replace(intent, held=(CALLER,))


def resume(intent: Intent, mine: str) -> Intent:
    """The customer is back with the agent, and with whoever was joined to them."""
    return replace(intent, held=(), speak=intent.speak if CALLER in intent.speak else (CALLER, mine), caller=CallerWish.SPEAK)


def consult(intent: Intent, mine: str, leg_id: str, wish: LegWish) -> Intent:
    """Ring a second person, to speak with them alone; the customer hears music and nothing is recorded meanwhile."""
    paused = RecordMode.PAUSE if intent.record is RecordMode.ON else intent.record
    return replace(intent, legs=intent.legs | {leg_id: wish}, held=(CALLER,), speak=(mine, leg_id), record=paused)


def join(intent: Intent, mine: str) -> Intent | None:
    """All three speak with each other."""
    others = seconds(intent)
    return replace(intent, held=(), speak=(CALLER, mine, *others), caller=CallerWish.SPEAK) if others else None


def back(intent: Intent, mine: str) -> Intent:
    """Whoever was consulted is let go; customer and agent speak as before."""
    legs = {leg: wish for leg, wish in intent.legs.items() if wish.purpose is not Purpose.CONSULT}
    return replace(intent, legs=legs, held=(), speak=(CALLER, mine), caller=CallerWish.SPEAK)


def hand_over(intent: Intent, to: str) -> Intent:
    """The customer speaks with the second person alone; the agent's own leg goes."""
    wish = intent.legs[to]
    kept = replace(wish, purpose=Purpose.AGENT) if wish.user_id is not None else wish
    return replace(intent, legs={to: kept}, held=(), speak=(CALLER, to), caller=CallerWish.SPEAK, record=RecordMode.OFF)


def listen(intent: Intent, leg_id: str, user_id: UUID) -> Intent:
    """Somebody hears along, and is not heard."""
    wish = LegWish(purpose=Purpose.LISTENER, user_id=user_id)
    return replace(intent, legs=intent.legs | {leg_id: wish}, listeners=(*intent.listeners, leg_id))


def stop_listening(intent: Intent, user_id: UUID) -> Intent:
    """They do not any more."""
    gone = {leg for leg, wish in intent.legs.items() if wish.purpose is Purpose.LISTENER and wish.user_id == user_id}
    legs = {leg: wish for leg, wish in intent.legs.items() if leg not in gone}
    return replace(intent, legs=legs, listeners=tuple(leg for leg in intent.listeners if leg not in gone))
