"""Reckon estimates from the sums, and let the router go by them where there is enough to go by."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from msgspec import Struct
from msgspec.structs import replace

from unisono.routing.estimates import LEAST_PEOPLE, Estimate, Learned, Past, decayed, differs, handling, patience
from unisono.service.ports import Database, NewEvent
from unisono.service.ports.learning import DayOfWork, Settled, StoredEstimate
from unisono.service.settings import read_settings

EVERY: Final = timedelta(minutes=5)
PEOPLE_WITHIN: Final = 4
"""Half-lives within which somebody's work is still felt in a number."""
LEAST_GONE: Final = 10
"""A leaving rate rests on those who left, not on those who waited."""
HANDLING: Final = "handling"
PATIENCE: Final = "patience"


class Demands(Struct, frozen=True, kw_only=True):
    """What it takes until an estimate is used."""

    half_life_days: float
    least_samples: int


async def demands(db: Database) -> Demands:
    """Return what the house has set."""
    async with db.read() as tx:
        values = await read_settings(tx)
    return Demands(half_life_days=values["estimates.half_life_days"], least_samples=values["estimates.least_samples"])


async def reckon(db: Database, *, every: timedelta = EVERY) -> int:
    """Reckon all estimates anew unless that was done a short while ago; returns for how many classes the router changes.

    A number in use is kept until it has moved by a tenth: each change orders all that waits anew.
    """
    asked = await demands(db)
    async with db.write() as tx:
        taken = await tx.learning.take_fold()
        if taken is None or (taken[1] is not None and tx.now - taken[1] < every):
            return 0
        await tx.learning.reckoned()
    async with db.read() as tx:
        past = _pasts(await tx.learning.days(), tx.now, asked.half_life_days)
        people = await tx.learning.people(tx.now - timedelta(days=PEOPLE_WITHIN * asked.half_life_days))
    changed = 0
    async with db.write() as tx:
        if await tx.learning.take_fold() is None:
            return 0
        before = {(e.work_class_id, e.skill, e.quantity): e for e in await tx.learning.estimates()}
        found: list[StoredEstimate] = []
        for work_class in await tx.learning.settled():
            mine = _of_class(work_class, past, people, before, asked, tx.now)
            found += mine
            used = {(e.skill, e.quantity): e.used_s for e in mine if e.used_s is not None}
            handling_s, patience_s = used.pop(("", HANDLING), None), used.pop(("", PATIENCE), None)
            by_skill = {skill: seconds for (skill, _), seconds in used.items()}
            if (handling_s, patience_s, by_skill) != (
                work_class.learned_handling_s, work_class.learned_patience_s, work_class.learned_by_skill,
            ):  # fmt: skip
                await tx.learning.settle(work_class.work_class_id, handling_s, patience_s, by_skill)
                tx.emit(
                    NewEvent(
                        type="estimate.changed",
                        body={"work_class_id": work_class.work_class_id, "handling_s": handling_s, "patience_s": patience_s},
                    )
                )
                changed += 1
        await tx.learning.put_estimates(found)
    return changed


def _pasts(days: Sequence[DayOfWork], now: datetime, half_life: float) -> dict[tuple[UUID, str], Past]:
    groups: dict[tuple[UUID, str], list[DayOfWork]] = {}
    for day in days:
        groups.setdefault((day.work_class_id, day.skill), []).append(day)
    return {key: decayed([((now.date() - d.day).days, d.sums) for d in of], half_life) for key, of in groups.items()}


def _of_class(
    work_class: Settled, past: Mapping[tuple[UUID, str], Past], people: Mapping[tuple[UUID, str], int],
    before: Mapping[tuple[UUID, str, str], StoredEstimate], asked: Demands, now: datetime,
) -> list[StoredEstimate]:  # fmt: skip
    class_id = work_class.work_class_id
    whole = past.get((class_id, ""), Past())
    mean = handling(whole, work_class.handling_s)
    found = [(HANDLING, "", mean, whole)]
    if work_class.patience_s is not None:
        found.append((PATIENCE, "", patience(whole, work_class.patience_s), whole))
    found += [
        (HANDLING, skill, handling(one, mean.value), one)
        for (owner, skill), one in sorted(past.items(), key=lambda item: item[0][1]) if owner == class_id and skill
    ]  # fmt: skip
    return [
        _stored(
            class_id, skill, quantity, learned,
            _why_not(work_class, quantity, learned.measured, of, people.get((class_id, skill), 0), asked),
            before.get((class_id, skill, quantity)), now,
        )
        for quantity, skill, learned, of in found
    ]  # fmt: skip


def _why_not(work_class: Settled, quantity: str, measured: Estimate | None, past: Past, people: int, asked: Demands) -> str:
    """Return the reason for which the configured number stays in use; empty when the estimate is used."""
    if quantity == PATIENCE and past.counted.gone == 0:
        return "nobody_told"
    samples = measured.samples if measured else 0
    if samples and people < LEAST_PEOPLE:
        return "few_people"
    if samples < asked.least_samples or (quantity == PATIENCE and past.counted.gone < LEAST_GONE):
        return "few_samples"
    return "" if work_class.learns else "learning_off"


def _stored(
    class_id: UUID, skill: str, quantity: str, learned: Learned, why: str, before: StoredEstimate | None, now: datetime
) -> StoredEstimate:
    used = None
    if not why:
        kept = before.used_s if before else None
        used = round(learned.value, 1) if differs(kept, learned.value) else kept
    # Of fewer than five people nothing is kept, shown or used: it would be a figure of persons.
    measured = learned.measured if why != "few_people" else None
    entry = StoredEstimate(
        work_class_id=class_id, skill=skill, quantity=quantity, used_s=used, why=why, since=now,
        value_s=measured.value if measured else None, low_s=measured.low if measured else None,
        high_s=measured.high if measured else None, samples=measured.samples if measured else None,
    )  # fmt: skip
    same = before is not None and before.used_s == used
    return replace(entry, since=before.since) if before is not None and same else entry
