"""Decline an offer: the enquiry keeps its place and goes to somebody else."""

from uuid import UUID

from unisono.domain.errors import Conflict, NotFound
from unisono.domain.words import OfferState
from unisono.service.access import Access
from unisono.service.give_back import give_back
from unisono.service.ports import Database


async def decline_offer(db: Database, access: Access, offer_id: UUID, reason: str) -> None:
    """Give the reservation back with a reason word. Declining twice is declining once.

    Raises NotFound when the offer is somebody else's, Conflict when it was accepted.
    """
    async with db.write() as tx:
        seen = await tx.work.offer(offer_id)
        work = await tx.work.interaction(seen.interaction_id, lock=True) if seen else None
        offer = await tx.work.offer(offer_id, lock=True)
        if offer is None or work is None or offer.agent_id != access.user_id:
            raise NotFound("This offer does not exist, or is a colleague's.")
        if offer.state == OfferState.ACCEPTED.value:
            raise Conflict("You have accepted this enquiry; transfer it instead.", code="offer_ended")
        if offer.state != OfferState.OPEN.value:
            return
        await give_back(
            tx, work, "declined", actor_id=access.user_id, offer_state=OfferState.DECLINED, decline_reason=reason[:100]
        )
