"""The closed vocabularies of presence, as they stand in the database, the API and on the stream."""

from enum import StrEnum
from typing import Final


class Presence(StrEnum):
    """How available somebody is. UNKNOWN: no source says anything just now."""

    AVAILABLE = "available"
    AWAY = "away"
    BUSY = "busy"
    DND = "dnd"
    UNKNOWN = "unknown"


class Source(StrEnum):
    """Who says so, the highest rank first.

    OWN: the person themself, by desk or command. CALL: a call in progress. WORK: the state at work that they chose.
    ACTIVITY: what is seen of their desk.
    """

    OWN = "own"
    CALL = "call"
    WORK = "work"
    CALENDAR = "calendar"
    TEAMS = "teams"
    SLACK = "slack"
    XMPP = "xmpp"
    MATRIX = "matrix"
    ACTIVITY = "activity"


class Reason(StrEnum):
    """Why, where that is known. NONE: it was not said."""

    NONE = ""
    BREAK = "break"
    LUNCH = "lunch"
    MEETING = "meeting"
    TRAINING = "training"
    FOCUS = "focus"
    APPOINTMENT = "appointment"
    TRAVEL = "travel"
    ILL = "ill"
    HOLIDAY = "holiday"
    CALL = "call"
    BACK_OFFICE = "back_office"
    OUT_OF_OFFICE = "out_of_office"


class Line(StrEnum):
    """What somebody's telephone does; stands beside the presence and is not hidden by it."""

    FREE = "free"
    RINGING = "ringing"
    TALKING = "talking"


RANK: Final = {source: place for place, source in enumerate(Source)}

#: The less available, the higher: of two that say different things with equal right, the quieter one is believed.
QUIET: Final = {Presence.UNKNOWN: 0, Presence.AVAILABLE: 1, Presence.AWAY: 2, Presence.BUSY: 3, Presence.DND: 4}

#: Values under which somebody does not want to be reached.
NOT_TO_BE_REACHED: Final = frozenset({Presence.AWAY, Presence.BUSY, Presence.DND})
