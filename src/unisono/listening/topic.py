"""Which texts are about the same thing in other words: more like what is in a storm than anything that is said on usual days.

The rules, on the safe side, since whoever is folded wrongly gets an answer to something else:

- What each word says for the storm is how much more often it stands there than in usual enquiries; words that the storm does not
  know speak against it. Names and numbers say nothing.
- A text is about the same if it says more for the storm than every usual enquiry does, each judged without itself, by a margin;
  and if at least two of its words stand twice as often in the storm.
- With less than twenty texts in the storm or less than fifty usual ones nothing is known, and nobody is folded by this.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from math import log
from typing import Final, TypeVar

from unisono.listening.words import words_of

Key = TypeVar("Key")

LEAST_KNOWN: Final = 20
LEAST_USUAL: Final = 50
MARGIN: Final = 2.0
LEAST_SIGNS: Final = 2
_LEAST_LETTERS: Final = 3
_UNKNOWN: Final = -0.5
_SIGN: Final = log(2)

Words = frozenset[str]


def same_topic(known: Sequence[str], usual: Sequence[str], others: Mapping[Key, str]) -> list[Key]:
    """Return which of the other texts are about what the known ones are about."""
    told = [words for text in known if (words := _words(text))]
    daily = [words for text in usual if (words := _words(text))]
    if len(told) < LEAST_KNOWN or len(daily) < LEAST_USUAL:
        return []
    here = Counter(word for words in told for word in words)
    there = Counter(word for words in daily for word in words)

    def weight(word: str, *, without: int = 0) -> float:
        """By what factor it stands more often in the storm, as a logarithm; one that came once says nothing yet."""
        if here[word] < 2:
            return _UNKNOWN
        storm = (here[word] + 0.5) / (len(told) + 1)
        usually = (there[word] - without + 0.5) / (len(daily) - without + 1)
        return log(storm / usually)

    most = max(sum(weight(word, without=1) for word in words) for words in daily)
    least = max(most, 0.0) + MARGIN
    found: list[Key] = []
    for key, text in others.items():
        weights = [weight(word) for word in _words(text)]
        if sum(weights) > least and sum(one > _SIGN for one in weights) >= LEAST_SIGNS:
            found.append(key)
    return found


def _words(text: str) -> Words:
    words = words_of([text])
    return frozenset(
        word for at, word in enumerate(words.plain)
        if len(word) >= _LEAST_LETTERS and not any(letter.isdigit() for letter in word)
        and not any(form.startswith("@") for form in words.more.get(at, ()))
    )  # fmt: skip
