"""Which language a text is written in; offline, by py3langid's model that ships in its package."""

import re
from functools import cache
from typing import Any

from py3langid.langid import MODEL_FILE, LanguageIdentifier

LANGUAGES = (
    "ar", "cs", "da", "de", "el", "en", "es", "fa", "fi", "fr", "he", "hr", "hu", "it", "ja", "ko", "nl", "no", "pl",
    "pt", "ro", "ru", "sk", "sl", "sv", "tr", "uk", "vi", "zh",
)  # fmt: skip

_NOISE = re.compile(r"https?://\S+|[@#]\S+|\d+")
_MIN_LETTERS = 12
_MIN_PROBABILITY = 0.6
_ENOUGH_CHARS = 600


@cache
def _identifier() -> Any:
    identifier = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    identifier.set_languages(list(LANGUAGES))
    return identifier


def language_of(text: str) -> str | None:
    """Return the ISO 639-1 code, or None when there is too little to tell by.

    Links, mentions, tags and numbers say nothing about the language and are left out; the first 600 characters do.
    """
    words = _NOISE.sub(" ", text[: 4 * _ENOUGH_CHARS])[:_ENOUGH_CHARS]
    if sum(c.isalpha() for c in words) < _MIN_LETTERS:
        return None
    code, probability = _identifier().classify(words)
    return str(code) if probability >= _MIN_PROBABILITY else None
