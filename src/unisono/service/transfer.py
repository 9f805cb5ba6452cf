"""Hand a unit of work to another queue or to a colleague, with a note."""

from uuid import UUID

from unisono.domain.errors import Conflict, Invalid
from unisono.domain.ids import new_id
from unisono.domain.words import InteractionState
from unisono.service.access import Access
from unisono.service.clocks import follow
from unisono.service.give_back import give_back
from unisono.service.note import add_note
from unisono.service.ports import Database, Tx
from unisono.service.ports.work import InteractionChange, InteractionFacts
from unisono.service.reach import reach_own
from unisono.service.work_events import agent_event, work_event

_FROM = (
    InteractionState.WAITING, InteractionState.OFFERED, InteractionState.ACTIVE, InteractionState.PARKED,
    InteractionState.WRAP_UP,
)  # fmt: skip


async def transfer(
    db: Database, access: Access, interaction_id: UUID, *, queue_id: UUID | None = None, agent_id: UUID | None = None,
    note: str = "",
) -> None:  # fmt: skip
    """Hand over to a queue (it waits there, at its old age) or to a person (it is theirs at once).

    Raises NotFound; Invalid when neither or both are named; Conflict when the colleague has no capacity left.
    """
    if (queue_id is None) == (agent_id is None):
        raise Invalid("Name either a queue or a colleague to hand over to.", field="queue_id")
    async with db.write() as tx:
        work = await reach_own(tx, access, interaction_id, *_FROM)
        if note.strip():
            await add_note(tx, access, work.conversation_id, new_id(), note)
        if queue_id is not None:
            await _to_queue(tx, access, work, queue_id)
        elif agent_id is not None:
            await _to_agent(tx, access, work, agent_id)


async def _to_queue(tx: Tx, access: Access, work: InteractionFacts, queue_id: UUID) -> None:
    if not await tx.work.queue_exists(queue_id):
        raise Invalid("This queue does not exist or is archived.", field="queue_id")
    access_class = await tx.channels.access_class(work.channel_id, queue_id)
    await tx.work.change(work.id, InteractionChange(queue_id=queue_id, access_class=access_class, preferred_agent_id=None))
    await give_back(tx, work, "transferred", actor_id=access.user_id)
    await tx.work.change(work.id, InteractionChange(reason={"code": "transferred"}))
    await follow(tx, work.id)
    moved = await tx.work.interaction(work.id)
    assert moved is not None
    tx.emit(work_event("transferred", moved, actor_id=access.user_id, from_queue_id=work.queue_id, queue_id=queue_id))


async def _to_agent(tx: Tx, access: Access, work: InteractionFacts, agent_id: UUID) -> None:
    if await tx.work.agent(agent_id) is None:
        raise Invalid("This colleague takes no enquiries.", field="agent_id")
    if agent_id == work.agent_id and work.state == InteractionState.ACTIVE.value:
        return
    await give_back(tx, work, "transferred", actor_id=access.user_id)
    if not await tx.work.hold(work.id, agent_id, work.units):
        raise Conflict("This colleague's capacity is used up. Nothing was changed; choose a queue.", code="no_capacity")
    await tx.work.change(
        work.id,
        InteractionChange(state=InteractionState.ACTIVE.value, agent_id=agent_id, reason={"code": "transferred"}),
    )
    tx.emit(work_event("transferred", work, actor_id=access.user_id, agent_id=agent_id, from_agent_id=work.agent_id))
    tx.emit(agent_event(agent_id))
