"""Take a person out of the work: offline, and what they held goes back to its place in the queue."""

from uuid import UUID

from unisono.domain.words import AgentState, InteractionState, OfferState
from unisono.service.give_back import give_back
from unisono.service.ports import Tx
from unisono.service.work_events import agent_event

_RETURNED = frozenset({InteractionState.OFFERED.value, InteractionState.ACTIVE.value})


async def leave_work(tx: Tx, agent_id: UUID, *, actor_id: UUID | None) -> None:
    """Set an agent offline within a verb's transaction; offers and active work wait again, in their old order.

    Parked work comes back at its time, work in wrap-up is closed by a supervisor. Nothing happens for who is no agent.
    """
    if await tx.work.agent(agent_id) is None:
        return
    await tx.work.set_agent_state(agent_id, AgentState.OFFLINE.value, "")
    for work in await tx.work.held_by(agent_id):
        if work.state in _RETURNED:
            await give_back(tx, work, "logged_off", actor_id=actor_id, offer_state=OfferState.WITHDRAWN)
    tx.emit(agent_event(agent_id, state=AgentState.OFFLINE.value))
