"""Who would get an enquiry now, and why: for who sets up queues, skills and steps."""

from typing import Final
from uuid import UUID

from msgspec import Struct

from unisono.domain.errors import Conflict, NotFound
from unisono.domain.words import InteractionState
from unisono.routing.explain import explain
from unisono.routing.facts import Reason
from unisono.service.access import Access
from unisono.service.instant import Instant, maybe_instant
from unisono.service.ports import Database

#: Read at a time.
PEOPLE: Final = 200


class PreviewView(Struct, frozen=True, kw_only=True):
    """What the router would do with this enquiry if it were the next.

    agent_id, reason: the offer; null when nobody can take it now. Of all agents `serving` take work of its queues (as widened by
    the step reached), of these `skilled` have what it needs, of these `available` are there, of these `with_room` have room; when
    somebody has room and nobody would get it, an idle reserve is kept. step: of relaxation; next_step_at: when the next comes.
    """

    agent_id: UUID | None
    reason: Reason | None
    serving: int
    skilled: int
    available: int
    with_room: int
    step: int
    next_step_at: Instant | None


async def preview(db: Database, access: Access, interaction_id: UUID) -> PreviewView:
    """Return who would get a waiting enquiry now. Raises NotFound, Forbidden; Conflict when it waits for nobody."""
    async with db.read() as tx:
        work = await tx.work.interaction(interaction_id)
        if work is None or not access.sees(work.access_class, work.agent_id):
            raise NotFound("This enquiry does not exist, or is not yours to see.")
        access.demand(work.access_class, work.agent_id, "work.supervise")
        waiting = await tx.work.waiting([interaction_id])
        if not waiting and work.state == InteractionState.WAITING.value:
            raise Conflict("From this queue nothing is offered: people take from the list.", code="pull")
        if not waiting:
            raise Conflict(f"This enquiry is {work.state} now; reload and decide anew.", code="state", state=work.state)
        found = explain(
            waiting[0], [agent async for some in tx.work.everybody(PEOPLE) for agent in some], await tx.work.reserves(), tx.now
        )
    decision = found.decision
    return PreviewView(
        agent_id=decision.agent_id if decision else None, reason=decision.reason if decision else None, serving=found.serving,
        skilled=found.skilled, available=found.available, with_room=found.with_room, step=found.step,
        next_step_at=maybe_instant(found.next_step_at),
    )  # fmt: skip
