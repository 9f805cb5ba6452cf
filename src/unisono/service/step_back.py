"""An agent stops taking work: what they hold goes back to its place, in the lock order of the house."""

from uuid import UUID

from unisono.domain.words import AgentState, InteractionState, OfferState
from unisono.service.consult_ends import end_with_agent
from unisono.service.give_back import give_back
from unisono.service.locks import busy, lock_people
from unisono.service.ports import Tx
from unisono.service.work_events import agent_event

OFFERS = frozenset({InteractionState.OFFERED.value})
OFFERS_AND_ACTIVE = frozenset({InteractionState.OFFERED.value, InteractionState.ACTIVE.value})


async def step_back(
    tx: Tx, agent_id: UUID, state: str, reason: str, *, returned: frozenset[str], cause: str = "logged_off",
    actor_id: UUID | None = None, keep_deferrable: bool = False, prefer: bool = False, even_so: bool = False,
) -> bool:  # fmt: skip
    """Set an agent's state within a verb's transaction and give back what is in one of the states `returned`.

    Who goes offline no longer helps with anybody's work either.

    keep_deferrable: active work of a class that can wait for hours stays. prefer: what was active comes to the same agent
    first, if they are back in time. even_so: also when the state is that already; work is taken by hand in any state.
    Returns whether the state changed; without `even_so` nothing happens otherwise.
    """
    held = await tx.work.held_by(agent_id)
    locked = await lock_people(tx, held, agent_id)
    changed = await tx.work.set_agent_state(agent_id, state, reason)
    if not changed and not even_so:
        return False
    # The router may have offered something between the two; after the state it offers nothing more.
    meanwhile = await tx.hands.got_meanwhile(agent_id, [work.id for work in held])
    if not await tx.consults.asked_on([work.id for work in meanwhile]) - {None} <= locked.keys():
        raise busy()
    held += meanwhile
    back = [work for work in held if work.state in returned]
    active = InteractionState.ACTIVE.value
    kept = await tx.hands.deferrable([work.id for work in back if work.state == active]) if keep_deferrable else set()
    for work in back:
        if work.id not in kept:
            await give_back(
                tx, work, cause, actor_id=actor_id, offer_state=OfferState.WITHDRAWN,
                prefer=agent_id if prefer and work.state == active else None,
            )  # fmt: skip
    if state == AgentState.OFFLINE.value:
        await end_with_agent(tx, agent_id, cause)
    tx.emit(agent_event(agent_id, state=state, reason=reason))
    return changed
