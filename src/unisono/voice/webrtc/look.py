"""The files that a visitor's browser loads: the script with its settings, look, texts and connection code in one piece.

One piece, because before anybody calls there must be no other request.
"""

import hashlib
import re
from functools import cache
from html import escape
from pathlib import Path
from typing import Final

import msgspec
from msgspec import Struct

_STATIC: Final = Path(__file__).with_name("static")
# Comments that stand alone; the files have no others.
_COMMENT: Final = re.compile(r"^(?://[^\n]*|/\*(?:[^*]|\*(?!/))*\*/)\n|^\n", re.MULTILINE)
_SPACE: Final = re.compile(r"\s*([{};])\s*|(?<=[:,])\s+")


class LineLook(Struct, frozen=True, kw_only=True):
    """How a line's page looks, and on which websites its button may stand.

    language, theme: `auto` follows the page and the device. origins: in the form of an Origin header; `*` stands for all.
    calls_back: visitors may ask to be called back.
    """

    title: str
    colour: str = "#0b6360"
    language: str = "auto"
    theme: str = "auto"
    privacy_url: str = ""
    origins: frozenset[str] = frozenset()
    calls_back: bool = False

    def allows(self, origin: str) -> bool:
        """Tell whether a website, named by its Origin header, may have the button."""
        return "*" in self.origins or origin.lower() in self.origins


def script(line: LineLook) -> bytes:
    """Return the button's script for one line."""
    settings = {
        "title": line.title, "colour": line.colour, "ink": _ink_on(line.colour), "language": line.language, "theme": line.theme,
        "privacy": line.privacy_url, "callBack": line.calls_back,
    }  # fmt: skip
    texts = msgspec.json.decode(_file("texts.json"))
    if line.language in texts:
        texts = {line.language: texts[line.language]}
    text = _without_indent(_file("call.js"))
    link = _without_indent(_file("link.js")).replace("export class", "class")
    text = text.replace('"[[LINK]]";', link)
    for mark, value in (
        ("SETTINGS", settings),
        ("LOOK", _SPACE.sub(r"\1", _without_indent(_file("call.css")))),
        ("TEXTS", texts),
    ):
        text = text.replace(f'"[[{mark}]]"', _javascript(value))
    return text.encode()


def page(line: LineLook, base: str, accept_language: str) -> bytes:
    """Return the line's own page, in its language, or in the first of the browser's that we have."""
    asked = (part.split(";")[0].strip()[:2].lower() for part in accept_language.split(","))
    language = line.language if line.language != "auto" else next((a for a in asked if a in ("de", "en")), "en")
    text = _file("page.html")
    for mark, value in (("title", escape(line.title)), ("language", language), ("base", escape(base))):
        text = text.replace(f"[[{mark}]]", value)
    return text.encode()


def page_style() -> bytes:
    """Return the own page's style sheet."""
    return _file("page.css").encode()


def icon(line: LineLook) -> bytes:
    """Return the page's icon, in the brand's colour."""
    return _file("icon.svg").replace("[[colour]]", line.colour).replace("[[ink]]", _ink_on(line.colour)).encode()


def mark_of(content: bytes) -> str:
    """Return an ETag."""
    return f'"{hashlib.sha256(content).hexdigest()[:24]}"'


def _ink_on(colour: str) -> str:
    """Return black or white, whichever can be read better; it is always 4.5 : 1 or more. Source: WCAG 2.1, contrast ratio."""
    parts = ((place, weight) for place, weight in ((1, 0.2126), (3, 0.7152), (5, 0.0722)))
    luminance = sum(weight * _linear(int(colour[place : place + 2], 16) / 255) for place, weight in parts)
    return "#ffffff" if 1.05 / (luminance + 0.05) >= (luminance + 0.05) / 0.05 else "#000000"


def _linear(channel: float) -> float:
    return channel / 12.92 if channel <= 0.04045 else float(((channel + 0.055) / 1.055) ** 2.4)


@cache
def _file(name: str) -> str:
    return (_STATIC / name).read_text(encoding="utf-8")


def _without_indent(text: str) -> str:
    """Return a script or style sheet without what only its readers need; line ends stay, so nothing changes its meaning."""
    return _COMMENT.sub("", "\n".join(line.strip() for line in text.splitlines()) + "\n")


def _javascript(value: object) -> str:
    """Return a value as a script may contain it, wherever that script is put."""
    text = msgspec.json.encode(value).decode()
    return text.replace("<", "\\u003c").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")
