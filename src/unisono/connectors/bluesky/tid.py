"""Record keys by time (TID), so that an answer has its key before it is sent and the same one at every attempt.

Source: atproto.com, specification "TID": 53 bits of microseconds since 1970 and 10 bits of a clock's id, in 13 characters.
"""

import hashlib
from datetime import UTC, datetime, timedelta
from typing import Final

_ALPHABET: Final = "234567abcdefghijklmnopqrstuvwxyz"
_CHARS: Final = 13
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


def tid_of(key: str, at: datetime) -> str:
    """Return the record key of a message: its millisecond, and twenty bits that only its own key gives.

    Two messages of one millisecond meet with a chance of one in a million.
    """
    digest = int.from_bytes(hashlib.sha256(key.encode()).digest()[:8], "big")
    micros = (at - _EPOCH) // timedelta(milliseconds=1) * 1000 + digest % 1000
    return _encoded(micros << 10 | (digest // 1000) % 1024)


def tid_at(at: datetime) -> str:
    """Return the smallest key of an instant."""
    return _encoded(max(0, (at - _EPOCH) // timedelta(microseconds=1)) << 10)


def number_of(tid: str) -> int | None:
    """Return a key as a number that rises with time; None for a key that is no TID."""
    if len(tid) != _CHARS or any(c not in _ALPHABET for c in tid):
        return None
    number = 0
    for char in tid:
        number = number << 5 | _ALPHABET.index(char)
    return number


def _encoded(number: int) -> str:
    return "".join(_ALPHABET[number >> 5 * place & 31] for place in reversed(range(_CHARS)))
