"""A monitor's query in the words of a network that can look for it by itself.

The network is asked for as little as it can tell apart, and never for less than the query finds: what it cannot be asked (NOT,
NEAR, wildcards, numbers, fields) is left out and checked by the matcher when the posts are here. `docs/explanation/listening.md`
says where that ends.
"""

from collections.abc import Callable
from typing import Final

from unisono.domain.errors import Invalid
from unisono.listening.syntax import parse
from unisono.listening.translate.bluesky import searches
from unisono.listening.translate.less import Never, lessened
from unisono.listening.translate.mastodon import hashtags
from unisono.listening.translate.spelling import typed_forms
from unisono.listening.translate.x import rules

#: By network: from what must be there, and the spellings that were typed, to what the network is asked.
DIALECTS: Final[dict[str, Callable[..., tuple[str, ...] | None]]] = {
    "x": rules, "mastodon": hashtags, "bluesky": searches,
}  # fmt: skip


def translated(query: str, network: str) -> tuple[str, ...] | None:
    """Return what a network is to be asked, each for itself; together they find all that the query finds there.

    Empty where the query excludes the network, or is none. None where the network cannot be asked for it.
    """
    try:
        tree = lessened(parse(query), network)
    except Invalid:
        return ()
    if isinstance(tree, Never):
        return ()
    return DIALECTS[network](tree, typed_forms(query)) if tree is not None else None
