"""Who asks on a line's page to be called back: when, and to which words they agreed. It waits in the queue like a call."""

from datetime import timedelta
from typing import Final

from msgspec import Struct

from unisono.calls.call_back import CallBackWish, encode_wish
from unisono.calls.numbers import e164
from unisono.calls.policy import allowed, is_emergency
from unisono.calls.windows import Window
from unisono.contract.inbound import Raw
from unisono.domain.errors import Conflict, Invalid
from unisono.service.calls.do_not_call import number_hash
from unisono.service.calls.line import LineTerms, line_of
from unisono.service.calls.wished_times import Consent, consent_to, keep_wish, windows_of
from unisono.service.channel_context import Outside
from unisono.service.ports import Tx
from unisono.service.ports.channels import ChannelFacts
from unisono.service.text import storable
from unisono.service.words import choose_locale, say

MOST_NOTE_CHARS: Final = 500
MOST_NAME_CHARS: Final = 60
_HOUR: Final = timedelta(hours=1)
#: Wishes of one number, and by one line's page, within an hour.
MOST_OF_NUMBER: Final = 3
MOST_OF_LINE: Final = 120
_CONSENT: Final = "call_back_consent"


class Offer(Struct, frozen=True, kw_only=True):
    """What a page can be asked for: windows of time, soonest first, besides as soon as can be. zone: whose clock they are by."""

    windows: list[Window]
    zone: str
    consent: Consent


class Asked(Struct, frozen=True, kw_only=True):
    """What a visitor asks. id: random, made by their browser; the same twice is one wish.

    version: of the words they agreed to.
    """

    id: str
    number: str
    version: str
    language: str
    name: str = ""
    note: str = ""
    window: Window | None = None


def consent_of(line: LineTerms, language: str) -> Consent:
    """Return what the page of a line says before somebody leaves their number: the line's own words, else the house's."""
    locale = choose_locale(language)
    return consent_to(line.texts.get(_CONSENT) or say(locale, f"call-{_CONSENT}", {}) or "", language)


async def takes_wishes(tx: Tx, line: LineTerms) -> bool:
    """Return whether a line's page may be asked for a call-back; by itself where some line of the house can call outside."""
    return line.call_backs == "on" or (line.call_backs == "auto" and bool(await _prefixes(tx)))


async def offer_of(outside: Outside, channel: ChannelFacts, language: str) -> Offer:
    """Return what the page of a line offers now. Raises Conflict where it offers no call-backs."""
    line = line_of(channel.config)
    async with outside.db.read() as tx:
        if not await takes_wishes(tx, line):
            raise _none()
        windows, zone = await windows_of(tx, channel)
    return Offer(windows=windows, zone=zone, consent=consent_of(line, language))


async def ask_call_back(outside: Outside, channel: ChannelFacts, asked: Asked) -> None:
    """Take a wish in: it is stored for good when this returns. Told twice it counts once.

    Raises Invalid for what is no number; Conflict when the time is over, the words have changed, the number cannot be called
    from here, or it was asked for too often. Nothing is kept then.
    """
    line = line_of(channel.config)
    number = e164(asked.number, line.region)
    if number is None or is_emergency(asked.number, line.region):
        raise Invalid("This is no phone number that can be called.", code="no_number", field="number")
    consent = consent_of(line, asked.language)
    if asked.version != consent.version:
        raise Conflict("The words to agree to have changed. Nothing was kept; read them again.", code="other_consent")
    async with outside.db.write() as tx:
        if not await takes_wishes(tx, line):
            raise _none()
        prefixes = await _prefixes(tx)
        if prefixes and not allowed(number, prefixes):
            raise Conflict("This number cannot be called from here. Nothing was kept.", code="not_called_from_here")
        window = await _still_offered(tx, channel, asked.window) if asked.window is not None else None
        if await tx.call_backs.asked_since(channel.id, tx.now - _HOUR) >= MOST_OF_LINE or not await tx.calls.count_from(
            number_hash(f"wish:{number}"), tx.now - _HOUR, MOST_OF_NUMBER
        ):
            raise Conflict("That was asked for very often within the hour. Nothing was kept; try later.", code="too_many_wishes")
        wish = CallBackWish(
            id=asked.id, number=number, at=tx.now, name=storable(asked.name).strip()[:MOST_NAME_CHARS],
            note=storable(asked.note).strip()[:MOST_NOTE_CHARS], language=asked.language,
        )  # fmt: skip
        await tx.inbox.put(
            channel.id, [Raw(ingest_key=wish.remote_id, body=encode_wish(wish), received_at=tx.now)], outside.raw_kept_s
        )
        await keep_wish(tx, channel.id, wish.remote_id, "page", consent, window)


async def _still_offered(tx: Tx, channel: ChannelFacts, asked: Window) -> Window:
    """Return what is left of a window that a page offered a while ago. Raises Conflict."""
    found = next((one for one in (await windows_of(tx, channel))[0] if one.ends_at == asked.ends_at), None)
    if found is None:
        raise Conflict("This time is not offered any more. Nothing was kept; choose another.", code="window_gone")
    return found


async def _prefixes(tx: Tx) -> list[str]:
    """Return the prefixes that lines of the house may call."""
    dialling = [one for one in await tx.telephones.lines() if one.powers is not None and one.powers.calls_out]
    return [prefix for one in dialling for prefix in line_of(one.config).dial_prefixes]


def _none() -> Conflict:
    return Conflict("Call-backs cannot be asked for here.", code="no_call_backs")
