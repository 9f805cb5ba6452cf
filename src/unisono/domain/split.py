"""A text that is too long for one post, in several: cut where a reader pauses, never inside a character, a link or a name."""

from bisect import bisect_right
from collections.abc import Callable
from itertools import accumulate

import regex

from unisono.domain.length import graphemes, measure

_PARAGRAPH = regex.compile(r"\n[ \t]*\n\s*")
_SENTENCE = regex.compile(r"(?<=[.!?…][\"'”’»)\]]*)\s+|(?<=[。！？])|\n\s*")
_BLANK = regex.compile(r"\s+")
# Links with and without a scheme, addresses, mentions with and without a domain, hashtags: all that a cut would break.
_WHOLE = regex.compile(
    r"https?://[^\s<>\"'“”„]+"
    r"|[\p{L}\p{N}_.+-]+@(?:[\p{L}\p{N}-]+\.)+[\p{L}]{2,}"
    r"|(?<![\p{L}\p{N}_/])[@#][\p{L}\p{N}_](?:[\p{L}\p{N}_.-]*[\p{L}\p{N}_])?(?:@[\p{L}\p{N}.-]*[\p{L}\p{N}])?"
    r"|(?<![@\p{L}\p{N}_.-])(?:[\p{L}\p{N}](?:[\p{L}\p{N}-]*[\p{L}\p{N}])?\.)+\p{L}{2,}(?:/[^\s<>\"'“”„]*)?",
    regex.IGNORECASE,
)
_MOST_PARTS = 999
# A paragraph's end is taken when it fills at least so much of a part, a sentence's when it fills half.
_PARAGRAPH_SHARE, _SENTENCE_SHARE = 0.6, 0.5


class CannotSplit(ValueError):
    """A link or a name is longer than a part, or a part has no room beside its number."""


def split(
    text: str, maximum: int, unit: str, *, url_cost: int | None = None, domain_free: bool = False, numbered: bool = True
) -> list[str]:
    """Return the parts, each at most `maximum` in the network's unit, its number (` (2/3)`) counted in; one part has none.

    unit, url_cost, domain_free: as for `measure`. Joined with blanks, and without the numbers, the parts say the same text.
    Raises CannotSplit.
    """

    def length(part: str) -> int:
        return measure(part, unit, url_cost=url_cost, domain_free=domain_free)

    text = text.strip()
    if length(text) <= maximum:
        return [text]
    if not numbered:
        return _cut(text, lambda part: length(part) <= maximum)
    for digits in range(1, len(str(_MOST_PARTS)) + 1):
        widest = f" ({'9' * digits}/{'9' * digits})"
        # The number is measured with the part: in some units one sign changes what all others count.
        parts = _cut(text, lambda part, widest=widest: length(part + widest) <= maximum)  # type: ignore[misc]
        if len(str(len(parts))) <= digits:
            return [f"{part} ({number}/{len(parts)})" for number, part in enumerate(parts, 1)]
    raise CannotSplit(f"The text would take more than {_MOST_PARTS} parts of {maximum} ({unit}).")


def _cut(text: str, fits: Callable[[str], bool]) -> list[str]:
    parts: list[str] = []
    while not fits(text):
        at = _place(text, fits)
        parts.append(text[:at].rstrip())
        text = text[at:].lstrip()
    return [*parts, text] if text else parts


def _place(text: str, fits: Callable[[str], bool]) -> int:
    """Return where the first part ends."""
    ends = _ends(text)
    may_end = frozenset(ends)
    low, high = 0, len(ends)
    while low < high:
        middle = (low + high) // 2
        if fits(text[: ends[middle]].rstrip()):
            low = middle + 1
        else:
            high = middle
    if not low:
        raise CannotSplit("A link, a name or a single character is longer than what one part takes.")
    furthest = ends[low - 1]
    for pattern, share in ((_PARAGRAPH, _PARAGRAPH_SHARE), (_SENTENCE, _SENTENCE_SHARE), (_BLANK, 0.0)):
        found = [one.start() for one in pattern.finditer(text) if share * furthest <= one.start() <= furthest and one.start()]
        usable = [at for at in found if at in may_end]
        if usable:
            return usable[-1]
    return furthest


def _ends(text: str) -> list[int]:
    """Return where a part may end: after a whole character, and not within something that only works whole."""
    spans = [(one.start(), one.end()) for one in _WHOLE.finditer(text)]
    starts = [start for start, _ in spans]

    def free(at: int) -> bool:
        index = bisect_right(starts, at) - 1
        return index < 0 or not spans[index][0] < at < spans[index][1]

    return [at for at in accumulate(len(grapheme) for grapheme in graphemes(text)) if free(at)]
