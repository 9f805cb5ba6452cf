"""What is wrong, and what to do, in the house's languages; the texts stand in `words.toml`."""

import tomllib
from pathlib import Path
from typing import Final

from unisono.contract import Health
from unisono.domain.words import ChannelState

_TEXTS: Final[dict[str, dict[str, str]]] = tomllib.loads((Path(__file__).parent / "words.toml").read_text(encoding="utf-8"))


def health(state: ChannelState, key: str, field: str | None = None, **facts: object) -> Health:
    """Return what is wrong. `field`: the setting at fault."""
    texts = {language: words.format(**facts) for language, words in _TEXTS[key].items()}
    return Health(state=state, what=texts["en"], field=field, texts=texts)


def text(key: str, **facts: object) -> str:
    """Return a text for the agent whose answer was not sent."""
    return _TEXTS[key]["en"].format(**facts)


def in_both(key: str) -> str:
    """Return a text in both languages, for a reader of whom nobody knows which they speak."""
    return " / ".join(_TEXTS[key][language] for language in ("de", "en"))
