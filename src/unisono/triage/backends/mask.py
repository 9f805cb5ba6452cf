"""What is personal leaves the house under a cover name, and comes back under its own.

Patterns find too much rather than too little: what is covered without need is put back like everything else.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from typing import Final

from msgspec import Struct

#: Cover names are plain ASCII, for models keep those best. What looks like one in a text is made to look otherwise first.
#: Here and below nothing is looked for from every sign to the end of the text: what strangers write may be one long word.
_COVER: Final = re.compile(r"(?<!\[)\[+\s*([A-Z]{3,9})_(\d{1,4})\s*\]+")
_STREET: Final = r"(?:stra(?:ß|ss)e|str\.|weg|platz|allee|gasse|ring|damm|ufer)"
_TITLES: Final = r"(?:Herrn?|Frau|Fr\.|Hr\.|Mr\.?|Mrs\.?|Ms\.?|Dr\.|Prof\.)"
_SAYS: Final = r"(?:[Mm]ein Name ist|[Ii]ch hei(?:ß|ss)e|[Mm]y name is|[Tt]his is|[Hh]ier (?:ist|spricht))"
_GREETS: Final = r"(?:[Gg]r(?:ü|ue)(?:ß|ss)en?|[Gg]ru(?:ß|ss)|LG|VG|MfG|[Rr]egards|[Cc]heers|[Ss]incerely|[Tt]hanks)"
_NAME: Final = r"([A-ZÄÖÜÉÈÁÓŁŠŽÇ][^\W\d_]+(?:[-' ][A-ZÄÖÜÉÈÁÓŁŠŽÇ][^\W\d_]+){0,2})"
#: In this order: a link holds numbers, an account holds what looks like a telephone.
_PATTERNS: Final[tuple[tuple[str, re.Pattern[str]], ...]] = (
    ("LINK", re.compile(r"(?:https?://|www\.)[^\s<>\"]+", re.IGNORECASE)),
    ("MAIL", re.compile(r"[\w.+-]{1,256}@[\w-]+(?:\.[\w-]+)+")),
    ("HANDLE", re.compile(r"(?<![\w/])@\w[\w.-]*(?:@[\w-]+(?:\.[\w-]+)+)?")),
    ("ACCOUNT", re.compile(r"\b[A-Za-z]{2}\d{2}(?:\s?[A-Za-z0-9]{4}){3,7}(?:\s?[A-Za-z0-9]{1,3})?\b")),
    ("BIRTH", re.compile(r"\b\d{1,2}[./]\s?\d{1,2}[./]\s?(?:19\d\d|200\d|201[0-5])\b")),
    (
        "ADDRESS",
        re.compile(
            rf"\b[A-ZÄÖÜ][\w.-]{{0,80}}(?:\s?[Ss]tra(?:ß|ss)e|\s?[Ss]tr\.|{_STREET})\s+\d+\s?[a-z]?\b"
            r"|\b\d{1,5}\s+[A-Z]\w+(?:\s[A-Z]\w+)?\s(?:Street|St|Road|Rd|Avenue|Ave|Lane|Drive)\b"
        ),
    ),
    ("PLACE", re.compile(r"\b\d{5}\s+[A-ZÄÖÜ][\wäöüß-]+")),
    (
        "PHONE",
        re.compile(
            r"(?<![\w./-])(?!\d{1,2}\.\s?\d{1,2}\.\s?\d{2,4}\b)(?!\d{4}-\d\d-\d\d\b)(?:\+\s?|\(\s?)?\d[\d\s()/.-]{5,}\d(?![\w])"
        ),
    ),
    # Of order, customer, meter and parcel: three digits in five signs, or whatever stands behind a #.
    (
        "NUMBER",
        re.compile(r"#\d+\b|\b(?=[A-Za-z0-9_/-]{5})(?!\d{4}-\d\d-\d\d\b)(?=(?:[A-Za-z_/-]{0,40}\d){3})[A-Za-z0-9]+(?:[-_/][A-Za-z0-9]+)*\b"),
    ),
)  # fmt: skip
#: Names that the house does not know, by what stands before them.
_NAMED: Final = (
    re.compile(rf"\b(?:{_TITLES}|{_SAYS})\s+(?:{_TITLES}\s+)*{_NAME}"),
    re.compile(rf"\b{_GREETS}[,!.]?(?:\s+(?:aus|from)\s+\w+,?)?\s+{_NAME}"),
)
_SHORTEST: Final = 3


class Masked(Struct, frozen=True):
    """Texts under cover, and what each cover name stands for."""

    texts: list[str]
    kept: dict[str, str]


def mask(texts: Sequence[str], known: Iterable[str]) -> Masked:
    """Return texts in which nothing personal stands. known: names and handles of those who take part."""
    kept: dict[str, str] = {}
    names: dict[tuple[str, str], str] = {}

    def covered(kind: str, value: str) -> str:
        key = (kind, value.casefold())
        if key not in names:
            names[key] = f"[{kind}_{sum(one == kind for one, _ in names) + 1}]"
            kept[names[key]] = value
        return names[key]

    called = _of(known)
    return Masked([_mask_one(_COVER.sub(r"(\1 \2)", text), called, covered) for text in texts], kept)


def _mask_one(text: str, known: re.Pattern[str] | None, covered: Callable[[str, str], str]) -> str:
    def whole(kind: str) -> Callable[[re.Match[str]], str]:
        return lambda found: covered(kind, found[0])

    for kind, pattern in _PATTERNS:
        text = _outside(text, pattern, whole(kind))
    if known is not None:
        text = _outside(text, known, whole("NAME"))
    for pattern in _NAMED:
        text = _outside(text, pattern, lambda found: found[0].removesuffix(found[1]) + covered("NAME", found[1]))
    return text


def _outside(text: str, pattern: re.Pattern[str], change: Callable[[re.Match[str]], str]) -> str:
    """Change what a pattern finds between cover names, never in one."""
    parts, at = [], 0
    for cover in _COVER.finditer(text):
        parts += [pattern.sub(change, text[at : cover.start()]), cover[0]]
        at = cover.end()
    return "".join([*parts, pattern.sub(change, text[at:])])


def _of(known: Iterable[str]) -> re.Pattern[str] | None:
    """Return a pattern of names, whole and part by part, the longest first."""
    wholes = {" ".join(name.split()).lstrip("@") for name in known}
    parts = {part for name in wholes for part in re.split(r"[\s@]+", name)}
    wanted = sorted({one for one in wholes | parts if len(one) >= _SHORTEST}, key=lambda one: (-len(one), one))
    return re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, wanted))})(?!\w)", re.IGNORECASE) if wanted else None


def is_cover(text: str) -> bool:
    """Tell whether a text is a cover name and nothing else."""
    return _COVER.fullmatch(text) is not None


def put_back(text: str, kept: dict[str, str]) -> str:
    """Return a text with what stood under cover; a cover name that nobody gave becomes a gap that shows."""
    return _COVER.sub(lambda found: kept.get(f"[{found[1]}_{int(found[2])}]", "[…]"), text)
