"""Hashtags, which is all that a Mastodon server finds for everybody.

Source: docs.joinmastodon.org, methods/timelines (tag); a tag is compared without case and accents.
"""

from unisono.listening.query import Term
from unisono.listening.translate.groups import fewest
from unisono.listening.translate.less import Less
from unisono.listening.translate.spelling import Typed, asked_word, spellings


def hashtags(tree: Less, typed: Typed) -> tuple[str, ...] | None:
    """Return tags, without `#`; None for a query that can be met without a tag."""

    def ask(term: Term) -> frozenset[str] | None:
        word = asked_word(term)
        ways = spellings(word[1:], typed) if word is not None and word[0] == "#" and "'" not in word else None
        return None if ways is None else frozenset(ways)

    found = fewest(tree, ask)
    return None if found is None else tuple(sorted(found))
