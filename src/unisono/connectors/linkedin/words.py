"""What is wrong with a LinkedIn channel, and what to do, in the languages of the desk."""

from unisono.contract import Health
from unisono.domain.words import ChannelState

_WORDS: dict[str, tuple[ChannelState, str, str, str]] = {
    "unauthorised": (
        ChannelState.REAUTH_NEEDED, "",
        ("This page has not been authorised yet. Save the channel with client ID and client secret, then choose Authorise on the "
        "channel's page and log in at LinkedIn as one of the page's administrators."),
        ("Diese Seite ist noch nicht autorisiert. Speichern Sie den Kanal mit Client-ID und Client-Secret, wählen Sie auf der "
        "Seite des Kanals Autorisieren und melden Sie sich bei LinkedIn als Administrator der Seite an."),
    ),
    "token": (
        ChannelState.REAUTH_NEEDED, "",
        ("LinkedIn no longer accepts the authorisation: it ends after a year at the latest, and when the member withdraws it. "
        "Authorise the page anew. What is said meanwhile waits at LinkedIn for 60 days."),
        ("LinkedIn nimmt die Autorisierung nicht mehr an: Sie endet spätestens nach einem Jahr und wenn das Mitglied sie "
        "entzieht. Autorisieren Sie die Seite neu. Was inzwischen gesagt wird, wartet bei LinkedIn 60 Tage."),
    ),
    "client": (
        ChannelState.REAUTH_NEEDED, "client_secret",
        "LinkedIn does not accept client ID and client secret. Copy both anew from the app's page Auth in LinkedIn's portal.",
        ("LinkedIn nimmt Client-ID und Client-Secret nicht an. Übernehmen Sie beide neu von der Seite Auth der App im Developer "
        "Portal von LinkedIn."),
    ),
    "forbidden": (
        ChannelState.FORBIDDEN, "organization_id",
        ("LinkedIn forbids it: {why} The member who authorised must be an administrator of the page, and the app needs the "
        "product Community Management API. Then authorise anew. Nothing was lost."),
        ("LinkedIn verbietet es: {why} Wer autorisiert hat, muss Administrator der Seite sein, und die App braucht das Produkt "
        "Community Management API. Autorisieren Sie danach neu. Es ging nichts verloren."),
    ),
    "not_admin": (
        ChannelState.FORBIDDEN, "organization_id",
        ("The member who authorised is no administrator of the page {page}. Let an administrator authorise, or correct the "
        "number: it stands in the address of the page's admin view."),
        ("Wer autorisiert hat, ist kein Administrator der Seite {page}. Lassen Sie einen Administrator autorisieren oder "
        "berichtigen Sie die Nummer: Sie steht in der Adresse der Verwaltungsansicht der Seite."),
    ),
    "no_page": (
        ChannelState.MISCONFIGURED, "organization_id",
        "LinkedIn knows no page {page}. The number stands in the address of the page's admin view.",
        "LinkedIn kennt keine Seite {page}. Die Nummer steht in der Adresse der Verwaltungsansicht der Seite.",
    ),
    "version": (
        ChannelState.MISCONFIGURED, "api_version",
        ("LinkedIn no longer serves version {version} of its API; each is served for about a year. Enter a newer one (year and "
        "month, as 202607), or update Unisono. Nothing was lost."),
        ("LinkedIn bedient Version {version} seiner Schnittstelle nicht mehr; jede gilt etwa ein Jahr. Tragen Sie eine neuere "
        "ein (Jahr und Monat, etwa 202607) oder aktualisieren Sie Unisono. Es ging nichts verloren."),
    ),
    "sunset": (
        ChannelState.OK, "",
        "Version {version} of LinkedIn's API ends about {day}. Enter a newer one or update Unisono before that.",
        ("Version {version} der LinkedIn-Schnittstelle endet etwa am {day}. Tragen Sie vorher eine neuere ein oder aktualisieren "
        "Sie Unisono."),
    ),
    "pause": (
        ChannelState.THROTTLED, "",
        ("LinkedIn asks for a pause: the day's calls of the app or of the member are used up. They begin anew at midnight UTC; "
        "it is asked again before that. Nothing was lost."),
        ("LinkedIn bittet um eine Pause: Die Abrufe des Tages für die App oder das Mitglied sind verbraucht. Um Mitternacht "
        "(UTC) beginnen sie neu; es wird vorher wieder gefragt. Es ging nichts verloren."),
    ),
    "silent": (
        ChannelState.UNREACHABLE, "base_url",
        "{base} does not answer ({why}). Check the address, usually it is https://api.linkedin.com. Nothing was lost.",
        "{base} antwortet nicht ({why}). Prüfen Sie die Adresse, üblich ist https://api.linkedin.com. Es ging nichts verloren.",
    ),
    "address": (
        ChannelState.MISCONFIGURED, "base_url",
        "This is no address that can be used: {why} Usually it is https://api.linkedin.com.",
        "Diese Adresse ist nicht zu gebrauchen: {why} Üblich ist https://api.linkedin.com.",
    ),
    "trouble": (
        ChannelState.UNREACHABLE, "base_url",
        "LinkedIn is in trouble (status {status}). Nothing needs to be done; it is asked again.",
        "LinkedIn hat eine Störung (Status {status}). Es ist nichts zu tun, es wird wieder gefragt.",
    ),
    "shape": (
        ChannelState.UNREACHABLE, "base_url",
        ("{base} answers, but not as LinkedIn's API does (status {status}). Check the address. Nothing was lost; it is asked "
        "again."),
        ("{base} antwortet, aber nicht wie die Schnittstelle von LinkedIn (Status {status}). Prüfen Sie die Adresse. Es ging "
        "nichts verloren, es wird wieder gefragt."),
    ),
}  # fmt: skip


def trouble(word: str, **facts: object) -> Health:
    """Return what is wrong, by its word here, with the facts filled in."""
    state, field, english, german = _WORDS[word]
    texts = {"en": english.format(**facts), "de": german.format(**facts)}
    return Health(state=state, what=texts["en"], texts=texts, field=field or None)
