"""Text at the door: what may be stored, and the terms under which it is found again.

Everything that compares texts uses these keys, made in Python, so that results do not depend on the server's locale.
"""

import re
import unicodedata
from functools import lru_cache

import Stemmer

SEARCH_VERSION = 2
MAX_TERMS = 4_000
_MAX_TERM_CHARS = 64

_UNSTORABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
_LINE_END = re.compile(r"\r\n?|\u2028|\u2029|\x85")
_WORD = re.compile(r"\w+", re.UNICODE)
_CJK = re.compile("[\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff]+")
_VOWEL_PAIR = re.compile("ae|oe|ue")
# Telephone and order numbers as people write them: digits in groups.
_NUMBER = re.compile(r"\d(?:[ ()/.\-\u2010-\u2013]{0,2}\d){6,23}")
_NUMBER_END = 8
_STEMMERS = {
    "ar": "arabic", "da": "danish", "de": "german", "en": "english", "es": "spanish", "fi": "finnish",
    "fr": "french", "hu": "hungarian", "it": "italian", "nl": "dutch", "no": "norwegian", "nb": "norwegian",
    "pt": "portuguese", "ro": "romanian", "ru": "russian", "sv": "swedish", "tr": "turkish",
}  # fmt: skip


def storable(text: str) -> str:
    """Return the text in NFC, with one kind of line end and without what PostgreSQL or a screen cannot hold.

    NUL and other control characters and lone surrogates are taken out; direction marks and joiners stay.
    """
    return unicodedata.normalize("NFC", _UNSTORABLE.sub("", _LINE_END.sub("\n", text)))


def without_unstorable(text: str) -> str:
    """Return an identifier without what PostgreSQL cannot hold; nothing else of it changes."""
    return _UNSTORABLE.sub("", text)


@lru_cache(maxsize=50_000)
def fold(word: str) -> str:
    """Return the comparison key of a word: case, diacritics and the spellings ae, oe, ue of umlauts folded together.

    Müller, Mueller and MULLER have the same key, Straße and STRASSE as well.
    """
    decomposed = unicodedata.normalize("NFKD", word.casefold())
    plain = "".join(c for c in decomposed if not unicodedata.combining(c))
    return _VOWEL_PAIR.sub(lambda pair: pair[0][0], plain).replace("ø", "o").replace("ł", "l").replace("ı", "i")


def sort_key(name: str) -> str:
    """Return a key under which names sort as people expect (Ärger between Apfel and Zorn)."""
    return " ".join(fold(word) for word in _WORD.findall(name))


@lru_cache(maxsize=32)
def _stemmer(language: str) -> Stemmer.Stemmer | None:
    name = _STEMMERS.get(language)
    return Stemmer.Stemmer(name) if name else None


def terms(text: str, language: str | None) -> list[str]:
    """Return the distinct search terms of a text: each word's key and its stem's key, CJK runs as pairs.

    A number of seven digits and more, in whatever groups, is found as one too, and by its end (a telephone number with or
    without its country). At most MAX_TERMS; what is longer than a word can be is cut. Source of the stems: Snowball.
    """
    stemmer = _stemmer(language or "de")
    found: dict[str, None] = {}
    for digits in numbers(text):
        found.update(dict.fromkeys((digits, f"#{digits[-_NUMBER_END:]}")))
    for word in _WORD.findall(text.casefold()):
        if _CJK.search(word):
            for run in _CJK.findall(word):
                pairs = [run[i : i + 2] for i in range(len(run) - 1)] or [run]
                found.update(dict.fromkeys(pairs))
            continue
        short = word[:_MAX_TERM_CHARS]
        found[fold(short)] = None
        if stemmer is not None:
            found[fold(stemmer.stemWord(short))] = None
        if len(found) >= MAX_TERMS:
            break
    return [term for term in found if term][:MAX_TERMS]


def numbers(text: str) -> list[str]:
    """Return the long numbers of a text, each as its digits alone, without zeros in front."""
    found = ("".join(c for c in match if c.isdecimal()).lstrip("0") for match in _NUMBER.findall(text))
    return [digits for digits in found if digits]


def number_alternatives(digits: str) -> list[str]:
    """Return the terms that stand for a searched long number: as it is, or one that ends like it."""
    return [digits, f"#{digits[-_NUMBER_END:]}"] if len(digits) >= _NUMBER_END else [digits]


def query_alternatives(word: str) -> list[str]:
    """Return the terms that stand for one searched word, whatever language it was written in."""
    if _CJK.search(word):
        return terms(word, None)
    short = word.casefold()[:_MAX_TERM_CHARS]
    candidates = [fold(short)]
    for language in ("de", "en", "fr", "es", "it", "nl", "pt", "tr", "ru"):
        stemmer = _stemmer(language)
        if stemmer is not None:
            candidates.append(fold(stemmer.stemWord(short)))
    return list(dict.fromkeys(c for c in candidates if c))


def words_of(query: str) -> list[str]:
    """Return the words of a typed query."""
    return _WORD.findall(query)
