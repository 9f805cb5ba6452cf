"""How a word that a query asks for may stand in a post, for networks that compare letter by letter."""

import re
from collections.abc import Mapping
from itertools import product
from typing import Final

from unisono.listening.query import FIELDS, Term
from unisono.listening.words import lowered, tokens_in

#: A word that could be written in more ways is not asked for.
MOST: Final = 16
_TWO_LETTERS: Final = {"ae": "ä", "oe": "ö", "ue": "ü", "ss": "ß"}
_SPLIT: Final = re.compile("(ae|oe|ue|ss)")
# Scripts without spaces are found sign by sign here, and by words of their own there.
_ASKED: Final = re.compile(r"[#@]?[a-z0-9_'\u00c0-\u024f\u0370-\u058f]+")

Typed = Mapping[str, frozenset[str]]


def typed_forms(query: str) -> Typed:
    """Return how words were typed, by their folded form: `cafe` was `café`."""
    found: dict[str, set[str]] = {}
    for begin, end, forms in tokens_in(query):
        for form in forms:
            found.setdefault(form.lstrip("#@"), set()).add(lowered(query[begin:end]).lstrip("#@"))
    return {form: frozenset(words) for form, words in found.items()}


def spellings(form: str, typed: Typed) -> tuple[str, ...] | None:
    """Return the ways in which a bare word is written, in German too; None when there are too many to ask for.

    Accents of other languages are asked for where they were typed.
    """
    parts = _SPLIT.split(form)
    ways = [(part, _TWO_LETTERS[part]) if part in _TWO_LETTERS else (part,) for part in parts]
    count = 1
    for way in ways:
        count *= len(way)
    if count > MOST:
        return None
    return tuple(sorted({"".join(way) for way in product(*ways)} | typed.get(form, frozenset())))


def asked_word(term: Term) -> str | None:
    """Return the one word, tag or name that a term asks for; None for a field, a wildcard, or a script that is not asked for."""
    (form, *more) = term.forms
    if more or form.endswith("*") or (":" in form and form.partition(":")[0] in FIELDS):
        return None
    return form if _ASKED.fullmatch(form) else None
