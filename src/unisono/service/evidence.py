"""Evidence of what was reported to a network: the text and its files as they were, sealed, for the role that opens the archive.

Of all copies it alone outlives the item (DESIGN, law 7): it is kept to prove what was reported, for the days that the house has
set; no desk, search or report reads it, and whoever opens it gives a reason that is written down.
"""

import base64
from datetime import timedelta
from typing import Final
from uuid import UUID

import msgspec
from msgspec import Struct

from unisono.domain.errors import Invalid, NotFound
from unisono.service.access import Access
from unisono.service.channel_context import Outside
from unisono.service.instant import Instant
from unisono.service.page import Page, paged, parse_place, place
from unisono.service.ports import Database
from unisono.service.ports.privacy import Cipher, ToErase
from unisono.service.seal import append
from unisono.service.settings import read_settings

CLASS: Final = "evidence"
GROUND: Final = "report to the network"
MAX_FILE_BYTES: Final = 8_000_000
MIN_REASON_CHARS: Final = 10
DAYS: Final = "moderation.evidence_days"


class EvidenceFile(Struct, frozen=True, kw_only=True):
    """A file as it was; content is empty for one that was too large to keep."""

    name: str
    media_type: str
    size_bytes: int
    content: str


class Evidence(ToErase, frozen=True, kw_only=True):
    """A message as it was, with its files, and why it was reported."""

    author: str = ""
    url: str = ""
    reason: str = ""
    files: tuple[EvidenceFile, ...] = ()


class EvidenceRow(Struct, frozen=True, kw_only=True):
    """A report without its content. number: its entry in the archive."""

    number: int
    message_id: UUID
    user_id: UUID
    at: Instant
    retain_until: Instant


async def is_reported(db: Database, message_id: UUID) -> bool:
    """Tell whether a message was reported before; a network is told once."""
    async with db.read() as tx:
        return await tx.evidence.is_reported(message_id)


async def gather(outside: Outside, message_id: UUID) -> Evidence:
    """Return a message with its files as they are now. Raises NotFound."""
    async with outside.db.read() as tx:
        found = await tx.privacy.to_erase([message_id])
        where = await tx.comments.place(message_id)
        attachments = await tx.talk.attachments_of(message_id)
        shown = await tx.reading.messages_by_id([message_id])
    if not found or where is None or not shown:
        raise NotFound("This message does not exist, or is not yours to see.")
    files = []
    for attachment in attachments:
        small = (attachment.size_bytes or 0) <= MAX_FILE_BYTES
        content = await outside.files.read(attachment.id) if small else b""
        files.append(
            EvidenceFile(
                name=attachment.name, media_type=attachment.media_type, size_bytes=attachment.size_bytes or len(content),
                content=base64.b64encode(content).decode(),
            )
        )  # fmt: skip
    author = f"{where.author_name} {where.author_handle} ({where.author_id})".strip()
    return Evidence(**msgspec.structs.asdict(found[0]), author=author, url=shown[0].url, files=tuple(files))


async def keep(outside: Outside, access: Access, evidence: Evidence, reason: str) -> int:
    """Seal what was reported, with why; returns its number in the archive."""
    content = msgspec.json.encode(msgspec.structs.replace(evidence, reason=reason))
    async with outside.db.write() as tx:
        until = tx.now + timedelta(days=int((await read_settings(tx))[DAYS]))
        number = await append(tx, outside.cipher, evidence.message_id, CLASS, GROUND, until, content)
        await tx.evidence.add(evidence.message_id, number, access.user_id)
        await tx.privacy.audit(
            access.user_id, "message.reported", "message", str(evidence.message_id), {"reason": reason, "evidence": number}
        )
    return number


async def evidence_page(db: Database, access: Access, after: str | None, limit: int) -> Page[EvidenceRow]:
    """Return what was reported, the newest first, without content. Raises Forbidden."""
    access.require("archive.open")
    before: int | None = parse_place(after, tuple[int])[0] if after else None
    async with db.read() as tx:
        rows, more = paged(await tx.evidence.page(before, limit + 1), limit)
    return Page(items=rows, next=place(rows[-1].number) if more else None)


async def open_evidence(db: Database, cipher: Cipher, access: Access, number: int, reason: str) -> Evidence:
    """Return what was reported as it was, to who may open the archive, with a reason that is written down.

    Raises Forbidden, Invalid, NotFound.
    """
    access.require("archive.open")
    if len(reason.strip()) < MIN_REASON_CHARS:
        raise Invalid("Opening the archive needs a reason of at least ten characters; it is written down.", field="reason")
    async with db.write() as tx:
        item = await tx.privacy.sealed_item(number)
        if item is None or item.text_class != CLASS:
            raise NotFound("There is no evidence under this number.")
        await tx.privacy.audit(access.user_id, "archive.opened", "sealed_item", str(number), {"reason": reason.strip()})
    return msgspec.json.decode(cipher.open(item.sealed, item.message_id.bytes), type=Evidence)
