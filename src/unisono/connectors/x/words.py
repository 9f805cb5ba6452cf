"""What is wrong with a channel, and what to do, in the languages of the desk."""

from datetime import datetime

from unisono.contract import Health
from unisono.domain.words import ChannelState

_WORDS: dict[str, tuple[ChannelState, str, str, str]] = {
    "host": (
        ChannelState.UNREACHABLE, "base_url",
        "{base} does not answer ({why}). Check the address, and whether this machine may reach it; usually it is https://api.x.com.",
        ("{base} antwortet nicht ({why}). Prüfen Sie die Adresse und ob dieser Rechner sie erreichen darf; üblich ist "
        "https://api.x.com."),
    ),
    "shape": (
        ChannelState.UNREACHABLE, "base_url",
        ("{base} answers, but not as X's API does (status {status}). Check the address; usually it is https://api.x.com. Nothing "
        "was lost, it is asked again."),
        ("{base} antwortet, aber nicht wie die Schnittstelle von X (Status {status}). Prüfen Sie die Adresse; üblich ist "
        "https://api.x.com. Es ging nichts verloren, es wird wieder gefragt."),
    ),
    "trouble": (
        ChannelState.UNREACHABLE, "base_url",
        "X is in trouble (status {status}). Nothing needs to be done; it is asked again.",
        "X hat eine Störung (Status {status}). Es ist nichts zu tun, es wird wieder gefragt.",
    ),
    "token": (
        ChannelState.REAUTH_NEEDED, "access_token",
        ("X does not accept the access token: it is wrong, has expired or was withdrawn, and cannot be renewed. Authorise the "
        "account anew, or enter a new access token and refresh token. What comes in meanwhile waits at X."),
        ("X nimmt das Zugriffstoken nicht an: Es ist falsch, abgelaufen oder wurde entzogen und lässt sich nicht erneuern. "
        "Autorisieren Sie das Konto neu oder geben Sie ein neues Zugriffs- und Erneuerungstoken ein. Was inzwischen eingeht, "
        "wartet bei X."),
    ),
    "unauthorised": (
        ChannelState.REAUTH_NEEDED, "",
        ("This account has not been authorised yet. Save the channel with client ID and client secret, then authorise it in the "
        "browser; or enter an access token and a refresh token."),
        ("Dieses Konto ist noch nicht autorisiert. Speichern Sie den Kanal mit Client-ID und Client-Secret und autorisieren Sie "
        "ihn dann im Browser; oder geben Sie ein Zugriffs- und ein Erneuerungstoken ein."),
    ),
    "revoked": (
        ChannelState.REAUTH_NEEDED, "refresh_token",
        ("X no longer renews the authorisation: it was withdrawn in the account's settings (Connected apps), or the refresh "
        "token was used elsewhere. Authorise the account anew. What comes in meanwhile waits at X."),
        ("X erneuert die Autorisierung nicht mehr: Sie wurde in den Einstellungen des Kontos (Verbundene Apps) entzogen, oder "
        "das Erneuerungstoken wurde anderswo benutzt. Autorisieren Sie das Konto neu. Was inzwischen eingeht, wartet bei X."),
    ),
    "client": (
        ChannelState.REAUTH_NEEDED, "client_secret",
        ("X does not accept client ID and client secret. Copy both anew from the app's page Keys and tokens in the Developer "
        "Console."),
        ("X nimmt Client-ID und Client-Secret nicht an. Übernehmen Sie beide neu von der Seite Keys and tokens der App in der "
        "Developer Console."),
    ),
    "forbidden": (
        ChannelState.FORBIDDEN, "access_token",
        ("X forbids it: {why} Authorise the account with all rights that the guide names, and see whether the app stands in a "
        "project with API access."),
        ("X verbietet es: {why} Autorisieren Sie das Konto mit allen Rechten, die die Anleitung nennt, und prüfen Sie, ob die "
        "App zu einem Projekt mit API-Zugang gehört."),
    ),
    "pause": (
        ChannelState.THROTTLED, "",
        "X asks for a pause (rate limit). It goes on by itself.",
        "X bittet um eine Pause (Ratenbegrenzung). Es geht von selbst weiter.",
    ),
    "credits": (
        ChannelState.THROTTLED, "",
        ("X serves no more: the prepaid credits or the monthly cap are used up. Buy credits or raise the spending limit in the "
        "Developer Console; it goes on by itself then."),
        ("X liefert nichts mehr: Das vorausbezahlte Guthaben oder die Monatsgrenze ist aufgebraucht. Kaufen Sie in der Developer "
        "Console Guthaben nach oder heben Sie die Ausgabengrenze an; danach geht es von selbst weiter."),
    ),
    "address": (
        ChannelState.MISCONFIGURED, "base_url",
        "This is no address that can be used: {why} Usually it is https://api.x.com.",
        "Diese Adresse ist nicht zu gebrauchen: {why} Üblich ist https://api.x.com.",
    ),
}  # fmt: skip


def trouble(word: str, *, until: datetime | None = None, field: str | None = None, **facts: object) -> Health:
    """Return what is wrong, by its word here, with the facts filled in."""
    state, usual, english, german = _WORDS[word]
    texts = {"en": english.format(**facts), "de": german.format(**facts)}
    return Health(state=state, what=texts["en"], texts=texts, field=field or usual or None, until=until)
