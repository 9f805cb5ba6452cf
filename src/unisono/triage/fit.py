"""Learning: from labelled texts to a head, and whether it may take the place of the one in use.

Needs scikit-learn, which the `train` extra brings; triage itself runs without it. Runs in a process of its own, never on the
event loop.
"""

import itertools
import zlib
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from unisono.triage.features import WIDTH, Features
from unisono.triage.gate import DEFAULT_BUDGET, Gate, gate
from unisono.triage.heads import Head, Heads, surest

#: How much a label of the house counts beside one that ships.
OWN_WEIGHT, SEED_WEIGHT = 3.0, 0.2

#: How closely a head may follow its texts; which of them, the texts themselves decide.
_STRENGTHS = (1.0, 3.0, 10.0)
_ROUNDS = 800
_FOLDS = 5
_FEWEST = 2
_STEPS = (0.5, 0.6, 0.7, 0.8, 0.9, 1.0)


class NotEnough(ValueError):
    """There are too few labels to learn from: less than two of each of two answers."""


class Sample(Struct, frozen=True, kw_only=True):
    """A labelled text.

    group: its conversation, or whatever else must not stand on both sides of a check. own: labelled in this house.
    """

    features: Features
    label: str
    group: str
    at: datetime
    own: bool = True


class Score(Struct, frozen=True, kw_only=True):
    """How good a head is on texts that it has not seen: shares between 0 and 1. macro_f1 counts each answer alike."""

    macro_f1: float
    accuracy: float
    texts: int


def fit(name: str, samples: Sequence[Sample], strength: float | None = None) -> Head:
    """Learn a head by logistic regression with every answer of equal weight. Raises `NotEnough`.

    strength: the inverse of the regularisation; None takes that with the best macro-F1 on texts held out.
    """
    from threadpoolctl import threadpool_limits

    counts = {label: sum(sample.label == label for sample in samples) for label in {sample.label for sample in samples}}
    if len(counts) < _FEWEST or min(counts.values()) < _FEWEST:
        raise NotEnough(f"To learn {name!r}, at least two texts of each of two answers are needed; there are {counts}.")
    rows = matrix(sample.features for sample in samples)
    # Features that no text has keep the weight 0; leaving them out spares most of the time.
    seen = np.unique(rows.indices)
    rows = rows[:, seen]
    answers = np.array([sample.label for sample in samples])
    counts_as = np.array([OWN_WEIGHT if sample.own else SEED_WEIGHT for sample in samples])
    if len(set(counts_as)) == 1:
        counts_as = np.ones(len(samples))
    # Several threads spin more than they compute on rows as thin as these.
    with threadpool_limits(1):
        strength = strength or _best_strength(rows, answers, counts_as, samples)
        model = _model(strength).fit(rows, answers, sample_weight=counts_as)
    coefficients, bias = model.coef_, model.intercept_
    if len(coefficients) == 1:
        # Two answers are one number there; here each has a column.
        coefficients, bias = np.vstack([np.zeros_like(coefficients), coefficients]), np.array([0.0, bias[0]])
    weights = np.zeros((WIDTH, len(coefficients)), dtype=np.float16)
    weights[seen] = coefficients.T
    return Head(
        name=name, labels=tuple(str(label) for label in model.classes_), weights=weights,
        bias=bias.astype(np.float32), strength=strength, own=sum(sample.own for sample in samples),
    )  # fmt: skip


def _model(strength: float) -> Any:
    from sklearn.linear_model import LogisticRegression

    return LogisticRegression(C=strength, class_weight="balanced", max_iter=_ROUNDS)


