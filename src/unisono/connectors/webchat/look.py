"""The files that a browser loads: the script with its settings, look and texts in one piece, and the chat's own page.

One piece, because before anybody writes there must be no other request.
"""

import hashlib
import re
from datetime import datetime
from functools import cache
from html import escape
from pathlib import Path

import msgspec

from unisono.connectors.webchat.hours import open_times
from unisono.connectors.webchat.options import Options
from unisono.connectors.webchat.uploads import MOST_FILES, TYPES

MAX_TEXT = 8_000
_STATIC = Path(__file__).with_name("static")
# Comments that stand alone; the files have no others.
_COMMENT = re.compile(r"^(?://[^\n]*|/\*(?:[^*]|\*(?!/))*\*/)\n|^\n", re.MULTILINE)
# White space that a style sheet's reader needs and a browser does not.
_SPACE = re.compile(r"\s*([{};])\s*|(?<=[:,])\s+")
_WHITE, _BLACK = 1.0, 0.0


def script(options: Options, name: str, now: datetime) -> bytes:
    """Return the chat's script for one channel; `name` is its title if the settings give none."""
    settings = {
        "title": options.title or name, "greeting": options.greeting, "colour": options.colour, "ink": ink_on(options.colour),
        "language": options.language, "theme": options.theme, "wait_s": options.wait_minutes * 60,
        "privacy": options.privacy_url, "remember": options.remember, "max_text": MAX_TEXT, "max_files": MOST_FILES,
        "max_bytes": options.max_file_mb * 1_000_000 if options.files else 0, "types": TYPES,
        "open": [[int(a.timestamp()), int(b.timestamp())] for a, b in open_times(options.spans, options.zone, now)]
        if options.spans else None,
    }  # fmt: skip
    texts = msgspec.json.decode(_file("texts.json"))
    if options.language != "auto":
        texts = {options.language: texts[options.language]}
    text = _without_indent(_file("chat.js"))
    for mark, value in (
        ("SETTINGS", settings),
        ("LOOK", _SPACE.sub(r"\1", _without_indent(_file("chat.css")))),
        ("TEXTS", texts),
    ):
        text = text.replace(f'"[[{mark}]]"', _javascript(value))
    return text.encode()


def page(options: Options, name: str, base: str, accept_language: str) -> bytes:
    """Return the chat's own page, in the settings' language, or in the first of the browser's that we have.

    base: below which address its files lie.
    """
    title = escape(options.title or name)
    asked = (part.split(";")[0].strip()[:2].lower() for part in accept_language.split(","))
    language = options.language if options.language != "auto" else next((a for a in asked if a in ("de", "en")), "en")
    text = _file("page.html")
    for mark, value in (("title", title), ("language", language), ("base", escape(base))):
        text = text.replace(f"[[{mark}]]", value)
    return text.encode()


def page_style() -> bytes:
    """Return the own page's style sheet."""
    return _file("page.css").encode()


def icon(options: Options) -> bytes:
    """Return the page's icon, in the brand's colour."""
    return _file("icon.svg").replace("[[colour]]", options.colour).replace("[[ink]]", ink_on(options.colour)).encode()


def mark_of(content: bytes) -> str:
    """Return an ETag."""
    return f'"{hashlib.sha256(content).hexdigest()[:24]}"'


def ink_on(colour: str) -> str:
    """Return black or white, whichever can be read better on a colour; it is always 4.5 : 1 or more.

    Source: WCAG 2.1, definitions of relative luminance and contrast ratio.
    """
    luminance = sum(
        weight * _linear(int(colour[place : place + 2], 16) / 255) for weight, place in ((0.2126, 1), (0.7152, 3), (0.0722, 5))
    )
    on_white = (_WHITE + 0.05) / (luminance + 0.05)
    on_black = (luminance + 0.05) / (_BLACK + 0.05)
    return "#ffffff" if on_white >= on_black else "#000000"


def _linear(channel: float) -> float:
    return channel / 12.92 if channel <= 0.04045 else float(((channel + 0.055) / 1.055) ** 2.4)


@cache
def _file(name: str) -> str:
    return (_STATIC / name).read_text(encoding="utf-8")


def _without_indent(text: str) -> str:
    """Return a script or style sheet without what only its readers need; line ends stay, so nothing changes its meaning."""
    return _COMMENT.sub("", "\n".join(line.strip() for line in text.splitlines()))


def _javascript(value: object) -> str:
    """Return a value as a script may contain it, wherever that script is put."""
    text = msgspec.json.encode(value).decode()
    return text.replace("<", "\\u003c").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")
