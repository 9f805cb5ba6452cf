"""Whoever does not want to be called: the list, and the few reasons for which somebody on it is called all the same.

The list keeps a hash of each number, and of what people read its country and last two digits: it tells nothing of anybody, and
so it may outlive the erasure of the person.
"""

import hashlib
from datetime import datetime
from enum import StrEnum
from typing import Final
from uuid import UUID

import phonenumbers
from msgspec import Struct

from unisono.calls.numbers import e164
from unisono.domain.errors import Forbidden, Invalid, NotFound
from unisono.service.access import Access
from unisono.service.instant import Instant, instant
from unisono.service.page import Page, paged, parse_place, place
from unisono.service.ports import Database, Tx
from unisono.service.ports.telephones import Refusal


class Why(StrEnum):
    """Why a number is on the list: they said so, they complained, or a public register names them."""

    ASKED = "asked"
    COMPLAINT = "complaint"
    REGISTER = "register"


class Despite(StrEnum):
    """Why somebody on the list is called: they asked for this call, a contract needs it, or somebody's safety does."""

    WISHED = "wished"
    CONTRACT = "contract"
    SAFETY = "safety"


class RefusalView(Struct, frozen=True, kw_only=True):
    """A number that is not called. id: names the entry. shown: country and last two digits. added_by: a colleague's name."""

    id: str
    shown: str
    why: str
    at: Instant
    added_by: str | None


#: Who is allowed to have somebody called who is on the list.
MAY_OVERRIDE: Final = "work.supervise"
_ID_CHARS: Final = 64


def number_hash(number: str) -> bytes:
    """Return what stands in the list for a number."""
    return hashlib.sha256(number.encode()).digest()


def masked(number: str) -> str:
    """Return what people may read of a number in the list: `+49 … 67`."""
    parsed = phonenumbers.parse(number, None)
    return f"+{parsed.country_code} … {number[-2:]}"


async def refuse_calls(db: Database, access: Access, number: str, region: str, why: Why) -> None:
    """Put a number on the list; whoever answers customers may do so, for a customer may say it to anybody. Raises Invalid."""
    access.require("work.answer")
    known = _known(number, region)
    async with db.write() as tx:
        await tx.telephones.refuse(number_hash(known), access.user_id, shown=masked(known), why=why.value)
        await _told(tx, access, number_hash(known), on=True, why=why.value)


async def allow_calls(db: Database, access: Access, entry: str) -> None:
    """Take an entry off the list, by its id; one that is not there stays off. Raises Forbidden, NotFound for what is no id."""
    access.require("agent.manage")
    async with db.write() as tx:
        if await tx.telephones.allow(_hash_of(entry)):
            await _told(tx, access, _hash_of(entry), on=False)


async def allow_number(db: Database, access: Access, number: str, region: str) -> None:
    """Take a number off the list as people type it. Raises Forbidden, Invalid."""
    access.require("agent.manage")
    await allow_calls(db, access, number_hash(_known(number, region)).hex())


async def refusals(
    db: Database, access: Access, number: str, region: str, after: str | None, limit: int
) -> Page[RefusalView]:  # fmt: skip
    """Return the list, the newest first; with a number only its entry, if there is one. Raises Forbidden, Invalid."""
    access.require("agent.manage")
    only = number_hash(_known(number, region)) if number.strip() else None
    behind = parse_place(after, tuple[datetime, str]) if after else None
    async with db.read() as tx:
        found = await tx.telephones.refusals((behind[0], _hash_of(behind[1])) if behind else None, only, limit + 1)
    rows, more = paged(found, limit)
    return Page(items=[_view(row) for row in rows], next=place(rows[-1].at, rows[-1].number_hash.hex()) if more else None)


async def excused(
    tx: Tx, access: Access, number: str, *, access_class: int, despite: Despite | None, work_id: UUID | None = None
) -> Despite | None:
    """Return why a number on the list may be called now, or None for one that may not be.

    Work whose customer asked for this very call, after they were put on the list, needs nobody's leave. Raises Forbidden when
    a reason is given by somebody who may not decide it.
    """
    since = await tx.telephones.refused_at(number_hash(number))
    if since is None:
        return None
    asked = await tx.telephones.asked_for_call(work_id) if work_id is not None else None
    if asked is not None and asked > since:
        return Despite.WISHED
    if despite is not None and not access.sees(access_class, None, MAY_OVERRIDE):
        raise Forbidden(
            "This person does not want to be called. Nothing was dialled; a supervisor can decide otherwise.",
            code="override_not_yours",
        )
    return despite


def _view(row: Refusal) -> RefusalView:
    return RefusalView(id=row.number_hash.hex(), shown=row.shown, why=row.why, at=instant(row.at), added_by=row.added_by)


def _known(number: str, region: str) -> str:
    known = e164(number, region or "DE")
    if known is None:
        raise Invalid("This is no phone number.", code="no_number", field="number")
    return known


def _hash_of(entry: str) -> bytes:
    try:
        found = bytes.fromhex(entry)
    except ValueError:
        found = b""
    if len(entry) != _ID_CHARS or not found:
        raise NotFound("This entry does not exist in the list.")
    return found


async def _told(tx: Tx, access: Access, number: bytes, *, on: bool, why: str = "") -> None:
    facts = {"on": on, **({"why": why} if why else {})}
    await tx.privacy.audit(access.user_id, "do_not_call.changed", "number", number.hex()[:16], facts)
