"""Offer a unit of work to a certain agent: the router is not asked, capacity is."""

from typing import Any
from uuid import UUID

from unisono.domain.ids import new_id
from unisono.domain.words import InteractionState
from unisono.service.ports import Tx
from unisono.service.ports.work import InteractionChange, InteractionFacts
from unisono.service.work_events import agent_event, work_event


async def give_offer(
    tx: Tx, work: InteractionFacts, agent_id: UUID, reason: dict[str, Any], *, given_by: UUID | None = None
) -> bool:
    """Reserve a unit of work for an agent within a verb's transaction; it is theirs to accept or decline, as any offer.

    The work is nobody's else: waiting, or parked by them. Returns False when they have no room; nothing was changed then.
    """
    if not await tx.work.hold(work.id, agent_id, work.units):
        return False
    offer_id = new_id()
    await tx.hands.give_offer(work.id, offer_id, agent_id, reason, given_by)
    await tx.work.change(
        work.id,
        InteractionChange(state=InteractionState.OFFERED.value, agent_id=agent_id, parked_until=None, reason=reason),
    )
    tx.emit(work_event("given", work, actor_id=given_by, agent_id=agent_id, offer_id=offer_id, by=reason["code"]))
    tx.emit(agent_event(agent_id))
    return True
