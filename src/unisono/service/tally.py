"""Fold the event log into figures of days, so that the wallboard and the parity view never count what is large.

What is added and the place in the log move in one transaction: a crash repeats nothing and leaves nothing out. Nothing here is of
a person.
"""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo

from unisono.routing.clocks import Kind, breached
from unisono.service.clocks import counted_as_kept, rules_of
from unisono.service.ports import Cursor, Database, LoggedEvent, Tx
from unisono.service.ports.tallies import AnswerCount, CountedWork, DayTally, Tally
from unisono.service.spread import bin_of

#: Rung when days were added to: whoever shows them reads them anew.
TALLIES_BELL: Final = "tallies"
BATCH: Final = 60
ROUNDS: Final = 2_000
DAYS_KEPT: Final = 800
ABANDONED: Final = "abandoned"
#: Codes of `interaction.wrapped_up` that are no work done: what was erased, unwanted, or went on elsewhere.
NOT_HANDLED: Final = frozenset({ABANDONED, "erased", "spam", "merged"})
_ARRIVES: Final = frozenset({"interaction.created", "interaction.reopened"})
#: A text that was sent, or a call that was taken.
_ANSWERED: Final = frozenset({"answer.queued", "call.answered"})
_BREACHED: Final = "interaction.breached"
_TYPES: Final = (*sorted(_ARRIVES), "interaction.transferred", "interaction.wrapped_up", _BREACHED, *sorted(_ANSWERED))
_RESPONSES: Final = (Kind.FIRST_RESPONSE, Kind.NEXT_RESPONSE)
_Key = tuple[date, UUID, UUID]


async def fold_all(db: Database) -> int:
    """Fold what has happened since the last time; returns how many events counted. Ends early when there is very much."""
    folded = 0
    for _ in range(ROUNDS):
        found, more = await fold(db)
        folded += found
        if not more:
            break
    return folded


async def fold(db: Database) -> tuple[int, bool]:
    """Fold the next run of events; returns how many, and whether there is more. Nothing while another node does."""
    async with db.write() as tx:
        cursor = await tx.tallies.take_fold()
        if cursor is None:
            return 0, False
        head = await tx.log.head()
        events = await tx.tallies.happened(cursor, _TYPES, BATCH)
        await _add(tx, events)
        last = events[-1].cursor if events else Cursor.parse(cursor)
        more = len(events) == BATCH
        await tx.tallies.move_fold(str(last if more else max(head, last)))
    return len(events), more


async def forget_old(db: Database) -> None:
    """Drop days that nobody looks at any more."""
    async with db.write() as tx:
        await tx.tallies.forget((tx.now - timedelta(days=DAYS_KEPT)).date())


async def _add(tx: Tx, events: Sequence[LoggedEvent]) -> None:
    if not events:
        return
    ids = {e.interaction_id for e in events if e.interaction_id}
    work = await tx.tallies.work(ids)
    told_of = {e.interaction_id for e in events if (e.type in _ANSWERED or e.type == _BREACHED) and e.interaction_id}
    firsts = await tx.tallies.first_responses(told_of) if told_of else {}
    kept = await _kept(tx, events, firsts)
    zones = await tx.tallies.zones({e.queue_id for e in events if e.queue_id} | {q for e in events if (q := _moved_to(e))})
    days: dict[tuple[_Key, str], Tally] = {}
    answers: dict[tuple[_Key, int], int] = {}
    for event in events:
        queue_id = _moved_to(event) or event.queue_id
        if queue_id is None or queue_id not in zones or event.channel_id is None or event.interaction_id is None:
            continue
        known = work.get(event.interaction_id)
        tally = _counted(event, known, firsts, kept)
        if tally is None:
            continue
        key = event.at.astimezone(ZoneInfo(zones[queue_id])).date(), queue_id, event.channel_id
        for skill in ("", *(known.skills if known else ())):
            days[key, skill] = days.get((key, skill), Tally()).plus(tally)
        if tally.answered:
            bin_ = bin_of(tally.answered_s)
            answers[key, bin_] = answers.get((key, bin_), 0) + 1
    await tx.tallies.add(
        [DayTally(day=k[0], queue_id=k[1], channel_id=k[2], skill=skill, tally=tally) for (k, skill), tally in days.items()],
        [AnswerCount(day=k[0], queue_id=k[1], channel_id=k[2], bin=bin_, n=n) for (k, bin_), n in answers.items()],
    )


def _moved_to(event: LoggedEvent) -> UUID | None:
    """The queue that work was moved to from another one."""
    before, after = event.body.get("from_queue_id"), event.body.get("queue_id")
    moved = event.type == "interaction.transferred" and after and str(after) != str(before)
    return UUID(str(after)) if moved else None


def _is_first(event: LoggedEvent, firsts: Mapping[tuple[UUID, bool], Cursor]) -> bool:
    """Whether it is the first answer, or the first broken promise, and the other did not come before it."""
    assert event.interaction_id is not None
    return firsts.get((event.interaction_id, event.type in _ANSWERED)) == event.cursor


def _is_alone(event: LoggedEvent, firsts: Mapping[tuple[UUID, bool], Cursor]) -> bool:
    """Whether nothing of the other kind came before it: what came first has been counted."""
    assert event.interaction_id is not None
    before = firsts.get((event.interaction_id, event.type not in _ANSWERED))
    return before is None or before > event.cursor


async def _kept(tx: Tx, events: Sequence[LoggedEvent], firsts: Mapping[tuple[UUID, bool], Cursor]) -> dict[UUID, bool]:
    """Of first answers, whether they kept the promise. Missing: nothing was promised, or that it is late was counted before."""
    first = {
        e.interaction_id: e for e in events
        if e.type in _ANSWERED and e.interaction_id and _is_first(e, firsts) and _is_alone(e, firsts)
    }  # fmt: skip
    rows = await tx.levels.clocks(first) if first else []
    rules = await rules_of(tx, rows)
    kept: dict[UUID, bool] = {}
    for row in rows:
        at = first[row.id].at
        clocks = counted_as_kept(row, rules, tx.now).clocks.clocks
        stopped = next((c for c in clocks if c.kind in _RESPONSES and c.stopped_at == at), None)
        if stopped is not None:
            kept[row.id] = not breached(stopped, at)
    return kept


def _counted(
    event: LoggedEvent, work: CountedWork | None, firsts: Mapping[tuple[UUID, bool], Cursor], kept: Mapping[UUID, bool]
) -> Tally | None:
    """Return what an event adds, None if nothing."""
    if event.type in _ARRIVES:
        return Tally(arrived=1)
    if event.type == "interaction.transferred":
        return Tally(moved_in=1) if _moved_to(event) else None
    if event.type == "interaction.wrapped_up":
        code = event.body.get("code")
        return Tally(abandoned=1) if code == ABANDONED else None if code in NOT_HANDLED else Tally(handled=1)
    if not _is_first(event, firsts):
        return None
    if event.type == _BREACHED:
        # A breach that is told after the answer stands in the answer's own count.
        return Tally(late=1) if _is_alone(event, firsts) else None
    if work is None:
        return None
    waited = max(0.0, (event.at - work.waiting_since).total_seconds())
    promise = kept.get(work.interaction_id)
    return Tally(answered=1, answered_s=waited, in_time=int(promise is True), late=int(promise is False))
