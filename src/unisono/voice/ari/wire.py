"""What the interface shows, as far as we read it. Unknown fields are ignored, later versions add some.

Source: rest-api/api-docs of Asterisk (August 2026): channels, bridges, recordings, playbacks, events.
"""

from typing import Final, TypeVar

import msgspec
from msgspec import Struct, field

from unisono.contract.voice import Cause


class Party(Struct, frozen=True):
    """Who calls, as the line says. Both are a stranger's words."""

    number: str = ""
    name: str = ""


class Place(Struct, frozen=True):
    """Where a channel stands in the dialplan."""

    context: str = ""
    exten: str = ""
    app_name: str = ""
    app_data: str = ""


class Channel(Struct, frozen=True):
    """A connection of the exchange with somebody."""

    id: str
    name: str = ""
    state: str = "Unknown"
    caller: Party = Party()
    dialplan: Place = Place()

    def stasis(self, app: str) -> list[str] | None:
        """Return with which arguments it was sent to an application; None where it is not in its hands."""
        words = self.dialplan.app_data.split(",")
        return words[1:] if self.dialplan.app_name == "Stasis" and words[0] == app else None


class Bridge(Struct, frozen=True):
    """Where channels meet."""

    id: str
    bridge_type: str = ""
    channels: tuple[str, ...] = ()


class Playback(Struct, frozen=True):
    """A sound."""

    id: str
    state: str = ""


class Recording(Struct, frozen=True):
    """A recording that runs, or ended just now."""

    name: str
    state: str = ""
    duration: float = 0.0


class Event(Struct, frozen=True):
    """Whatever is told; a kind uses some of the fields."""

    type: str
    application: str = ""
    timestamp: str = ""
    channel: Channel | None = None
    peer: Channel | None = None
    bridge: Bridge | None = None
    playback: Playback | None = None
    recording: Recording | None = None
    args: tuple[str, ...] = ()
    digit: str = ""
    cause: int = 0
    dialstatus: str = ""


class Stored(Struct, frozen=True):
    """A recording that is kept at the exchange."""

    name: str
    format: str = "wav"


class Application(Struct, frozen=True):
    """An application that the exchange knows."""

    name: str
    channel_ids: tuple[str, ...] = ()
    bridge_ids: tuple[str, ...] = ()


class System(Struct, frozen=True):
    """Which Asterisk it is."""

    version: str = ""
    entity_id: str = ""


class Info(Struct, frozen=True):
    """The answer to `GET /asterisk/info`."""

    system: System = field(default_factory=System)


class Trouble(Struct, frozen=True):
    """What a refusal says."""

    message: str = ""


_Kind = TypeVar("_Kind")
#: Anything else that reading an answer may raise; such an answer is as good as none.
MISSHAPEN: Final = (msgspec.DecodeError, msgspec.ValidationError, UnicodeDecodeError)

_events: Final = msgspec.json.Decoder(Event)

#: Q.850 and what Asterisk adds. Source: docs.asterisk.org, "Hangup Cause Mappings".
_CAUSES: Final = {
    0: Cause.NORMAL, 16: Cause.NORMAL, 31: Cause.NORMAL, 17: Cause.BUSY, 18: Cause.NO_ANSWER, 19: Cause.NO_ANSWER,
    21: Cause.REFUSED, 26: Cause.CANCELLED, 1: Cause.UNREACHABLE, 2: Cause.UNREACHABLE, 3: Cause.UNREACHABLE,
    20: Cause.UNREACHABLE, 22: Cause.UNREACHABLE, 28: Cause.UNREACHABLE, 34: Cause.FULL, 42: Cause.FULL, 44: Cause.FULL,
    50: Cause.FORBIDDEN, 52: Cause.FORBIDDEN, 54: Cause.FORBIDDEN, 57: Cause.FORBIDDEN,
}  # fmt: skip
#: What we say when we hang up; everything else is ordinary.
REASONS: Final = {
    Cause.NORMAL: "normal", Cause.BUSY: "busy", Cause.NO_ANSWER: "no_answer", Cause.REFUSED: "rejected",
    Cause.CANCELLED: "answered_elsewhere", Cause.UNREACHABLE: "unallocated", Cause.FULL: "congestion",
    Cause.FORBIDDEN: "rejected", Cause.FAILED: "failure", Cause.LOST: "failure",
}  # fmt: skip


def read_event(text: str | bytes) -> Event | None:
    """Return what was told; None for something that is no event of this interface."""
    try:
        return _events.decode(text)
    except MISSHAPEN:
        return None


def read(body: bytes, kind: type[_Kind]) -> _Kind:
    """Return an answer's object. Raises what `MISSHAPEN` names."""
    return msgspec.json.decode(body, type=kind)


def cause_of(number: int) -> Cause:
    """Return why, in the house's words."""
    return _CAUSES.get(number, Cause.FAILED)
