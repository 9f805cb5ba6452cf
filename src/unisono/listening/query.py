"""What a monitor's query says, as a tree. Every node knows whether a post fits it: slowly, but in plain sight."""

from collections.abc import Mapping, Sequence
from typing import Final

from msgspec import Struct

Spans = list[tuple[int, int]]

#: What features that are not words begin with, so that no word is ever taken for one.
FIELDS: Final = ("lang", "network", "author", "channel", "has", "is", "site")


class Seen(Struct, frozen=True):
    """A post as a query sees it: its features, where each word stands, and what can be counted."""

    features: frozenset[str] | set[str]
    places: Mapping[str, Sequence[int]]
    counts: Mapping[str, int]


class Term(Struct, frozen=True):
    """A word, tag, name, wildcard (`lie*`) or field (`lang:de`): any of the forms will do."""

    forms: tuple[str, ...]

    def fits(self, seen: Seen) -> bool:
        return not seen.features.isdisjoint(self.forms)

    def spans(self, seen: Seen) -> Spans:
        """Return first and last place of each time it is said, in rising order."""
        return sorted({(at, at) for form in self.forms for at in seen.places.get(form, ())})


class Phrase(Struct, frozen=True):
    """Words that follow each other."""

    terms: tuple[Term, ...]

    def fits(self, seen: Seen) -> bool:
        return bool(self.spans(seen))

    def spans(self, seen: Seen) -> Spans:
        ends = {at for at, _ in self.terms[0].spans(seen)}
        for term in self.terms[1:]:
            ends = {at for at, _ in term.spans(seen) if at - 1 in ends}
        length = len(self.terms) - 1
        return sorted((end - length, end) for end in ends)


class Near(Struct, frozen=True):
    """Two things said within some words of each other, in either order; nothing is near itself.

    The distance runs from the last word of the earlier to the first of the later; neighbours are at distance 1.
    """

    left: tuple[Term | Phrase, ...]
    right: tuple[Term | Phrase, ...]
    within: int

    def fits(self, seen: Seen) -> bool:
        left = [span for operand in self.left for span in operand.spans(seen)]
        if not left:
            return False
        right = [span for operand in self.right for span in operand.spans(seen)]
        return _follows(left, right, self.within) or _follows(right, left, self.within)


def _follows(earlier: Spans, later: Spans, within: int) -> bool:
    """Whether one of `later` begins at most `within` after the end of one of `earlier`."""
    ends = sorted({end for _, end in earlier})
    starts = sorted({start for start, _ in later})
    at = 0
    for start in starts:
        while at < len(ends) and ends[at] < start - within:
            at += 1
        if at == len(ends):
            return False
        if ends[at] < start:
            return True
    return False


class Count(Struct, frozen=True):
    """A number within bounds, both included; what a post does not tell fits nothing."""

    of: str
    least: int | None = None
    most: int | None = None

    def fits(self, seen: Seen) -> bool:
        number = seen.counts.get(self.of)
        if number is None:
            return False
        return (self.least is None or number >= self.least) and (self.most is None or number <= self.most)


class Not(Struct, frozen=True):
    """What must not fit."""

    part: "Node"

    def fits(self, seen: Seen) -> bool:
        return not self.part.fits(seen)


class All(Struct, frozen=True):
    """Parts that must all fit."""

    parts: tuple["Node", ...]

    def fits(self, seen: Seen) -> bool:
        return all(part.fits(seen) for part in self.parts)


class Any(Struct, frozen=True):
    """Parts of which one must fit."""

    parts: tuple["Node", ...]

    def fits(self, seen: Seen) -> bool:
        return any(part.fits(seen) for part in self.parts)


Node = Term | Phrase | Near | Count | Not | All | Any
