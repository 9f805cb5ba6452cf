"""The grammar of the short commands, closed: `/away 45m lunch`, `/dnd 2h`, `/back`, `/take #482`, `/who sap german`, `/undo`, ...

Whatever begins with `/` is a command or is refused with a reason; nothing is guessed. Free text is for `free_text`.
"""

import re
import unicodedata
from datetime import datetime, timedelta
from typing import Final

from msgspec import Struct

from unisono.presence.times import read_time
from unisono.presence.words import Presence, Reason

MAX_CHARS: Final = 300
MAX_NAMES: Final = 20
#: How long a setting lasts that does not say.
USUAL: Final = timedelta(minutes=60)


class SetPresence(Struct, frozen=True, tag="set"):
    """Be away, busy or not to be disturbed until a time. understood: False when a reason was given that is none of the known."""

    value: Presence
    until: datetime
    reason: Reason = Reason.NONE
    understood: bool = True


class Back(Struct, frozen=True, tag="back"):
    """End one's own setting."""


class Undo(Struct, frozen=True, tag="undo"):
    """Take the last command back."""


class Take(Struct, frozen=True, tag="take"):
    """Take an enquiry: of a case, or whatever comes next."""

    case: int | None = None


class Who(Struct, frozen=True, tag="who"):
    """Ask who can be reached that has all of these skills."""

    skills: tuple[str, ...]


class Conference(Struct, frozen=True, tag="conference"):
    """Begin a conference with people, about a case if one is named."""

    people: tuple[str, ...]
    case: int | None = None


class CallUp(Struct, frozen=True, tag="call"):
    """Be connected with a number (`+49...`) or a colleague (`@anna`)."""

    target: str


class Help(Struct, frozen=True, tag="help"):
    """Ask what there is to be said."""


class Wrong(Struct, frozen=True, tag="wrong"):
    """Begins as a command and is none. code: unknown, no_time, too_long, no_skill, no_person, no_number, no_case, too_much."""

    code: str
    word: str = ""


Command = SetPresence | Back | Undo | Take | Who | Conference | CallUp | Help

_NAMES: Final = {
    **dict.fromkeys(("away", "weg"), Presence.AWAY),
    **dict.fromkeys(("busy", "beschäftigt"), Presence.BUSY),
    **dict.fromkeys(("dnd", "ruhe"), Presence.DND),
}
REASONS: Final = {
    word: reason
    for reason, words in {
        Reason.LUNCH: "lunch mittag mittagspause mittagessen essen",
        Reason.BREAK: "break pause kaffee kaffeepause coffee",
        Reason.MEETING: "meeting termin besprechung sitzung",
        Reason.TRAINING: "training schulung fortbildung workshop",
        Reason.FOCUS: "focus fokus konzentration",
        Reason.APPOINTMENT: "appointment doctor dentist arzt arzttermin zahnarzt behörde",
        Reason.TRAVEL: "travel travelling unterwegs reise dienstreise",
        Reason.ILL: "ill sick krank",
        Reason.HOLIDAY: "holiday vacation urlaub frei",
        Reason.BACK_OFFICE: "back_office backoffice innendienst",
    }.items()
    for word in words.split()
}
_CASE: Final = re.compile(r"#(\d{1,9})")
_NUMBER: Final = re.compile(r"\+?[\d\s()/.-]{3,30}")
_NAME: Final = re.compile(r"@[\w.+-]{1,64}")
_SKILL: Final = re.compile(r"[\w.+#-]{1,40}")
_CALLED: Final = re.compile(r"^(?:@[\w.@+-]+[\s,:]+)+(?=/)")


def words_of(text: str) -> list[str]:
    """Return a text's words, folded: letters that look alike but are others stay others, so no word is taken for another."""
    return unicodedata.normalize("NFC", text).casefold().split()


def parse(text: str, now: datetime, zone: str) -> Command | Wrong | None:
    """Return the command that a text is; Wrong when it begins as one; None when it is none. zone: IANA, of whoever writes."""
    text = _CALLED.sub("", text.strip())
    if not text.startswith("/"):
        return None
    if len(text) > MAX_CHARS:
        return Wrong("too_much")
    name, *rest = words_of(text[1:]) or [""]
    if name in _NAMES:
        return _set(_NAMES[name], rest, now, zone)
    match name:
        case "back" | "da" | "zurück":
            return Back() if not rest else Wrong("too_much", rest[0])
        case "undo" | "zurücknehmen":
            return Undo() if not rest else Wrong("too_much", rest[0])
        case "help" | "hilfe":
            return Help()
        case "take" | "nehmen":
            return _take(rest)
        case "who" | "wer":
            return _who(rest)
        case "conf" | "konferenz":
            return _conference(rest)
        case "call" | "anruf":
            return _call(text.split(maxsplit=1)[1] if rest else "")
    return Wrong("unknown", name[:40])


def _set(value: Presence, rest: list[str], now: datetime, zone: str) -> SetPresence | Wrong:
    read = read_time(rest, now, zone)
    if read is not None and read.until is None:
        return Wrong(read.wrong, " ".join(rest[: read.taken])[:40])
    why = rest[read.taken :] if read is not None else rest
    until = read.until if read is not None and read.until is not None else now + USUAL
    known = [REASONS[word.strip(",.;:!")] for word in why if word.strip(",.;:!") in REASONS]
    return SetPresence(value, until, known[0] if known else Reason.NONE, bool(known) or not why)


def _take(rest: list[str]) -> Take | Wrong:
    if not rest:
        return Take()
    found = _CASE.fullmatch(rest[0])
    return Take(int(found[1])) if found and len(rest) == 1 else Wrong("no_case", rest[0][:40])


def _who(rest: list[str]) -> Who | Wrong:
    if not rest:
        return Wrong("no_skill")
    for word in rest:
        if not _SKILL.fullmatch(word):
            return Wrong("no_skill", word[:40])
    return Who(tuple(dict.fromkeys(rest))) if len(rest) <= MAX_NAMES else Wrong("too_much")


def _conference(rest: list[str]) -> Conference | Wrong:
    people: list[str] = []
    case: int | None = None
    for word in rest:
        if _NAME.fullmatch(word):
            people.append(word[1:])
        elif (found := _CASE.fullmatch(word)) and case is None:
            case = int(found[1])
        else:
            return Wrong("no_person", word[:40])
    if not people:
        return Wrong("no_person")
    return Conference(tuple(dict.fromkeys(people)), case) if len(people) <= MAX_NAMES else Wrong("too_much")


def _call(target: str) -> CallUp | Wrong:
    target = target.strip()
    if _NAME.fullmatch(target.casefold()):
        return CallUp(target.casefold())
    if _NUMBER.fullmatch(target) and target.isascii() and sum(char.isdigit() for char in target) >= 3:
        return CallUp("".join(char for char in target if char in "+0123456789"))
    return Wrong("no_number", target[:40])
