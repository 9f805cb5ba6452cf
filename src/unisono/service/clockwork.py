"""What time alone brings about: warnings and breaches are told, queues open and close, clocks follow changed service levels.

Each is claimed, told and armed anew in one transaction: told once, also over a crash and on several nodes.
"""

from collections.abc import Iterable
from typing import Final

import structlog
from msgspec.structs import replace

from unisono.contract.context import Clock
from unisono.domain.errors import UnisonoError
from unisono.service.clocks import count_again, counted_as_kept, rules_of
from unisono.service.hours import turn_queues
from unisono.service.ports import Bell, Database, NewEvent, Tx
from unisono.service.ports.service_levels import ClockFacts

BATCH: Final = 50
LONGEST_SLEEP_S: Final = 60.0
SHORTEST_SLEEP_S: Final = 0.1
_log = structlog.get_logger("clock")


async def tell_due(db: Database) -> int:
    """Tell the warnings and breaches whose time has come; returns how many. What somebody is working on waits for its turn."""
    told = 0
    past: list[ClockFacts] = []
    silent: list[ClockFacts] = []
    async with db.write() as tx:
        rows = await tx.levels.due_clocks(BATCH)
        rules = await rules_of(tx, rows)
        for row in rows:
            counted = counted_as_kept(row, rules, tx.now)
            for moment in counted.reckoning.pending:
                kind = moment.kind or "window"
                late_s = round((tx.now - moment.at).total_seconds())
                if moment.what == "warning":
                    tx.emit(_about(row, NewEvent(type="interaction.warned", body={"kind": kind, "late_s": late_s})))
                else:
                    tx.emit(_about(row, NewEvent(type="interaction.breached", body={"kind": kind, "late_s": late_s})))
            told += len(counted.reckoning.pending)
            past.append(replace(row, told=list(counted.reckoning.past)))
            if not counted.reckoning.pending:
                silent.append(row)
        changed = await count_again(tx, past, {})
        _tell_changed(tx, [row for row in silent if row.id in changed])
    return told


def _about(row: ClockFacts, event: NewEvent) -> NewEvent:
    return replace(
        event, access_class=row.access_class, channel_id=row.channel_id, conversation_id=row.conversation_id,
        interaction_id=row.id, queue_id=row.queue_id, agent_id=row.agent_id,
    )  # fmt: skip


async def follow_changes(db: Database) -> int:
    """Count clocks anew that were counted before the last change of a calendar, service level or promise; returns how many."""
    async with db.write() as tx:
        rows = await tx.levels.clocks_behind(BATCH)
        changed = await count_again(tx, rows, {})
        _tell_changed(tx, [row for row in rows if row.id in changed])
    return len(rows)


def _tell_changed(tx: Tx, rows: Iterable[ClockFacts]) -> None:
    for row in rows:
        tx.emit(_about(row, NewEvent(type="interaction.due_changed")))


class Clockwork:
    """Does the above when it is due, and when something happened that may have moved what is due."""

    def __init__(self, db: Database, bell: Bell, clock: Clock) -> None:
        self._db = db
        self._bell = bell
        self._clock = clock

    async def run(self) -> None:
        """Work until cancelled."""
        async with self._bell.listen("events") as listener:
            while True:
                try:
                    wait = await self.step()
                except UnisonoError as error:
                    _log.error("clocks_paused", code=error.code)
                    wait = LONGEST_SLEEP_S / 6
                await self._clock.sleep(SHORTEST_SLEEP_S)
                await listener.wait(wait)

    async def step(self) -> float:
        """Do what is due; returns how long nothing will be, in seconds, if nothing happens."""
        due = await self._next()
        if due <= 0:
            while await turn_queues(self._db) or await follow_changes(self._db) or await tell_due(self._db):
                pass
            due = await self._next()
        return min(max(due, SHORTEST_SLEEP_S), LONGEST_SLEEP_S)

    async def _next(self) -> float:
        async with self._db.read() as tx:
            due = await tx.levels.next_moment()
        return LONGEST_SLEEP_S if due is None else (due - self._clock.now()).total_seconds()
