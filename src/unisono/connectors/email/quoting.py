"""Where a mail's new text ends and its signature or the quoted history begins.

Nothing is lost and nothing that was just written is hidden: answers between quoted lines stay where they are, and when in
doubt the text stays whole.
"""

import re
from typing import Final

_LINE_CHARS: Final = 400
_LINES_LOOKED_AT: Final = 5_000
# Names of the header lines that mail programs put above a quoted mail, with those that can begin such a block.
_FIRST: Final = frozenset({"von", "from", "de", "da", "van", "od", "från", "fra", "gesendet", "sent", "date", "datum"})
_HEADS: Final = _FIRST | {
    "an", "to", "à", "para", "a", "aan", "do", "till", "til", "cc", "kopie", "kopia", "bcc", "betreff", "subject", "objet",
    "asunto", "oggetto", "onderwerp", "temat", "ämne", "emne", "envoyé", "enviado", "inviato", "verzonden", "data", "skickat",
    "antwort an", "reply-to", "wysłano", "sendt", "dato",
}  # fmt: skip
_HEAD: Final = re.compile(r"^\s{0,8}[*_]{0,2}([^\s:*_][^:*_]{0,18})[*_]{0,2}:[*_]{0,2}(?:\s|$)")
_SEPARATOR: Final = re.compile(
    r"^\s*-{2,20}\s*(?:original(?:nachricht|\s+message|\s+appointment)?|ursprüngliche\s+(?:nachricht|mail|e-mail)"
    r"|(?:weiterge\w{1,12}|forwarded|doorgestuurd\w?|mensaje|message|messaggio)\s+\w{1,14}(?:\s+\w{1,14})?)\s*-{2,20}\s*$"
    r"|^\s*(?:begin forwarded message|anfang der weitergeleiteten (?:e-mail|nachricht))\s*:\s*$",
    re.IGNORECASE,
)
_RULE: Final = re.compile(r"^\s*_{10,}\s*$")
_WROTE: Final = re.compile(
    r"^\s*(?:am|on|le|el|il|op|den|em|dnia|wg\.?)\b.{3,300}"
    r"(?:schrieb|wrote|a écrit|escribió|ha scritto|schreef|skrev|escreveu|napisał)\b.{0,200}:\s*$"
    r"|^\s*.{1,200}(?:schrieb am|wrote on)\b.{3,100}:\s*$",
    re.IGNORECASE,
)
_WROTE_BEGIN: Final = re.compile(r"^\s*(?:am|on|le|el|il|op|den|em|dnia)\b|\b(?:schrieb am|wrote on)\b", re.IGNORECASE)
_DEVICE: Final = re.compile(
    r"^\s*(?:von meine[mr] .{1,40} (?:gesendet|geschickt)|gesendet (?:von|mit|über|aus) .{1,60}|sent (?:from|with|via) .{1,60}"
    r"|(?:get|holen sie sich|laden sie) outlook .{1,60}|outlook für (?:ios|android).{0,60}"
    r"|diese nachricht wurde von meinem .{1,60} gesendet.{0,40})\.?\s*$",
    re.IGNORECASE,
)


def split_history(text: str) -> tuple[str, str]:
    """Return (the new text, the rest: signature and quoted history as they stand).

    Both together hold everything; the rest is empty when nothing is recognised, or when there would be no new text.
    """
    lines = text.split("\n")
    place = _history_begins(lines)
    if place is None:
        new, rest = _answer_below(lines)
    else:
        new, rest = lines[:place], lines[place:]
    new, signature = _signature(new)
    if not any(line.strip() for line in new):
        return text, ""
    kept = "\n".join([*signature, *rest]).strip("\n")
    return "\n".join(new).strip("\n").rstrip(), kept if kept.strip() else ""


