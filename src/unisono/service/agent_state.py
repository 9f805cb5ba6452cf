"""Set an agent's state; who leaves gives back what was only offered."""

from unisono.domain.errors import Invalid
from unisono.domain.words import AgentState
from unisono.service.access import Access
from unisono.service.ports import Database
from unisono.service.step_back import OFFERS, OFFERS_AND_ACTIVE, step_back

REASONS = frozenset({"", "break", "lunch", "meeting", "training", "back_office", "missed_offers"})


async def set_agent_state(db: Database, access: Access, state: str, reason: str = "") -> None:
    """Set the asker's own state. Going away or offline returns open offers; offline returns active work as well.

    Raises Invalid for unknown words, or when the asker is no agent.
    """
    if state not in set(AgentState):
        raise Invalid(f"{state!r} is no agent state; known are {', '.join(AgentState)}.", field="state")
    if reason not in REASONS:
        raise Invalid(f"{reason!r} is no reason; known are {', '.join(sorted(REASONS - {''}))}.", field="reason")
    returned: frozenset[str] = OFFERS
    if state == AgentState.AVAILABLE.value:
        returned = frozenset()
    elif state == AgentState.OFFLINE.value:
        returned = OFFERS_AND_ACTIVE
    async with db.write() as tx:
        if await tx.work.agent(access.user_id) is None:
            raise Invalid("You are not set up as an agent.", code="no_agent")
        await step_back(tx, access.user_id, state, reason, returned=returned, actor_id=access.user_id)
        if state == AgentState.OFFLINE.value:
            await tx.hands.forget_desk(access.user_id)
