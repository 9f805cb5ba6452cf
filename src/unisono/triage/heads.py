"""Linear heads over shared features: one set for a language, small enough to keep a few of, quick enough for every post."""

from collections.abc import Mapping, Sequence

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from unisono.triage.features import WIDTH, Features

#: A head with fewer labels of the house's own shows "untrained" and decides nothing.
ENOUGH_LABELS = 100


class Head(Struct, frozen=True, kw_only=True):
    """One question and what is known of the answers.

    labels: what it may say, in the order of its columns.
    weights: a column for each label, `WIDTH` rows; bias: a number for each label.
    strength: how closely it follows what it learned from.
    own: labels of the house that it has learned from; what ships with the program is not counted.
    """

    name: str
    labels: tuple[str, ...]
    weights: NDArray[np.float16]
    bias: NDArray[np.float32]
    strength: float = 1.0
    own: int = 0

    @property
    def trained(self) -> bool:
        """Whether it may decide anything."""
        return self.own >= ENOUGH_LABELS


class Heads:
    """All heads of a language, asked in one pass."""

    def __init__(self, heads: Sequence[Head]) -> None:
        """Stand the heads side by side. Raises ValueError for one that was made for other features."""
        for head in heads:
            if head.weights.shape != (WIDTH, len(head.labels)):
                raise ValueError(
                    f"The head {head.name!r} has weights of {head.weights.shape}, but features are ({WIDTH}, "
                    f"{len(head.labels)}): it was made by another version; train it anew."
                )
        self.heads = tuple(heads)
        # In single precision: to widen what each text asks for would take a third of the time.
        sizes = [len(head.labels) for head in heads]
        self._begins = np.cumsum([0, *sizes])[:-1]
        self._whose = np.repeat(np.arange(len(sizes)), sizes)
        self._weights = np.empty((WIDTH, sum(sizes)), dtype=np.float32)
        for begin, size, head in zip(self._begins, sizes, heads, strict=True):
            self._weights[:, begin : begin + size] = head.weights
        self._bias = np.concatenate([head.bias for head in heads]) if heads else np.empty(0, dtype=np.float32)

    def probabilities(self, features: Features) -> dict[str, dict[str, float]]:
        """Return what each head says: label to probability; the labels of a head sum to one."""
        if not self.heads:
            return {}
        scores = features.values @ self._weights.take(features.places, axis=0) + self._bias
        shares = np.exp(scores - np.maximum.reduceat(scores, self._begins)[self._whose])
        shares /= np.add.reduceat(shares, self._begins)[self._whose]
        each = iter(shares.tolist())
        return {head.name: {label: next(each) for label in head.labels} for head in self.heads}


def surest(said: Mapping[str, float]) -> tuple[str, float]:
    """Return the likeliest label and its probability."""
    label = max(said, key=said.__getitem__)
    return label, said[label]
