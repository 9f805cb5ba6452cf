"""What a caller hears while nobody speaks: as data, for every driver to play as well as it can."""

from msgspec import Struct


class Music(Struct, frozen=True, kw_only=True):
    """What is played to who waits. `file` names an audio file (`VoiceContext.sound`); None is the driver's own tune."""

    file: str | None = None


class Announcement(Struct, frozen=True, kw_only=True):
    """Something that is said to the caller.

    key: what it says, a stable word (`welcome`, `position`, `closed`, `listening`, ...). text: the words, in `language` (BCP 47),
        which a page shows and a driver with a voice speaks. file: the recorded words, where the house has them; a driver without
        a voice plays these, else a short tone. position: place in the line, from 1. wait_s: expected wait in seconds.
    """

    key: str
    text: str
    language: str = "en"
    file: str | None = None
    position: int | None = None
    wait_s: int | None = None


class Prompt(Struct, frozen=True, kw_only=True):
    """Announcements in turn. digits: keys that end it early; a key is told as `Digit` in any case.

    prompt_id: comes back in `Played`. listen_s: for how long keys are waited for after the last word, before `Played`.
    """

    prompt_id: str
    says: tuple[Announcement, ...]
    digits: str = ""
    listen_s: float = 0.0
