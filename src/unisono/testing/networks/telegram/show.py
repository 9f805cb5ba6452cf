"""A page for people: the bot's chats, in which an answer can be seen to arrive. It looks again by itself, and loads nothing."""

from collections.abc import Sequence
from html import escape
from typing import Any, Final

HEADERS: Final = {
    "content-type": "text/html; charset=utf-8", "cache-control": "no-store", "x-content-type-options": "nosniff",
    "content-security-policy": "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'self' http://127.0.0.1:* http://localhost:*",
}  # fmt: skip
_STYLE: Final = """
:root { color-scheme: light dark; --line: #8885; --soft: #8882; --us: #0b636022; }
html { background: light-dark(#fff, #131516); color: light-dark(#1b1d1e, #efece6); }
body { font: 16px/1.5 system-ui, sans-serif; margin: 0 auto; max-width: 44rem; padding: 1rem; }
section { border: 1px solid var(--line); border-radius: .75rem; margin: 1rem 0; padding: 1rem; } h2 { margin: 0 0 .4rem; }
.said { background: var(--soft); border-radius: .6rem; margin: .4rem 20% .4rem 0; padding: .4rem .7rem; }
.ours { background: var(--us); margin: .4rem 0 .4rem 20%; } p { margin: .2rem 0; overflow-wrap: anywhere; white-space: pre-wrap; }
.small { font-size: .85rem; }
"""


def page_of(me: dict[str, Any], chats: Sequence[Sequence[dict[str, Any]]]) -> str:
    """Return the page of a bot."""
    body = "".join(_chat(chat, me["id"]) for chat in chats) or "<p>Nobody has written yet.</p>"
    title = escape(str(me["first_name"]))
    return (
        "<!DOCTYPE html><html lang='en'><meta charset='utf-8'><meta name='viewport' content='width=device-width'>"
        f"<meta http-equiv='refresh' content='3'><title>{title}</title><style>{_STYLE}</style>"
        f"<main><h1>{title} <span class='small'>@{escape(str(me['username']))}</span></h1>{body}</main></html>"
    )


def _chat(chat: Sequence[dict[str, Any]], us: int) -> str:
    place = chat[0]["chat"]
    name = str(place.get("title") or place.get("first_name") or place["id"])
    group = place["type"] != "private"
    return f"<section><h2>{escape(name)}</h2>{''.join(_said(message, us, named=group) for message in chat)}</section>"


def _said(message: dict[str, Any], us: int, *, named: bool) -> str:
    ours = message["from"]["id"] == us
    who = f"<p class='small'>{escape(str(message['from']['first_name']))}</p>" if named and not ours else ""
    file = next((kind for kind in ("photo", "document") if kind in message), "")
    words = escape(str(message.get("text") or message.get("caption") or ""))
    note = f"<p class='small'>[{file}]</p>" if file else ""
    return f"<div class='said{' ours' if ours else ''}'>{who}<p>{words}</p>{note}</div>"
