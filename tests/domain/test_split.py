"""Long texts in several posts."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from unisono.domain.length import graphemes, measure
from unisono.domain.split import CannotSplit, split

_NUMBER = re.compile(r" \(\d+/\d+\)$")
UNITS = ["chars", "weighted", "utf8", "utf16", "graphemes", "gsm7"]


def bare(parts: list[str]) -> list[str]:
    return [_NUMBER.sub("", part) for part in parts] if len(parts) > 1 else parts


def test_what_fits_stays_whole_and_has_no_number() -> None:
    assert split("Guten Tag", 20, "chars") == ["Guten Tag"]


def test_a_cut_is_made_where_a_reader_pauses() -> None:
    text = "Der erste Satz ist hier. Der zweite folgt ihm gleich nach, und er ist etwas länger."
    assert split(text, 40, "chars")[0] == "Der erste Satz ist hier. (1/3)"


def test_a_link_a_name_and_an_address_stay_whole() -> None:
    whole = ["https://example.org/a/long/path?x=1", "@anna@social.example", "hilfe@example.org", "#Stromausfall", "example.org/x"]
    for thing in whole:
        for before in range(20):
            parts = bare(split("x" * before + " " + thing + " und noch ein paar Worte danach", 45, "chars"))
            assert sum(thing in part for part in parts) == 1, (thing, before, parts)


def test_a_link_costs_what_the_network_says_also_in_a_part() -> None:
    link = "https://example.org/" + "a" * 200
    parts = split(f"Hier steht es: {link} und hier noch mehr Text, der nicht mehr passt.", 50, "weighted", url_cost=23)
    assert sum(link in part for part in parts) == 1
    assert all(measure(part, "weighted", url_cost=23) <= 50 for part in parts)


def test_a_family_is_not_torn_apart() -> None:
    parts = split("👩‍👩‍👧" * 30, 20, "chars")
    assert all(set(graphemes(part)) == {"👩‍👩‍👧"} for part in bare(parts))


def test_more_than_nine_parts_leave_room_for_their_numbers() -> None:
    parts = split("wort " * 100, 30, "chars")
    assert len(parts) > 9
    assert parts[0].endswith(f"(1/{len(parts)})")
    assert all(len(part) <= 30 for part in parts)


def test_a_link_that_is_longer_than_a_part_is_told() -> None:
    with pytest.raises(CannotSplit):
        split("Siehe https://example.org/" + "a" * 200, 100, "chars")


@given(
    st.text(st.sampled_from("ab äß.!? \n日👍🏽e\u0301@#€{"), max_size=400),
    st.integers(40, 120),
    st.sampled_from(UNITS),
    st.booleans(),
)
def test_no_part_is_too_long_and_no_word_is_lost(text: str, maximum: int, unit: str, numbered: bool) -> None:
    try:
        parts = split(text, maximum, unit, numbered=numbered)
    except CannotSplit:
        return  # a name of many signs; the alphabet above makes them
    assert all(measure(part, unit) <= maximum for part in parts)
    kept = "".join(bare(parts) if numbered else parts)
    assert "".join(kept.split()) == "".join(text.split())
