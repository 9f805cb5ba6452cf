"""Time after the talk: who has nothing else in hand is shown as wrapping up, for as long as their queue gives."""

from typing import Final
from uuid import UUID

from unisono.domain.words import AgentState
from unisono.service.ports import Tx
from unisono.service.ports.work import InteractionFacts
from unisono.service.work_events import agent_event

#: Why an agent is in wrap-up who did not say so: their last talk has just ended.
TIMED: Final = "timed"


async def begin_wrap_up(tx: Tx, work: InteractionFacts) -> None:
    """Show that an agent wraps up, within a verb's transaction, unless they have other work in hand or said otherwise."""
    assert work.agent_id is not None
    standing = (await tx.hands.lock_agents([work.agent_id])).get(work.agent_id)
    if standing is None or standing.state != AgentState.AVAILABLE.value or await tx.hands.talks_to_others(work.agent_id, work.id):
        return
    await _set_state(tx, work.agent_id, AgentState.WRAP_UP.value, TIMED)


async def after_wrap_up(tx: Tx, agent_id: UUID) -> None:
    """Let an agent be available again who was in wrap-up by itself and has nothing left to wrap up."""
    standing = (await tx.hands.lock_agents([agent_id])).get(agent_id)
    timed = standing is not None and (standing.state, standing.reason) == (AgentState.WRAP_UP.value, TIMED)
    if timed and not await tx.hands.is_wrapping_up(agent_id):
        await _set_state(tx, agent_id, AgentState.AVAILABLE.value, "")


async def _set_state(tx: Tx, agent_id: UUID, state: str, reason: str) -> None:
    if await tx.work.set_agent_state(agent_id, state, reason):
        tx.emit(agent_event(agent_id, state=state, reason=reason))
