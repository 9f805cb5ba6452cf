"""Take an enquiry by hand: pull work, without waiting for an offer."""

from uuid import UUID

from unisono.domain.errors import Conflict
from unisono.domain.words import InteractionState, OfferState
from unisono.service.access import Access
from unisono.service.no_room import no_room
from unisono.service.ports import Database, Tx
from unisono.service.ports.work import InteractionChange
from unisono.service.reach import reach
from unisono.service.work_events import agent_event, work_event


async def take(db: Database, access: Access, interaction_id: UUID) -> None:
    """Make a waiting enquiry (or one offered to the asker) the asker's. Taking twice is taking once.

    Raises NotFound; Conflict when a colleague has it or the asker's capacity is used up.
    """
    async with db.write() as tx:
        await take_in(tx, access, interaction_id)


async def take_in(tx: Tx, access: Access, interaction_id: UUID) -> None:
    """Take within a transaction of the caller's, who has locked nothing yet. Raises as `take`."""
    work = await reach(tx, access, interaction_id)
    if work.state == InteractionState.ACTIVE.value and work.agent_id == access.user_id:
        return
    mine = work.agent_id == access.user_id and work.state == InteractionState.OFFERED.value
    if work.state != InteractionState.WAITING.value and not mine:
        raise Conflict("A colleague has this enquiry now, or it is closed.", code="state", state=work.state)
    if await tx.work.agent(access.user_id) is None:
        raise Conflict("Only agents can take enquiries; you are not set up as one.", code="no_agent")
    if not await tx.work.hold(work.id, access.user_id, work.units):
        full = Conflict("Your capacity is used up; finish or park something first.", code="no_capacity")
        raise await no_room(tx, work, access.user_id, full)
    offer = await tx.work.open_offer_of(work.id)
    if offer is not None:
        await tx.work.end_offer(offer.id, OfferState.ACCEPTED.value)
    await tx.work.change(
        work.id,
        InteractionChange(state=InteractionState.ACTIVE.value, agent_id=access.user_id, reason={"code": "taken_by_hand"}),
    )
    tx.emit(work_event("taken", work, actor_id=access.user_id, agent_id=access.user_id))
    tx.emit(agent_event(access.user_id))
