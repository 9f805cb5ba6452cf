"""Texts for measurements: invented, from a seed, with words as frequent as in language (Zipf)."""

import random
from itertools import accumulate

_STEM_TEXT = """
paket liefer rechnung konto karte zahl bestell termin fahr zug verspät ticket strom netz vertrag kündig filial öffn
kaffee maschin defekt ersatz garantie rück geld gutschein code app passwort melde fehler störung techniker anruf
warte schlange kunde service antwort nummer adresse straße stadt morgen heute gestern woche monat preis rabatt
"""
_SMALL_TEXT = """
ich die der und das ist nicht mein wo wie warum seit noch immer schon bitte danke guten tag hallo es ein eine zu von
mit auf für the my order not where still waiting please help since yesterday
"""
_STEMS = _STEM_TEXT.split()
_SMALL = _SMALL_TEXT.split()
_ENDINGS = ("", "en", "ung", "er", "t", "te", "s", "chen", "bar", "lich", "heit", "los")


class Words:
    """A writer with a seed."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        rare = [a + b + c for a in _STEMS for b in _STEMS[:12] for c in _ENDINGS]
        self.random.shuffle(rare)
        self._vocabulary = _SMALL + [s + e for s in _STEMS for e in _ENDINGS] + rare
        self._weights = list(accumulate(1 / (rank + 2.7) ** 1.05 for rank in range(1, len(self._vocabulary) + 1)))

    @property
    def vocabulary(self) -> list[str]:
        """All words, the most frequent first."""
        return self._vocabulary

    def text(self, chars: int) -> str:
        """Return about so many characters."""
        words: list[str] = []
        length = 0
        while length < chars:
            for word in self.random.choices(self._vocabulary, cum_weights=self._weights, k=12):
                words.append(word)
                length += len(word) + 1
        return " ".join(words)[:chars].rstrip().capitalize()
