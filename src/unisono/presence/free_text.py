"""What somebody may mean who writes no command: `at lunch until 2`, `bin bis 14 Uhr im Termin`. It only proposes."""

import re
from datetime import datetime, timedelta
from typing import Final

from msgspec import Struct

from unisono.presence.commands import Back, SetPresence, words_of
from unisono.presence.times import FOR, UNTIL, read_time
from unisono.presence.words import Presence, Reason

#: Longer texts are about something else.
MOST_WORDS: Final = 14


class _Meaning(Struct, frozen=True):
    value: Presence
    reason: Reason
    usual: timedelta


def _meant(value: Presence, reason: Reason, minutes: int) -> _Meaning:
    return _Meaning(value, reason, timedelta(minutes=minutes))


_DAY: Final = 24 * 60
_SAYS: Final = {
    word: meaning
    for words, meaning in (
        ("mittagspause mittag mittagessen lunch lunchbreak", _meant(Presence.AWAY, Reason.LUNCH, 60)),
        ("pause kaffeepause break kaffee coffee", _meant(Presence.AWAY, Reason.BREAK, 15)),
        ("termin meeting besprechung sitzung", _meant(Presence.BUSY, Reason.MEETING, 60)),
        ("schulung training fortbildung workshop", _meant(Presence.BUSY, Reason.TRAINING, 120)),
        ("fokus focus fokuszeit", _meant(Presence.DND, Reason.FOCUS, 60)),
        ("arzt zahnarzt arzttermin doctor doctor's dentist dentist's", _meant(Presence.AWAY, Reason.APPOINTMENT, 120)),
        ("unterwegs travelling traveling dienstreise", _meant(Presence.AWAY, Reason.TRAVEL, 120)),
        ("krank sick ill", _meant(Presence.AWAY, Reason.ILL, _DAY)),
        ("urlaub vacation holiday holidays", _meant(Presence.AWAY, Reason.HOLIDAY, _DAY)),
        ("weg away afk brb", _meant(Presence.AWAY, Reason.NONE, 60)),
    )
    for word in words.split()
}
#: How somebody begins who speaks of themself; a text of few words needs none of it.
_OF_ONESELF: Final = frozenset({
    "bin", "ich", "i", "i'm", "im", "i’m", "am", "at", "in", "on", "out", "off", "gone", "going", "having", "mache", "mach",
    "gehe", "geh", "habe", "hab", "kurz", "gleich", "jetzt", "now", "taking",
})  # fmt: skip
_FEW: Final = 3
_NOT: Final = frozenset({"nicht", "kein", "keine", "keinen", "nie", "not", "no", "never", "don't", "isn't", "ohne", "without"})
_QUIETLY: Final = re.compile(r"\b(?:nicht stören|bitte ruhe|do not disturb|don't disturb|dont disturb)\b")
_HERE_AGAIN: Final = re.compile(
    r"^(?:(?:ich )?bin )?(?:wieder (?:da|zurück|hier)|zurück)$|^(?:i'm |i’m |i am |im )?back(?: again| now)?$"
)
_MARKS: Final = re.compile(r"[,;!()\"„“]|\.(?!\d)|:(?!\d)")
_CALLED: Final = re.compile(r"(?:^|\s)@[\w.@+-]+")


def propose(text: str, now: datetime, zone: str) -> SetPresence | Back | None:
    """Return what a text may mean, to be asked back; None when it does not speak of the writer's presence.

    Questions and denials mean nothing: `Bist du im Termin?`, `bin nicht in der Pause`.
    """
    if "?" in text or "://" in text:
        return None
    words = words_of(_MARKS.sub(" ", _CALLED.sub(" ", text)))
    if not words or len(words) > MOST_WORDS:
        return None
    line = " ".join(words)
    if _HERE_AGAIN.match(line):
        return Back()
    if _QUIETLY.search(line):
        return _proposal(_meant(Presence.DND, Reason.NONE, 60), words, now, zone)
    if _NOT & set(words):
        return None
    found = [_SAYS[word] for word in words if word in _SAYS]
    if not found or (len(words) > _FEW and not _OF_ONESELF & set(words)):
        return None
    # `bin weg zum Arzt`: whatever says why says more than that somebody is gone.
    meaning = next((one for one in found if one.reason is not Reason.NONE), found[0])
    return _proposal(meaning, words, now, zone)


def _proposal(meaning: _Meaning, words: list[str], now: datetime, zone: str) -> SetPresence:
    until = now + meaning.usual
    for place, word in enumerate(words):
        if word in UNTIL or word in FOR or word[:1].isdigit() or word in {"eine", "einen", "an", "half"}:
            read = read_time(words[place:], now, zone)
            if read is not None and read.until is not None:
                until = read.until
                break
    return SetPresence(meaning.value, until, meaning.reason)
