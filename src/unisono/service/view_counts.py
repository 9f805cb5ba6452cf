"""How many enquiries stand in saved views: counted anew each time, and only as far as anybody wants to know."""

from typing import Final
from uuid import UUID

from msgspec import Struct

from unisono.domain.errors import Invalid
from unisono.service.access import Access
from unisono.service.look import ENDED, filter_of, sight_of
from unisono.service.ports import Database

#: Beyond that a figure says "and more": nobody counts on, and no list is walked for it.
MOST: Final = 1_000


class ViewCount(Struct, frozen=True, kw_only=True):
    """How many enquiries stand in a saved view. more: there are more than `count`."""

    view_id: UUID
    count: int
    more: bool


async def view_counts(db: Database, access: Access, view_id: UUID | None = None) -> list[ViewCount]:
    """Return how many stand in one's saved views, or in one of them; what is over grows for ever and is not counted.

    A view whose filter nobody can read any more has no figure.
    """
    found = []
    async with db.read() as tx:
        for view in await tx.saved_views.of(access.user_id):
            if view.filter.view in ENDED or view_id not in (None, view.id):
                continue
            try:
                which = filter_of(access, view.filter, tx.now)
            except Invalid:
                continue
            n = await tx.reading.work_count(sight_of(access), which, MOST + 1)
            found.append(ViewCount(view_id=view.id, count=min(n, MOST), more=n > MOST))
    return found
