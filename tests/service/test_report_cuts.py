"""What stands together so that figures cut in different ways single out nobody: beside all that can be added and subtracted."""

from fractions import Fraction
from itertools import combinations

from hypothesis import given, settings
from hypothesis import strategies as st

from unisono.service.reports import cuts
from unisono.service.reports.cuts import WAYS, Piece, held_together, leaks, too_few

FEW = 3
PEOPLE = 6
PIECES = st.lists(
    st.builds(
        lambda channel, code, language, skills, tags, who: Piece(
            values={"channel": channel, "code": code, "language": language, "skills": skills, "tags": tags}, people=1 << who
        ),
        st.sampled_from("AB"), st.sampled_from("xyz"), st.sampled_from(["de", "en"]), st.sampled_from(["", "a"]),
        st.sampled_from(["", "t"]),        st.integers(0, PEOPLE - 1),
    ),
    max_size=24,
)  # fmt: skip


def rank(rows: list[list[int]]) -> int:
    """By plain elimination with fractions."""
    left = [[Fraction(value) for value in row] for row in rows]
    found = 0
    for column in range(len(left[0]) if left else 0):
        lead = next((n for n in range(found, len(left)) if left[n][column]), None)
        if lead is None:
            continue
        left[found], left[lead] = left[lead], left[found]
        for n in range(found + 1, len(left)):
            factor = left[n][column] / left[found][column]
            left[n] = [a - factor * b for a, b in zip(left[n], left[found], strict=True)]
        found += 1
    return found


def _part(piece: Piece, way: str, held: dict[str, set[str]]) -> tuple[str, str]:
    return way, "" if piece.values[way] in held[way] else f"={piece.values[way]}"


def singled_out(pieces: list[Piece], held: dict[str, set[str]], few: int) -> tuple[int, ...] | None:
    """Return fewer people than `few` of whom alone a sum of figures can be had, by trying all sets of people."""
    parts = sorted({_part(p, way, held) for p in pieces for way in WAYS})
    rows = [([int(part == _part(p, part[0], held)) for part in parts], p.people) for p in pieces]
    full = rank([row for row, _ in rows])
    for some in combinations(range(PEOPLE), few - 1):
        theirs = sum(1 << one for one in some)
        if rank([row for row, who in rows if who & ~theirs]) < full:
            return some
    return None


@settings(max_examples=120, deadline=None)
@given(PIECES)
def test_whatever_is_added_and_subtracted_is_of_enough_people(pieces: list[Piece]) -> None:
    everybody = 0
    for piece in pieces:
        everybody |= piece.people
    if everybody.bit_count() < FEW:
        return
    assert singled_out(pieces, held_together(pieces, WAYS, FEW), FEW) is None


def piece(channel: str, code: str, *who: int) -> Piece:
    return Piece(values={"channel": channel, "code": code}, people=sum(1 << one for one in who))


def test_a_reason_that_is_of_one_language_but_for_two_people_is_not_shown_beside_it() -> None:
    """Language minus reason would be the two. Cut one way only, both would be shown."""
    pieces = [piece("A", "x", 0, 1, 2, 3, 4), piece("A", "y", 5, 6), piece("B", "y", 0, 1, 2, 3, 4, 5, 6)]
    assert too_few({"x": 0b11111, "y": 0b1111111}, 5) == set()
    assert held_together(pieces, ("channel", "code"), 5) == {"channel": set(), "code": {"x", "y"}}


def test_what_many_did_in_every_mixture_is_shown_in_every_way() -> None:
    pieces = [piece(channel, code, *range(9)) for channel in "AB" for code in "xyz"]
    assert held_together(pieces, ("channel", "code"), 5) == {"channel": set(), "code": set()}


def test_when_too_much_would_have_to_be_tried_it_is_held() -> None:
    cells = {(a, b): 1 << (n % 9) for n, (a, b) in enumerate((a, b) for a in "abcdef" for b in "uvwxyz")}
    most = cuts.MOST_LOOKED_AT
    try:
        cuts.MOST_LOOKED_AT = 3  # type: ignore[misc]
        assert leaks(cells, 5)
    finally:
        cuts.MOST_LOOKED_AT = most  # type: ignore[misc]


def test_nobodys_doing_singles_nobody_out() -> None:
    pieces = [piece("A", "x", *range(6)), piece("B", "x"), piece("A", "y", *range(6))]
    assert held_together(pieces, ("channel", "code"), 5) == {"channel": set(), "code": set()}
