"""Fold the log into what reports add up: facts of each enquiry, then sums of the days that changed.

Facts, the days that became stale by them, and the place in the log move in one transaction: a crash repeats nothing and leaves
nothing out. What comes late changes the day that it belongs to. What was erased is dropped, and its days are summed anew.
"""

import asyncio
from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from functools import cache
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo

import structlog

from unisono.contract.context import Clock
from unisono.domain.errors import UnisonoError
from unisono.service.metrics import REPORTS_BEHIND_S
from unisono.service.ports import Database, LoggedEvent, Tx
from unisono.service.ports.reports import Dated
from unisono.service.reports.facts import TELLING, Facts, fold
from unisono.service.reports.judge import judge_week
from unisono.service.settings import read_settings

BATCH: Final = 150
STALE_BATCH: Final = 2_000
"""A month of a large house: few at a time would go through the same weeks and months again and again."""
COUNTS_FOR_S: Final = 2.0
"""So long days are counted before the log is looked at again: after an update all of them are, and today's go on."""
ROUNDS: Final = 200_000
EVERY_S: Final = 5.0
_ERASED: Final = "customer.erased"
_TAGGED: Final = "conversation.tagged"
_log = structlog.get_logger("reports")


async def fold_reports(db: Database) -> int:
    """Bring reports up to what the log says now; returns how many events were told. Nothing while another node does."""
    told = await _fold(db)
    while await count_next(db):
        pass
    return told


async def count_next(db: Database) -> bool:
    """Sum the newest days that changed, or judge the newest week of which all are summed; tells whether there was any."""
    async with db.write() as tx:
        if await tx.reports.recount(STALE_BATCH):
            return True
    return await _judge_next(db)


async def judge_cuts(db: Database) -> None:
    """Judge the cuts of all days that are over and changed since: until then what is cut stands together."""
    while await _judge_next(db):
        pass


async def _judge_next(db: Database) -> bool:
    async with db.read() as tx:
        values = await read_settings(tx)
        today = tx.now.astimezone(zone_of(str(values["reports.time_zone"]))).date()
    return await judge_week(db, int(values["reports.least_group"]), today - timedelta(days=1))


async def rebuild_reports(db: Database) -> int:
    """Make all figures anew from the log; returns how many events were told. Meanwhile reports show what was told so far."""
    async with db.write() as tx:
        await tx.reports.forget_logged()
    return await fold_reports(db)


async def follow_reports(db: Database, clock: Clock) -> None:
    """Keep reports up to date until cancelled."""
    while True:
        more = False
        try:
            await _fold(db)
            until = clock.now() + timedelta(seconds=COUNTS_FOR_S)
            while (more := await count_next(db)) and clock.now() < until:
                pass
        except UnisonoError as error:
            _log.warning("reports_paused", code=error.code)
        except Exception as error:
            _log.error("reports_failed", exc_info=error)
        await asyncio.sleep(0 if more else EVERY_S)
        async with db.read() as tx:
            as_of = await tx.reports.as_of()
        if as_of is not None:
            REPORTS_BEHIND_S.set(max(0.0, (clock.now() - as_of).total_seconds()))


async def _fold(db: Database) -> int:
    told = 0
    for _ in range(ROUNDS):
        found, more = await _fold_next(db)
        told += found
        if not more:
            break
    return told


async def _fold_next(db: Database) -> tuple[int, bool]:
    async with db.write() as tx:
        taken = await tx.reports.take_fold()
        if taken is None:
            return 0, False
        cursor, zone, _ = taken
        wanted = (await read_settings(tx))["reports.time_zone"]
        if zone and zone != wanted:
            await _date_anew(tx, wanted)
        head = await tx.log.head()
        events = await tx.reports.happened(cursor, (*TELLING, _ERASED, _TAGGED), BATCH)
        await _tell(tx, events, zone_of(wanted))
        more = len(events) == BATCH
        last = events[-1].cursor if events else head
        await tx.reports.move_fold(str(last if more else max(head, last)), wanted)
    return len(events), more


async def _tell(tx: Tx, events: Sequence[LoggedEvent], zone: ZoneInfo) -> None:
    known: dict[UUID, Facts | None] = dict(await tx.reports.facts([e.interaction_id for e in events if e.interaction_id]))
    before = dict(known)
    tagged: list[UUID] = []
    for event in events:
        if event.type == _ERASED:
            await _write(tx, before, known, zone)
            for gone in await tx.reports.of_customers([UUID(str(event.body["customer_id"]))]):
                known[gone], before[gone] = None, None
                await tx.reports.drop([gone])
        elif event.type == _TAGGED and event.conversation_id is not None:
            tagged.append(event.conversation_id)
        elif event.interaction_id is not None:
            known[event.interaction_id] = fold(known.get(event.interaction_id), event)
    await _write(tx, before, known, zone)
    if tagged:
        await tx.reports.describe(await tx.reports.of_conversations(tagged))


async def _write(tx: Tx, before: dict[UUID, Facts | None], known: dict[UUID, Facts | None], zone: ZoneInfo) -> None:
    changed = {one for one, facts in known.items() if facts is not None and facts is not before.get(one)}
    await tx.reports.put(dated(known[one], zone) for one in changed)  # type: ignore[arg-type]
    await tx.reports.drop([one for one, facts in known.items() if facts is None and before.get(one) is not None])
    before.update(known)


async def _date_anew(tx: Tx, zone: str) -> None:
    """Give all facts the days of another time zone. Rare, and in one transaction: half of it would be wrong everywhere."""
    after: UUID | None = None
    while facts := await tx.reports.undated(zone, after, 1_000):
        await tx.reports.put(dated(one, zone_of(zone)) for one in facts)
        after = facts[-1].interaction_id


def dated(facts: Facts, zone: ZoneInfo) -> Dated:
    """Return facts with the days and the hour that they belong to by the clock of a zone."""
    arrived = facts.arrived_at.astimezone(zone)
    return Dated(
        facts=facts, arrived_day=arrived.date(), arrived_hour=arrived.hour, answered_day=_day(facts.answered_at, zone),
        late_day=_day(facts.late_at, zone), closed_day=_day(facts.closed_at, zone),
    )  # fmt: skip


def _day(at: datetime | None, zone: ZoneInfo) -> date | None:
    return None if at is None else at.astimezone(zone).date()


@cache
def zone_of(name: str) -> ZoneInfo:
    """Return a time zone by its name."""
    return ZoneInfo(name)


def told_by(events: Iterable[LoggedEvent]) -> dict[UUID, Facts]:
    """Return the facts of all enquiries by reading the whole log: what `fold_reports` must arrive at piece by piece."""
    found: dict[UUID, Facts | None] = {}
    for event in events:
        if event.interaction_id is not None:
            found[event.interaction_id] = fold(found.get(event.interaction_id), event)
    return {one: facts for one, facts in found.items() if facts is not None}
