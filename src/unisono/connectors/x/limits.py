"""What X allows. Sources: X developer documentation, fundamentals/counting-characters, media/best-practices."""

from typing import Any

import msgspec

from unisono.contract import Caps, MediaLimit, TextLimit, TextUnit

RATE_PER_S = 50
_LONGEST, _LONGEST_PREMIUM, _LONGEST_DM = 280, 25_000, 10_000
_URL = 23
_TYPES = ("image/jpeg", "image/png", "image/webp", "image/gif", "video/mp4")
# The limit of pictures, held for videos as well: larger ones are for the company's own posts, not for answers.
_LARGEST = 5 * 1024 * 1024


def caps_of(config: dict[str, Any], *, webhook: bool, app: bool, refresh: bool) -> Caps:
    """Return what the account may do. webhook, app: whether the secrets for pushes and streams are there."""
    return Caps(
        text=TextLimit(
            unit=TextUnit.WEIGHTED, maximum=_LONGEST_PREMIUM if config.get("long_posts") else _LONGEST, url_cost=_URL
        ),
        private_text=TextLimit(unit=TextUnit.CHARS, maximum=_LONGEST_DM),
        media=MediaLimit(max_count=4, types=_TYPES, max_bytes=_LARGEST, alt_text=True, max_alt_chars=1_000),
        push=app, webhook=webhook, challenge=webhook, edits=True, deletes=True, account_deletion=True, retract=True,
        private_reply=True, refresh=refresh, hide=True, rate_per_s=RATE_PER_S,
    )  # fmt: skip


def caps_for(caps: Caps, *, private: bool) -> Caps:
    """Return what one kind of thread allows: a direct message is longer, and takes one file."""
    if not private:
        return caps
    media = msgspec.structs.replace(caps.media, max_count=min(1, caps.media.max_count))
    return msgspec.structs.replace(caps, text=caps.private_text or caps.text, media=media)
