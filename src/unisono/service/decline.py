"""Decline an offer: the enquiry keeps its place and goes to somebody else."""

from typing import Final
from uuid import UUID

from unisono.domain.errors import Conflict, Invalid, NotFound
from unisono.domain.words import DeclineReason, OfferState
from unisono.service.access import Access
from unisono.service.give_back import give_back
from unisono.service.ports import Database

MAX_WORDS_CHARS: Final = 500


async def decline_offer(db: Database, access: Access, offer_id: UUID, reason: str = "", words: str = "") -> None:
    """Give the reservation back; why is counted, the agent's own words go into the audit log alone. Twice is once.

    A reason that is none of `DeclineReason` counts as `other`, and is kept with the words; empty: not said. What a colleague
    handed over is offered to them first. Raises NotFound when the offer is somebody else's, Conflict when it was accepted.
    """
    if len(words) > MAX_WORDS_CHARS:
        raise Invalid(f"Words to a refusal take {MAX_WORDS_CHARS} characters.", code="too_long", field="words")
    if reason and reason not in set(DeclineReason):
        reason, words = DeclineReason.OTHER.value, f"{reason}: {words}" if words else reason
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
            tx, work, "declined", actor_id=access.user_id, offer_state=OfferState.DECLINED, decline_reason=reason,
            prefer=await tx.hands.given_by(offer.id),
        )  # fmt: skip
        await tx.privacy.audit(
            access.user_id, "offer.declined", "interaction", str(work.id), {"reason": reason, "words": words.strip()}
        )
