"""How a consult ends with something else: the work goes, or who helps does."""

from uuid import UUID

from unisono.domain.words import ConsultState
from unisono.service.locks import lock_people
from unisono.service.ports import Tx
from unisono.service.ports.consults import ConsultFacts
from unisono.service.ports.work import InteractionFacts
from unisono.service.work_events import agent_event, work_event


async def end(tx: Tx, work: InteractionFacts, consult: ConsultFacts, state: ConsultState, how: str, by: UUID | None) -> None:
    """End a consult within a verb's transaction and give back the capacity that it holds."""
    agent_id = await tx.consults.end(consult, state.value, by)
    tx.emit(work_event("consult_ended", work, actor_id=by, consult_id=consult.id, how=how))
    if agent_id is not None:
        tx.emit(agent_event(agent_id))


async def end_with_work(tx: Tx, work: InteractionFacts, *, by: UUID | None = None) -> None:
    """End what is asked about work that is over, or goes to somebody else. Its agents are locked here, in their order."""
    if not await tx.consults.asked_on([work.id]):
        return
    await lock_people(tx, [work])
    for consult in await tx.consults.of_work(work.id):
        await end(tx, work, consult, ConsultState.ENDED, "work_gone", by)


async def end_with_agent(tx: Tx, agent_id: UUID, how: str) -> None:
    """End what is asked of somebody who leaves; the caller has locked their row."""
    for consult in await tx.consults.of_agent(agent_id):
        work = await tx.work.interaction(consult.interaction_id)
        assert work is not None
        await end(tx, work, consult, ConsultState.ENDED, how, None)
