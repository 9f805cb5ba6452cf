"""What XMPP allows. Source: RFC 6120, section 13.12: servers take stanzas of at least 10,000 bytes."""

from typing import Final

from unisono.contract import Caps, MediaLimit, TextLimit, TextUnit
from unisono.domain.words import Visibility

MAX_TEXT_BYTES: Final = 8_000
_MAX_FILES: Final = 5


def caps_of(upload_bytes: int) -> Caps:
    """Return what the account allows. upload_bytes: how large a file may be, 0 where none is taken."""
    media = MediaLimit(max_count=_MAX_FILES, types=("*/*",), max_bytes=upload_bytes) if upload_bytes else MediaLimit()
    return Caps(
        visibilities=(Visibility.PRIVATE,), text=TextLimit(unit=TextUnit.UTF8, maximum=MAX_TEXT_BYTES), media=media,
        push=True, echo=True, threads=False, edits=True, deletes=True, statuses=True, typing=True, retract=True, rate_per_s=50,
    )  # fmt: skip
