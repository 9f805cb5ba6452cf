"""What callers hear between the music: sounds of the exchange, by what is to be said.

Asterisk speaks no text; its own sounds (the package `core`) know the place in a queue and the time in many languages. Everything
else is a file of ours in a folder there, or a short tone. Source: docs.asterisk.org, "Asterisk Sounds"; ari media URIs.
"""

import re
from typing import Final

from unisono.contract.voice import Announcement

_FILE: Final = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9_.-]{0,99}")
_TONE: Final = "sound:beep"
_MINUTE_S: Final = 60


def media(says: Announcement, folder: str) -> list[str]:
    """Return the sounds of an announcement, in turn."""
    if says.file and _FILE.fullmatch(says.file):
        # The exchange picks the format by itself; a name with an ending finds nothing.
        return [f"sound:{folder}/{says.file.rpartition('.')[0] or says.file}"]
    if says.key == "position" and says.position is not None:
        if says.position <= 1:
            return ["sound:queue-youarenext", *_wait(says.wait_s)]
        return ["sound:queue-thereare", f"number:{says.position}", "sound:queue-callswaiting", *_wait(says.wait_s)]
    if says.wait_s is not None:
        return _wait(says.wait_s) or [_TONE]
    return [_TONE]


def _wait(wait_s: int | None) -> list[str]:
    if wait_s is None or wait_s < _MINUTE_S:
        return []
    return ["sound:queue-holdtime", f"number:{round(wait_s / _MINUTE_S)}", "sound:queue-minutes"]


def language(says: tuple[Announcement, ...]) -> str:
    """Return the language of announcements, as Asterisk names its sounds."""
    return says[0].language.replace("-", "_") if says else "en"
