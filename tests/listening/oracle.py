"""What a query means, spelled out word by word and place by place; slow, and sharing nothing with the matcher but the tree."""

import re
import unicodedata
from typing import Any

from unisono.listening.post import Post
from unisono.listening.query import All, Count, Near, Not, Phrase, Term
from unisono.listening.query import Any as Either

LETTERS = {"ä": "ae", "ö": "oe", "ü": "ue", "ø": "oe", "å": "aa", "ß": "ss"}
Place = set[str]


def places(post: Post) -> list[Place | None]:
    """All forms at each place; None between two texts."""
    found: list[Place | None] = []
    for text in post.texts:
        if found:
            found.append(None)
        bare_text = unicodedata.normalize("NFC", re.sub(r"(https?://|www\.)\S+", " ", text))
        for token in re.findall(r"(?:(?<!\w)[#@])?\w+(?:['’]\w+)?", bare_text):
            word = token.lower().replace("’", "'")
            bare = word.lstrip("#@")
            forms = {plain(bare)} | {plain(part) for part in bare.split("'") if len(part) > 1}
            if word != bare:
                forms.add(word[0] + plain(bare))
            found.append(forms)
    return found


def plain(word: str) -> str:
    for letter, two in LETTERS.items():
        word = word.replace(letter, two)
    return "".join(c for c in unicodedata.normalize("NFD", word) if not unicodedata.combining(c))


def fits(node: Any, post: Post) -> bool:
    said = places(post)
    match node:
        case All(parts):
            return all(fits(part, post) for part in parts)
        case Either(parts):
            return any(fits(part, post) for part in parts)
        case Not(part):
            return not fits(part, post)
        case Count(of, least, most):
            number = post.counts.get(of)
            return number is not None and not (least is not None and number < least) and not (most is not None and number > most)
        case Near(left, right, within):
            return any(
                0 < later[0] - earlier[1] <= within and None not in said[earlier[1] : later[0]]
                for one in left for other in right
                for a in spans(one, said) for b in spans(other, said) for earlier, later in ((a, b), (b, a))
            )  # fmt: skip
        case Term((form, *_)) if form.startswith(("lang:", "network:")):
            return any(one == f"lang:{post.language}" or one == f"network:{post.network}" for one in node.forms)
        case _:
            return bool(spans(node, said))


def spans(node: Term | Phrase, said: list[Place | None]) -> list[tuple[int, int]]:
    terms = node.terms if isinstance(node, Phrase) else (node,)
    return [
        (at, at + len(terms) - 1)
        for at in range(len(said) - len(terms) + 1)
        if all(has(said[at + n], term) for n, term in enumerate(terms))
    ]


def has(place: Place | None, term: Term) -> bool:
    return place is not None and any(
        word.startswith(form[:-1]) if form.endswith("*") else word == form for word in place for form in term.forms
    )
