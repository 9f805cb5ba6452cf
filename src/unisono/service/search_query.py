"""What somebody types into the search field: words, "phrases", and filters like `network:mastodon` or `before:2026-11-01`.

Pure: names are resolved by whoever knows them. Filters may be written in English or German.
"""

import re
from datetime import UTC, date, datetime, timedelta
from typing import Final

from msgspec import Struct

from unisono.service.text import fold, number_alternatives, numbers, query_alternatives, words_of

MIN_PREFIX_CHARS: Final = 3

#: How each filter may be written; the first is its name.
FILTERS: Final = {
    "network": ("network", "netz", "netzwerk"),
    "channel": ("channel", "kanal"),
    "queue": ("queue", "warteschlange"),
    "from": ("from", "von"),
    "tag": ("tag", "schlagwort"),
    "state": ("state", "status", "zustand"),
    "agent": ("agent", "bei"),
    "case": ("case", "vorgang"),
    "before": ("before", "vor"),
    "after": ("after", "nach", "since", "seit"),
    "has": ("has", "hat"),
}
_NAMES = {word: name for name, words in FILTERS.items() for word in words}
_ATTACHMENT = frozenset({"attachment", "attachments", "file", "anhang", "datei"})
_FILTER = re.compile(rf'(?<!\S)({"|".join(sorted(_NAMES, key=len, reverse=True))}):(?:"([^"]*)"?|(\S+))', re.IGNORECASE)
_CASE = re.compile(r"(?<!\S)#(\d{1,18})(?!\S)")
_PHRASE = re.compile(r'"([^"]+)"')
_DAYS = re.compile(r"(\d{1,4})(d|t|w|m|y|j)", re.IGNORECASE)
_LONG_NUMBER = re.compile(r"(?<!\w)\+?\d(?:[ ()/.\-\u2010-\u2013]{0,2}\d){6,23}(?!\w)")
_SPAN_DAYS = {"d": 1, "t": 1, "w": 7, "m": 30, "y": 365, "j": 365}


class TypedQuery(Struct, frozen=True, kw_only=True):
    """A query taken apart. groups: for each word the terms that stand for it; a term that ends in `*` is a beginning.

    filters: names with what was asked, names of filters as in FILTERS. wrong: filters whose value cannot be read.
    """

    groups: list[list[str]]
    phrases: list[str]
    filters: list[tuple[str, str]]
    cases: list[int]
    since: datetime | None
    before: datetime | None
    has_attachment: bool
    wrong: list[str]

    @property
    def is_empty(self) -> bool:
        """Whether nothing is asked for."""
        asked = self.groups or self.phrases or self.filters or self.cases or self.since or self.before or self.has_attachment
        return not asked


def parse_query(text: str, now: datetime) -> TypedQuery:
    """Take a typed query apart; what looks like a filter but is none is searched as words.

    The last word is taken for the beginning of one, unless something follows it: people search while they type.
    """
    filters: list[tuple[str, str]] = []
    wrong: list[str] = []
    cases: list[int] = []
    bounds: dict[str, datetime] = {}
    has_attachment = False
    for match in _FILTER.finditer(text):
        name, value = _NAMES[match[1].lower()], (match[2] if match[2] is not None else match[3]).strip()
        if not value:
            continue
        if name == "has":
            has_attachment |= value.lower() in _ATTACHMENT
            if value.lower() not in _ATTACHMENT:
                wrong.append(match[0])
        elif name == "case":
            number = value.lstrip("#")
            if number.isdecimal() and len(number) <= 18:
                cases.append(int(number))
            else:
                wrong.append(match[0])
        elif name in ("before", "after"):
            moment = moment_of(value, now)
            if moment is None:
                wrong.append(match[0])
            else:
                bounds[name] = moment
        else:
            filters.append((name, value))
    rest = _FILTER.sub(" ", text)
    cases += [int(found) for found in _CASE.findall(rest)]
    rest = _CASE.sub(" ", rest)
    phrases = [phrase.strip() for phrase in _PHRASE.findall(rest) if phrase.strip()]
    return TypedQuery(
        groups=groups_of(rest), phrases=phrases, filters=filters, cases=cases, since=bounds.get("after"),
        before=bounds.get("before"), has_attachment=has_attachment, wrong=wrong,
    )  # fmt: skip


