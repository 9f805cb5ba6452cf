"""From a text to numbers: the same everywhere, blind to what should not count, and with the tone of a text in it."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.triage.lists import lexicon
from unisono.triage.clean import HANDLE, LINK, MOST_CHARS, OURS, clean
from unisono.triage.features import BUCKETS, WIDTH, features
from unisono.triage.lexicon import Lexicon

ROOT = Path(__file__).parents[2]
DE, EN = lexicon("de"), lexicon("en")


def same(one: str, other: str) -> bool:
    """Whether two texts have the same hashed features."""
    a, b = features(one, DE), features(other, DE)
    return np.array_equal(a.places, b.places) and np.allclose(a.values[a.places < BUCKETS], b.values[b.places < BUCKETS])


def test_whose_handle_and_which_link_do_not_count_but_being_spoken_to_does() -> None:
    assert same("@anna der Zug https://a.example/1 ist zu spät", "@bert@net.example der Zug www.b.example/2 ist zu spät")
    assert clean("@Shop hilf!", {"shop"}) == f" {OURS}  hilf!"
    assert clean("@Shop hilf!") == f" {HANDLE}  hilf!"
    assert clean("bitte an info@shop.example") == "bitte an info@shop.example"
    assert LINK in clean("siehe HTTPS://X.example")
    assert clean("Sooooo toll &amp; gut") == "soo toll & gut"


def test_a_news_page_that_rides_along_is_cut() -> None:
    assert len(clean("wort " * 5_000)) <= MOST_CHARS
    assert same("a" * 3_000, "a" * 9_000)


@given(st.text(max_size=300))
def test_any_text_has_features_of_the_right_shape(text: str) -> None:
    found = features(text, DE)
    assert found.places.shape == found.values.shape
    assert found.places.max() < WIDTH
    assert len(set(found.places.tolist())) >= len(found.places) - BUCKETS
    assert np.isfinite(found.values).all()


def test_another_process_finds_the_same_numbers() -> None:
    told = (
        "import sys; from tests.triage.lists import lexicon; from unisono.triage.features import features; "
        "print(features(sys.argv[1], lexicon('de')).places.tolist())"
    )
    text = "Grüße aus dem Zug 😡 – steht seit Stunden"
    other = subprocess.run([sys.executable, "-c", told, text], cwd=ROOT, capture_output=True, text=True, check=True)
    assert other.stdout.strip() == str(features(text, DE).places.tolist())


@pytest.mark.parametrize(
    ("words", "text", "balance"),
    [
        (DE, "Vielen Dank, das war super schnell und freundlich!", 1),
        (DE, "Unverschämtheit, seit Stunden warten wir, Saftladen 😡", -1),
        (DE, "das ist nicht gut", -1),
        (DE, "Der Zug fährt um neun.", 0),
        (EN, "thank you, brilliant service", 1),
        (EN, "worst service ever, I am furious", -1),
        (EN, "it is not good", -1),
    ],
)
def test_the_tone_of_a_text(words: Lexicon, text: str, balance: int) -> None:
    found = words.tone(clean(text)).balance
    assert np.sign(round(found, 1)) == balance


def test_a_list_that_cannot_be_read_says_why() -> None:
    with pytest.raises(ValueError, match=r"begins with \+, \+\+, -, -- or !"):
        Lexicon(["gut besser"])
