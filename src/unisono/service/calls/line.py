"""The settings of a line: a channel of the connector `voice`, as the reception and the dialler read them."""

from typing import Any, Final

import msgspec
from msgspec import Struct, field

from unisono.calls.reception import Goal, Menu
from unisono.contract.voice import Music

CONNECTOR: Final = "voice"
MEDIUM: Final = "call"


class LineTerms(Struct, frozen=True, kw_only=True):
    """What a line is set to; see the manifest of `voice/line` for what each means to people."""

    driver: str = "webrtc"
    numbers: tuple[str, ...] = ()
    everything: bool = False
    region: str = "DE"
    language: str = "de"
    caller_id: str = ""
    music: str = ""
    ring_s: float = 30.0
    announce_every_s: float = 30.0
    dial_prefixes: tuple[str, ...] = ()
    calls_an_hour: int = 60
    calls_of_person: int = 30
    calls_from_number: int = 30
    recording: str = "off"
    announce: bool = True
    closed: Goal = Goal.MESSAGE
    withheld: Goal = Goal.QUEUE
    menus: dict[str, Menu] = field(default_factory=dict)
    first_menu: str = ""
    call_back_digit: str = ""
    call_backs: str = "auto"
    message_s: float = 180.0
    person: str = ""
    texts: dict[str, str] = field(default_factory=dict)
    sounds: dict[str, str] = field(default_factory=dict)


def line_of(config: dict[str, Any]) -> LineTerms:
    """Return a line's settings; what is not meant for us is passed over."""
    return msgspec.convert(config, LineTerms)


def music_of(line: LineTerms) -> Music:
    """Return what who waits hears."""
    return Music(file=line.music or None)
