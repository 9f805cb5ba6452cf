"""Which language a text is written in; offline, by py3langid's model that ships in its package."""

import re
from functools import cache
from typing import Any

import numpy as np
from py3langid.langid import MODEL_FILE, LanguageIdentifier

LANGUAGES = (
    "ar", "cs", "da", "de", "el", "en", "es", "fa", "fi", "fr", "he", "hr", "hu", "it", "ja", "ko", "nl", "no", "pl",
    "pt", "ro", "ru", "sk", "sl", "sv", "tr", "uk", "vi", "zh",
)  # fmt: skip

_NOISE = re.compile(r"https?://\S+|[@#]\S+|\d+")
_MIN_LETTERS = 12
_MIN_PROBABILITY = 0.6
_ENOUGH_CHARS = 400
# Most texts have letters enough in so many signs; of others all are counted.
_BEGINNING = 60


@cache
def _identifier() -> Any:
    identifier = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    identifier.set_languages(list(LANGUAGES))
    # Chosen languages come as columns in half precision; a text asks for rows, which are found and added up quicker like this.
    identifier.nb_ptc = np.ascontiguousarray(identifier.nb_ptc, dtype=np.float32)
    return identifier


def language_of(text: str) -> str | None:
    """Return the ISO 639-1 code, or None when there is too little to tell by.

    Links, mentions, tags and numbers say nothing about the language and are left out; the first 400 characters do.
    """
    words = _NOISE.sub(" ", text[: 4 * _ENOUGH_CHARS])[:_ENOUGH_CHARS]
    if all(sum(map(str.isalpha, part)) < _MIN_LETTERS for part in (words[:_BEGINNING], words)):
        return None
    code, probability = _identifier().classify(words)
    return str(code) if probability >= _MIN_PROBABILITY else None
