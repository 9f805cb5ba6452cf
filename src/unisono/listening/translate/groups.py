"""One thing of which a post must have something, for networks that are asked for one thing at a time."""

from collections.abc import Callable

from unisono.listening.query import Term
from unisono.listening.translate.less import Every, Less, Some

Asks = frozenset[str]


def fewest(tree: Less, ask: Callable[[Term], Asks | None]) -> Asks | None:
    """Return the fewest questions that together find all that fits; None when no part of the query can be asked."""
    match tree:
        case Term():
            return ask(tree)
        case Every(parts):
            able = [found for part in parts if (found := fewest(part, ask)) is not None]
            return min(able, key=lambda asks: (len(asks), sorted(asks))) if able else None
        case Some(parts):
            some = [fewest(part, ask) for part in parts]
            return None if any(one is None for one in some) else frozenset().union(*(one for one in some if one))
