"""A post as triage reads it: links and handles become signs, what is stretched becomes short, and a page is cut."""

import html
import re
from collections.abc import Container
from typing import Final

#: Of what is longer, the beginning tells; news pages that ride along would drown it.
MOST_CHARS: Final = 1_500

_LINK = re.compile(r"(?:https?://|www\.)\S+", re.IGNORECASE)
_HANDLE = re.compile(r"(?<![\w/])@(\w+(?:[.-]\w+)*(?:@[\w.-]+\w)?)")
_STRETCHED = re.compile(r"(.)\1{2,}")

#: What stands for a link, somebody's handle, and one of the house's own. No word that people write looks like these.
LINK, HANDLE, OURS = "\ue000", "\ue001", "\ue002"


def clean(text: str, ours: Container[str] = ()) -> str:
    """Return the text as features are made of it, in lower case.

    ours: the house's own handles on the networks, in lower case without `@`; being spoken to is not being spoken of.
    """
    text = html.unescape(text[: 2 * MOST_CHARS])[:MOST_CHARS].lower()
    text = _LINK.sub(f" {LINK} ", text)
    text = _HANDLE.sub(lambda found: f" {OURS if found[1] in ours else HANDLE} ", text)
    return _STRETCHED.sub(r"\1\1", text)
