"""The server's words for people: Fluent files, one folder a language.

German and English are complete. Another folder is another language: what it does not say is said in English.
"""

from collections.abc import Iterator, Mapping
from functools import cache
from importlib import resources
from typing import Any, Final

from fluent.runtime import FluentBundle, FluentResource

FALLBACK: Final = "en"
COMPLETE: Final = ("de", "en")


def languages() -> tuple[str, ...]:
    """Return the languages that the house speaks: German and English first, then what other folders there are."""
    folders = (entry.name for entry in (resources.files("unisono") / "locales").iterdir() if entry.is_dir())
    return (*COMPLETE, *sorted(name for name in folders if name not in COMPLETE and name.isascii() and name[:2].isalpha()))


LOCALES: Final = languages()


@cache
def bundle(locale: str) -> FluentBundle:
    """Return the texts of a language. Raises FileNotFoundError for one that the house does not speak."""
    folder = resources.files("unisono") / "locales" / locale
    # Marks around inserted words would end up in JSON and on terminals.
    found = FluentBundle([locale], use_isolating=False)
    for entry in sorted(folder.iterdir(), key=lambda e: e.name):
        if entry.name.endswith(".ftl"):
            found.add_resource(FluentResource(entry.read_text(encoding="utf-8")))
    return found


def say(locale: str, key: str, facts: Mapping[str, Any] | None = None) -> str | None:
    """Return a text in a language, with its facts filled in; None when there is none, or a fact is missing."""
    texts = bundle(locale if locale in LOCALES else FALLBACK)
    if not texts.has_message(key):
        return say(FALLBACK, key, facts) if locale in LOCALES and locale not in COMPLETE else None
    pattern = texts.get_message(key).value
    if pattern is None:
        return None
    plain = {name: value if isinstance(value, int | float | str) else str(value) for name, value in (facts or {}).items()}
    text, errors = texts.format_pattern(pattern, plain)
    return None if errors else str(text)


def choose_locale(accept_language: str) -> str:
    """Return the language of the house that an Accept-Language header likes best. Source: RFC 9110, section 12.5.4."""
    return next(_by_quality(accept_language), FALLBACK)


def _by_quality(header: str) -> Iterator[str]:
    wishes: list[tuple[float, str]] = []
    for part in header.split(","):
        word, _, quality = part.strip().partition(";q=")
        try:
            wishes.append((float(quality) if quality else 1.0, word.split("-")[0].strip().lower()))
        except ValueError:
            continue
    wishes.sort(key=lambda wish: -wish[0])
    return (word for quality, word in wishes if quality > 0 and word in LOCALES)
