"""The audit as it is looked through, and how one sees that nobody changed it.

Every look is written down itself. The log is sealed in pieces of what is older than ten minutes: each seal is a hash over the
entries and over the seal before. What colleagues wrote in their own words is left out of the hash: it goes with an erasure.
"""

import csv
import hashlib
import io
from collections.abc import AsyncIterator, Sequence
from datetime import timedelta
from typing import Any, Final
from uuid import UUID

import msgspec
from msgspec import Struct

from unisono.domain.errors import Invalid
from unisono.service.access import Access
from unisono.service.ports import Database
from unisono.service.ports.administration import AuditFilter, AuditSeal
from unisono.service.ports.people import AuditEntry

#: No transaction is open for so long: what commits later sorts behind the seal.
SETTLED: Final = timedelta(minutes=10)
PIECE: Final = 1_000
PAGE: Final = 500
FIRST: Final = bytes(32)
#: What `forget_words` may take out of an entry's body.
_WORDS: Final = frozenset({"words", "reason"})


class AuditCheck(Struct, frozen=True, kw_only=True):
    """What a walk over the seals found: how many entries fit, and the number of the first seal that does not, if one does not."""

    seals: int
    entries: int
    broken_seal: int | None


async def look_through(db: Database, access: Access, wanted: AuditFilter, before: UUID | None, limit: int) -> list[AuditEntry]:
    """Return entries, newest first. The first page of a look is written down."""
    if before is None:
        await _looked(db, access, "audit.read", wanted)
    async with db.read() as tx:
        return await tx.admin.audit(wanted, before, limit)


async def export_csv(db: Database, access: Access, wanted: AuditFilter) -> AsyncIterator[bytes]:
    """Yield the entries as CSV (RFC 4180), newest first; the export is written down."""
    await _looked(db, access, "audit.exported", wanted)
    yield _csv([("id", "at", "actor_id", "action", "subject_kind", "subject_id", "body")])
    before: UUID | None = None
    while True:
        async with db.read() as tx:
            found = await tx.admin.audit(wanted, before, PAGE)
        if not found:
            return
        before = found[-1].id
        yield _csv([_row(entry) for entry in found])


def _row(entry: AuditEntry) -> Sequence[Any]:
    body = msgspec.json.encode(entry.body).decode()
    return entry.id, entry.at.isoformat(), entry.actor_id or "", entry.action, entry.subject_kind, entry.subject_id, body


async def _looked(db: Database, access: Access, action: str, wanted: AuditFilter) -> None:
    facts = {name: str(value) for name, value in msgspec.structs.asdict(wanted).items() if value is not None}
    async with db.write() as tx:
        await tx.privacy.audit(access.user_id, action, "audit", "log", facts)


def _csv(rows: Sequence[Sequence[Any]]) -> bytes:
    out = io.StringIO()
    writer = csv.writer(out)
    for row in rows:
        # A cell that begins like a formula would be one in a table calculation.
        writer.writerow([f"'{cell}" if str(cell)[:1] in ("=", "+", "-", "@") else cell for cell in row])
    return out.getvalue().encode()


def entry_hash(entry: AuditEntry) -> bytes:
    """Return the hash of an entry, without people's own words."""
    kept = {name: value for name, value in sorted(entry.body.items()) if name not in _WORDS}
    parts = (
        entry.id.bytes, entry.at.isoformat().encode(), entry.actor_id.bytes if entry.actor_id else b"", entry.action.encode(),
        entry.subject_kind.encode(), entry.subject_id.encode(), msgspec.json.encode(kept, order="sorted"),
    )  # fmt: skip
    digest = hashlib.sha256()
    for part in parts:
        digest.update(len(part).to_bytes(8, "big") + part)
    return digest.digest()


def seal_hash(previous: bytes, entries: Sequence[AuditEntry]) -> bytes:
    """Return the hash of a piece."""
    digest = hashlib.sha256(previous)
    for entry in entries:
        digest.update(entry_hash(entry))
    return digest.digest()


async def seal_audit(db: Database) -> int:
    """Seal what has settled and is not sealed yet, a piece; returns how many entries."""
    async with db.write() as tx:
        last = await tx.admin.last_seal()
        entries = await tx.admin.audit_between(last.to_id if last else None, None, tx.now - SETTLED, PIECE)
        if not entries:
            return 0
        previous = last.hash if last else FIRST
        await tx.admin.add_seal(
            AuditSeal(
                number=last.number + 1 if last else 1, from_id=last.to_id if last else None, to_id=entries[-1].id,
                entries=len(entries), sealed_at=tx.now, previous_hash=previous, hash=seal_hash(previous, entries),
            )
        )  # fmt: skip
    return len(entries)


async def check_audit(db: Database) -> AuditCheck:
    """Walk over all seals and compare them with what stands there."""
    previous, number, entries = FIRST, 0, 0
    async with db.read() as tx:
        for first in await tx.admin.seals(0, 1):
            # What has outlived its time is gone, with its seals: the walk begins at the oldest that is left.
            previous, number = first.previous_hash, first.number - 1
    while True:
        async with db.read() as tx:
            seals = await tx.admin.seals(number, PAGE)
            for seal in seals:
                found = await tx.admin.audit_between(seal.from_id, seal.to_id, None, PIECE + 1)
                fits = seal.number == number + 1 and seal.previous_hash == previous and len(found) == seal.entries
                if not fits or seal.hash != seal_hash(previous, found):
                    return AuditCheck(seals=number, entries=entries, broken_seal=number + 1)
                previous, number, entries = seal.hash, seal.number, entries + len(found)
        if not seals:
            return AuditCheck(seals=number, entries=entries, broken_seal=None)


def checked_filter(wanted: AuditFilter) -> AuditFilter:
    """Return it. Raises Invalid when it ends before it begins."""
    if wanted.since is not None and wanted.until is not None and wanted.until <= wanted.since:
        raise Invalid("The time ends before it begins.", code="bad_span", field="until")
    return wanted
