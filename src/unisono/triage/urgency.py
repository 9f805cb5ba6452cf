"""How urgent a post is: a sum of terms that anybody can read, not a learned label.

There is no public data of urgency to learn from, and whoever must hurry wants to know why. Each term is between 0 and 1 and is
shown with what it was made of. The medium is no term: equal rank is a law.
"""

import math
import re
from collections.abc import Iterable, Mapping

from msgspec import Struct

_REPEATED_WITHIN_S = 24 * 3600.0
_MILLION = 6.0


class Term(Struct, frozen=True):
    """Why something is urgent: a stable code, how much (0 to 1), and the number, words or kind behind it."""

    code: str
    value: float
    because: str | int | float


class Facts(Struct, frozen=True, kw_only=True):
    """What urgency is made of; what is not known is left out.

    negative: probability that the post is negative. alarms: groups of alarming words that were found, with the words.
    repeated: how often the same customer wrote within 24 hours before. reach: how many may have read it.
    left, promised: seconds until the promised answer, and seconds that were promised.
    same_topic: how many times the usual number of posts of this topic came in the last hour.
    """

    negative: float | None = None
    alarms: Mapping[str, tuple[str, ...]] = {}
    repeated: int = 0
    reach: int | None = None
    left_s: float | None = None
    promised_s: float | None = None
    same_topic: float | None = None


def urgency(facts: Facts) -> tuple[Term, ...]:
    """Return the terms that say something, the strongest first; their sum is the urgency."""
    terms = [Term(f"alarm.{group}", 1.0, ", ".join(words)) for group, words in facts.alarms.items()]
    if facts.negative is not None and facts.negative > 0.5:
        terms.append(Term("negative", 2 * facts.negative - 1, round(facts.negative, 2)))
    if facts.repeated:
        terms.append(Term("repeated", 1 - 0.5**facts.repeated, facts.repeated))
    if facts.reach:
        terms.append(Term("reach", min(math.log10(1 + facts.reach) / _MILLION, 1.0), facts.reach))
    if facts.left_s is not None and facts.promised_s:
        terms.append(Term("promise", min(max(1 - facts.left_s / facts.promised_s, 0.0), 1.0), round(facts.left_s)))
    if facts.same_topic is not None and facts.same_topic > 1:
        terms.append(Term("burst", min(math.log2(facts.same_topic) / 4, 1.0), round(facts.same_topic, 1)))
    return tuple(sorted((term for term in terms if term.value > 0), key=lambda term: -term.value))


class Alarms:
    """Words that make somebody look at once, in groups such as safety, legal, press and outage."""

    def __init__(self, lines: Iterable[str]) -> None:
        """Read lines of the form `group: word, word*, two words`; `*` stands for any ending. Raises ValueError for others."""
        groups: dict[str, list[str]] = {}
        for line in lines:
            if not line.strip() or line.startswith("#"):
                continue
            group, colon, words = line.partition(":")
            if not colon or not words.strip():
                raise ValueError(f"A line of alarming words is `group: word, word*`, not {line.strip()!r}.")
            groups.setdefault(group.strip(), []).extend(word.strip().lower() for word in words.split(",") if word.strip())
        self._groups = {
            group: re.compile(r"(?<!\w)(?:" + "|".join(_pattern(word) for word in words) + r")(?!\w)")
            for group, words in groups.items()
        }

    def found(self, cleaned: str) -> dict[str, tuple[str, ...]]:
        """Return the groups of which words stand in a text that `clean` made, with the words as they stand there."""
        said = {group: tuple(dict.fromkeys(pattern.findall(cleaned))) for group, pattern in self._groups.items()}
        return {group: words for group, words in said.items() if words}


def _pattern(word: str) -> str:
    return re.escape(word.removesuffix("*")) + (r"\w*" if word.endswith("*") else "")
