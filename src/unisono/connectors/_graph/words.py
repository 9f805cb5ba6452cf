"""What is wrong with a channel, in words that say what to do next, by language."""

from unisono.contract import Health
from unisono.domain.words import ChannelState

_WORDS: dict[str, dict[str, str]] = {
    "bad_address": {
        "en": "The address of the Graph API must begin with https://, usually https://graph.facebook.com.",
        "de": "Die Adresse der Graph API muss mit https:// beginnen, üblich ist https://graph.facebook.com.",
    },
    "silent": {
        "en": "{base} does not answer ({why}). Check the address and this machine's way to the Internet.",
        "de": "{base} antwortet nicht ({why}). Bitte die Adresse und den Weg dieses Rechners ins Internet prüfen.",
    },
    "misshapen": {
        "en": "{where} answers, but not as the Graph API does. Check the address; nothing was lost.",
        "de": "{where} antwortet, aber nicht wie die Graph API. Bitte die Adresse prüfen; nichts ging verloren.",
    },
    "status": {
        "en": "{base} answers with status {status}. It is asked again; if it stays so, check the address.",
        "de": "{base} antwortet mit Status {status}. Es wird wieder gefragt; bleibt es so, bitte die Adresse prüfen.",
    },
    "bad_token": {
        "en": "The access token is not valid. Copy it again from the app's settings at Meta and enter it here.",
        "de": "Das Zugriffstoken gilt nicht. Bitte in den Einstellungen der App bei Meta neu kopieren und hier eintragen.",
    },
    "expired": {
        "en": "The access token has expired. Make one that does not expire (system user or long-lived page token) and enter it.",
        "de": "Das Zugriffstoken ist abgelaufen. Bitte eines ohne Ablauf erzeugen (Systemnutzer oder langlebiges Seitentoken) "
        "und eintragen.",
    },
    "revoked": {
        "en": "The app's access was withdrawn at Meta. Let the account's administrator grant it again, then enter the new token.",
        "de": "Der App wurde der Zugriff bei Meta entzogen. Bitte von einem Administrator des Kontos neu erteilen lassen und das "
        "neue Token eintragen.",
    },
    "password": {
        "en": "The token ended because its owner's password was changed. Make a new token and enter it.",
        "de": "Das Token gilt nicht mehr, weil sein Inhaber das Passwort geändert hat. Bitte ein neues erzeugen und eintragen.",
    },
    "other_account": {
        "en": "The access token belongs to {found}, not to {wanted}. Enter that account's token, or correct the id.",
        "de": "Das Zugriffstoken gehört zu {found}, nicht zu {wanted}. Bitte das Token dieses Kontos eintragen oder die Kennung "
        "berichtigen.",
    },
    "no_object": {
        "en": "The network knows no such account for this token ({why}). Check the id and the token's permissions.",
        "de": "Zu diesem Token kennt das Netz kein solches Konto ({why}). Bitte Kennung und Berechtigungen des Tokens prüfen.",
    },
    "forbidden": {
        "en": "The access token lacks a permission ({why}). Grant it at Meta and enter the new token.",
        "de": "Dem Zugriffstoken fehlt eine Berechtigung ({why}). Bitte bei Meta erteilen und das neue Token eintragen.",
    },
    "throttled": {
        "en": "The network asks for a pause (rate limit). Reading goes on by itself afterwards.",
        "de": "Das Netz bittet um eine Pause (Abrufgrenze). Danach wird von selbst weitergelesen.",
    },
    "nearly_throttled": {
        "en": "Nearly all of the app's rate is used. Reading pauses, so that answers still go out.",
        "de": "Die Abrufgrenze der App ist fast erreicht. Das Lesen macht Pause, damit Antworten noch hinausgehen.",
    },
    "bad_secret": {
        "en": "The app secret does not belong to the app of this access token. Copy it from App settings, Basic.",
        "de": "Das App-Geheimnis gehört nicht zur App dieses Tokens. Bitte unter App-Einstellungen, Allgemeines kopieren.",
    },
    "bad_version": {
        "en": "The network no longer answers version {version} of its API. Enter a newer one, or update Unisono.",
        "de": "Das Netz kennt Version {version} seiner API nicht mehr. Bitte eine neuere eintragen oder Unisono aktualisieren.",
    },
    "not_installed": {
        "en": "The app is not subscribed to this account's news, and could not be ({why}). Subscribe it in the app's settings at "
        "Meta, or give the token the permission {permission}.",
        "de": "Die App ist für Neuigkeiten dieses Kontos nicht angemeldet und konnte es nicht werden ({why}). Bitte in den "
        "Einstellungen der App bei Meta anmelden oder dem Token die Berechtigung {permission} geben.",
    },
    "other_number": {
        "en": "The number does not belong to this WhatsApp Business Account; whose numbers are {found}. Correct one of the ids.",
        "de": "Die Nummer gehört nicht zu diesem WhatsApp-Business-Konto; dessen Nummern sind {found}. Bitte eine der beiden "
        "Kennungen berichtigen.",
    },
    "waits_for_status": {
        "en": "The network will tell what became of an answer.",
        "de": "Das Netz wird sagen, was aus einer Antwort wurde.",
    },
    "sunset": {
        "en": "Version {version} of the Graph API ends on {day}. Update Unisono before that.",
        "de": "Version {version} der Graph API endet am {day}. Bitte Unisono vorher aktualisieren.",
    },
}


def said(word: str, state: ChannelState, field: str | None = None, **facts: object) -> Health:
    """Return a channel's condition with its words in every language. Raises KeyError for a word that is none."""
    texts = {language: text.format(**facts) for language, text in _WORDS[word].items()}
    return Health(state=state, what=texts["en"], field=field, texts=texts)
