"""Look at the clocks of an interaction."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from unisono.domain.errors import NotFound
from unisono.routing.clocks import Clock, breached, consumed, due_at, remaining
from unisono.service.access import Access
from unisono.service.clocks import counted_as_kept, rules_of
from unisono.service.instant import instant, maybe_instant
from unisono.service.level_views import ClocksView, ClockView
from unisono.service.ports import Database
from unisono.service.terms import Rules


async def clocks_of(db: Database, access: Access, interaction_id: UUID) -> ClocksView:
    """Return the clocks of an interaction as they stand now. Raises NotFound, Forbidden.

    Clocks that an earlier interaction began and ended are left out; one that goes on shows with all its time.
    """
    async with db.read() as tx:
        found = await tx.levels.clocks([interaction_id])
        if not found or not access.sees(found[0].access_class, found[0].agent_id):
            raise NotFound("This enquiry does not exist, or is not yours to see.")
        (row,) = found
        access.demand(row.access_class, row.agent_id)
        rules = await rules_of(tx, [row])
        counted = counted_as_kept(row, rules, tx.now)
    own = [clock for clock in counted.clocks.clocks if clock.stopped_at is None or clock.stopped_at >= row.waiting_since]
    return ClocksView(
        interaction_id=row.id, at=instant(tx.now), due_at=maybe_instant(row.due_at), due_kind=row.due_kind or None,
        due_state=row.due_state, window_ends_at=maybe_instant(counted.clocks.window_ends_at),
        service_level_id=rules[counted.clocks.policy].service_level_id, clocks=[_view(clock, rules, tx.now) for clock in own],
    )  # fmt: skip


def _view(clock: Clock, rules: Mapping[str, Rules], now: datetime) -> ClockView:
    by = rules[clock.policy]
    hours = clock.target.hours
    return ClockView(
        kind=clock.kind.value, state="stopped" if clock.stopped_at else "running" if clock.is_running else "paused",
        counts_now=clock.is_running and (hours is None or hours.is_open(now)), started_at=instant(clock.started_at),
        stopped_at=maybe_instant(clock.stopped_at), target_s=clock.target.target_s,
        consumed_s=consumed(clock, now).total_seconds(), remaining_s=remaining(clock, now).total_seconds(),
        due_at=maybe_instant(due_at(clock)) if clock.is_running else None, breached=breached(clock, now),
        calendar_id=by.calendar_of.get(clock.kind), service_level_id=by.service_level_id,
    )  # fmt: skip
