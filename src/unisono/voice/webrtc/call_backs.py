"""What a line's page asks for a visitor who would rather be called back: the times to choose from, and the wish itself."""

import re
from datetime import datetime
from typing import Final

from msgspec import Struct

from unisono.calls.windows import Window
from unisono.domain.errors import NotFound
from unisono.service.calls.hear import take_in
from unisono.service.calls.wishes import Asked, ask_call_back, offer_of
from unisono.service.channel_context import Outside
from unisono.service.ports.channels import ChannelFacts
from unisono.voice.webrtc.board import DRIVER

#: Wishes of one network.
WISHES: Final = (6.0, 3_600.0)
_WORD: Final = re.compile(r"[0-9a-f]{32,64}")


class Wish(Struct, frozen=True, kw_only=True):
    """A visitor's wish. word: random, made by the browser. until: the end of the window chosen; none: as soon as can be."""

    word: str
    number: str
    consent: str
    language: str = "en"
    name: str = ""
    note: str = ""
    until: datetime | None = None


class OfferView(Struct, frozen=True, kw_only=True):
    """What the page shows. zone: by whose clock the windows are."""

    windows: list[Window]
    zone: str
    consent: str
    version: str


async def offer(outside: Outside, line: str, language: str) -> OfferView:
    """Return what can be chosen. Raises NotFound, Conflict."""
    found = await offer_of(outside, await _channel(outside, line), _known(language))
    return OfferView(windows=found.windows, zone=found.zone, consent=found.consent.text, version=found.consent.version)


async def ask(outside: Outside, line: str, wish: Wish) -> bool:
    """Take a wish in; False for what no page of ours sends. Raises NotFound, Invalid, Conflict."""
    if not _WORD.fullmatch(wish.word) or len(wish.number) > 40 or (wish.until is not None and wish.until.tzinfo is None):
        return False
    channel = await _channel(outside, line)
    window = Window(starts_at=wish.until, ends_at=wish.until) if wish.until is not None else None
    asked = Asked(
        id=wish.word, number=wish.number, version=wish.consent, language=_known(wish.language), name=wish.name, note=wish.note,
        window=window,
    )  # fmt: skip
    await ask_call_back(outside, channel, asked)
    await take_in(outside, channel.id)
    return True


async def _channel(outside: Outside, line: str) -> ChannelFacts:
    async with outside.db.read() as tx:
        found = await tx.calls.line(DRIVER, line)
        channel = await tx.channels.facts(found[0]) if found is not None and found[1] != "paused" else None
    if channel is None:
        raise NotFound("There is no line at this address.", code="no_line")
    return channel


def _known(language: str) -> str:
    return language[:2] if language[:2] in ("de", "en") else "en"
