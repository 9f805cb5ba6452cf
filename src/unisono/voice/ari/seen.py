"""The exchange as a snapshot shows it to the house."""

from collections.abc import Mapping
from datetime import datetime

from unisono.contract.voice import CALLER, LegState, SeenCall, SeenLeg, Snapshot, Verstat
from unisono.voice.ari.names import Names
from unisono.voice.ari.view import Leg, View


def seen(driver: str, view: View, names: Names, recordings: Mapping[str, str], taken_at: datetime) -> Snapshot:
    """Return all calls of a view that was looked up at `taken_at`. recordings: what records, by call."""
    calls = sorted({leg.call_id for leg in view.legs.values()})
    return Snapshot(driver=driver, taken_at=taken_at, calls=tuple(_call(one, view, names, recordings) for one in calls))


def _call(call_id: str, view: View, names: Names, recordings: Mapping[str, str]) -> SeenCall:
    legs = view.of_call(call_id)
    caller = legs.get(CALLER)
    bridge, listeners = view.together(call_id)
    told = caller if caller is not None and caller.incoming else None
    return SeenCall(
        call_id=call_id,
        legs=tuple(SeenLeg(leg_id=leg_id, state=_state(leg, names), since=leg.since) for leg_id, leg in sorted(legs.items())),
        bridge=bridge,
        listeners=listeners,
        parked=caller is not None and caller.bridge == names.waiting,
        recording_id=recordings.get(call_id),
        from_=told.caller if told else "",
        to=told.called if told else "",
        from_kind=told.kind if told else "number",
        display_name=told.name if told else "",
        verstat=Verstat.WITHHELD if told and not told.caller else Verstat.UNKNOWN,
        trunk=told.trunk if told else "",
        since=told.since if told else None,
        # Without a caller it is either one of our own that has not come so far, or what is left of one that came in.
        incoming=told is not None,
    )


def _state(leg: Leg, names: Names) -> LegState:
    held = leg.bridge == names.held or leg.on_hold_itself
    return LegState.HELD if held and leg.state is LegState.UP else leg.state
