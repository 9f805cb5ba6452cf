"""Words are brought to one form, the same whether a text takes the quick way or the long one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from unisono.listening import words
from unisono.listening.words import term_of, words_of


@pytest.mark.parametrize(
    ("said", "asked"),
    [
        ("STRASSE", "Straße"), ("Müller", "MUELLER"), ("Mu\u0308ller", "Müller"), ("CAFÉ", "cafe"), ("İstanbul", "istanbul"),
        ("ΟΔΟΣ", "οδος"), ("ΟΔΌΣ", "οδός"), ("Łódź", "lodz"), ("Ærø", "aeroe"), ("don’t", "don't"), ("हिन्दी", "हिन्दी"),
        ("Ёлка", "ёлка"),
    ],
)  # fmt: skip
def test_what_is_the_same_word(said: str, asked: str) -> None:
    assert words_of([f"und {said} auch"]).plain[1:-1] == term_of(asked)


@pytest.mark.parametrize(("said", "asked"), [("schon", "schön"), ("Muller", "Müller"), ("Йод", "Иод"), ("drucken", "drücken")])
def test_what_is_another_word(said: str, asked: str) -> None:
    assert words_of([said]).plain != term_of(asked)


def test_tags_names_and_apostrophes_stand_for_themselves_and_the_bare_word() -> None:
    found = words_of(["@Acme's #Größe l’été help@acme.example"])
    assert found.plain == ["acme's", "groesse", "l'ete", "help", "acme", "example"]
    assert found.more == {0: ("acme", "@acme's"), 1: ("#groesse",), 2: ("ete",)}


def test_links_are_no_words_but_hosts() -> None:
    found = words_of(["siehe https://user@www.Shop.Acme.example:8443/kaputt?a=b, oder www.bahn.example."])
    assert found.plain == ["siehe", "oder"]
    assert found.hosts == ("shop.acme.example", "bahn.example")


def test_scripts_without_spaces_are_taken_sign_by_sign() -> None:
    assert words_of(["東京タワー が"]).plain == list("東京タワーが")
    assert term_of("東京") == ["東", "京"]


def test_no_phrase_and_no_near_crosses_from_one_text_into_the_next() -> None:
    places = words_of(["acme", "kaputt"]).places()
    assert places["kaputt"][0] - places["acme"][0] > 500


@given(st.text(st.sampled_from("aäßÄéÉñ1_-.,?!#@'’„“…€µ² \n\u0308x"), max_size=40))
def test_the_quick_way_and_the_long_way_agree(text: str) -> None:
    quick = words_of([text])
    plain: list[str] = []
    more: dict[int, tuple[str, ...]] = {}
    words._add_tokens(words._TOKEN.findall(words.lowered(text)), plain, more)
    assert (quick.plain, quick.more) == (plain, more)
