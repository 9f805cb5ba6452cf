"""What the doctor finds: one line each."""

from enum import Enum

from msgspec import Struct


class Level(Enum):
    """How a finding is meant: all is well, good to know, will hurt, hurts."""

    OK = "ok"
    NOTE = "note"
    WARNING = "warning"
    ERROR = "error"


class Finding(Struct, frozen=True, kw_only=True):
    """One line: what was looked at, and what to do about it if anything is wrong."""

    subject: str
    level: Level
    text: str


def found(subject: str, level: Level, text: str) -> Finding:
    """Return a finding."""
    return Finding(subject=subject, level=level, text=text)
