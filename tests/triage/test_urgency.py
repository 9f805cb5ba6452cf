"""Urgency is a sum that anybody can read."""

import pytest

from tests.triage.lists import alarms
from unisono.triage.clean import clean
from unisono.triage.urgency import Alarms, Facts, urgency


def test_nothing_known_is_not_urgent() -> None:
    assert urgency(Facts()) == ()
    assert urgency(Facts(negative=0.4, reach=0, left_s=600, promised_s=600, same_topic=1)) == ()


def test_every_term_says_what_it_was_made_of() -> None:
    terms = urgency(Facts(
        negative=0.9, alarms={"legal": ("anwalt",)}, repeated=2, reach=10_000, left_s=150, promised_s=600, same_topic=8
    ))  # fmt: skip
    assert [(term.code, round(term.value, 2), term.because) for term in terms] == [
        ("alarm.legal", 1.0, "anwalt"), ("negative", 0.8, 0.9), ("repeated", 0.75, 2), ("promise", 0.75, 150), ("burst", 0.75, 8),
        ("reach", 0.67, 10_000),
    ]  # fmt: skip


def test_a_promise_that_is_broken_counts_whole_and_no_more() -> None:
    assert [term.value for term in urgency(Facts(left_s=-900, promised_s=600))] == [1.0]


@pytest.mark.parametrize(
    ("language", "text", "groups"),
    [
        ("de", "Ich schalte meinen Anwalt ein, das Gerät brennt!", {"legal", "safety"}),
        ("de", "Seit Stunden kein Netz", {"outage"}),
        ("de", "Anwaltsserie im Fernsehen", {"legal", "press"}),
        ("de", "Verbrennt nicht den Kuchen", set()),
        ("en", "Is your site is down? I will sue", {"outage", "legal"}),
        ("en", "lovely weather for a fireplace", set()),
    ],
)
def test_alarming_words_are_found_as_whole_words(language: str, text: str, groups: set[str]) -> None:
    assert set(alarms(language).found(clean(text))) == groups


def test_a_list_that_cannot_be_read_says_why() -> None:
    with pytest.raises(ValueError, match="group: word"):
        Alarms(["feuer, rauch"])
