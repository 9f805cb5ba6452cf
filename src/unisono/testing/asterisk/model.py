"""What the switch holds: channels, bridges, playbacks, recordings, applications."""

from datetime import datetime
from enum import StrEnum
from typing import Final, Literal

from msgspec import Struct, field

#: Hangup causes by the names that DELETE /channels/{id} takes. Source: channels.json, parameter `reason`.
REASONS: Final = {
    "normal": 16, "busy": 17, "congestion": 34, "no_answer": 19, "timeout": 18, "rejected": 21, "unallocated": 1,
    "normal_unspecified": 31, "number_incomplete": 28, "codec_mismatch": 58, "interworking": 127, "failure": 38,
    "answered_elsewhere": 26,
}  # fmt: skip
CAUSES: Final = {
    0: "Unknown", 1: "Unallocated (unassigned) number", 16: "Normal Clearing", 17: "User busy", 18: "No user responding",
    19: "User alerting, no answer", 20: "Subscriber absent", 21: "Call Rejected", 26: "Answered elsewhere",
    31: "Normal, unspecified", 34: "Circuit/channel congestion", 38: "Network out of order",
}  # fmt: skip


class Phone(StrEnum):
    """What happens at the other end of an originated leg."""

    ANSWERS = "answers"
    RINGS = "rings"
    BUSY = "busy"
    REJECTS = "rejects"
    ABSENT = "absent"


class Refused(Exception):
    """The interface refuses, in its own words: `{"message": ...}` under a status."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


class Channel(Struct, kw_only=True):
    """One connection between the switch and an endpoint.

    stasis: the application whose hands it is in. via: the application that its originator named; it goes there once answered.
    waiting: the call that stands in the dialplan since its application was not there. rings_until: in the switch's seconds.
    """

    id: str
    endpoint: str
    created: datetime
    state: Literal["Down", "Ring", "Ringing", "Up"] = "Down"
    number: str = ""
    name: str = ""
    connected: str = ""
    exten: str = "s"
    context: str = "default"
    stasis: str = ""
    via: str = ""
    args: tuple[str, ...] = ()
    waiting: bool = False
    rings_until: float | None = None
    bridge: str = ""
    moh: str = ""
    muted: set[str] = field(default_factory=set)
    variables: dict[str, str] = field(default_factory=dict)
    #: What was sent to it: digits, holds.
    told: list[str] = field(default_factory=list)
    cause: int = 0


class Bridge(Struct, kw_only=True):
    """Where channels meet (mixing) or wait (holding)."""

    id: str
    kind: Literal["mixing", "holding"]
    created: datetime
    name: str = ""
    channels: list[str] = field(default_factory=list)
    moh: str = ""


class Playback(Struct, kw_only=True):
    """A sound that is being played. ends: in the switch's seconds."""

    id: str
    media: str
    target: str
    ends: float
    language: str = "en"


class Recording(Struct, kw_only=True):
    """A recording that runs or is kept. heard: what was said while it ran, by who said it; never what a pause hid."""

    name: str
    format: str
    target: str
    state: Literal["queued", "recording", "paused", "done", "canceled", "failed"] = "recording"
    max_s: int = 0
    ends_on: str = "none"
    begun: float = 0.0
    heard: list[tuple[str, str]] = field(default_factory=list)


class Application(Struct, kw_only=True):
    """A Stasis application: known as long as it has a socket or channels. interests: how often it asked for what."""

    name: str
    active: bool = False
    interests: dict[str, int] = field(default_factory=dict)
