"""The lines that visitors can call from a page: channels of telephone whose driver this is, by the address that they name."""

import re
from typing import Any, Final

from msgspec.structs import replace

from unisono.service.calls.line import line_of
from unisono.service.calls.wishes import takes_wishes
from unisono.service.ports import Database
from unisono.voice.webrtc.board import DRIVER
from unisono.voice.webrtc.look import LineLook

_COLOUR: Final = re.compile(r"#[0-9a-fA-F]{6}")
_PLAIN: Final = LineLook(title="")


async def look_of(db: Database, address: str) -> LineLook | None:
    """Return how a line's page looks; None when no line has this address, or it is paused."""
    async with db.read() as tx:
        found = await tx.calls.line(DRIVER, address)
        if found is None or found[1] == "paused":
            return None
        channel = await tx.channels.facts(found[0])
        calls_back = channel is not None and await takes_wishes(tx, line_of(channel.config))
    if channel is None:
        return None
    return replace(look_from(channel.name, channel.config), calls_back=calls_back)


def look_from(name: str, config: dict[str, Any]) -> LineLook:
    """Return a look from a line's settings; what cannot be used is as if it were not set."""
    colour, privacy = str(config.get("colour") or ""), str(config.get("privacy_url") or "")
    return LineLook(
        title=str(config.get("title") or name),
        colour=colour if _COLOUR.fullmatch(colour) else _PLAIN.colour,
        language=_one_of(config.get("page_language"), ("auto", "de", "en")),
        theme=_one_of(config.get("theme"), ("auto", "light", "dark")),
        privacy_url=privacy if privacy.startswith(("https://", "http://")) else "",
        origins=frozenset(word.lower().rstrip("/") for word in str(config.get("allowed_origins") or "").split()),
    )


def _one_of(value: object, known: tuple[str, ...]) -> str:
    return str(value) if value in known else known[0]
