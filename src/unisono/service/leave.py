"""Take a person out of the work: offline, and what they held goes back to its place in the queue."""

from uuid import UUID

from unisono.domain.words import AgentState
from unisono.service.ports import Tx
from unisono.service.step_back import OFFERS_AND_ACTIVE, step_back


async def leave_work(tx: Tx, agent_id: UUID, *, actor_id: UUID | None) -> None:
    """Set an agent offline within a verb's transaction; offers and active work wait again, in their old order.

    Parked work comes back at its time, work in wrap-up is closed by a supervisor. Nothing happens for who is no agent.
    """
    if await tx.work.agent(agent_id) is None:
        return
    await tx.hands.forget_desk(agent_id)
    await step_back(tx, agent_id, AgentState.OFFLINE.value, "", returned=OFFERS_AND_ACTIVE, actor_id=actor_id, even_so=True)
