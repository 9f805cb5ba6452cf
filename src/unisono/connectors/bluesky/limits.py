"""What Bluesky allows. Source: lexicons app.bsky.feed.post, app.bsky.embed.images, chat.bsky.convo.defs#messageInput."""

from typing import Final

import msgspec

from unisono.contract import Caps, MediaLimit, TextLimit, TextUnit
from unisono.domain.length import measure
from unisono.domain.words import Visibility

POST_GRAPHEMES: Final = 300
POST_BYTES: Final = 3_000
MESSAGE_GRAPHEMES: Final = 1_000
MESSAGE_BYTES: Final = 10_000
# The lexicon has allowed 2 MB since 2026; a PDS that has not been renewed refuses what is over the old limit.
IMAGE_BYTES: Final = 1_000_000
IMAGES: Final = 4
IMAGE_TYPES: Final = ("image/jpeg", "image/png", "image/gif", "image/webp", "image/avif", "image/heic")


def caps_of(*, direct_messages: bool) -> Caps:
    """Return what an account can do; without the right to direct messages there are no private threads."""
    both = (Visibility.PUBLIC, Visibility.PRIVATE)
    return Caps(
        text=TextLimit(unit=TextUnit.GRAPHEMES, maximum=POST_GRAPHEMES),
        private_text=TextLimit(unit=TextUnit.GRAPHEMES, maximum=MESSAGE_GRAPHEMES) if direct_messages else None,
        media=MediaLimit(
            max_count=IMAGES, types=IMAGE_TYPES, max_bytes=IMAGE_BYTES, alt_text=True, max_alt_chars=2_000,
        ),
        visibilities=both if direct_messages else (Visibility.PUBLIC,), push=True, echo=True, deletes=True,
        account_deletion=True, native_idempotency=True, retract=True, refresh=True, rate_per_s=50,
    )  # fmt: skip


def caps_of_chat(caps: Caps) -> Caps:
    """Return what a direct message may be: longer, without pictures, sent once only if nothing goes wrong."""
    limit = TextLimit(unit=TextUnit.GRAPHEMES, maximum=MESSAGE_GRAPHEMES)
    return msgspec.structs.replace(caps, text=limit, media=MediaLimit(), native_idempotency=False, retract=False)


def too_long(text: str, *, private: bool) -> str | None:
    """Return by how much a text is too long, in words; None when it fits. Letters and bytes are both counted."""
    graphemes, size = (MESSAGE_GRAPHEMES, MESSAGE_BYTES) if private else (POST_GRAPHEMES, POST_BYTES)
    if (length := measure(text, "graphemes")) > graphemes:
        return f"The text has {length} characters, Bluesky takes {graphemes}. It was kept, not sent."
    if (length := len(text.encode())) > size:
        return f"The text has {length} bytes, Bluesky takes {size} (emoji count many). It was kept, not sent."
    return None
