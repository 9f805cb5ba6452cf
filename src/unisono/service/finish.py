"""Finish the talk and wrap it up: what was it about?"""

from datetime import timedelta
from uuid import UUID

from unisono.domain.errors import Invalid
from unisono.domain.ids import new_id
from unisono.domain.words import InteractionState
from unisono.routing.clocks import What
from unisono.service.access import Access
from unisono.service.clocks import Happened, feed
from unisono.service.consult_ends import end_with_work
from unisono.service.note import add_note
from unisono.service.ports import Database, Tx
from unisono.service.ports.work import InteractionChange, InteractionFacts
from unisono.service.reach import reach, reach_own
from unisono.service.triage.labels import learn_from_work
from unisono.service.work_events import agent_event, work_event
from unisono.service.wrap_up_time import after_wrap_up, begin_wrap_up


async def finish(db: Database, access: Access, interaction_id: UUID) -> None:
    """End the talk; the capacity stays taken until it is wrapped up, or the queue's wrap-up time is over.

    Raises NotFound, Conflict.
    """
    async with db.write() as tx:
        work = await reach_own(tx, access, interaction_id, InteractionState.ACTIVE, InteractionState.WRAP_UP)
        if work.state == InteractionState.ACTIVE.value:
            await end_talk(tx, work, by=access.user_id)


async def end_talk(tx: Tx, work: InteractionFacts, *, by: UUID | None) -> None:
    """Begin the wrap-up of active work, which is locked, within a verb's own transaction: by a click, or as a call is over."""
    await end_with_work(tx, work, by=by)
    wrap_up_s = await tx.hands.wrap_up_s(work.queue_id)
    until = tx.now + timedelta(seconds=wrap_up_s) if wrap_up_s else None
    await tx.work.change(work.id, InteractionChange(state=InteractionState.WRAP_UP.value, wrap_up_until=until))
    await feed(tx, [Happened(interaction_id=work.id, what=What.CLOSED, at=tx.now)])
    tx.emit(work_event("finished", work, actor_id=by))
    if until is not None:
        await begin_wrap_up(tx, work)


async def wrap_up(
    db: Database, access: Access, interaction_id: UUID, code_id: UUID, note: str = "", *, waiting: bool = False
) -> None:
    """Close the unit of work with a code; with `waiting` also what nobody has in hand yet.

    Raises NotFound, Conflict, Invalid for a code that is not there.
    """
    async with db.write() as tx:
        if waiting:
            work = await reach(tx, access, interaction_id)
        if not waiting or work.state != InteractionState.WAITING.value:
            work = await reach_own(
                tx, access, interaction_id, InteractionState.ACTIVE, InteractionState.WRAP_UP, InteractionState.PARKED
            )
        await close_with_code(tx, access, work, code_id, note)


async def close_with_code(tx: Tx, access: Access, work: InteractionFacts, code_id: UUID, note: str = "") -> None:
    """Close a unit of work, which is locked, within a verb's own transaction. Raises Invalid for a code that is not there."""
    if not await tx.work.code_exists(code_id):
        raise Invalid("This wrap-up code does not exist or is archived.", field="code_id")
    note_id = None
    if note.strip():
        note_id = new_id()
        await add_note(tx, access, work.conversation_id, note_id, note)
    await tx.work.wrap_up(work.id, code_id, access.user_id, note_id)
    await learn_from_work(tx, work.id, code_id, access.user_id)
    await end_with_work(tx, work, by=access.user_id)
    agent_id = await tx.work.release(work.id)
    await tx.work.change(
        work.id,
        InteractionChange(
            state=InteractionState.CLOSED.value,
            closed_at=tx.now,
            wrap_up_code_id=code_id,
            parked_until=None,
            wrap_up_until=None,
        ),
    )
    await feed(tx, [Happened(interaction_id=work.id, what=What.CLOSED, at=tx.now)])
    tx.emit(work_event("wrapped_up", work, actor_id=access.user_id, code_id=code_id))
    if agent_id is not None:
        tx.emit(agent_event(agent_id))
        await after_wrap_up(tx, agent_id)
