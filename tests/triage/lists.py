"""The lists of words that ship, as tests read them."""

from importlib.resources import files

from unisono.triage.lexicon import Lexicon
from unisono.triage.urgency import Alarms


def lexicon(language: str) -> Lexicon:
    """Return the words of a language."""
    text = files("unisono.triage").joinpath("words", f"{language}.txt").read_text(encoding="utf-8")
    return Lexicon(text.splitlines())


def alarms(language: str) -> Alarms:
    """Return the alarming words of a language."""
    return Alarms(files("unisono.triage").joinpath("alarms", f"{language}.txt").read_text(encoding="utf-8").splitlines())
