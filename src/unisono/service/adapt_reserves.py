"""Idle reserves that follow the load: as many people are kept free as the promise to who cannot wait needs right now."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from unisono.routing.erlang import reserve_for
from unisono.routing.estimates import Estimate, arrival_rate
from unisono.service.ports import Database, NewEvent
from unisono.service.ports.learning import Arrivals, AutoReserve, Settled

WINDOW: Final = timedelta(minutes=60)
STEP: Final = 4
"""Reserves move by quarters of a person."""
LEAST_CHANGE: Final = 0.25


async def adapt_reserves(db: Database) -> int:
    """Reckon the reserve of each queue that lets it follow the load; returns how many changed."""
    async with db.write() as tx:
        queues = await tx.learning.auto_reserves()
        if not queues:
            return 0
        classes = {c.work_class_id: c for c in await tx.learning.settled()}
        arrivals = await tx.learning.arrivals(tx.now - WINDOW)
        changed = 0
        for queue in queues:
            mine = [a for a in arrivals if a.queue_id == queue.queue_id and not classes[a.work_class_id].deferrable]
            kept = wanted(queue, mine, classes, tx.now)
            if abs(kept - queue.now_kept) >= LEAST_CHANGE:
                await tx.learning.set_reserve(queue.queue_id, kept)
                tx.emit(NewEvent(type="queue.reserve_changed", queue_id=queue.queue_id, body={"agents": kept}))
                changed += 1
    return changed


def wanted(queue: AutoReserve, arrivals: Sequence[Arrivals], classes: dict[UUID, Settled], now: datetime) -> float:
    """Return how many agents to keep idle. All of them when too much comes to be served, none when nothing comes."""
    load = rate_now(arrivals, now)
    if load.value <= 0 or queue.agents <= 0:
        return 0.0
    total = sum(a.arrivals for a in arrivals)
    handling_s = sum(a.arrivals * _handling_s(classes[a.work_class_id]) for a in arrivals) / total
    service = 60.0 / handling_s
    if load.value >= queue.agents * service:
        return float(queue.agents)
    kept = reserve_for(queue.agents, load.value, service, queue.share, queue.within_s / 60.0)
    return min(float(queue.agents), -(-kept * STEP // 1) / STEP)


def rate_now(arrivals: Iterable[Arrivals], now: datetime) -> Estimate:
    """Return how many come in a minute, from the whole minutes of the last hour."""
    counts = [0] * int(WINDOW / timedelta(minutes=1))
    this = now.replace(second=0, microsecond=0)
    for one in arrivals:
        age = int((this - one.minute) / timedelta(minutes=1)) - 1
        if 0 <= age < len(counts):
            counts[age] += one.arrivals
    return arrival_rate(counts)


def _handling_s(work_class: Settled) -> float:
    learned = work_class.learned_handling_s if work_class.learns else None
    return learned if learned is not None else float(work_class.handling_s)
