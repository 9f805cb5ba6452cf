"""Put a talk into a colleague's hands, while it goes on."""

from uuid import UUID

from unisono.domain.errors import Conflict
from unisono.domain.words import AgentState, InteractionState
from unisono.service.access import Access
from unisono.service.colleague import check_colleague
from unisono.service.locks import lock_people
from unisono.service.no_room import no_room
from unisono.service.ports import Tx
from unisono.service.ports.work import InteractionChange, InteractionFacts
from unisono.service.work_events import agent_event, work_event


async def give_talk(tx: Tx, access: Access, work: InteractionFacts, to: UUID) -> None:
    """Put active work into a colleague's hands within a verb's transaction. Raises Conflict when they have no room."""
    people = await lock_people(tx, [work], to)
    person = await check_colleague(tx, work, to, people.get(to), by=access.user_id)
    before = await tx.work.release(work.id)
    if person.state == AgentState.OFFLINE.value or not await tx.work.hold(work.id, to, work.units):
        full = Conflict("This colleague's capacity is used up. Nothing was changed; choose a queue.", code="no_capacity")
        raise await no_room(tx, work, to, full)
    change = InteractionChange(state=InteractionState.ACTIVE.value, agent_id=to, reason={"code": "transferred"})
    await tx.work.change(work.id, change)
    tx.emit(work_event("transferred", work, actor_id=access.user_id, agent_id=to, from_agent_id=work.agent_id))
    for one in sorted({to, *({before} if before is not None else ())}):
        tx.emit(agent_event(one))
