"""What was last heard of one source: a join that forgives every order, repetition and flapping.

Words come late, twice and in any order. What is kept of a source is the newest word, and the newest one that was quieter than
available: the larger of two in both, which is commutative, associative and idempotent. Matrix flips somebody back to online with
their program's next sync (M, docs/explanation/presence.md): of such a hint an `available` is believed only once the quiet word
before it is old enough.
"""

from datetime import datetime, timedelta
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from unisono.presence.merge import Word
from unisono.presence.words import NOT_TO_BE_REACHED, QUIET, Source

#: For so long a hint's quiet word outlives its own `available`.
SETTLES: Final = {Source.MATRIX: timedelta(seconds=60)}


class Heard(Struct, frozen=True, kw_only=True):
    """The newest word of one source and account, and the newest quiet one (None: none yet, or the same)."""

    newest: Word
    quiet: Word | None = None


def hear(before: Heard | None, word: Word) -> Heard:
    """Return what is known after a word, whether it is newer than what was known or not."""
    quiet = word if word.value in NOT_TO_BE_REACHED and word.source in SETTLES else None
    return Heard(newest=word, quiet=quiet) if before is None else join(before, Heard(newest=word, quiet=quiet))


def join(one: Heard, other: Heard) -> Heard:
    """Return what two who heard different words of the same source know together."""
    quiet = [word for word in (one.quiet, other.quiet) if word is not None]
    return Heard(newest=max(one.newest, other.newest, key=_age), quiet=max(quiet, key=_age, default=None))


def believed(heard: Heard) -> list[Word]:
    """Return what the source counts as saying: its newest word, behind a quiet one that has not settled yet."""
    newest, quiet = heard.newest, heard.quiet
    if quiet is None or quiet == newest or newest.value is None or newest.value in NOT_TO_BE_REACHED:
        return [newest]
    settled_at = quiet.at + SETTLES[newest.source]
    until = settled_at if quiet.until is None else min(settled_at, quiet.until)
    # Both stand; within one source the quieter one is believed, until it has run out.
    return [newest, replace(quiet, until=until)]


def _age(word: Word) -> tuple[datetime, int, float, str]:
    """Newer is larger; of two said in the same moment the quieter, then the longer, so that order never decides."""
    silent = -1 if word.value is None else QUIET[word.value]
    until = word.until.timestamp() if word.until is not None else float("inf")
    return (word.at, silent, until, word.reason.value)
