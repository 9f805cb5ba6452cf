"""What is wrong with a Xing channel, and what to do, in the languages of the desk."""

from unisono.contract import Health
from unisono.domain.words import ChannelState

_WORDS: dict[str, tuple[ChannelState, str, str, str]] = {
    "server": (
        ChannelState.MISCONFIGURED, "authserv_id",
        ("Name the mail server whose check of senders is to be believed. Open any mail in the mailbox, show its source, and copy "
        "the first word after Authentication-Results. Without it no mail can be proved to come from Xing."),
        ("Nennen Sie den Mailserver, dessen Prüfung der Absender geglaubt werden soll. Öffnen Sie im Postfach irgendeine Mail, "
        "zeigen Sie ihren Quelltext an und übernehmen Sie das erste Wort nach Authentication-Results. Ohne ihn lässt sich von "
        "keiner Mail zeigen, dass sie von Xing kommt."),
    ),
    "password": (
        ChannelState.MISCONFIGURED, "password",
        "The password is missing; with two-step log-in an app password is needed.",
        "Das Passwort fehlt; bei zweistufiger Anmeldung ist ein App-Passwort nötig.",
    ),
    "host": (
        ChannelState.MISCONFIGURED, "imap_host",
        "The IMAP server is missing. Your mail provider tells its name.",
        "Der IMAP-Server fehlt. Ihr Mailanbieter nennt seinen Namen.",
    ),
}  # fmt: skip


def trouble(word: str) -> Health:
    """Return what is wrong, by its word here."""
    state, field, english, german = _WORDS[word]
    return Health(state=state, what=english, texts={"en": english, "de": german}, field=field)
