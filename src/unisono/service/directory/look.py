"""Find somebody who works here."""

from typing import Final
from uuid import UUID

from unisono.service.access import Access
from unisono.service.page import Page, bounded, paged, parse_place, place
from unisono.service.ports import Database
from unisono.service.ports.directory import DirectoryPerson
from unisono.service.text import sort_key

_MOST_WORDS: Final = 10
_IN_NUMBERS: Final = frozenset("0123456789 +()/.-\u2010\u2011\u2012\u2013")


async def find_people(db: Database, access: Access, text: str, after: str | None, limit: int | None) -> Page[DirectoryPerson]:
    """Return people by name in whom every word of `text` begins a word of name, address, title, department or place.

    What is written as a number finds who has it, also by its beginning or its extension. No text: everybody.
    """
    access.require("agent.read")
    start = parse_place(after, tuple[str, UUID]) if after else None
    size = bounded(limit)
    async with db.read() as tx:
        rows, more = paged(await tx.directory.find(words_of(text), start, size + 1), size)
    return Page(items=rows, next=place(rows[-1].name_key, rows[-1].id) if more else None)


def words_of(text: str) -> list[str]:
    """Return what has to be found of somebody: folded words, or the digits of a number."""
    plain = text.strip()[:200]
    digits = "".join(c for c in plain if c.isascii() and c.isdigit())
    if digits and set(plain) <= _IN_NUMBERS:
        return [digits]
    return sort_key(plain).split()[:_MOST_WORDS]