def _best_strength(rows: Any, answers: NDArray[Any], weights: NDArray[Any], samples: Sequence[Sample]) -> float:
    """Return the strength that does best on held-out texts of the house, or of all where it has none."""
    counted = np.array([sample.own for sample in samples])
    if not counted.any():
        counted[:] = True
    folds = _folds(samples)
    found: dict[float, float] = {}
    for strength in _STRENGTHS:
        said = np.empty(len(answers), dtype=object)
        for fold in range(_FOLDS):
            away = folds == fold
            if len(set(answers[~away])) < _FEWEST or not away.any():
                return _STRENGTHS[0]
            model = _model(strength).fit(rows[~away], answers[~away], sample_weight=weights[~away])
            said[away] = model.predict(rows[away])
        found[strength] = macro_f1(answers[counted].tolist(), said[counted].tolist())
    return max(_STRENGTHS, key=found.__getitem__)


def _folds(samples: Sequence[Sample]) -> NDArray[np.int64]:
    """Return the part of each sample; what belongs together stands in one."""
    part_of = {group: zlib.crc32(group.encode()) % _FOLDS for group in {sample.group for sample in samples}}
    return np.array([part_of[sample.group] for sample in samples])


def matrix(rows: Iterable[Features]) -> Any:
    """Return features as a sparse matrix, a row for each text."""
    from scipy import sparse

    rows = list(rows)
    ends: NDArray[np.int64] = np.cumsum([0, *(len(row.places) for row in rows)])
    return sparse.csr_matrix(
        (np.concatenate([row.values for row in rows]), np.concatenate([row.places for row in rows]), ends),
        shape=(len(rows), WIDTH),
    )


def later(samples: Sequence[Sample], share: float = 0.25) -> tuple[list[Sample], list[Sample]]:
    """Return what came first and what came last; no group stands on both sides (it stays with what came first)."""
    ordered = sorted(samples, key=lambda sample: sample.at)
    cut = len(ordered) - int(share * len(ordered))
    first = ordered[:cut]
    known = {sample.group for sample in first}
    return first, [sample for sample in ordered[cut:] if sample.group not in known]


def score(head: Head, samples: Sequence[Sample]) -> Score:
    """Return how good a head is on samples; those that are not of the house count nothing."""
    asked = Heads([head])
    own = [sample for sample in samples if sample.own]
    said = [surest(asked.probabilities(sample.features)[head.name])[0] for sample in own]
    right = sum(sample.label == one for sample, one in zip(own, said, strict=True))
    return Score(macro_f1=macro_f1([sample.label for sample in own], said), accuracy=right / max(len(own), 1), texts=len(own))


def macro_f1(true: Sequence[str], said: Sequence[str]) -> float:
    """Return the mean over all answers of the harmonic mean of precision and recall; 0 of nothing."""
    parts = []
    for label in {*true, *said}:
        right = sum(one == other == label for one, other in zip(true, said, strict=True))
        parts.append(2 * right / (true.count(label) + said.count(label)))
    return sum(parts) / len(parts) if parts else 0.0


def may_replace(live: Score | None, new: Score) -> bool:
    """Whether a new head is not worse than the one in use, on the same texts of which neither has learned."""
    return live is None or (new.texts > 0 and new.macro_f1 >= live.macro_f1)


def forward(name: str, samples: Sequence[Sample], label: str, strength: float) -> tuple[list[float], list[bool]]:
    """Return the probability of `label` for the later half, each by a head that learned from what came before, and the truth."""
    own = sorted((sample for sample in samples if sample.own), key=lambda sample: sample.at)
    others = [sample for sample in samples if not sample.own]
    scores: list[float] = []
    truth: list[bool] = []
    for begin, end in itertools.pairwise(int(step * len(own)) for step in _STEPS):
        before = own[:begin]
        known = {sample.group for sample in before}
        asked = Heads([fit(name, [*others, *before], strength)])
        for sample in own[begin:end]:
            if sample.group not in known:
                scores.append(asked.probabilities(sample.features)[name].get(label, 0.0))
                truth.append(sample.label == label)
    return scores, truth


def gate_for(name: str, samples: Sequence[Sample], label: str, strength: float, budget: float = DEFAULT_BUDGET) -> Gate:
    """Return the gate of a head within a loss budget; where too little is known it demotes nothing."""
    try:
        return gate(*forward(name, samples, label, strength), budget)
    except NotEnough:
        return gate([], [], budget)
