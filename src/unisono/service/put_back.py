"""Put a unit of work back to how it stood: the explicit inverse of whatever verb moved it."""

from datetime import datetime
from typing import Any
from uuid import UUID

from msgspec import Struct

from unisono.domain.words import InteractionState
from unisono.routing.clocks import What
from unisono.service.clocks import Happened, feed, follow
from unisono.service.locks import lock_people
from unisono.service.ports import Tx
from unisono.service.ports.work import InteractionChange, InteractionFacts
from unisono.service.work_events import agent_event, work_event

_IN_HAND = frozenset({InteractionState.ACTIVE.value, InteractionState.PARKED.value, InteractionState.WRAP_UP.value})


class Standing(Struct, frozen=True, kw_only=True):
    """How a unit of work stood; `tagged`: whether its conversation bore the tag that it was about."""

    state: str
    agent_id: UUID | None
    queue_id: UUID
    priority: int
    parked_until: datetime | None
    wrap_up_until: datetime | None
    skills: list[dict[str, Any]]
    reason: dict[str, Any]
    spam: bool
    closed_at: datetime | None
    version: int
    tagged: bool


async def put_back(tx: Tx, work: InteractionFacts, before: Standing, *, by: UUID) -> None:
    """Restore it within a verb's transaction. Whose hands have no room any more do not get it: then it waits at its old place.

    The caller has locked it, and knows that nothing happened to it since and that its conversation has no other open work.
    """
    if before.queue_id != work.queue_id:
        access_class = await tx.channels.access_class(work.channel_id, before.queue_id)
        await tx.work.change(work.id, InteractionChange(queue_id=before.queue_id, access_class=access_class))
    await lock_people(tx, [work], before.agent_id)
    changed = set()
    if work.state in _IN_HAND and (before.state, before.agent_id) != (work.state, work.agent_id):
        changed.add(await tx.work.release(work.id))
    state, agent_id = await _hands(tx, work, before)
    if agent_id is not None:
        changed.add(agent_id)
    closed = before.closed_at if state == InteractionState.CLOSED.value else None
    await tx.work.change(
        work.id,
        InteractionChange(
            state=state, agent_id=agent_id, priority=before.priority, skills=before.skills, reason=before.reason,
            closed_at=closed,
            parked_until=before.parked_until if state == InteractionState.PARKED.value else None,
            wrap_up_until=before.wrap_up_until if state == InteractionState.WRAP_UP.value else None, preferred_agent_id=None,
        ),
    )  # fmt: skip
    if work.state == InteractionState.CLOSED.value and state != work.state:
        await tx.work.change(work.id, InteractionChange(wrap_up_code_id=None))
        await tx.bulk.take_back_wrap_up(work.id)
    await tx.spam.mark(work.id, spam=before.spam)
    what = _clocks(work.state, state, before)
    await feed(tx, [Happened(interaction_id=work.id, what=one, at=tx.now) for one in what])
    if before.queue_id != work.queue_id:
        await follow(tx, work.id)
    now = await tx.work.interaction(work.id)
    assert now is not None
    # Who sees only the class that it leaves is told too: the event says from where it goes.
    tx.emit(work_event("restored", work, actor_id=by, agent_id=agent_id, cause="undone"))
    for one in sorted(agent for agent in changed if agent is not None):
        tx.emit(agent_event(one))


async def _hands(tx: Tx, work: InteractionFacts, before: Standing) -> tuple[str, UUID | None]:
    """Return the state and the hands that it gets."""
    if before.state == InteractionState.CLOSED.value:
        return before.state, before.agent_id
    if before.state not in _IN_HAND or before.agent_id is None:
        return InteractionState.WAITING.value, None
    if (before.state, before.agent_id) == (work.state, work.agent_id):
        return before.state, before.agent_id
    parked = before.state == InteractionState.PARKED.value
    units = await tx.hands.parked_units(work.id) if parked else work.units
    if units == 0 or await tx.work.hold(work.id, before.agent_id, units, engages=not parked):
        return before.state, before.agent_id
    return InteractionState.WAITING.value, None


def _clocks(now: str, then: str, before: Standing) -> list[What]:
    # Clocks end when the talk does, before it is wrapped up.
    ended, parked = {InteractionState.CLOSED.value, InteractionState.WRAP_UP.value}, InteractionState.PARKED.value
    what = []
    if now in ended and then not in ended:
        what.append(What.REOPENED)
    if now == parked and then != parked:
        what.append(What.UNPARKED)
    if then == parked and now != parked and before.parked_until is None:
        what.append(What.PARKED_FOR_CUSTOMER)
    if then in ended and now not in ended:
        what.append(What.CLOSED)
    return what
