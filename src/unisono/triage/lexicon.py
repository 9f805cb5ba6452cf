"""Words that praise and words that complain: what is known of a language before anybody has labelled a post.

The lists are the project's own (`words/`), so they may ship. A few hundred words say more than a few hundred labelled posts
about what is rarely said, such as praise.
"""

import re
from collections.abc import Iterable, Sequence
from typing import Final

import numpy as np
from msgspec import Struct

from unisono.triage.clean import LINK

#: Numbers that `Lexicon.counted` returns.
COUNTED: Final = 18

_SHORT, _LONG = 12, 60
_LOOKS_BACK = 3
_TOKEN = re.compile(r"<3|\\o/|\^\^|xd\b|>?[:;=]'?-?[)(d/\]\[|*s](?!\w)|-[._]-|#?\w+|[^\w\s]")


class Tone(Struct, frozen=True):
    """How many words of a text praise and complain, strongly or mildly; what is denied has changed sides."""

    praise: int
    strong_praise: int
    complaint: int
    strong_complaint: int
    words: int

    @property
    def balance(self) -> float:
        """Between -1 (complains only) and 1 (praises only); mild complaints are half as telling, for they are everyday words."""
        return float(np.tanh((self.praise + 2 * self.strong_praise - 0.5 * self.complaint - 2 * self.strong_complaint) / 2))


class Lexicon:
    """The words of one language with their weight: 2 and 1 praise, -1 and -2 complain."""

    def __init__(self, lines: Iterable[str]) -> None:
        """Read a list in the form of `words/de.txt`. Raises ValueError where a line begins with no sign."""
        self._whole: dict[str, int] = {}
        self._begins: dict[str, int] = {}
        self._denials: frozenset[str] = frozenset()
        for line in lines:
            if not line.strip() or line.startswith("#"):
                continue
            sign, *words = line.split()
            if sign == "!":
                self._denials |= frozenset(words)
                continue
            if sign not in {"+", "++", "-", "--"}:
                raise ValueError(f"A line of words begins with +, ++, -, -- or !, not with {sign!r}.")
            weight = len(sign) if sign[0] == "+" else -len(sign)
            for word in words:
                known, key = (self._begins, word[:-1]) if word.endswith("*") and len(word) > _LOOKS_BACK else (self._whole, word)
                known[key] = weight
        self._lengths = sorted({len(word) for word in self._begins}, reverse=True)
        self._found: dict[str, int] = {}

    def weight(self, word: str) -> int:
        """Return the weight of a word in lower case; 0 for what is not in the list."""
        found = self._found.get(word)
        if found is None:
            if len(self._found) > 65_536:
                self._found.clear()
            found = self._found[word] = self._look_up(word)
        return found

    def _look_up(self, word: str) -> int:
        for form in (word, word.lstrip("#")):
            if form in self._whole:
                return self._whole[form]
        for length in self._lengths:
            if len(word) >= length and (weight := self._begins.get(word[:length])) is not None:
                return weight
        return 0

    def tone(self, cleaned: str) -> Tone:
        """Return how a text sounds; `cleaned` as `clean` gives it."""
        tokens = _TOKEN.findall(cleaned)
        praise = strong_praise = complaint = strong_complaint = 0
        known = self._found.get
        for at, token in enumerate(tokens):
            weight = known(token)
            if weight is None:
                weight = self.weight(token)
            if weight > 0:
                if self._denied(tokens, at):
                    complaint += 1
                elif weight > 1:
                    strong_praise += 1
                else:
                    praise += 1
            elif weight < -1:
                strong_complaint += 1
            elif weight < 0:
                complaint += 1
        return Tone(praise, strong_praise, complaint, strong_complaint, len(tokens))

    def _denied(self, tokens: Sequence[str], at: int) -> bool:
        return any(token in self._denials for token in tokens[max(0, at - _LOOKS_BACK) : at])

    def counted(self, text: str, cleaned: str) -> list[float]:
        """Return `COUNTED` numbers about a text, each about 0 to 1: its tone, its length, how it is shouted and asked."""
        tone = self.tone(cleaned)
        per = max(tone.words, 1) ** 0.5
        good, bad = tone.praise + tone.strong_praise, tone.complaint + tone.strong_complaint
        return [
            min(tone.praise, 4) / 3, min(tone.strong_praise, 3) / 1.5, min(tone.complaint, 8) / 5,
            min(tone.strong_complaint, 3) / 1.5, tone.praise / per, 1.5 * tone.strong_praise / per, tone.complaint / per,
            1.5 * tone.strong_complaint / per, min(text.count("!"), 3) / 3, min(text.count("?"), 3) / 3,
            float(tone.words < _SHORT), float(tone.words > _LONG), float(tone.strong_praise > 0 == tone.strong_complaint),
            float(good > 0 == bad), tone.balance, float(LINK in cleaned), float("…" in text), float(text.startswith("RT ")),
        ]  # fmt: skip
