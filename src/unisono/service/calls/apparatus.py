"""A call on a telephone that is not the desk, shown there as the desk's own are: who speaks, who is held, what is recorded.

The sound goes by SIP or by the exchange; the desk steers the call and shows what is so.
"""

from typing import Final
from uuid import UUID

from unisono.calls import Call, Stand
from unisono.contract.voice import CALLER, LegState, Purpose, RecordMode
from unisono.service.ports.calls import CallFacts
from unisono.service.ports.phone import PhoneCall

_STATES: Final = {Stand.UP: LegState.UP, Stand.HELD: LegState.HELD}
_RECORDS: Final = {RecordMode.ON: "on", RecordMode.PAUSE: "paused", RecordMode.OFF: "off"}


def apparatus_call(facts: CallFacts, user_id: UUID) -> PhoneCall | None:
    """Return a call as the desk of one of its people shows it; None when their telephone has no part in it any more."""
    call = facts.call
    leg_id = _leg_of(call, user_id)
    if leg_id is None:
        return None
    so, wishes = call.facts, call.intent.legs
    stand = so.stand(leg_id) or Stand.DIALLING
    return PhoneCall(
        call_id=facts.call_id, leg_id=leg_id, state=_STATES.get(stand, LegState.RINGING).value,
        purpose=wishes[leg_id].purpose.value, rev=facts.version, caller_held=so.stand(CALLER) is Stand.HELD,
        bridge=list(so.bridge),
        legs={one: leg.stand.value for one, leg in so.legs.items() if leg.stand is not Stand.OVER},
        users={one: wish.user_id for one, wish in wishes.items() if wish.user_id is not None and so.stand(one) is not Stand.OVER},
        peers=[], listens=leg_id in so.listeners, listeners=len(so.listeners), recording="", record="off",
        records=_RECORDS[so.recording], asks=bool(facts.path.get("asked_consent")),
    )  # fmt: skip


def seconds_of(call: Call) -> list[str]:
    """Return the legs of who was called into the talk and is not gone."""
    so = call.facts
    return sorted(
        leg for leg, wish in call.intent.legs.items() if wish.purpose is Purpose.CONSULT and so.stand(leg) is not Stand.OVER
    )


def _leg_of(call: Call, user_id: UUID) -> str | None:
    """Return the leg that is a person's telephone: one that speaks before one that rings."""
    mine = [leg for leg, wish in sorted(call.intent.legs.items()) if wish.user_id == user_id]
    live = [leg for leg in mine if call.facts.stand(leg) is not Stand.OVER]
    return next((leg for leg in live if call.facts.speaks(leg)), live[0] if live else None)
