"""What Matrix allows. Source: Matrix specification v1.11, "Size limits": an event is 65,536 bytes of canonical JSON at most."""

from typing import Any, Final

import msgspec

from unisono.contract import Caps, MediaLimit, TextLimit, TextUnit
from unisono.domain.words import Visibility

#: What the server adds to an event (ids of earlier events, hashes, signatures) stays below the rest.
MAX_CONTENT_BYTES: Final = 63_000
_MAX_TEXT_BYTES: Final = 60_000
_MAX_FILES: Final = 10
#: The specification's servers take this much unless they say otherwise.
DEFAULT_UPLOAD: Final = 50_000_000
#: Synapse forgets a transaction after a day.
_KEY_WINDOW_S: Final = 86_400


def caps_of(upload_bytes: int, *, password: bool) -> Caps:
    """Return what the account allows. password: it has a session that can be renewed."""
    return Caps(
        visibilities=(Visibility.PRIVATE, Visibility.PUBLIC), text=TextLimit(unit=TextUnit.UTF8, maximum=_MAX_TEXT_BYTES),
        media=MediaLimit(max_count=_MAX_FILES, types=("*/*",), max_bytes=upload_bytes),
        push=True, echo=True, threads=False, key_window_s=_KEY_WINDOW_S, edits=True, deletes=True, statuses=True, typing=True,
        retract=True, refresh=password, rate_per_s=30,
    )  # fmt: skip


def content_bytes(content: dict[str, Any]) -> int:
    """Return how large an event's content is; a line break counts two bytes there."""
    return len(msgspec.json.encode(content))
