"""The sealed archive: what the law keeps although it was erased (German GoBD, HGB section 257).

No desk, search or report reads it. Each entry is encrypted and hashed together with the hash before it, so that a
changed or missing entry shows.
"""

import hashlib
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec
from msgspec import Struct

from unisono.domain.errors import Invalid, NotFound
from unisono.service.access import Access
from unisono.service.ports import Database, Tx
from unisono.service.ports.privacy import Cipher, SealedItem, ToErase

RETENTION_SETTING = "retention.classes"
HOLD_CLASS = "legal_hold"
HOLD_YEARS = 10
_FIRST_HASH = bytes(32)


class RetentionClass(Struct, frozen=True, kw_only=True):
    """A class of messages that must be kept: which media, on what ground, for how many years."""

    media: tuple[str, ...]
    ground: str
    years: int


def class_of(message: ToErase, classes: dict[str, RetentionClass]) -> tuple[str, str, int] | None:
    """Return (class, ground, years) when a message must be kept sealed, None when it may go for good."""
    if message.legal_hold:
        return HOLD_CLASS, message.legal_hold, HOLD_YEARS
    for name, rule in sorted(classes.items()):
        if message.medium in rule.media or message.text_class == name:
            return name, rule.ground, rule.years
    return None


def chain_hash(
    previous: bytes, number: int, message_id: UUID, text_class: str, ground: str, sealed_at: datetime,
    retain_until: datetime, nonce: bytes, ciphertext: bytes,
) -> bytes:  # fmt: skip
    """Return the hash of an entry, over all that it holds and the hash before it."""
    parts = (
        previous, str(number).encode(), message_id.bytes, text_class.encode(), ground.encode(),
        sealed_at.isoformat().encode(), retain_until.isoformat().encode(), nonce, ciphertext,
    )  # fmt: skip
    digest = hashlib.sha256()
    for part in parts:
        digest.update(len(part).to_bytes(8, "big") + part)
    return digest.digest()


async def seal(tx: Tx, cipher: Cipher, messages: Sequence[ToErase]) -> int:
    """Move into the archive what must be kept of these messages; returns how many. Belongs before their erasure."""
    stored: dict[str, Any] = await tx.privacy.setting(RETENTION_SETTING) or {}
    classes = msgspec.convert(stored, dict[str, RetentionClass])
    kept = [(m, rule) for m in messages if m.text and (rule := class_of(m, classes)) is not None]
    for message, (text_class, ground, years) in kept:
        retain_until = message.said_at + timedelta(days=365 * years + years // 4)
        await append(tx, cipher, message.message_id, text_class, ground, retain_until, msgspec.json.encode(message))
    return len(kept)


async def append(
    tx: Tx, cipher: Cipher, message_id: UUID, text_class: str, ground: str, retain_until: datetime, content: bytes
) -> int:
    """Append one entry to the archive and return its number."""
    last = await tx.privacy.last_sealed()
    number, previous = (last.number + 1, last.hash) if last else (1, _FIRST_HASH)
    sealed = cipher.seal(content, message_id.bytes)
    digest = chain_hash(previous, number, message_id, text_class, ground, tx.now, retain_until, sealed.nonce, sealed.ciphertext)
    await tx.privacy.append_sealed(
        SealedItem(
            number=number, message_id=message_id, text_class=text_class, ground=ground, sealed_at=tx.now,
            retain_until=retain_until, sealed=sealed, previous_hash=previous, hash=digest,
        )
    )  # fmt: skip
    return number


async def open_sealed(db: Database, cipher: Cipher, access: Access, number: int, reason: str) -> ToErase:
    """Return a sealed message to who may open the archive, with a reason that is written down.

    Raises Forbidden, Invalid (no reason, changed bytes), NotFound.
    """
    access.require("archive.open")
    if len(reason.strip()) < 10:
        raise Invalid("Opening the archive needs a reason of at least ten characters; it is written down.", field="reason")
    async with db.write() as tx:
        item = await tx.privacy.sealed_item(number)
        if item is None:
            raise NotFound(f"The archive has no entry {number}.")
        await tx.privacy.audit(access.user_id, "archive.opened", "sealed_item", str(number), {"reason": reason.strip()})
    return msgspec.json.decode(cipher.open(item.sealed, item.message_id.bytes), type=ToErase)


async def verify_chain(db: Database) -> int:
    """Walk the archive and return how many entries it has. Raises Invalid naming the first that does not fit."""
    previous, number = _FIRST_HASH, 0
    while True:
        async with db.read() as tx:
            items = await tx.privacy.sealed(number, 500)
        if not items:
            return number
        for item in items:
            expected = chain_hash(
                previous, item.number, item.message_id, item.text_class, item.ground, item.sealed_at, item.retain_until,
                item.sealed.nonce, item.sealed.ciphertext,
            )  # fmt: skip
            if item.number != number + 1 or item.previous_hash != previous or item.hash != expected:
                raise Invalid(
                    f"The sealed archive does not fit from entry {number + 1} on: an entry was changed or is missing. "
                    "Restore it from a backup and ask your auditor.",
                    code="chain_broken",
                )
            previous, number = item.hash, item.number
