"""What is wrong with a bot's channel, and what to do, in the languages of the desk."""

from unisono.contract import Health
from unisono.domain.words import ChannelState

_WORDS: dict[str, tuple[ChannelState, str, str, str]] = {
    "token": (
        ChannelState.REAUTH_NEEDED, "token",
        "Telegram refuses the bot's token. Ask @BotFather for it (/token) and enter it here; nothing is lost for 24 hours.",
        ("Telegram nimmt das Token des Bots nicht an. Lassen Sie es sich von @BotFather geben (/token) und tragen Sie es "
        "hier ein; 24 Stunden lang geht nichts verloren."),
    ),
    "taken": (
        ChannelState.MISCONFIGURED, "delivery",
        ("Somebody else fetches this bot's messages, or a webhook is set. Telegram gives them to one only: end the other "
        "program, or delete its webhook (deleteWebhook). Nothing is lost for 24 hours."),
        ("Jemand anderes holt die Nachrichten dieses Bots ab, oder es ist ein Webhook gesetzt. Telegram gibt sie nur "
        "einem: Beenden Sie das andere Programm oder löschen Sie dessen Webhook (deleteWebhook). 24 Stunden lang geht "
        "nichts verloren."),
    ),
    "secret": (
        ChannelState.MISCONFIGURED, "webhook_secret",
        "A webhook needs a secret: enter the secret_token that is given to setWebhook.",
        "Ein Webhook braucht ein Geheimnis: Tragen Sie das secret_token ein, das setWebhook bekommt.",
    ),
    "uncalled": (
        ChannelState.OK, "",
        "Telegram calls nobody yet: call setWebhook with this channel's address and secret.",
        "Telegram ruft noch niemanden: Rufen Sie setWebhook mit der Adresse dieses Kanals und dem Geheimnis auf.",
    ),
    "pause": (
        ChannelState.THROTTLED, "",
        "Telegram asks for a pause (rate limit). Nothing was lost; it is asked again.",
        "Telegram bittet um eine Pause (zu viele Anfragen). Es ging nichts verloren, es wird wieder gefragt.",
    ),
    "silent": (
        ChannelState.UNREACHABLE, "api_url",
        "{base} does not answer: {why}. Check the address, usually it is https://api.telegram.org. Nothing was lost.",
        "{base} antwortet nicht: {why}. Prüfen Sie die Adresse, üblich ist https://api.telegram.org. Es ging nichts verloren.",
    ),
    "shape": (
        ChannelState.UNREACHABLE, "api_url",
        ("{base} answers, but not as the Bot API does (status {status}). Check the address. Nothing was lost; it is asked "
        "again."),
        ("{base} antwortet, aber nicht wie die Bot-API (Status {status}). Prüfen Sie die Adresse. Es ging nichts verloren,"
        " es wird wieder gefragt."),
    ),
}  # fmt: skip


def trouble(word: str, **facts: object) -> Health:
    """Return what is wrong, by its word here, with the facts filled in."""
    state, field, english, german = _WORDS[word]
    texts = {"en": english.format(**facts), "de": german.format(**facts)}
    return Health(state=state, what=texts["en"], texts=texts, field=field or None)
