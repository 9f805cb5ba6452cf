"""Why a post fits a query: the words of it that the query asked for."""

from collections.abc import Collection, Iterator
from typing import Final

from unisono.listening.post import Post, seen
from unisono.listening.query import All, Any, Near, Node, Not, Phrase, Seen, Term
from unisono.listening.words import tokens_in, words_of

MOST_WORDS: Final = 12


def reasons(query: Node, post: Post) -> tuple[str, ...]:
    """Return words of the post that the query asks for, folded, in the query's order; a field stands as it was asked for.

    A wildcard is told by the words that it stood for. What NOT keeps out is no reason.
    """
    words = words_of(post.texts)
    found = dict.fromkeys(_said(query, seen(post, words)))
    return tuple(found)[:MOST_WORDS]


def _said(node: Node, post: Seen) -> Iterator[str]:
    match node:
        case Term(forms):
            for form in forms:
                if form.endswith("*"):
                    yield from (word for word in post.places if word.startswith(form[:-1]))
                elif form in post.features:
                    yield form
        case Phrase(terms) if node.fits(post):
            for term in terms:
                yield from _said(term, post)
        case Near(left, right, _) if node.fits(post):
            for operand in (*left, *right):
                yield from _said(operand, post)
        case All(parts):
            for part in parts:
                if not isinstance(part, Not):
                    yield from _said(part, post)
        case Any(parts):
            for part in parts:
                if not isinstance(part, Not):
                    yield from _said(part, post)
        case _:
            return


def hits(text: str, words: Collection[str]) -> list[tuple[str, bool]]:
    """Return a text in pieces, in order and whole, each with whether it is one of the words."""
    pieces: list[tuple[str, bool]] = []
    at = 0
    for start, end, forms in tokens_in(text):
        if words and not forms.isdisjoint(words):
            if start > at:
                pieces.append((text[at:start], False))
            pieces.append((text[start:end], True))
            at = end
    if at < len(text):
        pieces.append((text[at:], False))
    return pieces
