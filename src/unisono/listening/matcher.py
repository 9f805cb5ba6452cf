"""All monitors against each post in one pass.

Each entry of a query is filed under its rarest group, its anchor; in a long drawer entries are filed again under their next
group, so that a post opens only what it has words for. What is left is verified cheapest first. Adding costs the length of the
query. What was removed stays filed, silenced: a matcher that is `worn` is made anew beside the old one, a slice at a time, and
then takes its place.
"""

from collections.abc import Hashable, Iterable
from itertools import pairwise
from sys import intern
from typing import Final, Generic, TypeVar

from unisono.listening.compile import Entry, compiled
from unisono.listening.post import Post, fields_of
from unisono.listening.query import Node, Seen, Term
from unisono.listening.words import Words, words_of

Key = TypeVar("Key", bound=Hashable)

LONG_DRAWER: Final = 8
MOST_ALTERNATIVES: Final = 16
OBSERVE_EVERY: Final = 32
MOST_DEAD: Final = 100
WORN_SHARE: Final = 0.05
_FORGET_AT: Final = 20_000
_MOST_REMEMBERED: Final = 100_000

# Small tuples: a frozenset of one takes four times the room, and `found.isdisjoint(group)` walks them as fast.
_Group = tuple[str, ...]
_Left = tuple[_Group, tuple[_Group, ...], _Group, tuple[Node, ...], int]


class _Drawer:
    """Entries that share what was found so far. free: numbers of those that need nothing more."""

    __slots__ = ("free", "late", "left", "next", "nots")

    def __init__(self) -> None:
        self.free: list[int] | None = None
        self.nots: list[tuple[_Group, int]] | None = None
        self.left: list[_Left] | None = None
        self.late: list[tuple[_Group, tuple[Node, ...], int]] | None = None
        self.next: dict[str, _Drawer] | None = None


class Frequencies:
    """How often features are seen in posts, the recent ones counting more."""

    def __init__(self) -> None:
        self._counts: dict[str, float] = {}
        self._posts = 1.0

    def observe(self, features: Iterable[str]) -> None:
        """Count one post."""
        counts = self._counts
        for feature in features:
            counts[feature] = counts.get(feature, 0.0) + 1.0
        self._posts += 1.0
        if self._posts > _FORGET_AT:
            self._posts /= 2
            self._counts = {feature: count / 2 for feature, count in counts.items() if count > 1}

    def share(self, group: Iterable[str]) -> float:
        """Return the share of posts that have one of the features, at most; what was never seen counts as half a post."""
        counts = self._counts
        return sum(counts.get(feature, 0.5) for feature in group) / self._posts


