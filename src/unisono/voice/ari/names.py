"""How what we make at the exchange is called there, so that whoever looks finds out again what it belongs to.

Nothing about a call has to be remembered for that, so another node, or this one after a restart, can go on. The application's
name comes first: several houses may share an exchange.
"""

import re
from typing import Final
from urllib.parse import quote

from unisono.contract.voice import RecordingKind

_GAP: Final = "~"
#: Asterisk takes up to 149 characters for the name of a channel; what is longer is refused by us, not cut.
_LONGEST: Final = 140
_PLAIN: Final = re.compile(r"[A-Za-z0-9_.-]+")


class BadName(Exception):
    """A name cannot stand at the exchange."""


class Names:
    """The names of one application's things."""

    def __init__(self, app: str) -> None:
        self._app = app
        #: Where callers wait: music and announcements.
        self.waiting = f"{app}{_GAP}waiting"
        #: Where legs are held.
        self.held = f"{app}{_GAP}held"

    def leg(self, call_id: str, leg_id: str) -> str:
        """Return the channel of a leg that we dial. Raises BadName."""
        return self._name(call_id, leg_id)

    def leg_of(self, channel_id: str) -> tuple[str, str] | None:
        """Return (call, leg) of a channel that we dialled; None for any other."""
        parts = self._parts(channel_id)
        return (parts[0], parts[1]) if len(parts) == 2 else None

    def talk(self, call_id: str) -> str:
        """Return the bridge in which the customer speaks: the only one that is ever recorded."""
        return self._name(call_id, "talk", "bridge")

    def aside(self, call_id: str) -> str:
        """Return the bridge in which others speak without the customer."""
        return self._name(call_id, "aside", "bridge")

    def bridge_of(self, bridge_id: str) -> tuple[str, str] | None:
        """Return (call, `talk` or `aside`); None for a bridge that is no call's of ours."""
        parts = self._parts(bridge_id)
        return (parts[0], parts[1]) if len(parts) == 3 and parts[2] == "bridge" else None

    def recording(self, call_id: str, recording_id: str, kind: RecordingKind) -> str:
        """Return the name of a recording. Raises BadName."""
        return self._name(call_id, recording_id, "rec", kind.value)

    def recording_of(self, name: str) -> tuple[str, str, RecordingKind] | None:
        """Return (call, recording, kind); None for a recording that is not ours."""
        parts = self._parts(name)
        if len(parts) != 4 or parts[2] != "rec" or parts[3] not in set(RecordingKind):
            return None
        return parts[0], parts[1], RecordingKind(parts[3])

    def playback(self, channel_id: str, key: str) -> str:
        """Return the name of a sound that a channel hears."""
        return f"{channel_id}{_GAP}play{_GAP}{key}"

    def playback_of(self, name: str) -> tuple[str, str] | None:
        """Return (channel, key); None for a sound that is not ours."""
        channel, found, key = name.rpartition(f"{_GAP}play{_GAP}")
        return (channel, key) if found else None

    def _name(self, *parts: str) -> str:
        name = _GAP.join((self._app, *parts))
        if len(name) > _LONGEST or not all(_PLAIN.fullmatch(part) for part in parts):
            raise BadName("A call's or leg's name is too long, or has characters that the exchange does not take.")
        return name

    def _parts(self, name: str) -> list[str]:
        app, *parts = name.split(_GAP)
        return parts if app == self._app else []


def in_path(name: str) -> str:
    """Return a name as it stands in the path of a request."""
    return quote(name, safe="~")
