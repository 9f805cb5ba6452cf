"""The work list in the order in which the router would hand it out now."""

from datetime import datetime
from typing import Final

from unisono.routing.classes import seconds
from unisono.routing.index import backlog_minutes
from unisono.service.page import Page, paged, parse_place, place
from unisono.service.ports import Tx
from unisono.service.ports.reading import Place, Rank, Sight, WorkFilter
from unisono.service.views import WorkItem

ROUTER: Final = "router"


async def page_in_router_order(
    tx: Tx, sight: Sight, which: WorkFilter, after: str | None, limit: int, cursor: str
) -> Page[WorkItem]:
    """Return a page of a work list by the index that the router compares, the same for whoever takes it.

    What differs from agent to agent (skills that are lacking, a preference) is left out. Later pages are reckoned as of the first
    one. Raises Invalid for a place of another list.
    """
    start = None
    if after is None:
        at = await _now(tx, tx.now)
    else:
        at, start = parse_place(after, tuple[Place, Rank])
    ranks, more = paged(await tx.reading.work_ranks(sight, which, at, start, limit + 1), limit)
    found = {item.interaction.id: item for item in await tx.reading.work_items([rank[4] for rank in ranks])}
    return Page(
        items=[found[rank[4]] for rank in ranks if rank[4] in found], next=place(at, ranks[-1]) if more else None, cursor=cursor
    )


async def _now(tx: Tx, now: datetime) -> Place:
    work_minutes, agents = await tx.reading.backlog()
    return Place(at_s=seconds(now), minutes=backlog_minutes(work_minutes, agents))
