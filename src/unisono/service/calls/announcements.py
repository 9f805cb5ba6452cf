"""What callers are told, in the language of their line: words for drivers with a voice or a screen, files for the others."""

from typing import Any, Final

from unisono.contract.voice import Announcement
from unisono.service.calls.line import LineTerms
from unisono.service.words import choose_locale, say

#: Announcements that a line may word anew, or have recorded.
KEYS: Final = (
    "welcome", "closed", "position", "call_back_offer", "call_back_noted", "leave_message", "message_noted", "consent",
    "call_back_consent", "listening", "goodbye", "menu", "withheld", "not_there",
)  # fmt: skip


def say_to(line: LineTerms, key: str, **facts: Any) -> Announcement:
    """Return an announcement: the line's own words, else the house's. facts: what the words may name (position, minutes)."""
    locale = choose_locale(line.language)
    own = line.texts.get(key)
    text = own or say(locale, f"call-{key}", facts) or ""
    return Announcement(
        key=key, text=text, language=line.language, file=line.sounds.get(key), position=facts.get("position"),
        wait_s=facts.get("wait_s"),
    )  # fmt: skip


def house_words(language: str) -> dict[str, str]:
    """Return what the house says by itself, by announcement, with figures such as a caller may hear."""
    locale = choose_locale(language)
    return {key: say(locale, f"call-{key}", {"position": 3, "minutes": 5, "digit": 9}) or "" for key in KEYS}
