"""Identifiers: UUIDv7 everywhere, one distinct type per noun.

A UUIDv7 (RFC 9562, section 5.7) begins with the millisecond of its making, so new rows land at the end of an
index and ids sort by age.
"""

import os
import time
from datetime import UTC, datetime
from typing import NewType
from uuid import UUID

UserId = NewType("UserId", UUID)
ChannelId = NewType("ChannelId", UUID)
CustomerId = NewType("CustomerId", UUID)
IdentityId = NewType("IdentityId", UUID)
ConversationId = NewType("ConversationId", UUID)
MessageId = NewType("MessageId", UUID)
InteractionId = NewType("InteractionId", UUID)
CaseId = NewType("CaseId", UUID)
QueueId = NewType("QueueId", UUID)
SkillId = NewType("SkillId", UUID)
OfferId = NewType("OfferId", UUID)
AttachmentId = NewType("AttachmentId", UUID)
WrapUpCodeId = NewType("WrapUpCodeId", UUID)


def uuid7_at(unix_ms: int, entropy: bytes) -> UUID:
    """Return the UUIDv7 for a millisecond since 1970 and ten bytes of entropy; the same arguments give the same id.

    Raises ValueError when the time does not fit 48 bits or the entropy is not ten bytes long.
    Source: RFC 9562, section 5.7.
    """
    if not 0 <= unix_ms < 1 << 48:
        raise ValueError(f"unix_ms must fit 48 bits, got {unix_ms}")
    if len(entropy) != 10:
        raise ValueError(f"a UUIDv7 takes 10 bytes of entropy, got {len(entropy)}")
    tail = int.from_bytes(entropy, "big")
    rand_a = tail >> 68
    rand_b = tail & ((1 << 62) - 1)
    return UUID(int=unix_ms << 80 | 0x7 << 76 | (rand_a & 0xFFF) << 64 | 0b10 << 62 | rand_b)


def new_id() -> UUID:
    """Mint a UUIDv7 for this moment."""
    return uuid7_at(time.time_ns() // 1_000_000, os.urandom(10))


def new_ids(count: int) -> list[UUID]:
    """Mint as many UUIDv7 for this moment; the system is asked for chance once."""
    moment, entropy = time.time_ns() // 1_000_000, os.urandom(10 * count)
    return [uuid7_at(moment, entropy[at : at + 10]) for at in range(0, 10 * count, 10)]


def minted_at(value: UUID) -> datetime:
    """Return the moment (UTC, milliseconds) that a UUIDv7 carries.

    Raises ValueError for a UUID of another version.
    """
    if value.version != 7:
        raise ValueError(f"{value} is a UUID version {value.version}, not 7: it carries no time")
    return datetime.fromtimestamp((value.int >> 80) / 1000, UTC)
