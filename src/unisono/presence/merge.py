"""One presence out of what every source says: the highest rank that has not run out wins.

A source that falls silent drops out by itself when its word runs out. Nothing here depends on the order in which words came.
"""

from collections.abc import Iterable
from datetime import UTC, datetime

from msgspec import Struct

from unisono.presence.words import QUIET, RANK, Line, Presence, Reason, Source

_LAST = datetime.max.replace(tzinfo=UTC)


class Word(Struct, frozen=True, kw_only=True):
    """What a source says of somebody from `at` on. value None: it says nothing any more.

    account: which of several accounts or devices with the same source. until: when it runs out by itself, None: never.
    """

    source: Source
    at: datetime
    value: Presence | None
    account: str = ""
    until: datetime | None = None
    reason: Reason = Reason.NONE

    def holds(self, now: datetime) -> bool:
        """Tell whether it says something now."""
        return self.value is not None and (self.until is None or now < self.until)


class Merged(Struct, frozen=True, kw_only=True):
    """What is shown of somebody. until: when that ends as far as is known. next_at: when time alone may change something here."""

    value: Presence = Presence.UNKNOWN
    source: Source | None = None
    until: datetime | None = None
    reason: Reason = Reason.NONE
    line: Line = Line.FREE
    next_at: datetime | None = None


def merge(words: Iterable[Word], now: datetime, line: Line = Line.FREE) -> Merged:
    """Return the merged presence at `now`, whatever the order of `words`. line: what the telephone does; nothing hides it."""
    standing = [word for word in words if word.holds(now)]
    next_at = min((word.until for word in standing if word.until is not None), default=None)
    if not standing:
        return Merged(line=line)
    best = min(standing, key=_order)
    assert best.value is not None
    return Merged(value=best.value, source=best.source, until=best.until, reason=best.reason, line=line, next_at=next_at)


def _order(word: Word) -> tuple[int, int, float, str, str]:
    """Rank first; of one source's several accounts the quietest, then the longest."""
    assert word.value is not None
    until = word.until or _LAST
    return (RANK[word.source], -QUIET[word.value], -until.timestamp(), word.reason.value, word.account)
