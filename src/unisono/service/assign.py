"""A person decides whose work it is, or how urgent: assign by hand, take over, set the priority."""

from typing import Any, Final
from uuid import UUID

from unisono.domain.errors import Conflict, Invalid
from unisono.domain.ids import new_id
from unisono.domain.words import InteractionState, OfferState
from unisono.service.access import Access
from unisono.service.colleague import check_colleague
from unisono.service.give_back import give_back
from unisono.service.locks import lock_people
from unisono.service.no_room import no_room
from unisono.service.note import add_note
from unisono.service.ports import Database, Tx
from unisono.service.ports.work import InteractionChange, InteractionFacts
from unisono.service.queues import between
from unisono.service.reach import reach
from unisono.service.work_events import agent_event, work_event

PRIORITY: Final = 100
MAX_REASON_CHARS: Final = 500


async def assign(db: Database, access: Access, interaction_id: UUID, agent_id: UUID, note: str = "") -> None:
    """Put an open unit of work into an agent's hands at once, whoever has it now; again to the same is once.

    Raises NotFound, Forbidden; Invalid for somebody who may not work on it; Conflict when it is closed, they are logged off
    or have no room left: capacity is never exceeded, by nobody's order.
    """
    async with db.write() as tx:
        work = await _reach(tx, access, interaction_id)
        if work.agent_id == agent_id and work.state == InteractionState.ACTIVE.value:
            return
        if note.strip():
            await add_note(tx, access, work.conversation_id, new_id(), note)
        await _hand_to(tx, access, work, agent_id, "assigned")


async def take_over(db: Database, access: Access, interaction_id: UUID) -> None:
    """Take an open unit of work from whoever has it; taking over twice is once.

    Raises NotFound, Forbidden; Conflict when it is closed, or the asker is no agent or has no room left.
    """
    async with db.write() as tx:
        work = await _reach(tx, access, interaction_id)
        if work.agent_id == access.user_id and work.state == InteractionState.ACTIVE.value:
            return
        await _hand_to(tx, access, work, access.user_id, "taken_over")


async def prioritise(db: Database, access: Access, interaction_id: UUID, priority: int, reason: str) -> None:
    """Set how urgent an open unit of work is, from -100 to 100, higher first; the router follows at once.

    Raises NotFound, Forbidden, Invalid, Conflict when it is closed.
    """
    between(priority, -PRIORITY, PRIORITY, "priority")
    if not reason.strip():
        raise Invalid("Say why: the reason is kept with who decided.", code="empty", field="reason")
    if len(reason) > MAX_REASON_CHARS:
        raise Invalid(f"A reason takes {MAX_REASON_CHARS} characters.", code="too_long", field="reason")
    async with db.write() as tx:
        work = await _reach(tx, access, interaction_id)
        if work.priority == priority:
            return
        change: dict[str, Any] = {"from": work.priority, "to": priority}
        await tx.work.change(work.id, InteractionChange(priority=priority))
        await tx.privacy.audit(
            access.user_id, "interaction.prioritised", "interaction", str(work.id),
            {**change, "reason": reason.strip()},
        )  # fmt: skip
        tx.emit(work_event("prioritised", work, actor_id=access.user_id, **change))


async def _reach(tx: Tx, access: Access, interaction_id: UUID) -> InteractionFacts:
    work = await reach(tx, access, interaction_id, "work.supervise")
    if work.state == InteractionState.CLOSED.value:
        raise Conflict("This enquiry is closed; reopen its conversation first.", code="state", state=work.state)
    return work


async def _hand_to(tx: Tx, access: Access, work: InteractionFacts, agent_id: UUID, how: str) -> None:
    # Both at once and in their order: somebody may hand work the other way round at the same moment.
    people = await lock_people(tx, [work], agent_id)
    person = await check_colleague(tx, work, agent_id, people.get(agent_id), by=access.user_id)
    if work.agent_id == agent_id and work.state == InteractionState.OFFERED.value:
        offer = await tx.work.open_offer_of(work.id)
        if offer is not None:
            await tx.work.end_offer(offer.id, OfferState.ACCEPTED.value)
        offer_id = offer.id if offer else None
    else:
        offer_id = None
        if work.state != InteractionState.WAITING.value:
            await give_back(tx, work, how, actor_id=access.user_id)
    if not await tx.work.hold(work.id, agent_id, work.units):
        full = Conflict(
            f"There is no room: this takes {work.units} units and {max(0, person.free)} are free. Nothing was changed; let "
            "something be finished, parked or handed over first, raise the capacity, or choose somebody else.",
            code="agent_full", needed=work.units, free=max(0, person.free),
        )  # fmt: skip
        raise await no_room(tx, work, agent_id, full)
    await tx.work.change(
        work.id,
        InteractionChange(
            state=InteractionState.ACTIVE.value, agent_id=agent_id, parked_until=None, wrap_up_until=None,
            preferred_agent_id=None, reason={"code": how},
        ),
    )  # fmt: skip
    await tx.privacy.audit(
        access.user_id, f"interaction.{how}", "interaction", str(work.id),
        {"agent_id": str(agent_id), "from_agent_id": str(work.agent_id) if work.agent_id else None},
    )  # fmt: skip
    tx.emit(
        work_event(
            "assigned", work, actor_id=access.user_id, agent_id=agent_id, from_agent_id=work.agent_id, offer_id=offer_id, how=how
        )
    )
    tx.emit(agent_event(agent_id))
