"""Which texts say nearly the same: shared among many with a word changed, or one put together like the other."""

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Final, TypeVar

from unisono.listening.words import words_of

Key = TypeVar("Key")

#: From so much in common on two texts are taken for one.
ALIKE: Final = 0.5
#: Shorter texts say too little to be alike: "hallo" is no storm.
LEAST_WORDS: Final = 4


def alike(known: Sequence[str], others: Mapping[Key, str]) -> list[Key]:
    """Return which of the other texts nearly say what one of the known ones says.

    Measured by words and by pairs of neighbours that both have, against all that either has (Jaccard). A text counts its links by
    their host alone, and neither @names nor numbers.
    """
    features = [found for text in known if (found := _features(text))]
    by_word: dict[str, list[int]] = {}
    for number, found in enumerate(features):
        for feature in found:
            by_word.setdefault(feature, []).append(number)
    result: list[Key] = []
    for key, text in others.items():
        mine = _features(text)
        if not mine:
            continue
        shared: dict[int, int] = {}
        for feature in mine:
            for number in by_word.get(feature, ()):
                shared[number] = shared.get(number, 0) + 1
        if any(both / (len(mine) + len(features[number]) - both) >= ALIKE for number, both in shared.items()):
            result.append(key)
    return result


def _features(text: str) -> frozenset[str]:
    words = words_of([text])
    plain = [
        word for at, word in enumerate(words.plain)
        if word and not word.isdigit() and not any(form.startswith("@") for form in words.more.get(at, ()))
    ]  # fmt: skip
    if len(plain) < LEAST_WORDS:
        return frozenset()
    return frozenset((*plain, *(f"{first} {second}" for first, second in pairwise(plain))))
