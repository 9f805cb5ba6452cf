"""Put a unit of work back into its queue, at its old place: who waits longest keeps waiting longest."""

from datetime import timedelta
from typing import Final
from uuid import UUID

from msgspec import UNSET

from unisono.domain.words import InteractionState, OfferState
from unisono.routing.clocks import What
from unisono.service.clocks import Happened, feed
from unisono.service.consult_ends import end_with_work
from unisono.service.ports import Tx
from unisono.service.ports.work import InteractionChange, InteractionFacts
from unisono.service.work_events import agent_event, work_event
from unisono.service.wrap_up_time import after_wrap_up

AVOIDED: Final = timedelta(minutes=10)


async def give_back(
    tx: Tx, work: InteractionFacts, cause: str, *, actor_id: UUID | None = None, offer_state: OfferState | None = None,
    decline_reason: str = "", prefer: UUID | None = None, avoid: bool = False,
) -> None:  # fmt: skip
    """End the offer and what is asked about it, free the capacity and let it wait again; `waiting_since` and the deadline stay.

    prefer: who should get it if they have room. avoid: whoever had it is not asked first again for ten minutes.
    """
    await end_with_work(tx, work, by=actor_id)
    offer = await tx.work.open_offer_of(work.id)
    if offer is not None:
        await tx.work.end_offer(offer.id, (offer_state or OfferState.WITHDRAWN).value, decline_reason)
    agent_id = await tx.work.release(work.id)
    await tx.work.change(
        work.id,
        InteractionChange(
            state=InteractionState.WAITING.value,
            agent_id=None,
            parked_until=None,
            wrap_up_until=None,
            preferred_agent_id=prefer if prefer is not None else None if avoid else UNSET,
            avoid_agent_id=work.agent_id if avoid else UNSET,
            avoid_until=tx.now + AVOIDED if avoid else UNSET,
            reason={"code": "returned", "by": cause},
        ),
    )
    again = {InteractionState.PARKED.value: What.UNPARKED, InteractionState.WRAP_UP.value: What.REOPENED}.get(work.state)
    if again is not None:
        await feed(tx, [Happened(interaction_id=work.id, what=again, at=tx.now)])
    offer_id = offer.id if offer else None
    tx.emit(work_event("returned", work, actor_id=actor_id, cause=cause, offer_id=offer_id, reason=decline_reason or None))
    if agent_id is not None:
        tx.emit(agent_event(agent_id))
        if work.state == InteractionState.WRAP_UP.value:
            await after_wrap_up(tx, agent_id)
