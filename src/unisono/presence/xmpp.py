"""What XMPP's presence means here, and how a merged presence is shown there. Pure.

Source: RFC 6121, section 4.7.2; the map between the two follows what enterprise telephony ships (do not disturb for a meeting).
"""

import re
from collections.abc import Iterable
from typing import Final

from msgspec import Struct

from unisono.presence.commands import REASONS, words_of
from unisono.presence.merge import Merged
from unisono.presence.words import QUIET, Presence, Reason

_MEANS: Final = {
    "": Presence.AVAILABLE, "chat": Presence.AVAILABLE, "away": Presence.AWAY, "xa": Presence.AWAY, "dnd": Presence.DND,
}  # fmt: skip
_ESCAPED: Final = frozenset(" \"&'/:<>@\\")
_ESCAPE: Final = re.compile(r"\\(20|22|26|27|2f|3a|3c|3e|40|5c)")
_LONG: Final = frozenset({Reason.ILL, Reason.HOLIDAY, Reason.OUT_OF_OFFICE, Reason.TRAVEL})
_SHOW: Final = {Presence.AVAILABLE: "", Presence.AWAY: "away", Presence.BUSY: "dnd", Presence.DND: "dnd"}


class Device(Struct, frozen=True, order=True):
    """What one program of an account says. priority: what its owner gave it."""

    priority: int
    show: str
    status: str = ""


def meant(devices: Iterable[Device]) -> tuple[Presence, Reason] | None:
    """Return what an account's programs say together: of those that its owner put first, the one that is there the most.

    None: none is there, so that nothing is known. A status is looked through for a reason that is known; its words are not kept.
    """
    there = list(devices)
    if not there:
        return None
    first = [one for one in there if one.priority == max(other.priority for other in there)]
    best = min(first, key=lambda one: (QUIET[_value(one.show)], one.show, one.status))
    known = [REASONS[word] for word in (word.strip(",.;:!") for word in words_of(best.status)) if word in REASONS]
    value = _value(best.show)
    return value, known[0] if known and value is not Presence.AVAILABLE else Reason.NONE


def local_of(login: str) -> str:
    """Return a log-in as the part of an address before the @. Source: XEP-0106."""
    return "".join(f"\\{ord(char):02x}" if char in _ESCAPED else char for char in login)


def login_of(local: str) -> str:
    """Return the log-in that a part of an address stands for."""
    return _ESCAPE.sub(lambda found: chr(int(found[1], 16)), local)


def show_of(merged: Merged) -> str | None:
    """Return how a presence is shown: empty for available, None for who is not known to be anywhere."""
    if merged.value is Presence.UNKNOWN:
        return None
    return "xa" if merged.value is Presence.AWAY and merged.reason in _LONG else _SHOW[merged.value]


def _value(show: str) -> Presence:
    return _MEANS.get(show, Presence.AVAILABLE)
