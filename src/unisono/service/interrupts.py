"""Work that was interrupted: set aside while what cannot wait is in hand, taken up again when that is over."""

from typing import Final

from unisono.domain.words import AgentState, InteractionState
from unisono.service.give_back import give_back
from unisono.service.locks import lock_people
from unisono.service.ports import Database, Tx
from unisono.service.ports.work import InteractionChange, InteractionFacts
from unisono.service.work_events import agent_event, work_event

BATCH: Final = 50


async def set_aside(tx: Tx, work: InteractionFacts) -> None:
    """Park, within a verb's transaction, what lent to this, if the class of this says so; else both stay in hand.

    Clocks run on: it is not the customer who is waited for.
    """
    for lender in await tx.lending.lenders(work.id):
        change = InteractionChange(
            state=InteractionState.PARKED.value, parked_until=None, interrupted_by=work.id, reason={"code": "interrupted"}
        )
        await tx.work.change(lender.id, change)
        tx.emit(work_event("parked", lender, cause="interrupted"))


async def take_up_again(db: Database) -> int:
    """Make active again what was set aside for work that is over; returns how much.

    Who has gone meanwhile, or given its units to something else, finds it in the queue, where it comes to them first.
    """
    taken_up = 0
    while taken_up < BATCH and await _take_up_one(db):
        taken_up += 1
    return taken_up


async def _take_up_one(db: Database) -> bool:
    async with db.write() as tx:
        work = await tx.lending.interruption_over()
        if work is None:
            return False
        assert work.agent_id is not None
        person = (await lock_people(tx, [work])).get(work.agent_id)
        there = person is not None and not person.disabled and person.state != AgentState.OFFLINE.value
        if there and await tx.work.hold(work.id, work.agent_id, work.units):
            reason = {"code": "interruption_over"}
            await tx.work.change(
                work.id, InteractionChange(state=InteractionState.ACTIVE.value, parked_until=None, reason=reason)
            )
            tx.emit(work_event("unparked", work, cause="interruption_over"))
            tx.emit(agent_event(work.agent_id))
        else:
            await give_back(tx, work, "interrupted", prefer=work.agent_id)
    return True
