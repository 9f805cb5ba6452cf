"""Searches of Bluesky.

Source: lexicon app.bsky.feed.searchPosts: `q` is "Lucene query syntax recommended", how phrases and OR are read is not said. So
it is asked for one word at a time, and nothing is left to its reading.
"""

from unisono.listening.query import Term
from unisono.listening.translate.groups import fewest
from unisono.listening.translate.less import Less
from unisono.listening.translate.spelling import Typed, asked_word, spellings


def searches(tree: Less, typed: Typed) -> tuple[str, ...] | None:
    """Return what stands as `q` in each request."""

    def ask(term: Term) -> frozenset[str] | None:
        word = asked_word(term)
        if word is None or "'" in word:
            return None
        ways = spellings(word.lstrip("#@"), typed)
        # A tag or a name is text as well: the bare word finds it, whatever a search makes of its sign.
        return None if ways is None else frozenset(ways)

    found = fewest(tree, ask)
    return None if found is None else tuple(sorted(found))
