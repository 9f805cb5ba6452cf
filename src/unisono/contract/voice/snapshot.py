"""What telephony sees right now, to be compared with what the house believes."""

from datetime import datetime

from msgspec import Struct, field

from unisono.contract.voice.words import CALLER, LegState, Verstat


class SeenLeg(Struct, frozen=True, kw_only=True):
    """A leg that exists. since: when it was made, aware, UTC; None when telephony does not say."""

    leg_id: str
    state: LegState
    since: datetime | None = None


class SeenCall(Struct, frozen=True, kw_only=True):
    """A call with at least one leg. from_ and the rest: as in `Offered`, for a call that the house does not know yet.

    bridge: those who hear one another now; empty when nobody does. parked: the caller hears the music of waiting. answered: the
    caller's leg has been taken up. recording_id: what records now (also in a pause).
    """

    call_id: str
    legs: tuple[SeenLeg, ...]
    bridge: tuple[str, ...] = ()
    listeners: tuple[str, ...] = ()
    parked: bool = False
    recording_id: str | None = None
    from_: str = field(name="from", default="")
    to: str = ""
    from_kind: str = "number"
    display_name: str = ""
    verstat: Verstat = Verstat.UNKNOWN
    trunk: str = ""
    since: datetime | None = None
    incoming: bool = True

    def leg(self, leg_id: str = CALLER) -> SeenLeg | None:
        """Return one of its legs, or None."""
        return next((leg for leg in self.legs if leg.leg_id == leg_id), None)


class Snapshot(Struct, frozen=True, kw_only=True):
    """All calls that are live at this driver. taken_at: an instant before which everything is contained, aware, UTC.

    complete: nothing is missing, so a call that is not named is over. A driver that cannot know (half of its line is cut) says
        False, and then nothing is ended.
    """

    driver: str
    taken_at: datetime
    calls: tuple[SeenCall, ...] = ()
    complete: bool = True

    def call(self, call_id: str) -> SeenCall | None:
        """Return one call, or None."""
        return next((call for call in self.calls if call.call_id == call_id), None)
