"""What a network is asked never leaves out a post that the query finds; an independent reading of its grammar says so."""

from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.listening.grammars import bluesky_fits, mastodon_fits, x_fits
from tests.listening.oracle import fits
from unisono.domain.errors import Invalid
from unisono.listening.matcher import Matcher
from unisono.listening.post import Post
from unisono.listening.syntax import parse
from unisono.listening.translate import translated
from unisono.listening.translate.x import LONGEST

# What was typed may be said with its accents or without; German in both its spellings, in any case.
WORDS = ["acme", "bahn", "Müller", "mueller", "Größe", "groesse", "strasse", "Straße", "acme_shop", "kaputt", "zug", "neue"]
SAID = [
    *WORDS, "#acme", "#Größe", "@bahn", "ACME", "MÜLLER", "GRÖSSE", "groeße", "Größ", "acme's", "Acme’s", "acme-zug", "„zug“", "…",
    "#Zug!", "(bahn)", "https://acme.example/zug", "neü", "@acme_shop", "#kaputt",
]  # fmt: skip
ASKED = [
    *WORDS,
    "#acme",
    "#größe",
    "#zug",
    "@bahn",
    "@acme_shop",
    "kap*",
    "acme's",
    "lang:de",
    "followers:>5",
    "network:x",
    "author:zoe",
]

posts = st.lists(st.sampled_from(SAID), max_size=8).map(" ".join)
atoms = st.one_of(
    st.sampled_from(ASKED),
    st.lists(st.sampled_from(WORDS), min_size=2, max_size=3).map(lambda words: f'"{" ".join(words)}"'),
    st.builds(lambda a, b: f"({a} NEAR/3 {b})", st.sampled_from(WORDS), st.sampled_from(WORDS)),
)
TAGS = ["#acme", "#größe", "#Groesse", "#zug", "#kaputt", "acme", "lang:de", "#ka*"]


def queries(leaves: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    """Queries of these parts."""
    return st.recursive(
        leaves,
        lambda inner: st.one_of(
            st.lists(inner, min_size=2, max_size=4).map(lambda parts: f"({' OR '.join(parts)})"),
            st.lists(inner, min_size=2, max_size=3).map(" ".join).map(lambda text: f"({text})"),
            inner.map(lambda part: f"NOT {part}"),
        ),
        max_leaves=7,
    )


@pytest.mark.parametrize(("network", "reads"), [("x", x_fits), ("mastodon", mastodon_fits), ("bluesky", bluesky_fits)])
def test_what_the_query_finds_the_network_tells(network: str, reads: Callable[[str, str], bool]) -> None:
    asked_something = 0

    @settings(max_examples=300)
    @given(queries(st.sampled_from(TAGS) if network == "mastodon" else atoms), st.lists(posts, min_size=1, max_size=5))
    def holds(query: str, said: list[str]) -> None:
        nonlocal asked_something
        asks = translated(query, network)
        if asks is None:
            return
        asked_something += bool(asks)
        matcher: Matcher[int] = Matcher()
        try:
            matcher.put(0, parse(query))
        except Invalid:
            return
        for text in said:
            post = Post(texts=[text], language="de", network=network, authors=["zoe"], counts={"followers": 50})
            if matcher.match(post):
                assert any(reads(ask, text) for ask in asks), (query, text, asks)

    holds()
    assert asked_something > 20


def test_x_is_asked_for_words_and_left_out_is_what_it_cannot_say() -> None:
    assert translated('(acme OR #acme) kaputt NOT jobs lang:de "kaputt bahn" zu*', "x") == (
        "((acme OR #acme OR @acme) (kaputt OR #kaputt OR @kaputt) (bahn OR #bahn OR @bahn)) -is:retweet",
    )
    # Where one of two ways cannot be asked, neither can.
    assert translated("acme OR kap*", "x") is None
    assert translated("acme kap*", "x") == ("((acme OR #acme OR @acme)) -is:retweet",)
    # Another network's monitors cost nothing here.
    assert translated("acme network:mastodon", "x") == ()
    assert translated("(acme network:mastodon) OR (zug network:x)", "x") == ("((zug OR #zug OR @zug)) -is:retweet",)


def test_accents_of_other_languages_are_asked_for_as_they_were_typed() -> None:
    asks = translated("café", "x")
    assert asks is not None
    assert all(x_fits(asks[0], text) for text in ("Café", "CAFE", "#café"))


def test_mastodon_is_asked_for_tags_alone_and_bluesky_for_the_rarest_few() -> None:
    assert translated("(#acme OR #bahn) kaputt", "mastodon") == ("acme", "bahn")
    assert translated("acme kaputt", "mastodon") is None
    assert translated("(acme OR bahn OR zug) kaputt", "bluesky") == ("kaputt",)


def test_a_query_that_is_too_long_for_one_rule_is_parted_and_still_leaves_nothing_out() -> None:
    many = [f"marke{n:03}" for n in range(150)]
    asks = translated(f"({' OR '.join(many)}) kaputt", "x")
    assert asks == ("((kaputt OR #kaputt OR @kaputt)) -is:retweet",)
    asks = translated(" OR ".join(many), "x")
    assert asks is not None
    assert len(asks) > 3
    assert all(len(ask) <= LONGEST for ask in asks)
    assert all(any(x_fits(ask, f"Das {one} hier") for ask in asks) for one in many)
    assert not any(x_fits(ask, "etwas anderes") for ask in asks)


def test_the_oracle_agrees_that_these_are_found() -> None:
    assert fits(parse("größe"), Post(texts=["GROESSE"]))