def groups_of(text: str) -> list[list[str]]:
    """Return for each typed word, and each long number, the terms that stand for it; the last may be a beginning."""
    long = [number_alternatives(digits) for match in _LONG_NUMBER.findall(text) for digits in numbers(match)]
    plain = _LONG_NUMBER.sub(" ", text)
    words = words_of(plain)
    groups = [query_alternatives(word) for word in words]
    if words and plain[-1:].isalnum() and len(words[-1]) >= MIN_PREFIX_CHARS:
        groups[-1] = [*groups[-1], f"{fold(words[-1])}*"]
    return [group for group in [*long, *groups] if group]


def moment_of(value: str, now: datetime) -> datetime | None:
    """Return the moment that a date (2026-11-01, 1.11.2026, 2026-11) or a span back from now (7d, 2w, 3m, 1y) names."""
    lower = value.lower()
    if lower in ("today", "heute"):
        return now.replace(hour=0, minute=0, second=0, microsecond=0)
    if lower in ("yesterday", "gestern"):
        return now.replace(hour=0, minute=0, second=0, microsecond=0) - timedelta(days=1)
    if (span := _DAYS.fullmatch(lower)) is not None:
        try:
            return now - timedelta(days=int(span[1]) * _SPAN_DAYS[span[2]])
        except OverflowError:
            return None
    parts = [int(part) for part in re.split(r"[-./]", value) if part.isdecimal()]
    if len(parts) not in (2, 3) or not re.fullmatch(r"[\d.\-/]+", value):
        return None
    if parts[0] < 1000 and len(parts) == 3:
        parts.reverse()
    try:
        day = date(parts[0], parts[1], parts[2] if len(parts) == 3 else 1)
    except ValueError:
        return None
    return datetime(day.year, day.month, day.day, tzinfo=UTC)


def snippet(text: str, groups: list[list[str]], phrases: list[str], length: int = 240) -> list[tuple[str, bool]]:
    """Return the part of a text where it was found, cut into pieces: (text, whether this is what was searched).

    A word counts as found when it begins like one of the terms; terms of less than four characters must be the whole word.
    """
    exact = {term for group in groups for term in group if not term.endswith("*") and not term.startswith("#")}
    begins = tuple({term.removesuffix("*") for group in groups for term in group if term.endswith("*") or len(term) >= 4} - {""})
    digits = {term for term in exact if term.isdecimal() and len(term) >= 7}
    marks: list[tuple[int, int]] = []
    head = text[:20_000]
    for phrase in phrases:
        marks += [match.span() for match in re.finditer(re.escape(phrase), head, re.IGNORECASE)]
    if not marks:
        for match in re.finditer(r"\w+", head):
            key = fold(match[0].casefold())
            if key in exact or (begins and key.startswith(begins)):
                marks.append(match.span())
        for match in _LONG_NUMBER.finditer(head) if digits else ():
            if any(one.endswith(found[-8:]) for one in digits for found in numbers(match[0])):
                marks.append(match.span())
    marks.sort()
    first = marks[0][0] if marks else 0
    start = 0 if first < length // 2 else first - length // 3
    if start:
        # Not in the middle of a word.
        space = text.find(" ", start, first)
        start = start if space < 0 else space + 1
    end = start + length
    parts: list[tuple[str, bool]] = [("…", False)] if start else []
    at = start
    for begin, stop in marks:
        if begin < at or begin >= end:
            continue
        if begin > at:
            parts.append((text[at:begin], False))
        parts.append((text[begin:stop], True))
        at = stop
    parts.append((text[at : max(end, at)] + ("…" if len(text) > end else ""), False))
    return [part for part in parts if part[0]]
