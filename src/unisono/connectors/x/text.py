"""A text as its author typed it, and whether two texts are the same words."""

import re
import unicodedata
from collections.abc import Sequence
from html import unescape

from unisono.connectors.x.wire import Link

_FRONT = re.compile(r"^(?:@\w{1,30}\s+)+")
_WEB = re.compile(r"^https?://(.*?)/?$", re.IGNORECASE)


def plain(text: str, links: Sequence[Link]) -> str:
    """Return a text with its links written out, without those that stand for its files."""
    for link in links:
        if not link.url:
            continue
        of_file = link.media_key is not None or re.search(r"/(photo|video)/\d+$", link.expanded_url or "") is not None
        text = text.replace(link.url, "" if of_file else link.expanded_url or link.url)
    return unescape(text).strip()


def words(text: str) -> list[str]:
    """Return the words for a comparison: without the names that X puts in front of a reply, links without scheme."""
    bare = _FRONT.sub("", unicodedata.normalize("NFC", text))
    return [_WEB.sub(r"\1", word) for word in bare.split()]


def has_link(text: str) -> bool:
    """Tell whether X will find a link in a text (what it costs depends on it); when in doubt, yes."""
    return re.search(r"https?://|(?<![\w@.])[\w-]+\.(?:[a-z]{2,})(?:/|\b)", text, re.IGNORECASE) is not None
