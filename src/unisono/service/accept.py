"""Accept an offer: the reservation becomes work in hand."""

from uuid import UUID

from unisono.domain.errors import Conflict, NotFound
from unisono.domain.words import InteractionState, OfferState
from unisono.service.access import Access
from unisono.service.interrupts import set_aside
from unisono.service.ports import Database, Tx
from unisono.service.ports.work import InteractionChange, InteractionFacts, OfferFacts
from unisono.service.work_events import work_event


async def accept_offer(db: Database, access: Access, offer_id: UUID) -> UUID:
    """Return the interaction that is now the agent's. Accepting twice is accepting once.

    Raises NotFound when the offer is somebody else's, Conflict when it has expired or was withdrawn.
    """
    async with db.write() as tx:
        seen = await tx.work.offer(offer_id)
        work = await tx.work.interaction(seen.interaction_id, lock=True) if seen else None
        offer = await tx.work.offer(offer_id, lock=True)
        if offer is None or work is None or offer.agent_id != access.user_id:
            raise NotFound("This offer does not exist, or is a colleague's.")
        if offer.state == OfferState.ACCEPTED.value:
            return offer.interaction_id
        if offer.state != OfferState.OPEN.value:
            raise Conflict("This offer has ended; the enquiry went back to its place in the queue.", code="offer_ended")
        await accept_in(tx, work, offer, actor_id=access.user_id)
    return offer.interaction_id


async def accept_in(tx: Tx, work: InteractionFacts, offer: OfferFacts, *, actor_id: UUID) -> None:
    """Accept an open offer within a verb's transaction: by a click, or by a phone that was taken up. The work is locked."""
    await tx.work.end_offer(offer.id, OfferState.ACCEPTED.value)
    await tx.work.change(work.id, InteractionChange(state=InteractionState.ACTIVE.value))
    await tx.work.count_missed(offer.agent_id, reset=True)
    await set_aside(tx, work)
    tx.emit(work_event("accepted", work, actor_id=actor_id, offer_id=offer.id))
