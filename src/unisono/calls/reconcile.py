"""Facts set right by a snapshot: telephony wins for what is so, the house for what is wished."""

from datetime import datetime
from typing import Final

from msgspec.structs import replace

from unisono.calls.facts import Facts, LegFact, Stand, end
from unisono.contract.voice import By, Cause, LegState, RecordMode, SeenCall

_STANDS: Final = {
    LegState.DIALLING: Stand.DIALLING,
    LegState.RINGING: Stand.RINGING,
    LegState.UP: Stand.UP,
    LegState.HELD: Stand.HELD,
}


def reconcile(facts: Facts, seen: SeenCall | None, taken_at: datetime) -> Facts:
    """Return the facts as the snapshot shows them; None: the call is not there, so it was lost.

    What was told to have happened after the snapshot stands: it is newer.
    """
    if facts.over:
        return facts
    if seen is None:
        newest = max((leg.at for leg in facts.legs.values()), default=taken_at)
        return facts if newest > taken_at else end(facts, taken_at, Cause.LOST, By.NETWORK)
    legs: dict[str, LegFact] = {}
    there = {leg.leg_id: leg for leg in seen.legs}
    for leg_id, known in facts.legs.items():
        if known.at > taken_at or leg_id in there or known.stand in {Stand.OVER, Stand.DIALLING}:
            legs[leg_id] = known
        else:
            legs[leg_id] = LegFact(stand=Stand.OVER, at=taken_at, cause=Cause.LOST, by=By.NETWORK)
    for leg_id, leg in there.items():
        before = facts.legs.get(leg_id)
        stand = _STANDS[leg.state]
        if before is None or (before.at <= taken_at and before.stand is not stand):
            legs[leg_id] = LegFact(stand=stand, at=taken_at, by_house=before.by_house if before is not None else True)
    right = replace(facts, legs=legs)
    if facts.bridge_at <= taken_at:
        right = replace(
            right, bridge=tuple(leg for leg in seen.bridge if right.speaks(leg)),
            listeners=tuple(leg for leg in seen.listeners if right.speaks(leg)), bridge_at=taken_at,
        )  # fmt: skip
    if facts.parked_at <= taken_at:
        right = replace(right, parked=seen.parked, parked_at=taken_at)
    if facts.recording_at <= taken_at and (seen.recording_id is None) != (facts.recording is RecordMode.OFF):
        mode = RecordMode.OFF if seen.recording_id is None else RecordMode.ON
        right = replace(right, recording=mode, recording_id=seen.recording_id, recording_at=taken_at)
    return right
