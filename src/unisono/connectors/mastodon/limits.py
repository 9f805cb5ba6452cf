"""What a server allows, by its own description."""

from typing import Any

import msgspec

from unisono.contract import Caps, MediaLimit, TextLimit, TextUnit
from unisono.domain.length import measure

KEY_WINDOW_S = 3_600
_IMAGES = ("image/jpeg", "image/png", "image/gif", "image/webp")


def caps_of(instance: dict[str, Any]) -> Caps:
    """Return what a server allows by its description (`GET /api/v2/instance`), Mastodon's defaults for what it leaves out."""
    configuration = instance.get("configuration") or {}
    statuses = configuration.get("statuses") or {}
    media = configuration.get("media_attachments") or {}
    types = [t for t in media.get("supported_mime_types") or _IMAGES if isinstance(t, str)]
    return Caps(
        text=TextLimit(
            unit=TextUnit.CHARS, maximum=int(statuses.get("max_characters") or 500),
            url_cost=int(statuses.get("characters_reserved_per_url") or 23), mention_domain_free=True,
        ),
        media=MediaLimit(
            max_count=int(statuses.get("max_media_attachments") or 4), types=tuple(types),
            max_bytes=int(media.get("image_size_limit") or 16_777_216), alt_text=True,
            max_alt_chars=int(media.get("description_limit") or 1_500),
        ),
        content_warning=True, push=True, echo=True, edits=True, deletes=True, report=True,
        key_window_s=KEY_WINDOW_S, rate_per_s=20,
    )  # fmt: skip


def caps_for(caps: Caps, handle: str) -> Caps:
    """Return what is left for an answer to somebody: it begins with their name, without which it does not reach them."""
    if not handle or caps.text.maximum is None:
        return caps
    mention = measure(f"{handle} ", caps.text.unit.value, domain_free=caps.text.mention_domain_free)
    return msgspec.structs.replace(caps, text=msgspec.structs.replace(caps.text, maximum=max(0, caps.text.maximum - mention)))
