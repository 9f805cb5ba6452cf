"""Learn from work that is over: fold it into sums of its class, and reckon from these what the router goes by.

Everything is of groups. Each closed unit of work is folded once: the place in the log moves in the transaction that adds the
sums, so a crash repeats nothing and leaves nothing out.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import Final
from uuid import UUID

from unisono.routing.estimates import AT_ONCE_S, Sums
from unisono.routing.spells import Told, Turn, tell
from unisono.routing.survival import bin_of
from unisono.service.ports import Database, LoggedEvent, Tx
from unisono.service.ports.learning import Arrivals, DayOfWork, PlaceOfWork, WaitCount

BATCH: Final = 40
ROUNDS: Final = 1_500
LONGEST_S: Final = 4 * 3_600.0
"""Work that was open for longer was left open, not worked on; it counts as so long."""
ARRIVALS_KEPT: Final = timedelta(hours=3)
DAYS_KEPT: Final = 400
GAVE_UP: Final = "abandoned"
"""The code of `interaction.wrapped_up` with which a channel tells that the customer gave up."""
_BEGINS: Final = ("interaction.created", "interaction.transferred")
_ENDS: Final = "interaction.wrapped_up"
_TURNS: Final = {
    "interaction.created": Turn.WAITS, "interaction.returned": Turn.WAITS, "interaction.reopened": Turn.REOPENED,
    "interaction.accepted": Turn.TAKEN, "interaction.taken": Turn.TAKEN, "interaction.unparked": Turn.TAKEN,
    "interaction.assigned": Turn.TAKEN, "interaction.parked": Turn.RESTS, "interaction.finished": Turn.DONE,
}  # fmt: skip


async def fold_all(db: Database) -> int:
    """Fold what was closed since the last time; returns how many units of work. Ends early when there is very much."""
    folded = 0
    for _ in range(ROUNDS):
        found, more = await fold(db)
        folded += found
        if not more:
            break
    return folded


async def fold(db: Database) -> tuple[int, bool]:
    """Fold the next run of events; returns how many units of work, and whether there is more. Nothing while another node does."""
    async with db.write() as tx:
        taken = await tx.learning.take_fold()
        if taken is None:
            return 0, False
        head = await tx.log.head()
        events = await tx.learning.happened(taken[0], (*_BEGINS, _ENDS), BATCH)
        places = {
            p.interaction_id: p for p in await tx.learning.places_of_work([e.interaction_id for e in events if e.interaction_id])
        }
        await _count_arrivals(tx, events, places)
        # What was erased tells nothing any more, not even how long it took.
        closed = {
            e.interaction_id: e for e in events
            if e.type == _ENDS and e.interaction_id and e.interaction_id in places and e.body.get("code") != "erased"
        }  # fmt: skip
        turns = await tx.learning.turns_of(list(closed))
        told = [(places[i], closed[i], tell(turns_of(turns[i]))) for i in turns]
        await _add(tx, told)
        last = events[-1].cursor if events else head
        more = len(events) == BATCH
        await tx.learning.move_fold(str(last if more else max(head, last)))
    return len(told), more


def turns_of(events: Iterable[LoggedEvent]) -> list[tuple[float, Turn]]:
    """Return what events of one unit of work mean for its times."""
    found = []
    for event in events:
        turn = _TURNS.get(event.type)
        if event.type == _ENDS:
            turn = Turn.LEFT if event.body.get("code") == GAVE_UP else Turn.CLOSED
        elif event.type == "interaction.transferred":
            asked = any(event.body.get(name) for name in ("queue_id", "skill_id", "offer_id"))
            turn = Turn.WAITS if asked else Turn.TAKEN
        if turn is not None:
            found.append((event.at.timestamp(), turn))
    return found


async def _count_arrivals(tx: Tx, events: Sequence[LoggedEvent], places: dict[UUID, PlaceOfWork]) -> None:
    counts: Counter[tuple[UUID, UUID, object]] = Counter()
    for event in events:
        place = places.get(event.interaction_id) if event.interaction_id else None
        moved = event.type == "interaction.created" or event.body.get("queue_id")
        if event.type in _BEGINS and moved and place and event.queue_id and event.at > tx.now - ARRIVALS_KEPT:
            counts[event.queue_id, place.work_class_id, event.at.replace(second=0, microsecond=0)] += 1
    await tx.learning.add_arrivals([
        Arrivals(queue_id=queue_id, work_class_id=class_id, minute=minute, arrivals=n)  # type: ignore[arg-type]
        for (queue_id, class_id, minute), n in sorted(counts.items(), key=str)
    ])  # fmt: skip


async def _add(tx: Tx, told: Sequence[tuple[PlaceOfWork, LoggedEvent, Told]]) -> None:
    tellers = {place.channel_id for place, _, one in told if any(wait.left for wait in one.waits)}
    await tx.learning.add_tellers(sorted(tellers))
    days: dict[tuple[UUID, str, object, UUID], Sums] = {}
    waits: Counter[tuple[UUID, object, int, bool]] = Counter()
    for place, event, one in told:
        day = event.at.date()
        tells = place.tells or place.channel_id in tellers
        sums = {"": sums_of(one, tells=tells)}
        sums |= dict.fromkeys(place.skills, worked(one))
        for skill, seen in sums.items():
            key = place.work_class_id, skill, day, place.queue_id
            days[key] = days.get(key, Sums()).plus(seen)
        if tells:
            waits.update((place.work_class_id, day, bin_of(wait.seconds), wait.left) for wait in one.waits)
    await tx.learning.add_days([
        DayOfWork(work_class_id=class_id, skill=skill, day=day, queue_id=queue_id, sums=seen)  # type: ignore[arg-type]
        for (class_id, skill, day, queue_id), seen in days.items() if seen != Sums()
    ])  # fmt: skip
    await tx.learning.add_waits([
        WaitCount(work_class_id=class_id, day=day, bin=bin_, kept=waits[class_id, day, bin_, False],  # type: ignore[arg-type]
                  gone=waits[class_id, day, bin_, True])
        for class_id, day, bin_ in sorted({key[:3] for key in waits}, key=str)
    ])  # fmt: skip


def worked(one: Told) -> Sums:
    """Return what a unit of work adds to the sums of handling times."""
    if one.handling_s is None:
        return Sums()
    seconds = min(one.handling_s, LONGEST_S)
    return Sums(handled=1, handled_s=seconds, handled_sq=seconds * seconds)


def sums_of(one: Told, *, tells: bool) -> Sums:
    """Return what a unit of work adds to all sums. Without a sign of leaving (`tells`) its waits say nothing about patience."""
    if not tells:
        return worked(one)
    late = [wait for wait in one.waits if wait.seconds > AT_ONCE_S]
    return worked(one).plus(
        Sums(
            waits=len(late), waited_s=sum(wait.seconds - AT_ONCE_S for wait in late), gone=sum(wait.left for wait in late),
            at_once=sum(1 for wait in one.waits if wait.left and wait.seconds <= AT_ONCE_S),
        )
    )  # fmt: skip


async def forget_old(db: Database) -> None:
    """Drop sums that no longer weigh anything."""
    async with db.write() as tx:
        await tx.learning.forget((tx.now - timedelta(days=DAYS_KEPT)).date(), tx.now - ARRIVALS_KEPT)
