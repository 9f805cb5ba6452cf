"""What a change of the facts means for the work behind the call."""

from enum import StrEnum

from msgspec import Struct

from unisono.calls.facts import Facts, Stand
from unisono.calls.intent import CallerWish, Intent
from unisono.contract.voice import CALLER, Cause, Purpose


class Meaning(StrEnum):
    """TOOK: an agent took up the phone that rang. MISSED: nobody did, or it was busy or refused. LOST: an agent's leg vanished
    in the middle of the talk. LEFT: an agent hung up. CALLER_GONE: the customer is not there any more. SECOND_GONE: a consulted
    person's or listener's leg is over. SECOND_UP: it was taken up. CUSTOMER_UP: whom we called took up. OVER: no leg is left."""

    TOOK = "took"
    MISSED = "missed"
    LOST = "lost"
    LEFT = "left"
    CALLER_GONE = "caller_gone"
    CUSTOMER_UP = "customer_up"
    SECOND_UP = "second_up"
    SECOND_GONE = "second_gone"
    OVER = "over"


class Outcome(Struct, frozen=True, kw_only=True):
    """One meaning, with the leg that it is about."""

    meaning: Meaning
    leg_id: str = CALLER
    cause: Cause | None = None


def outcomes(before: Facts, after: Facts, intent: Intent) -> list[Outcome]:
    """Return what has become true between two facts; each meaning of a leg comes once, whatever came twice."""
    found: list[Outcome] = []
    for leg_id, leg in sorted(after.legs.items(), key=lambda pair: pair[0] != CALLER):
        was = before.stand(leg_id)
        if was is leg.stand:
            continue
        if leg_id == CALLER:
            found += _caller(before, after, intent)
            continue
        wish = intent.legs.get(leg_id)
        if wish is None:
            continue
        if wish.purpose is not Purpose.AGENT:
            if leg.stand is Stand.OVER:
                found.append(Outcome(meaning=Meaning.SECOND_GONE, leg_id=leg_id, cause=leg.cause))
            elif after.speaks(leg_id) and not before.speaks(leg_id):
                found.append(Outcome(meaning=Meaning.SECOND_UP, leg_id=leg_id))
        elif leg.stand is Stand.OVER:
            found.append(Outcome(meaning=_ended(before, leg_id, leg.cause), leg_id=leg_id, cause=leg.cause))
        elif after.speaks(leg_id) and not before.speaks(leg_id):
            found.append(Outcome(meaning=Meaning.TOOK, leg_id=leg_id))
    if after.over and not before.over:
        found.append(Outcome(meaning=Meaning.OVER, cause=after.cause))
    return found


def _caller(before: Facts, after: Facts, intent: Intent) -> list[Outcome]:
    stand = after.stand(CALLER)
    if stand is Stand.OVER and before.stand(CALLER) is not Stand.OVER and intent.caller is not CallerWish.LEAVE:
        return [Outcome(meaning=Meaning.CALLER_GONE, cause=after.legs[CALLER].cause)]
    if intent.outgoing and after.speaks(CALLER) and not before.speaks(CALLER):
        return [Outcome(meaning=Meaning.CUSTOMER_UP)]
    return []


def _ended(before: Facts, leg_id: str, cause: Cause | None) -> Meaning:
    if not before.speaks(leg_id):
        return Meaning.MISSED
    return Meaning.LOST if cause in {Cause.LOST, Cause.FAILED} else Meaning.LEFT
