"""Set an agent's state; who leaves gives back what was only offered."""

from unisono.domain.errors import Invalid
from unisono.domain.words import AgentState, InteractionState, OfferState
from unisono.service.access import Access
from unisono.service.give_back import give_back
from unisono.service.ports import Database
from unisono.service.work_events import agent_event

REASONS = frozenset({"", "break", "lunch", "meeting", "training", "back_office", "missed_offers"})


async def set_agent_state(db: Database, access: Access, state: str, reason: str = "") -> None:
    """Set the asker's own state. Going away or offline returns open offers; offline returns active work as well.

    Raises Invalid for unknown words, or when the asker is no agent.
    """
    if state not in set(AgentState):
        raise Invalid(f"{state!r} is no agent state; known are {', '.join(AgentState)}.", field="state")
    if reason not in REASONS:
        raise Invalid(f"{reason!r} is no reason; known are {', '.join(sorted(REASONS - {''}))}.", field="reason")
    async with db.write() as tx:
        if await tx.work.agent(access.user_id) is None:
            raise Invalid("You are not set up as an agent.", code="no_agent")
        changed = await tx.work.set_agent_state(access.user_id, state, reason)
        if not changed:
            return
        if state != AgentState.AVAILABLE.value:
            returned = {InteractionState.OFFERED.value}
            if state == AgentState.OFFLINE.value:
                returned |= {InteractionState.ACTIVE.value}
            for work in await tx.work.held_by(access.user_id):
                if work.state in returned:
                    await give_back(tx, work, "logged_off", actor_id=access.user_id, offer_state=OfferState.WITHDRAWN)
        tx.emit(agent_event(access.user_id, state=state, reason=reason))
