"""One pass from a text to numbers that all heads share: hashed words, pairs of words, runs of three to five signs, and its tone.

Feature hashing after Weinberger et al., "Feature Hashing for Large Scale Multitask Learning" (ICML 2009). Nothing is looked up
and nothing has to be stored of what was seen, so no word of an erased text remains in a model as a word.
"""

import itertools
import re
import zlib
from collections.abc import Container
from typing import Final

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from unisono.triage.clean import clean
from unisono.triage.lexicon import COUNTED, Lexicon

#: Buckets of hashed features; the counted numbers stand after them.
BUCKETS: Final = 1 << 17
WIDTH: Final = BUCKETS + COUNTED

_TOKEN = re.compile(r"#?\w+|[^\w\s]")
# The shortest and the longest run.
_RUNS = (3, 5)
# Odd, so that multiplication loses no bit; the golden ratio's bits spread neighbours apart (Knuth, TAOCP 3, 6.4).
_SPREAD, _FOLD = np.uint32(0x9E3779B1), np.uint32(15)
_LAST_BUCKET = np.uint32(BUCKETS - 1)
# By how often a bucket was hit: 1 + log. A text that is cut hits none as often as the last.
_MOST_HITS = 1 << 11
_LOG = np.concatenate([np.zeros(1), 1 + np.log(np.arange(1, _MOST_HITS + 1))]).astype(np.float32)
_COUNTED = np.arange(BUCKETS, WIDTH)
_NOWHERE, _NOTHING = np.empty(0, dtype=np.int64), np.empty(0, dtype=np.float32)


class Features(Struct, frozen=True):
    """What a text looks like to a head: places in its weights, and how much each counts."""

    places: NDArray[np.int64]
    values: NDArray[np.float32]


def features(text: str, lexicon: Lexicon, ours: Container[str] = ()) -> Features:
    """Return the features of a text; the same text gives the same on every machine."""
    cleaned = clean(text, ours)
    words = tokens(cleaned)
    hashed = [zlib.crc32(word.encode()) for word in words]
    hashed += [zlib.crc32(f"{one} {other}".encode()) for one, other in itertools.pairwise(words)]
    parts = [_weighed(np.array(hashed, dtype=np.uint32)), _weighed(runs(f" {' '.join(words)} "))]
    return Features(
        np.concatenate([*(places for places, _ in parts), _COUNTED]),
        np.concatenate([*(values for _, values in parts), np.array(lexicon.counted(text, cleaned), dtype=np.float32)]),
    )


def tokens(cleaned: str) -> list[str]:
    """Return the words and signs of a text that `clean` made."""
    return _TOKEN.findall(cleaned)


def runs(line: str) -> NDArray[np.uint32]:
    """Return the hashes of all runs of signs, made by vectors: a loop over each would take most of the time."""
    signs = np.frombuffer(line.encode("utf-32-le", "replace"), dtype=np.uint32)
    found = [np.empty(0, dtype=np.uint32)]
    sums = np.zeros(len(signs) + 1, dtype=np.uint32)
    for length in range(1, min(_RUNS[-1], len(signs)) + 1):
        # Each run is the one shorter by a sign, and one sign more.
        sums = (sums[:-1] ^ signs[length - 1 :]) * _SPREAD
        sums ^= sums >> _FOLD
        if length >= _RUNS[0]:
            found.append(sums)
    return np.concatenate(found)


def _weighed(hashes: NDArray[np.uint32]) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    """Return each bucket once with 1 + log of how often it was hit, all together of length one."""
    if not len(hashes):
        return _NOWHERE, _NOTHING
    buckets = hashes & _LAST_BUCKET
    buckets.sort()
    first = np.empty(len(buckets), dtype=bool)
    first[0] = True
    np.not_equal(buckets[1:], buckets[:-1], out=first[1:])
    begins = np.flatnonzero(first)
    counts = np.diff(begins, append=len(buckets))
    values = _LOG[np.minimum(counts, _MOST_HITS)]
    return buckets[begins].astype(np.int64), values / np.sqrt(values @ values)
