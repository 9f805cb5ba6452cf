"""Follow the organisation's directory: read it when it is due, keep who is there, take out who is gone."""

import asyncio
from collections.abc import Iterable
from datetime import timedelta
from typing import Final

import structlog
from msgspec import Struct

from unisono.calls.numbers import e164
from unisono.domain.errors import Conflict, UnisonoError
from unisono.domain.ids import new_id
from unisono.service.channel_context import Outside
from unisono.service.directory.source import MOST_PEOPLE, password_of
from unisono.service.ports.directory import DirectoryPlace, DirectoryReader, Entry, NewPerson, PhoneNumber
from unisono.service.text import sort_key, storable

EVERY_S: Final = 20.0
LEASE: Final = "directory"
LEASE_S: Final = 600.0
RETRY: Final = timedelta(minutes=5)
#: From so many people on, a directory that suddenly has less than half is rather a mistake in its rights than the truth.
MANY: Final = 20
_PIECE: Final = 500
_log = structlog.get_logger("directory")


class DirectoryRead(Struct, frozen=True, kw_only=True):
    """What a reading found: people there, of them new or changed, and how many are gone."""

    people: int
    changed: int
    gone: int


async def follow_directory(outside: Outside, reader: DirectoryReader, node: str) -> None:
    """Read the directory whenever it is due, until cancelled. Of several nodes one does."""
    while True:
        try:
            async with outside.db.read() as tx:
                due = await tx.directory.due()
            if due:
                await read_directory(outside, reader, node)
        except UnisonoError as error:
            _log.warning("directory_not_read", code=error.code)
        except Exception as error:
            _log.error("directory_not_read", exc_info=error)
        await asyncio.sleep(EVERY_S)


async def read_directory(outside: Outside, reader: DirectoryReader, node: str, *, shrunk: bool = False) -> DirectoryRead | None:
    """Read the directory now; None when there is none or another node is at it.

    What stands in the way is kept with the directory, and everybody stays who was known. shrunk: it may have lost more than half.
    Raises what `DirectoryReader.read` tells, and Conflict (`directory_shrunk`).
    """
    async with outside.db.write() as tx:
        state = await tx.directory.source()
        if state is None or await tx.leases.acquire(LEASE, node, LEASE_S) is None:
            return None
    try:
        try:
            async with outside.db.read() as tx:
                password = await password_of(tx, outside.cipher)
            entries = await reader.read(state.place, password, MOST_PEOPLE)
            found = await _keep(outside, state.place, entries, shrunk=shrunk)
        except UnisonoError as error:
            await _settle(outside, error.code, RETRY)
            raise
        await _settle(outside, "", timedelta(seconds=state.place.every_s))
        _log.info("directory_read", people=found.people, changed=found.changed, gone=found.gone)
        return found
    finally:
        async with outside.db.write() as tx:
            await tx.leases.release(LEASE, node)


async def _settle(outside: Outside, problem: str, pause: timedelta) -> None:
    async with outside.db.write() as tx:
        await tx.directory.settle(problem=problem, next_at=tx.now + pause)


async def _keep(outside: Outside, place: DirectoryPlace, entries: Iterable[Entry], *, shrunk: bool) -> DirectoryRead:
    people = {one.entry.remote_id: one for one in (known(entry, place.region) for entry in entries)}
    async with outside.db.read() as tx:
        before = await tx.directory.remote_ids()
    if not shrunk and len(before) >= MANY and len(before & people.keys()) < len(before) / 2:
        raise Conflict(
            f"The directory shows {len(people)} people; {len(before)} were known. Nobody was taken out. If that is true, say so "
            "with `shrunk`; else look what the account that reads may see.", code="directory_shrunk",
        )  # fmt: skip
    changed = 0
    rows = list(people.values())
    # In pieces that keep nobody else waiting.
    for start in range(0, len(rows), _PIECE):
        async with outside.db.write() as tx:
            changed += await tx.directory.put(rows[start : start + _PIECE])
    async with outside.db.write() as tx:
        gone = await tx.directory.remove(before - people.keys())
    return DirectoryRead(people=len(people), changed=changed, gone=gone)


def known(entry: Entry, region: str) -> NewPerson:
    """Return an entry with its numbers as they are dialled, and the keys under which it is sorted and found."""
    phones = tuple(
        PhoneNumber(kind=phone.kind, shown=storable(phone.shown)[:60], number=e164(phone.shown, region) or "")
        for phone in entry.phones
    )
    clean = Entry(
        remote_id=storable(entry.remote_id), name=storable(entry.name)[:200] or entry.email, email=storable(entry.email)[:254],
        title=storable(entry.title)[:200], department=storable(entry.department)[:200], place=storable(entry.place)[:200],
        phones=phones,
    )  # fmt: skip
    texts = [clean.name, clean.email, clean.title, clean.department, clean.place]
    digits = [number for phone in phones for number in _digits(phone)]
    words = " ".join(["", sort_key(" ".join(texts)), *digits])
    return NewPerson(id=new_id(), entry=clean, name_key=sort_key(clean.name), words=words)


def _digits(phone: PhoneNumber) -> list[str]:
    """Return a number as people type it: as it stands, with the country's code, and its extension alone."""
    plain = "".join(c for c in phone.shown if c.isdigit())
    extension = phone.shown.rpartition("-")[2].strip() if "-" in phone.shown else ""
    return [part for part in (plain, phone.number.lstrip("+"), extension if extension.isdigit() else "") if part]
