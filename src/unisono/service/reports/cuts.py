"""Which parts of a figure stand together, so that no sum and no difference of figures is of too few people. Pure.

An atom (a queue's day with enough people behind it, or what is added up like one) is cut in several ways: by channel, by wrap-up
code, by language, by skills, by tags. Each way shows parts of enough people. But whoever knows the channel, code and language of
each enquiry can add and subtract figures that are cut in different ways, and be left with few.

What can be reached by adding and subtracting is a vector space: a weight for each part of each way, and an enquiry counts by the
sum of the weights of the parts it is in. Something leaks when weights exist by which only the enquiries of 1 to `few` - 1 people
count. That is so when, taking away all enquiries that are theirs alone, the space loses a dimension: so for every such set of
people the enquiries of all others must still span it. Ways are let in one after the other; of one that would leak, the smallest
parts are put together until nothing does, in the end all of them.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final

from msgspec import Struct

#: The order in which ways are let in: an earlier one is cut finer where not all can be.
WAYS: Final = ("channel", "code", "language", "skills", "tags")
#: So many sets of people are looked at before a part is put together unseen: to be careful costs a figure, not a person.
MOST_LOOKED_AT: Final = 500
#: Sums of products of zeros and ones, as they come here, stay far below it: counting modulo this prime is exact.
_PRIME: Final = (1 << 61) - 1


class Piece(Struct, frozen=True, kw_only=True):
    """Enquiries of an atom that are alike in all ways. values: by way. people: a bit for each who had to do with them."""

    values: Mapping[str, str]
    people: int


def held_together(pieces: Sequence[Piece], ways: Sequence[str], few: int) -> dict[str, set[str]]:
    """Return for each way the values that stand together in an atom; the others are shown each. few: the least group."""
    known = [piece for piece in pieces if piece.people]
    let_in: list[tuple[str, Mapping[str, str]]] = []
    found: dict[str, set[str]] = {}
    for way in ways:
        people = _people_by(known, way)
        held = too_few(people, few)
        while len(parts := {value: "" if value in held else f"={value}" for value in people}) > 1:
            if len(set(parts.values())) == 1 or not _leaks(known, [*let_in, (way, parts)], few):
                let_in.append((way, parts))
                break
            held |= set(_next_to_hold(people, held))
        found[way] = held
    return found


def too_few(people: Mapping[str, int], few: int) -> set[str]:
    """Return the values of too few people; are they too few together, with the smallest of the others."""
    low = {value for value, who in people.items() if 0 < who.bit_count() < few}
    together = 0
    for value in low:
        together |= people[value]
    enough = sorted((who.bit_count(), value) for value, who in people.items() if who.bit_count() >= few)
    if 0 < together.bit_count() < few and enough:
        low.add(enough[0][1])
    return low


def _people_by(pieces: Iterable[Piece], way: str) -> dict[str, int]:
    people: dict[str, int] = {}
    for piece in pieces:
        people[piece.values[way]] = people.get(piece.values[way], 0) | piece.people
    return people


def _next_to_hold(people: Mapping[str, int], held: set[str]) -> list[str]:
    shown = sorted((who.bit_count(), value) for value, who in people.items() if value not in held)
    # One alone would still be seen as what is not shown.
    return [value for _, value in shown[: 1 if held else 2]]


def _leaks(pieces: Sequence[Piece], cuts: Sequence[tuple[str, Mapping[str, str]]], few: int) -> bool:
    cells: dict[tuple[str, ...], int] = {}
    for piece in pieces:
        place = tuple(parts[piece.values[way]] for way, parts in cuts)
        cells[place] = cells.get(place, 0) | piece.people
    return leaks(cells, few)


def leaks(cells: Mapping[tuple[str, ...], int], few: int) -> bool:
    """Tell whether 1 to `few` - 1 people can be singled out by adding and subtracting. cells: people by part of each way."""
    # Of most people first: what more than a few did holds the space together, and needs no second look.
    ordered = sorted(((place, who) for place, who in cells.items() if who), key=lambda cell: (-cell[1].bit_count(), cell[0]))
    if not ordered:
        return False
    space = _Space([place for place, _ in ordered], [who for _, who in ordered])
    if space.holds_without(few):
        return False
    looked_at: set[int] = set()
    waiting = [0]
    while waiting:
        gone = waiting.pop()
        if gone in looked_at:
            continue
        looked_at.add(gone)
        if len(looked_at) > MOST_LOOKED_AT:
            return True
        basis = space.basis(gone)
        if len(basis) < space.dimensions:
            return True
        # Whoever is to lower it must take something of this basis away, so at least one of its rows is theirs alone.
        waiting.extend(gone | who for who in basis if (gone | who).bit_count() < few)
    return False


class _Space:
    """What can be reached by adding and subtracting cells, of which each is in one part of each way.

    Counting is done modulo 2 first, a row a number: what is independent there is independent, and mostly that is all there is.
    Only where less is found is it counted exactly.
    """

    def __init__(self, places: Sequence[tuple[str, ...]], people: Sequence[int]) -> None:
        columns: dict[tuple[int, str], int] = {}
        self._rows = [(_row(place), who) for place, who in zip(places, people, strict=True)]
        self._bits = [
            (sum(1 << columns.setdefault(part, len(columns)) for part in row), who) for row, who in self._rows
        ]  # fmt: skip
        # All parts of a way together are all cells, so each way after the first brings one dimension less than it has parts.
        most = len(columns) - len(places[0]) + 1
        found = len(_halved(self._bits, 0))
        self.dimensions = found if found == most else len(_basis(self._rows, 0))

    def basis(self, gone: int) -> list[int]:
        """Return whose the rows of a basis are, among the rows that are not theirs alone who are gone."""
        found = _halved(self._bits, gone)
        return found if len(found) == self.dimensions else _basis(self._rows, gone)

    def holds_without(self, few: int) -> bool:
        """Tell whether there are `few` bases of different people, so that fewer cannot touch all. False says nothing.

        What so many did that fewer cannot take it away belongs to each of them.
        """
        firm: dict[int, int] = {}
        loose: dict[int, list[int]] = {}
        for row, who in self._bits:
            if who.bit_count() >= few:
                _takes(firm, row)
            else:
                loose.setdefault(who, []).append(row)
        bases = [dict(firm) for _ in range(few)]
        whose = [0] * few
        counts: dict[int, int] = {}
        for rows in loose.values():
            for column in _columns(rows):
                counts[column] = counts.get(column, 0) + 1
        # Whoever did what few did comes first, into the basis that has least.
        for who in sorted(loose, key=lambda one: (min(counts[c] for c in _columns(loose[one])), one)):
            free = [n for n in range(few) if not any(who & other for m, other in enumerate(whose) if m != n)]
            for n in sorted(free, key=lambda n: len(bases[n])):
                if len(bases[n]) < self.dimensions and any([_takes(bases[n], row) for row in loose[who]]):  # noqa: C419 - all of them
                    whose[n] |= who
                    break
        return all(len(basis) == self.dimensions for basis in bases)


def _columns(rows: Iterable[int]) -> set[int]:
    found = set()
    for row in rows:
        left = row
        while left:
            found.add(left & -left)
            left &= left - 1
    return found


def _takes(solved: dict[int, int], row: int) -> bool:
    """Put a row into a basis modulo 2 unless it is a sum of what is there; tells whether it was put."""
    while row:
        lead = row & -row
        known = solved.get(lead)
        if known is None:
            solved[lead] = row
            return True
        row ^= known
    return False


def _halved(rows: Iterable[tuple[int, int]], gone: int) -> list[int]:
    """Return whose the rows of a basis modulo 2 are, among the rows that are not theirs alone who are gone."""
    solved: dict[int, int] = {}
    return [who for row, who in rows if who & ~gone and _takes(solved, row)]


def _row(place: tuple[str, ...]) -> tuple[tuple[int, str], ...]:
    return tuple(enumerate(place))


def _basis(rows: Iterable[tuple[tuple[tuple[int, str], ...], int]], gone: int) -> list[int]:
    """Return whose the rows of a basis are, among the rows that are not theirs alone who are gone."""
    solved: dict[tuple[int, str], dict[tuple[int, str], int]] = {}
    whose: list[int] = []
    for row, who in rows:
        if not who & ~gone:
            continue
        rest = _reduced(dict.fromkeys(row, 1), solved)
        if rest:
            lead = next(iter(rest))
            inverse = pow(rest[lead], -1, _PRIME)
            solved[lead] = {column: value * inverse % _PRIME for column, value in rest.items()}
            whose.append(who)
    return whose


def _reduced(
    row: dict[tuple[int, str], int], solved: Mapping[tuple[int, str], Mapping[tuple[int, str], int]]
) -> dict[tuple[int, str], int]:
    while lead := next(_solvable(row, solved), None):
        factor = row[lead]
        for column, value in solved[lead].items():
            left = (row.get(column, 0) - factor * value) % _PRIME
            if left:
                row[column] = left
            else:
                row.pop(column, None)
    return row


def _solvable(row: Iterable[tuple[int, str]], solved: Mapping[tuple[int, str], object]) -> Iterator[tuple[int, str]]:
    return (column for column in row if column in solved)
