"""Why a head says what it says: the words of a text that speak most for its answer."""

import zlib
from collections.abc import Container
from typing import Final

import numpy as np

from unisono.triage.clean import HANDLE, LINK, OURS, clean
from unisono.triage.features import BUCKETS, runs, tokens
from unisono.triage.heads import Head

MOST_WORDS: Final = 4
_MOST_LOOKED_AT: Final = 200
_SIGNS: Final = frozenset({LINK, HANDLE, OURS})


def telling(head: Head, label: str, text: str, ours: Container[str] = ()) -> list[str]:
    """Return the words of a text that speak most for a label and against the others, the strongest first; none may.

    A word speaks by itself and by the runs of signs in it, as a head weighs them.
    """
    column = head.labels.index(label)
    others = [n for n in range(len(head.labels)) if n != column]
    found: dict[str, float] = {}
    for word in dict.fromkeys(tokens(clean(text, ours))[:_MOST_LOOKED_AT]):
        if word in _SIGNS or not any(sign.isalnum() for sign in word):
            continue
        places = np.concatenate([np.array([zlib.crc32(word.encode())], dtype=np.uint32), runs(f" {word} ")]) % np.uint32(BUCKETS)
        rows = head.weights[places.astype(np.int64)].astype(np.float32).sum(axis=0)
        found[word] = float(rows[column] - rows[others].mean())
    best = sorted((word for word in found if found[word] > 0), key=lambda word: -found[word])
    return best[:MOST_WORDS]
