"""Invented posts and monitors: words by Zipf's law, brands put in at a rate that keeps the matches of a post as meant.

The mix of queries is that of the matcher's design: what people ask about brands, with words from the context, exclusions,
phrases, NEAR, and a share of generic queries of frequent words only.
"""

import random
from collections.abc import Callable
from itertools import accumulate
from typing import Final

from unisono.listening.post import Post

WORDS: Final = 16_000
EXPONENT: Final = 1.05
OFFSET: Final = 2.7
RARE_FROM: Final = 2_000
CONTEXT_SHARE: Final = (0.002, 0.06)
MATCHES: Final = {1_000: 0.8, 10_000: 3.0, 100_000: 26.0}
_LETTERS: Final = "abcdefghijklmnopqrstuvwxyz"


class Language:
    """The words of invented posts and how often each is said."""

    def __init__(self, seed: int, brands: int) -> None:
        self.random = random.Random(seed)
        self.words = self._names(WORDS, (3, 10))
        self.brands = self._names(brands, (5, 9), known=set(self.words))
        weights = [1 / (rank + OFFSET) ** EXPONENT for rank in range(WORDS)]
        self._cumulative = list(accumulate(weights))
        total = self._cumulative[-1]
        # A word's share of posts of about 18 words.
        shares = [1 - (1 - weight / total) ** 18 for weight in weights]
        least, most = CONTEXT_SHARE
        self.context = [word for word, share in zip(self.words, shares, strict=True) if least <= share <= most]
        self.rare = self.words[RARE_FROM:]

    def _names(self, count: int, lengths: tuple[int, int], known: set[str] | None = None) -> list[str]:
        found: dict[str, None] = {}
        while len(found) < count:
            name = "".join(self.random.choices(_LETTERS, k=self.random.randint(*lengths)))
            if name not in (known or ()):
                found[name] = None
        return list(found)

    def said(self, count: int) -> list[str]:
        """Return words as they are said."""
        return self.random.choices(self.words, cum_weights=self._cumulative, k=count)

    def text(self, brand_rate: float, length: int | None = None) -> str:
        """Return a post's text, with 0 to 2 brands in it."""
        words = self.said(length or max(3, round(self.random.gauss(18, 6))))
        for _ in range(2):
            if self.random.random() < brand_rate / 2:
                brand = self.random.choice(self.brands)
                words.insert(self.random.randint(0, len(words)), "#" + brand if self.random.random() < 0.1 else brand)
        return " ".join(words)

    def query(self) -> str:
        """Return a query of the mix."""
        pick = self.random.choice
        brand = pick(self.brands) if self.random.random() < 0.65 else pick(self.rare)

        def ctx() -> str:
            return pick(self.context)

        phrase = '"' + " ".join(self.said(2)) + '"'
        kinds: list[tuple[float, Callable[[], str]]] = [
            (0.25, lambda: f"({brand} OR {pick(self.brands)}{f' OR #{brand}' if self.random.random() < 0.5 else ''}) "
                           f"({' OR '.join(ctx() for _ in range(self.random.randint(1, 3)))})"),
            (0.20, lambda: f"{brand} {ctx()} NOT {ctx()}"),
            (0.15, lambda: f'"{pick(self.rare)} {ctx()}" NOT {ctx()}'),
            (0.15, lambda: f"{phrase} OR {brand} OR #{brand}"),
            (0.13, lambda: f"{brand} NOT {ctx()} NOT {phrase}"),
            (0.07, lambda: f"{brand} NEAR/5 {ctx()}"),
            (0.05, lambda: f"{ctx()} {ctx()} {ctx()} NOT {ctx()}"),
        ]  # fmt: skip
        chosen = self.random.choices([make for _, make in kinds], [share for share, _ in kinds])[0]
        return chosen()

    def posts(self, count: int, brand_rate: float, length: int | None = None) -> list[Post]:
        """Return posts."""
        return [Post(texts=(self.text(brand_rate, length),)) for _ in range(count)]