class Matcher(Generic[Key]):
    """Queries by key, and which of them fit a post.

    candidates: on how many queries a test of their own was run, or which were returned, since the start; for benchmarks.
    """

    def __init__(self, frequencies: Frequencies | None = None) -> None:
        self.frequencies = frequencies or Frequencies()
        self.candidates = 0
        self._roots: dict[str, _Drawer] = {}
        self._vocabulary: set[str] = set()
        self._pairs: dict[tuple[str, str], str] = {}
        self._stems: dict[int, dict[str, str]] = {}
        self._stems_of: dict[str, tuple[str, ...]] = {}
        self._fields = False
        self._keys: list[Key | None] = []
        self._number: dict[Key, int] = {}
        self._dead: set[int] = set()
        self._heard = 0

    def __len__(self) -> int:
        return len(self._number)

    def __contains__(self, key: Key) -> bool:
        return key in self._number

    @property
    def worn(self) -> bool:
        """Whether so much was removed or changed that it pays to file everything anew."""
        return len(self._dead) > max(MOST_DEAD, WORN_SHARE * len(self._number))

    def put(self, key: Key, query: Node) -> None:
        """Add a query, or change the one of that key. Raises Invalid for one that every post would have to be looked at for."""
        entries = compiled(query, self.frequencies.share)
        self.remove(key)
        number = len(self._keys)
        self._keys.append(key)
        self._number[key] = number
        for entry in entries:
            self._file(entry, number)

    def remove(self, key: Key) -> bool:
        """Take a query out; returns whether it was there."""
        number = self._number.pop(key, None)
        if number is None:
            return False
        self._keys[number] = None
        self._dead.add(number)
        return True

    def _file(self, entry: Entry, number: int) -> None:
        first, *others = sorted((tuple(sorted(group)) for group in entry.groups), key=self.frequencies.share)
        nots = tuple(sorted(entry.nots))
        for group in (first, *others, nots):
            for feature in group:
                self._learn(feature)
        for late in entry.late:
            self._learn_late(late)
        rest = tuple(others)
        left = (rest[0], rest[1:], nots, entry.late, number) if rest else None
        for feature in first:
            drawer = self._roots.get(feature)
            if drawer is None:
                drawer = self._roots[feature] = _Drawer()
            self._into(drawer, left, nots, entry.late, number)

    def _into(self, drawer: _Drawer, left: _Left | None, nots: _Group, late: tuple[Node, ...], number: int) -> None:
        if left is not None:
            self._into_left(drawer, left)
        elif late:
            if drawer.late is None:
                drawer.late = []
            drawer.late.append((nots, late, number))
        elif nots:
            if drawer.nots is None:
                drawer.nots = []
            drawer.nots.append((nots, number))
        else:
            if drawer.free is None:
                drawer.free = []
            drawer.free.append(number)

    def _into_left(self, drawer: _Drawer, left: _Left) -> None:
        first, others, nots, late, number = left
        if len(first) > MOST_ALTERNATIVES or (drawer.next is None and len(drawer.left or ()) < LONG_DRAWER):
            if drawer.left is None:
                drawer.left = []
            drawer.left.append(left)
            return
        if drawer.next is None:
            drawer.next = {}
            again, drawer.left = drawer.left or [], None
            for one in again:
                self._into_left(drawer, one)
        inner_left = (others[0], others[1:], nots, late, number) if others else None
        for feature in first:
            inner = drawer.next.get(feature)
            if inner is None:
                inner = drawer.next[feature] = _Drawer()
            self._into(inner, inner_left, nots, late, number)

    def _learn(self, feature: str) -> None:
        first, space, second = feature.partition(" ")
        if space:
            self._pairs[intern(first), intern(second)] = feature
        elif feature.endswith("*"):
            self._stems.setdefault(len(feature) - 1, {})[feature[:-1]] = feature
            self._stems_of.clear()
        else:
            self._vocabulary.add(feature)
            self._fields = self._fields or ":" in feature

    def _learn_late(self, node: Node) -> None:
        if isinstance(node, Term):
            for form in node.forms:
                self._learn(form)
            return
        for name in ("parts", "terms", "left", "right"):
            for part in getattr(node, name, ()):
                self._learn_late(part)
        if (part := getattr(node, "part", None)) is not None:
            self._learn_late(part)

    def match(self, post: Post) -> list[Key]:
        """Return the keys of the queries that fit, each once, in no order."""
        words = words_of(post.texts)
        return self.match_words(post, words)

    def match_words(self, post: Post, words: Words) -> list[Key]:
        """Do the same for a post whose words are known."""
        found = self._vocabulary.intersection(words.plain)
        self._add_more(found, post, words)
        self._heard += 1
        if not self._heard % OBSERVE_EVERY:
            self.frequencies.observe(found)
        if not found:
            return []
        out: set[int] = set()
        late: list[tuple[tuple[Node, ...], int]] = []
        roots = self._roots
        open_drawers = [drawer for feature in found if (drawer := roots.get(feature)) is not None]
        # The list grows while it is walked: drawers in drawers.
        for drawer in open_drawers:
            if (free := drawer.free) is not None:
                out.update(free)
                self.candidates += len(free)
            if (not_only := drawer.nots) is not None:
                out.update([number for nots, number in not_only if found.isdisjoint(nots)])
                self.candidates += len(not_only)
            if (following := drawer.next) is not None:
                open_drawers += [following[feature] for feature in following.keys() & found]
            if (left := drawer.left) is not None:
                self.candidates += len(left)
                for _, groups, nots, checks, number in [one for one in left if not found.isdisjoint(one[0])]:
                    if found.isdisjoint(nots) and not any(found.isdisjoint(group) for group in groups):
                        if checks:
                            late.append((checks, number))
                        else:
                            out.add(number)
            if drawer.late is not None:
                self.candidates += len(drawer.late)
                late += [(checks, number) for nots, checks, number in drawer.late if found.isdisjoint(nots)]
        if late:
            seen = self._seen(found, post, words)
            out.update([number for checks, number in late if all(node.fits(seen) for node in checks)])
        if self._dead:
            out -= self._dead
        keys = self._keys
        return [keys[number] for number in out]  # type: ignore[misc]

    def _add_more(self, found: set[str], post: Post, words: Words) -> None:
        vocabulary, plain = self._vocabulary, words.plain
        if pairs := self._pairs.keys() & pairwise(plain):
            names = self._pairs
            found.update([names[both] for both in pairs])
        if words.more:
            for at, forms in words.more.items():
                found |= vocabulary.intersection(forms)
                self._add_pairs(found, words, at)
        if self._fields:
            found |= vocabulary.intersection(fields_of(post, words))
        if self._stems:
            self._add_stems(found, words)

    def _add_pairs(self, found: set[str], words: Words, at: int) -> None:
        """The pairs in which another form than the plain one takes part."""
        plain, more, names = words.plain, words.more, self._pairs
        forms = more[at]
        if at:
            before = (plain[at - 1], *more.get(at - 1, ()))
            found.update(name for one in before for form in forms if (name := names.get((one, form))))
        if at + 1 < len(plain):
            found.update(name for form in forms if (name := names.get((form, plain[at + 1]))))

    def _add_stems(self, found: set[str], words: Words) -> None:
        known = self._stems_of
        for word in {*words.plain, *(form for forms in words.more.values() for form in forms)}:
            stems = known.get(word)
            if stems is None:
                if len(known) > _MOST_REMEMBERED:
                    known.clear()
                stems = known[word] = self._stems_in(word)
            if stems:
                found.update(stems)

    def _stems_in(self, word: str) -> tuple[str, ...]:
        return tuple(name for length, stems in self._stems.items() if length <= len(word) and (name := stems.get(word[:length])))

    def _seen(self, found: set[str], post: Post, words: Words) -> Seen:
        places = words.places()
        if self._stems:
            for word in list(places):
                for stem in self._stems_of.get(word, ()):
                    places[stem] = sorted({*places.get(stem, ()), *places[word]})
        return Seen(found, places, post.counts)
