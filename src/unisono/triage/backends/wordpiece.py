"""Texts into the numbers that models of the BERT family read: words, cut into the longest pieces that a vocabulary holds.

Source: Wu and others, "Google's Neural Machine Translation System" (2016), section 4.1; Devlin and others, "BERT" (2018); the
vocabulary is the `vocab.txt` that comes with such models, one piece a line.
"""

import unicodedata
from collections.abc import Mapping, Sequence
from typing import Final

from msgspec import Struct

BEGIN, END, UNKNOWN, EMPTY = "[CLS]", "[SEP]", "[UNK]", "[PAD]"
#: Beyond, a word is no word.
_LONGEST_WORD: Final = 100


class Vocabulary(Struct, frozen=True):
    """The pieces of a model with their numbers. lower: it knows small letters without accents only."""

    pieces: Mapping[str, int]
    lower: bool

    @classmethod
    def read(cls, lines: Sequence[str], *, lower: bool) -> "Vocabulary":
        """Return the vocabulary of a `vocab.txt`. Raises ValueError for one without the four signs that every text needs."""
        pieces = {line: number for number, line in enumerate(lines)}
        missing = [one for one in (BEGIN, END, UNKNOWN, EMPTY) if one not in pieces]
        if missing:
            raise ValueError(f"the vocabulary lacks {', '.join(missing)}")
        return cls(pieces, lower)

    def numbers(self, text: str, most: int) -> list[int]:
        """Return a text's pieces between the signs of its beginning and its end, `most` at the most."""
        found: list[int] = []
        for word in words(text, lower=self.lower):
            found += self._cut(word)
            if len(found) >= most - 2:
                break
        return [self.pieces[BEGIN], *found[: most - 2], self.pieces[END]]

    def _cut(self, word: str) -> list[int]:
        unknown = [self.pieces[UNKNOWN]]
        if len(word) > _LONGEST_WORD:
            return unknown
        found: list[int] = []
        start = 0
        while start < len(word):
            end = len(word)
            while end > start and ("##" if start else "") + word[start:end] not in self.pieces:
                end -= 1
            if end == start:
                return unknown
            found.append(self.pieces[("##" if start else "") + word[start:end]])
            start = end
        return found


def words(text: str, *, lower: bool) -> list[str]:
    """Return the words of a text; each punctuation mark and each Chinese character is one by itself."""
    if lower:
        text = "".join(sign for sign in unicodedata.normalize("NFD", text.lower()) if unicodedata.category(sign) != "Mn")
    parted = []
    for sign in text:
        kind = unicodedata.category(sign)
        if sign.isspace():
            parted.append(" ")
        elif kind.startswith("C"):
            continue
        elif _stands_alone(sign, kind):
            parted.append(f" {sign} ")
        else:
            parted.append(sign)
    return "".join(parted).split()


def _stands_alone(sign: str, kind: str) -> bool:
    # All of ASCII that is neither letter nor digit counts as punctuation there, also what Unicode calls a symbol.
    return kind.startswith("P") or (sign.isascii() and not sign.isalnum()) or "\u3400" <= sign <= "\u9fff"
