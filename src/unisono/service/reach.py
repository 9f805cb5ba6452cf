"""Loading a unit of work for a verb, through the one door of access."""

from uuid import UUID

from unisono.domain.errors import Conflict, NotFound
from unisono.domain.words import InteractionState
from unisono.service.access import Access
from unisono.service.ports import Tx
from unisono.service.ports.work import InteractionFacts


async def reach(tx: Tx, access: Access, interaction_id: UUID, action: str = "work.answer") -> InteractionFacts:
    """Return the interaction, locked.

    Raises NotFound when it is not there or not to be seen, Forbidden when it is to be seen only.
    """
    work = await tx.work.interaction(interaction_id, lock=True)
    if work is None or not access.sees(work.access_class, work.agent_id):
        raise NotFound("This enquiry does not exist, or is not yours to see.")
    access.demand(work.access_class, work.agent_id, action)
    return work


async def reach_own(
    tx: Tx, access: Access, interaction_id: UUID, *states: InteractionState, action: str = "work.supervise"
) -> InteractionFacts:
    """Return the interaction when it is the asker's and in one of the states; who may `action` reaches anybody's.

    Raises NotFound, or Conflict that names the state.
    """
    work = await reach(tx, access, interaction_id)
    if work.agent_id != access.user_id and not access.sees(work.access_class, work.agent_id, action):
        raise Conflict("A colleague has this enquiry now.", code="not_yours")
    if work.state not in {state.value for state in states}:
        raise Conflict(f"This enquiry is {work.state} now; reload and decide anew.", code="state", state=work.state)
    return work
