"""The customers' mailboxes as a page: where a visitor sees the company's mails arrive."""

import html
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Final

from msgspec import Struct

STATIC: Final = Path(__file__).with_name("static")
SHOWN: Final = 100
_TEXTS: Final = {
    "de": {
        "title": "Postfächer der Kundschaft",
        "lead": "Hier kommt an, was das Unternehmen per Mail antwortet.",
        "empty": "Noch keine Antwort. Sobald jemand eine Mail beantwortet, liegt sie hier.",
        "to": "an {name}",
        "files": "{count} Anhang",
        "live": "Neue Mails erscheinen von selbst.",
    },
    "en": {
        "title": "Customers’ mailboxes",
        "lead": "What the company answers by mail arrives here.",
        "empty": "No answer yet. As soon as somebody answers a mail, it lies here.",
        "to": "to {name}",
        "files": "{count} attachment",
        "live": "New mails appear by themselves.",
    },
}


class Arrived(Struct, frozen=True, kw_only=True):
    """A mail that lies in a customer's mailbox. `files`: how many came along."""

    key: str
    sender: str
    recipient: str
    subject: str
    text: str
    at: datetime
    files: int = 0


def mailbox_page(mails: Sequence[Arrived], locale: str) -> str:
    """Return the page, newest mail first."""
    texts = _TEXTS.get(locale, _TEXTS["en"])
    return (
        f'<!doctype html>\n<html lang="{locale}">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n<meta name="color-scheme" content="light dark">\n'
        f"<title>{html.escape(texts['title'])}</title>\n"
        '<link rel="stylesheet" href="/demo/static/mailbox.css">\n<script src="/demo/static/mailbox.js" defer></script>\n'
        f"</head>\n<body>\n<header><h1>{html.escape(texts['title'])}</h1>\n<p>{html.escape(texts['lead'])}</p></header>\n"
        f'<main id="mails" aria-live="polite" aria-label="{html.escape(texts["title"])}">\n{mailbox_list(mails, locale)}</main>\n'
        f"<footer><p>{html.escape(texts['live'])}</p></footer>\n</body>\n</html>\n"
    )


def mailbox_list(mails: Sequence[Arrived], locale: str) -> str:
    """Return the mails alone, for the page's script to put in."""
    texts = _TEXTS.get(locale, _TEXTS["en"])
    if not mails:
        return f'<p class="empty">{html.escape(texts["empty"])}</p>\n'
    return "".join(_mail(mail, texts) for mail in mails[:SHOWN])


def _mail(mail: Arrived, texts: dict[str, str]) -> str:
    files = f' <span class="files">{texts["files"].format(count=mail.files)}</span>' if mail.files else ""
    return (
        f'<article data-key="{html.escape(mail.key)}">\n<h2>{html.escape(mail.subject) or "…"}</h2>\n'
        f'<p class="who"><span>{html.escape(mail.sender)}</span> '
        f"<span>{html.escape(texts['to'].format(name=mail.recipient))}</span> "
        f'<time datetime="{mail.at.isoformat()}">{mail.at:%d.%m. %H:%M}</time>{files}</p>\n'
        f'<div class="text">{html.escape(mail.text)}</div>\n</article>\n'
    )
