"""Put a unit of work back into its queue, at its old place: who waits longest keeps waiting longest."""

from uuid import UUID

from unisono.domain.words import InteractionState, OfferState
from unisono.service.ports import Tx
from unisono.service.ports.work import InteractionChange, InteractionFacts
from unisono.service.work_events import agent_event, work_event


async def give_back(
    tx: Tx, work: InteractionFacts, cause: str, *, actor_id: UUID | None = None, offer_state: OfferState | None = None,
    decline_reason: str = "",
) -> None:  # fmt: skip
    """End the offer if there is one, free the capacity and let it wait again; `waiting_since` and the deadline stay."""
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
            reason={"code": "returned", "by": cause},
        ),
    )
    offer_id = offer.id if offer else None
    tx.emit(work_event("returned", work, actor_id=actor_id, cause=cause, offer_id=offer_id))
    if agent_id is not None:
        tx.emit(agent_event(agent_id))
