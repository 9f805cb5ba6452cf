"""What stands below an answer: the channel's own signature, else its brand's; by itself below mails alone."""

from typing import Final
from uuid import UUID

from msgspec import Struct

from unisono.domain.errors import Invalid, NotFound
from unisono.service.access import Access
from unisono.service.placeholders import OF_THE_HOUSE, check_variables, fill
from unisono.service.ports import Database, NewEvent, Tx
from unisono.service.text import storable

MAX_CHARS: Final = 5_000


class SignatureView(Struct, frozen=True, kw_only=True):
    """What the composer shows. on: it stands below an answer unless it is switched off there."""

    text: str = ""
    on: bool = False


class ChannelSignature(Struct, frozen=True, kw_only=True):
    """What is set for a channel. text: its own, null for its brand's; signs: null as usual, below mails only."""

    text: str | None = None
    signs: bool | None = None


class BrandSignature(Struct, frozen=True, kw_only=True):
    """What is set for a brand."""

    brand_id: UUID
    name: str
    text: str


async def signature_for(tx: Tx, channel_id: UUID, user_id: UUID) -> str:
    """Return the text below an answer of a person on a channel, filled in; empty when there is none."""
    found = await tx.canned.signature(channel_id)
    if not found.text:
        return ""
    text, _ = fill(found.text, await tx.canned.values_of_channel(channel_id, user_id))
    return text


async def signature_view(tx: Tx, channel_id: UUID, user_id: UUID) -> SignatureView:
    """Return what the composer shows below the text."""
    found = await tx.canned.signature(channel_id)
    return SignatureView(text=await signature_for(tx, channel_id, user_id), on=found.on and bool(found.text))


async def channel_signature(db: Database, access: Access, channel_id: UUID) -> ChannelSignature:
    """Return what is set for a channel. Raises NotFound."""
    async with db.read() as tx:
        facts = await tx.channels.facts(channel_id)
        if facts is None or not access.sees(facts.access_class, None, "channel.read"):
            raise NotFound("This channel does not exist or is archived.")
        text, signs = await tx.canned.own_signature(channel_id)
    return ChannelSignature(text=text, signs=signs)


async def set_channel_signature(db: Database, access: Access, channel_id: UUID, wanted: ChannelSignature) -> None:
    """Set a channel's signature. Raises NotFound, Invalid for a variable that there is not."""
    text = _checked(wanted.text) if wanted.text is not None else None
    async with db.write() as tx:
        if await tx.channels.facts(channel_id) is None:
            raise NotFound("This channel does not exist or is archived.")
        await tx.canned.set_signature(channel_id, text or None, signs=wanted.signs)
        await tx.privacy.audit(access.user_id, "channel.signature_set", "channel", str(channel_id), {})
        tx.emit(NewEvent(type="channel.changed", actor_id=access.user_id, channel_id=channel_id))


async def set_brand_signature(db: Database, access: Access, brand_id: UUID, text: str) -> None:
    """Set a brand's signature. Raises NotFound, Invalid for a variable that there is not."""
    clean = _checked(text)
    async with db.write() as tx:
        if not await tx.canned.set_brand_signature(brand_id, clean):
            raise NotFound("This brand does not exist.")
        await tx.privacy.audit(access.user_id, "brand.signature_set", "brand", str(brand_id), {})


async def brand_signatures(db: Database) -> list[BrandSignature]:
    """Return every brand's signature."""
    async with db.read() as tx:
        return [BrandSignature(brand_id=i, name=name, text=text) for i, name, text in await tx.canned.brand_signatures()]


def _checked(text: str) -> str:
    clean = storable(text).strip()
    if len(clean) > MAX_CHARS:
        raise Invalid(f"A signature takes {MAX_CHARS} characters.", code="too_long", field="text")
    check_variables(clean, OF_THE_HOUSE)
    return clean