def _history_begins(lines: list[str]) -> int | None:
    """Return the line that introduces the history, when everything from there on is history."""
    quoted_from = _quoted_from(lines)
    last_quoted = max((n for n, line in enumerate(lines) if _is_quoted(line)), default=-1)
    last_written = max((n for n, line in enumerate(lines) if line.strip()), default=-1)
    written = False
    for place, line in enumerate(lines[:_LINES_LOOKED_AT]):
        if not line.strip():
            continue
        if not written:
            written = not _is_quoted(line)
            continue
        short = line[:_LINE_CHARS]
        if _SEPARATOR.match(short) or (_RULE.match(short) and _head_block(lines, place + 1)) or _head_block(lines, place):
            return place
        after = _attribution(lines, place)
        if after is not None and (after >= quoted_from or last_quoted < after) and last_written >= after:
            return place
        if _is_quoted(line) and place >= quoted_from:
            return place
    return None


def _quoted_from(lines: list[str]) -> int:
    """Return the first line from which on nobody wrote anything more: only quoted and blank lines, and a signature."""
    end = len(lines)
    for place in range(len(lines) - 1, max(-1, len(lines) - 16), -1):
        if _is_delimiter(lines[place]):
            end = place
    if any(_is_quoted(line) for line in lines[end:]):
        end = len(lines)
    place = end
    while place > 0 and (not lines[place - 1].strip() or _is_quoted(lines[place - 1])):
        place -= 1
    return place if any(_is_quoted(line) for line in lines[place:end]) else len(lines)


def _head_block(lines: list[str], place: int) -> bool:
    """Tell whether a block like `Von: … Gesendet: … An: … Betreff: …` begins here, after blank lines at most."""
    names: list[str] = []
    for line in lines[place : place + 12]:
        if not line.strip():
            if names:
                break
            continue
        found = _HEAD.match(line[:_LINE_CHARS])
        name = found[1].strip().lower() if found else ""
        if name in _HEADS:
            names.append(name)
        elif not names:
            return False
    return len(names) >= 3 and names[0] in _FIRST


def _attribution(lines: list[str], place: int) -> int | None:
    """Return the line after `Am … schrieb …:`, which may be wrapped over three lines; None when there is none here."""
    if not _WROTE_BEGIN.search(lines[place][:_LINE_CHARS]):
        return None
    joined = ""
    for end in range(place, min(place + 3, len(lines))):
        if not lines[end].strip():
            return None
        joined = f"{joined} {lines[end].strip()}"[: 2 * _LINE_CHARS]
        if _WROTE.match(joined):
            return end + 1
    return None


def _is_quoted(line: str) -> bool:
    return line.lstrip().startswith(">")


def _answer_below(lines: list[str]) -> tuple[list[str], list[str]]:
    """Return (new, quoted) for a mail that quotes first and answers below, in one piece each."""
    start = next((n for n, line in enumerate(lines) if line.strip()), 0)
    first = start
    after = _attribution(lines, start) if lines else None
    if after is not None:
        first = after
        while first < len(lines) and not lines[first].strip():
            first += 1
    end = first
    while end < len(lines) and (_is_quoted(lines[end]) or not lines[end].strip()):
        end += 1
    below = lines[end:]
    quoted = any(_is_quoted(line) for line in lines[first:end])
    if not quoted or any(_is_quoted(line) for line in below) or not any(line.strip() for line in below):
        return lines, []
    return below, lines[start:end]


def _is_delimiter(line: str) -> bool:
    return line in ("-- ", "--", "-- \r", "--\u00a0")


def _signature(lines: list[str]) -> tuple[list[str], list[str]]:
    """Return (text, signature): what follows `-- ` (RFC 3676, section 4.3), or the line that a device puts below."""
    for place in range(len(lines) - 1, max(-1, len(lines) - 25), -1):
        if _is_delimiter(lines[place]) and any(line.strip() for line in lines[:place]):
            return lines[:place], lines[place:]
    last = [n for n, line in enumerate(lines) if line.strip()][-2:]
    for place in last:
        if _DEVICE.match(lines[place][:_LINE_CHARS]) and any(line.strip() for line in lines[:place]):
            return lines[:place], lines[place:]
    return lines, []
