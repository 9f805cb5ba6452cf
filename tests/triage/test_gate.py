"""The gate keeps its promise, or demotes nothing; and nothing it says of shares is worse than the exact figure."""

import random

import pytest
from scipy import stats

from unisono.triage.gate import at_least, at_most, gate


@pytest.mark.parametrize(("lost", "of"), [(0, 10), (0, 800), (3, 800), (11, 1_897), (9, 10), (10, 10)])
def test_the_bounds_are_those_of_clopper_and_pearson(lost: int, of: int) -> None:
    upper = stats.beta.ppf(0.95, lost + 1, of - lost) if lost < of else 1.0
    lower = stats.beta.ppf(0.05, lost, of - lost + 1) if lost else 0.0
    assert at_most(lost, of) == pytest.approx(upper, abs=1e-9)
    assert at_least(lost, of) == pytest.approx(lower, abs=1e-9)


def stream(dice: random.Random, count: int) -> tuple[list[float], list[bool]]:
    """Posts of which a third needs an answer, judged fairly well."""
    needed = [dice.random() < 1 / 3 for _ in range(count)]
    return [dice.betavariate(4, 2) if need else dice.betavariate(2, 4) for need in needed], needed


def test_on_a_stream_of_one_kind_the_budget_holds_nearly_always() -> None:
    dice = random.Random(11)
    broken = 0
    for _ in range(20):
        found = gate(*stream(dice, 2_000), budget=0.02)
        scores, needed = stream(dice, 2_000)
        wanted = [score for score, need in zip(scores, needed, strict=True) if need]
        broken += sum(score < found.threshold for score in wanted) / len(wanted) > 0.02
        assert found.demoted > 0.05
    assert broken <= 1


def test_few_posts_promise_nothing_so_nothing_is_demoted() -> None:
    dice = random.Random(3)
    assert gate(*stream(dice, 300), budget=0.01).threshold == 0.0
    assert gate([], []).threshold == 0.0
    assert gate([0.2] * 50, [False] * 50).threshold == 0.0


def test_posts_that_all_look_alike_are_not_demoted() -> None:
    assert gate([0.5] * 5_000, [True] * 5_000).demoted == 0.0
