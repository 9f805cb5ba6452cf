"""Why somebody cannot have a unit of work: they have no room, or they have one already of what one has one at a time."""

from uuid import UUID

from unisono.domain.errors import Conflict
from unisono.service.ports import Tx
from unisono.service.ports.work import InteractionFacts


async def no_room(tx: Tx, work: InteractionFacts, agent_id: UUID, full: Conflict) -> Conflict:
    """Return the error of a hold that was refused. full: what to say when it is a matter of units."""
    if not await tx.work.would_be_second(work.id, agent_id):
        return full
    return Conflict(
        "Whoever is in a call, rung by one or wraps one up gets no second one. Nothing was changed; end that first, or choose "
        "somebody else or a queue.",
        code="second_call",
    )
