"""Judge the cuts of days that are over: which values stand together so that no figures can be held against each other."""

import asyncio
from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from typing import Final
from uuid import UUID

from unisono.service.ports import Database
from unisono.service.ports.reports import Cell, Held
from unisono.service.reports.cuts import WAYS, Piece, held_together

#: Days that are looked for at once; of those the first week is judged.
DAYS: Final = 7
#: The queue of what is added up of several queues.
NO_QUEUE: Final = UUID(int=0)
_MOMENTS: Final = {"answered": tuple(way for way in WAYS if way != "code"), "closed": WAYS}


async def judge_week(db: Database, least: int, finished: date) -> bool:
    """Judge the oldest week with days that are over and were not judged; tells whether there was one.

    What is held against what is searched for outside of any transaction; a day that changed meanwhile stays unjudged.
    """
    async with db.write() as tx:
        days = await tx.reports.unjudged(least, finished, DAYS)
        if not days:
            return False
        first = days[0].day - timedelta(days=days[0].day.weekday())
        last = first + timedelta(days=6)
        days = [one for one in days if one.day <= last]
        cells = await tx.reports.cells(first, last)
    held = await asyncio.to_thread(held_in_week, cells, first, least)
    async with db.write() as tx:
        await tx.reports.judge(days, held, first, last)
    return True


def held_in_week(cells: Iterable[Cell], week: date, few: int) -> list[Held]:
    """Return what is held together in a week, by atoms as reports add them up (`store/report_rows.py`)."""
    found: list[Held] = []
    by_moment: defaultdict[str, list[Cell]] = defaultdict(list)
    for cell in cells:
        by_moment[cell.moment].append(cell)
    for moment, told in by_moment.items():
        for kind, queue_id, begins, parts in _atoms(told, week, few):
            pieces = [Piece(values=cell.values, people=cell.people) for cell in parts]
            for way, values in held_together(pieces, _MOMENTS[moment], few).items():
                found += [
                    Held(moment=moment, kind=kind, queue_id=queue_id, begins=begins, way=way, value=value) for value in values
                ]
    return found


def _atoms(cells: Sequence[Cell], week: date, few: int) -> list[tuple[str, UUID, date, list[Cell]]]:
    """Return days of queues with enough people; of each queue the others of its week; of all queues what is left."""
    days: defaultdict[tuple[UUID, date], list[Cell]] = defaultdict(list)
    for cell in cells:
        days[cell.queue_id, cell.day].append(cell)
    atoms = [("d", queue, day, told) for (queue, day), told in days.items() if _people(told) >= few]
    rest: defaultdict[UUID, list[Cell]] = defaultdict(list)
    for (queue, _), told in days.items():
        if _people(told) < few:
            rest[queue] += told
    atoms += [("w", queue, week, told) for queue, told in rest.items() if _people(told) >= few]
    pool = [cell for told in rest.values() if _people(told) < few for cell in told]
    if pool and _people(pool) >= few:
        atoms.append(("p", NO_QUEUE, week, pool))
    return atoms


def _people(cells: Iterable[Cell]) -> int:
    everybody = 0
    for cell in cells:
        everybody |= cell.people
    return everybody.bit_count()
