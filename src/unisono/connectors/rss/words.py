"""What is wrong with a feed, and what to do, in the languages of the desk."""

from unisono.contract import Health
from unisono.domain.words import ChannelState

_WORDS: dict[str, tuple[ChannelState, str, str]] = {
    "silent": (
        ChannelState.UNREACHABLE,
        "{url} does not answer: {why}. Check the address; nothing was lost, it is asked again.",
        "{url} antwortet nicht: {why}. Prüfen Sie die Adresse; es ging nichts verloren, es wird wieder gefragt.",
    ),
    "trouble": (
        ChannelState.UNREACHABLE,
        "The feed's server is in trouble (status {status}). Nothing was lost; it is asked again.",
        "Der Server des Feeds hat eine Störung (Status {status}). Es ging nichts verloren, es wird wieder gefragt.",
    ),
    "gone": (
        ChannelState.MISCONFIGURED,
        "There is no feed at this address any more (status {status}). Enter its new address.",
        "Unter dieser Adresse gibt es keinen Feed mehr (Status {status}). Tragen Sie seine neue Adresse ein.",
    ),
    "moved": (
        ChannelState.MISCONFIGURED,
        "The feed has moved to {to}. Enter that address.",
        "Der Feed ist umgezogen nach {to}. Tragen Sie diese Adresse ein.",
    ),
    "forbidden": (
        ChannelState.FORBIDDEN,
        "The server does not show this feed to everybody (status {status}). Feeds behind a log-in cannot be read.",
        "Der Server zeigt diesen Feed nicht jedem (Status {status}). Feeds hinter einer Anmeldung können nicht gelesen werden.",
    ),
    "pause": (
        ChannelState.THROTTLED,
        "The server asks to be asked less often. Nothing was lost; it is asked again.",
        "Der Server möchte seltener gefragt werden. Es ging nichts verloren, es wird wieder gefragt.",
    ),
    "page": (
        ChannelState.MISCONFIGURED,
        "This is no feed. {hint}Enter the address that a feed reader is given.",
        "Das ist kein Feed. {hint}Tragen Sie die Adresse ein, die ein Feedleser bekommt.",
    ),
}


def trouble(word: str, *, hint: tuple[str, str] = ("", ""), **facts: object) -> Health:
    """Return what is wrong, by its word here, with the facts filled in. `hint`: a sentence in English and German."""
    state, english, german = _WORDS[word]
    texts = {"en": english.format(hint=hint[0], **facts), "de": german.format(hint=hint[1], **facts)}
    return Health(state=state, what=texts["en"], texts=texts, field="url")
