"""Learning on site: from few labels to a head, checked on what came later, and never put in place when it is worse."""

import random
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from tests.triage.lists import lexicon
from unisono.triage.features import WIDTH, features
from unisono.triage.fit import NotEnough, Sample, Score, fit, gate_for, later, macro_f1, may_replace, score
from unisono.triage.heads import ENOUGH_LABELS, Head, Heads, surest

DE = lexicon("de")
BEGIN = datetime(2026, 1, 1, tzinfo=UTC)
NEEDS = ("Wo bleibt mein Paket {}?", "Meine Rechnung {} stimmt nicht", "Wie kündige ich den Vertrag {}?", "Störung seit {} Tagen")
TALK = ("Werbung {} gesehen, nett", "Foto {} vom Wochenende", "Gewinnspiel {}: teilen!", "Bin Nummer {} im Stau")


def samples(count: int, seed: int = 1, own: bool = True) -> list[Sample]:
    """Posts of which half need an answer, a minute apart."""
    dice = random.Random(seed)
    made = []
    for n in range(count):
        needs = dice.random() < 0.5
        text = dice.choice(NEEDS if needs else TALK).format(dice.randrange(10_000))
        made.append(
            Sample(
                features=features(text, DE), label="yes" if needs else "no", group=f"{seed}:{n}",
                at=BEGIN + timedelta(minutes=n), own=own,
            )
        )  # fmt: skip
    return made


def test_a_few_labels_teach_what_needs_an_answer() -> None:
    head = fit("answer", samples(60), 1.0)
    assert score(head, samples(200, seed=2)).macro_f1 > 0.95
    assert not head.trained
    assert fit("answer", samples(ENOUGH_LABELS), 1.0).trained


def test_what_ships_helps_but_is_no_label_of_the_house() -> None:
    head = fit("answer", [*samples(80, own=False), *samples(10, seed=3)], 1.0)
    assert head.own == 10
    assert score(head, samples(200, seed=2)).macro_f1 > 0.95


def test_probabilities_of_each_head_sum_to_one_and_are_those_of_each_alone() -> None:
    first, second = fit("answer", samples(40), 1.0), fit("other", samples(40, seed=5), 1.0)
    text = features("Wo bleibt mein Paket?", DE)
    both = Heads([first, second]).probabilities(text)
    alone = Heads([first]).probabilities(text) | Heads([second]).probabilities(text)
    for name, said in both.items():
        assert said == pytest.approx(alone[name], abs=1e-5)
    assert all(sum(said.values()) == pytest.approx(1) for said in both.values())
    assert surest(both["answer"])[0] == "yes"


def test_the_texts_decide_how_closely_a_head_follows_them() -> None:
    assert fit("answer", samples(30)).strength in {1.0, 3.0, 10.0}


def test_one_answer_alone_teaches_nothing() -> None:
    with pytest.raises(NotEnough, match="two texts of each of two answers"):
        fit("answer", [sample for sample in samples(30) if sample.label == "yes"])


def test_no_conversation_stands_on_both_sides_of_a_check() -> None:
    talks = [Sample(features=s.features, label=s.label, group=str(n % 7), at=s.at) for n, s in enumerate(samples(60))]
    talks += [Sample(features=s.features, label=s.label, group=s.group, at=s.at + timedelta(days=1)) for s in samples(30, seed=9)]
    first, last = later(talks)
    assert last
    assert {s.group for s in first}.isdisjoint(s.group for s in last)
    assert max(s.at for s in first) <= min(s.at for s in last)


def test_a_worse_head_does_not_take_the_place_of_the_one_in_use() -> None:
    live = Score(macro_f1=0.8, accuracy=0.8, texts=40)
    assert may_replace(None, Score(macro_f1=0.1, accuracy=0.1, texts=40))
    assert may_replace(live, live)
    assert not may_replace(live, Score(macro_f1=0.79, accuracy=0.9, texts=40))
    assert not may_replace(live, Score(macro_f1=0.0, accuracy=0.0, texts=0))


def test_the_gate_of_too_few_labels_demotes_nothing() -> None:
    few = samples(40)
    assert gate_for("answer", few, "yes", 1.0).threshold == 0.0
    assert gate_for("answer", [s for s in few if s.label == "yes"], "yes", 1.0).threshold == 0.0


def test_a_gate_demotes_what_needs_no_answer() -> None:
    found = gate_for("answer", samples(400), "yes", 1.0, budget=0.1)
    assert found.demoted > 0.2
    assert found.lost <= 0.1


def test_a_head_of_another_version_says_so() -> None:
    with pytest.raises(ValueError, match="train it anew"):
        Heads([Head(name="old", labels=("a", "b"), weights=np.zeros((5, 2), np.float16), bias=np.zeros(2, np.float32))])
    assert Heads([]).probabilities(features("x", DE)) == {}
    assert fit("answer", samples(20), 1.0).weights.shape == (WIDTH, 2)


def test_macro_f1_counts_rare_answers_as_much_as_common_ones() -> None:
    assert macro_f1(["a"] * 9 + ["b"], ["a"] * 10) == pytest.approx((18 / 19) / 2)
    assert macro_f1([], []) == 0.0
