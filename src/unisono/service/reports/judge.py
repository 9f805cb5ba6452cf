"""Judge days that are over: with what each is added up, and which values of a cut stand together, so that no figure shows few.

A queue's week is judged by itself, so that what came late costs no more than its queue's week. Where very much is to be judged,
as after an update that counts something new, all weeks are judged roughly first: their totals are there within minutes, while
what is cut stands together until its own turn comes.
"""

import asyncio
from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from typing import Final
from uuid import UUID

from unisono.service.ports import Database
from unisono.service.ports.reports import LEFT, NO_QUEUE, Cell, Held, Judged
from unisono.service.reports.cuts import WAYS, Piece, held_together

_MOMENTS: Final = {"answered": tuple(way for way in WAYS if way != "code"), "closed": WAYS}


async def judge_week(db: Database, least: int, finished: date) -> bool:
    """Judge what is not judged yet of the newest week that has such days; tells whether there was one.

    What is held against what is searched for outside of any transaction; a week that changed meanwhile stays unjudged.
    """
    async with db.write() as tx:
        due = await tx.reports.unjudged(least, finished)
        rough = await tx.reports.backlog(finished) if due else []
    due = rough or due
    if not due:
        return False
    first = due[0].day - timedelta(days=due[0].day.weekday())
    last = min(first + timedelta(days=6), finished)
    marks: defaultdict[UUID, dict[date, UUID]] = defaultdict(dict)
    for one in due:
        marks[one.queue_id][one.day] = one.mark
    async with db.read() as tx:
        cells = await tx.reports.cells(list(marks), first, last)
    told: defaultdict[UUID, list[Cell]] = defaultdict(list)
    for cell in cells:
        told[NO_QUEUE if NO_QUEUE in marks else cell.queue_id].append(cell)
    for queue_id, known in marks.items():
        judged = await asyncio.to_thread(judged_week, queue_id, told[queue_id], first, last, known, least, rough=bool(rough))
        async with db.write() as tx:
            await tx.reports.judge(judged)
    return True


def judged_week(
    queue_id: UUID, cells: Iterable[Cell], first: date, last: date, marks: dict[date, UUID], few: int, *, rough: bool = False
) -> Judged:
    """Return what may be shown of a queue's week, by atoms as reports add them up. few: the least group.

    rough: only the atoms; which values stand together is not searched for, so all of them have to.
    """
    by_moment: defaultdict[str, list[Cell]] = defaultdict(list)
    for cell in cells:
        by_moment[cell.moment].append(cell)
    atoms: list[tuple[str, date, str]] = []
    held: list[Held] = []
    for moment, told in by_moment.items():
        kinds = {} if queue_id == NO_QUEUE else _kinds(told, few)
        atoms += [(moment, day, kind) for day, kind in kinds.items()]
        parts: defaultdict[tuple[str, date], list[Piece]] = defaultdict(list)
        for cell in told:
            kind = kinds.get(cell.day, "p")
            if kind != LEFT:
                parts[kind, cell.day if kind == "d" else first].append(Piece(values=cell.values, people=cell.people))
        for (kind, begins), pieces in parts.items():
            if kind == "p":
                if _people(pieces) < few:
                    # Too few even together: nothing of it is shown.
                    continue
                atoms.append((moment, first, kind))
            if rough:
                continue
            for way, values in held_together(pieces, _MOMENTS[moment], few).items():
                held += [Held(moment=moment, kind=kind, begins=begins, way=way, value=value) for value in values]
    return Judged(queue_id=queue_id, first=first, last=last, marks=marks, atoms=atoms, held=held, rough=rough)


def _kinds(cells: Sequence[Cell], few: int) -> dict[date, str]:
    """Return of each day with what it is added up: alone where enough people (or nobody) did something, else with its week."""
    days: defaultdict[date, list[Cell]] = defaultdict(list)
    for cell in cells:
        days[cell.day].append(cell)
    kinds = {day: "" if 0 < _people(told) < few else "d" for day, told in days.items()}
    rest = _people(cell for day, told in days.items() if not kinds[day] for cell in told)
    return {day: kind or ("w" if rest >= few else LEFT) for day, kind in kinds.items()}


def _people(cells: Iterable[Cell | Piece]) -> int:
    everybody = 0
    for cell in cells:
        everybody |= cell.people
    return everybody.bit_count()
