"""Park a unit of work until the customer writes or a time comes; it stays the agent's."""

from datetime import datetime
from uuid import UUID

from unisono.domain.errors import Conflict, Invalid
from unisono.domain.words import InteractionState
from unisono.routing.clocks import What
from unisono.service.access import Access
from unisono.service.clocks import Happened, feed
from unisono.service.locks import lock_people
from unisono.service.no_room import no_room
from unisono.service.ports import Database
from unisono.service.ports.work import InteractionChange
from unisono.service.reach import reach_own
from unisono.service.work_events import agent_event, work_event


async def park(db: Database, access: Access, interaction_id: UUID, until: datetime | None = None) -> None:
    """Set active work aside; its class's share of its units stays taken for when it comes back, the rest is free.

    Without a time it waits for the customer, and clocks that may pause do. Raises NotFound, Conflict, Invalid for a time in the
    past.
    """
    async with db.write() as tx:
        work = await reach_own(tx, access, interaction_id, InteractionState.ACTIVE, InteractionState.PARKED)
        if until is not None and until <= tx.now:
            raise Invalid("The time to come back must lie in the future.", field="until")
        agent_id = await tx.work.release(work.id)
        kept = await tx.hands.parked_units(work.id)
        if agent_id is not None and kept > 0:
            # Just freed, so there is room, unless the capacity was lowered below what is in use: then nothing is kept.
            await tx.work.hold(work.id, agent_id, kept, engages=False)
        await tx.work.change(work.id, InteractionChange(state=InteractionState.PARKED.value, parked_until=until))
        if until is None:
            await feed(tx, [Happened(interaction_id=work.id, what=What.PARKED_FOR_CUSTOMER, at=tx.now)])
        tx.emit(work_event("parked", work, actor_id=access.user_id))
        if agent_id is not None:
            tx.emit(agent_event(agent_id))


async def unpark(db: Database, access: Access, interaction_id: UUID) -> None:
    """Take parked work up again. Raises NotFound; Conflict when the asker's capacity is used up."""
    async with db.write() as tx:
        work = await reach_own(tx, access, interaction_id, InteractionState.PARKED)
        if work.agent_id is not None and work.agent_id != access.user_id:
            await lock_people(tx, [work], access.user_id)
            if await tx.work.release(work.id) is not None:
                tx.emit(agent_event(work.agent_id))
        if not await tx.work.hold(work.id, access.user_id, work.units):
            full = Conflict("Your capacity is used up; finish or park something first.", code="no_capacity")
            raise await no_room(tx, work, access.user_id, full)
        await tx.work.change(
            work.id,
            InteractionChange(state=InteractionState.ACTIVE.value, agent_id=access.user_id, parked_until=None),
        )
        await feed(tx, [Happened(interaction_id=work.id, what=What.UNPARKED, at=tx.now)])
        tx.emit(work_event("unparked", work, actor_id=access.user_id, agent_id=access.user_id))
        tx.emit(agent_event(access.user_id))
