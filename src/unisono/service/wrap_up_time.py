"""Time after the talk: a queue's wrap-up time holds the agent's capacity, and ends by itself."""

from typing import Final
from uuid import UUID

from unisono.domain.words import AgentState, InteractionState
from unisono.routing.clocks import What
from unisono.service.clocks import Happened, feed
from unisono.service.give_back import give_back
from unisono.service.ports import Database, Tx
from unisono.service.ports.work import InteractionChange, InteractionFacts
from unisono.service.work_events import agent_event, work_event

#: Why an agent is in wrap-up who did not say so: their last talk has just ended.
TIMED: Final = "timed"
BATCH: Final = 50


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


async def end_wrap_ups(db: Database) -> int:
    """Close work whose wrap-up time is over, without a code; returns how much came to an end.

    If the customer wrote meanwhile the talk goes on: with the same agent, or in the queue if they have logged off.
    """
    ended = 0
    while ended < BATCH and await _end_one(db):
        ended += 1
    return ended


async def _end_one(db: Database) -> bool:
    async with db.write() as tx:
        work = await tx.hands.overdue_wrap_up()
        if work is None:
            return False
        assert work.agent_id is not None
        if not await tx.hands.customer_wrote_on(work.id):
            await tx.work.release(work.id)
            await tx.work.change(
                work.id,
                InteractionChange(
                    state=InteractionState.CLOSED.value, closed_at=tx.now, wrap_up_until=None, reason={"code": "wrap_up_over"}
                ),
            )
            tx.emit(work_event("wrapped_up", work, code="time_over"))
            tx.emit(agent_event(work.agent_id))
        else:
            standing = (await tx.hands.lock_agents([work.agent_id])).get(work.agent_id)
            if standing is None or standing.disabled or standing.state == AgentState.OFFLINE.value:
                await give_back(tx, work, "customer_wrote", prefer=work.agent_id)
            else:
                await tx.work.change(work.id, InteractionChange(state=InteractionState.ACTIVE.value, wrap_up_until=None))
                await feed(tx, [Happened(interaction_id=work.id, what=What.REOPENED, at=tx.now)])
                tx.emit(work_event("unparked", work, cause="customer"))
        await after_wrap_up(tx, work.agent_id)
    return True
