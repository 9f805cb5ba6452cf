"""Whether a queue is open now: kept with the queue, and turned when its time comes."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from uuid import UUID

from unisono.routing.calendar import BusinessHours
from unisono.service.ports import Database, NewEvent, Tx
from unisono.service.terms import rules_for

AHEAD = timedelta(days=400)


async def turn_queues(db: Database) -> int:
    """Open and close queues whose time has come; returns how many."""
    async with db.write() as tx:
        due = await tx.levels.queue_hours(None, due=True)
        rules = await rules_for(tx, {queue.terms for queue in due})
        for queue in due:
            open_now, next_at = _hours(rules[queue.terms].opening_hours, tx.now)
            await tx.levels.set_hours(queue.queue_id, open_now, next_at)
            if open_now:
                tx.emit(NewEvent(type="queue.opened", queue_id=queue.queue_id))
            else:
                tx.emit(NewEvent(type="queue.closed", queue_id=queue.queue_id))
    return len(due)


async def set_hours(tx: Tx, queue_ids: Iterable[UUID] | None, actor_id: UUID | None) -> None:
    """Work out the hours of queues anew, after a change of their service levels or calendars; all queues for None."""
    queues = await tx.levels.queue_hours(queue_ids)
    rules = await rules_for(tx, {queue.terms for queue in queues})
    for queue in queues:
        open_now, next_at = _hours(rules[queue.terms].opening_hours, tx.now)
        if (open_now, next_at) != (queue.open_now, queue.next_at):
            await tx.levels.set_hours(queue.queue_id, open_now, next_at)
            tx.emit(NewEvent(type="queue.changed", actor_id=actor_id, queue_id=queue.queue_id))


def _hours(hours: BusinessHours | None, now: datetime) -> tuple[bool, datetime | None]:
    if hours is None:
        return True, None
    open_now = hours.is_open(now)
    return open_now, hours.next_close(now, AHEAD) if open_now else hours.next_open(now, AHEAD)
