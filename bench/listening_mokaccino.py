"""mokaccino, a percolator written in Rust, for the same queries: words and pairs as values of a field, NEAR checked after."""

from collections.abc import Iterable
from itertools import pairwise

import mokaccino

from unisono.listening.compile import pair
from unisono.listening.post import Post
from unisono.listening.query import All, Any, Near, Node, Not, Phrase, Seen, Term
from unisono.listening.words import Words, words_of

FIELD = "w"


class Percolator:
    """The baseline. known_only: leave out of its documents what no query asks for."""

    def __init__(self, queries: Iterable[Node], *, known_only: bool) -> None:
        self._percolator = mokaccino.Percolator()
        self._near: dict[int, Node] = {}
        self._features: set[str] = set()
        for number, query in enumerate(queries):
            if _has_near(query):
                self._near[number] = query
            self._percolator.add_query_id(self._query(query), number)
        self._percolator = self._percolator.optimized()
        self._known = self._features if known_only else None

    def _query(self, node: Node) -> "mokaccino.Query":
        query = mokaccino.Query
        match node:
            case Term(forms):
                self._features.update(forms)
                return self._any([query.from_kv(FIELD, form) for form in forms])
            case Phrase((first, second)):
                feature = pair(first.forms[0], second.forms[0])
                self._features.add(feature)
                return query.from_kv(FIELD, feature)
            case Near(left, right, _):
                return query.from_and([self._query(Any(left)), self._query(Any(right))])
            case Not(part):
                return query.from_not(self._query(part))
            case All(parts):
                return query.from_and([self._query(part) for part in parts])
            case Any(parts):
                return self._any([self._query(part) for part in parts])
            case _:
                raise ValueError(f"{node} is not in the mix.")

    @staticmethod
    def _any(queries: "list[mokaccino.Query]") -> "mokaccino.Query":
        return queries[0] if len(queries) == 1 else mokaccino.Query.from_or(queries)

    def match(self, post: Post) -> list[int]:
        """Return the numbers of the queries that fit."""
        words = words_of(post.texts)
        features = _features(words)
        if self._known is not None:
            features &= self._known
        document = mokaccino.Document()
        for feature in features:
            document.add_value(FIELD, feature)
        found = self._percolator.percolate_list(document)
        if self._near.keys().isdisjoint(found):
            return found
        seen = Seen(features, words.places(), {})
        return [number for number in found if (query := self._near.get(number)) is None or query.fits(seen)]


def _features(words: Words) -> set[str]:
    plain = words.plain
    features = set(plain)
    features.update(map(" ".join, pairwise(plain)))
    for at, forms in words.more.items():
        features.update(forms)
        for form in forms:
            if at:
                features.add(pair(plain[at - 1], form))
            if at + 1 < len(plain):
                features.add(pair(form, plain[at + 1]))
    return features


def _has_near(node: Node) -> bool:
    return isinstance(node, Near) or any(map(_has_near, getattr(node, "parts", ())))
