"""Hand a unit of work to another queue, to a colleague, or to whoever has a skill, with a note."""

from typing import Any
from uuid import UUID

from unisono.domain.errors import Conflict, Invalid
from unisono.domain.ids import new_id
from unisono.domain.words import AgentState, InteractionState
from unisono.service.access import Access
from unisono.service.clocks import follow
from unisono.service.colleague import check_colleague
from unisono.service.give_back import give_back
from unisono.service.give_offer import give_offer
from unisono.service.locks import lock_people
from unisono.service.no_room import no_room
from unisono.service.note import add_note
from unisono.service.ports import Database, Tx
from unisono.service.ports.work import InteractionChange, InteractionFacts
from unisono.service.queues import MAX_LEVEL, between
from unisono.service.reach import reach_own
from unisono.service.work_events import agent_event, work_event

_FROM = (
    InteractionState.WAITING, InteractionState.OFFERED, InteractionState.ACTIVE, InteractionState.PARKED,
    InteractionState.WRAP_UP,
)  # fmt: skip


async def transfer(
    db: Database, access: Access, interaction_id: UUID, *, queue_id: UUID | None = None, agent_id: UUID | None = None,
    skill: str | None = None, level: int = 1, note: str = "",
) -> None:  # fmt: skip
    """Hand over to a queue (it waits there, at its old age), to a person, or to whoever has a skill at a level.

    A colleague who is available has it at once; one who is busy, away or wrapping up is asked by an offer that they may decline.
    A skill is asked for in the queue that is named, else in its own. Raises NotFound; Invalid when nobody or too many are named;
    Conflict when the colleague is logged off or has no room, or nobody there has the skill.
    """
    if (agent_id is None) == (queue_id is None and skill is None):
        raise Invalid("Name a queue, a skill, or a colleague to hand over to.", field="queue_id")
    between(level, 1, MAX_LEVEL, "level")
    async with db.write() as tx:
        work = await reach_own(tx, access, interaction_id, *_FROM)
        if note.strip():
            await add_note(tx, access, work.conversation_id, new_id(), note)
        if agent_id is not None:
            await give_to(tx, access, work, agent_id)
        else:
            await _to_queue(tx, access, work, queue_id or work.queue_id, skill, level)


async def _to_queue(tx: Tx, access: Access, work: InteractionFacts, queue_id: UUID, skill: str | None, level: int) -> None:
    if not await tx.work.queue_exists(queue_id):
        raise Invalid("This queue does not exist or is archived.", field="queue_id")
    reason: dict[str, Any] = {"code": "transferred"}
    change = InteractionChange(preferred_agent_id=None)
    asked: dict[str, Any] = {}
    if skill is not None:
        change = InteractionChange(preferred_agent_id=None, skills=await _asking_for(tx, work, queue_id, skill, level))
        asked = {"skill": skill, "level": level}
        reason["skills"] = [skill]
    if queue_id != work.queue_id:
        access_class = await tx.channels.access_class(work.channel_id, queue_id)
        await tx.work.change(work.id, InteractionChange(queue_id=queue_id, access_class=access_class))
    await tx.work.change(work.id, change)
    # Who asks for an expert may be one of them; it is meant for another.
    await give_back(tx, work, "transferred", actor_id=access.user_id, avoid=skill is not None and work.agent_id is not None)
    await tx.work.change(work.id, InteractionChange(reason=reason))
    await follow(tx, work.id)
    moved = await tx.work.interaction(work.id)
    assert moved is not None
    tx.emit(work_event("transferred", moved, actor_id=access.user_id, from_queue_id=work.queue_id, queue_id=queue_id, **asked))


async def _asking_for(tx: Tx, work: InteractionFacts, queue_id: UUID, skill: str, level: int) -> list[dict[str, Any]]:
    if skill not in {known.key for known in await tx.setup.skills()}:
        raise Invalid("This skill does not exist.", code="no_skill", field="skill")
    if await tx.hands.experts(queue_id, skill, level, work.agent_id) == 0:
        raise Conflict(
            "Nobody else in this queue has the skill at this level. Nothing was changed; choose another queue or a lower level.",
            code="no_expert",
        )
    return [*(need for need in work.skills if need["skill"] != skill), {"skill": skill, "level": level, "optional": False}]


async def give_to(tx: Tx, access: Access, work: InteractionFacts, agent_id: UUID) -> None:
    """Hand locked work to a colleague within a verb's transaction; see `transfer`. Raises Invalid, Conflict."""
    if agent_id == work.agent_id and work.state == InteractionState.ACTIVE.value:
        return
    # Both at once and in their order: somebody may hand work the other way round at the same moment.
    people = await lock_people(tx, [work], agent_id)
    person = await check_colleague(tx, work, agent_id, people.get(agent_id), by=access.user_id)
    await give_back(tx, work, "transferred", actor_id=access.user_id)
    if person.state == AgentState.AVAILABLE.value or agent_id == access.user_id:
        if not await tx.work.hold(work.id, agent_id, work.units):
            raise await no_room(tx, work, agent_id, _full())
        change = InteractionChange(state=InteractionState.ACTIVE.value, agent_id=agent_id, reason={"code": "transferred"})
        await tx.work.change(work.id, change)
    elif not await give_offer(
        tx, work, agent_id, {"code": "handed_over", "agent_id": str(access.user_id)}, given_by=access.user_id
    ):
        raise await no_room(tx, work, agent_id, _full())
    tx.emit(work_event("transferred", work, actor_id=access.user_id, agent_id=agent_id, from_agent_id=work.agent_id))
    tx.emit(agent_event(agent_id))


def _full() -> Conflict:
    return Conflict("This colleague's capacity is used up. Nothing was changed; choose a queue.", code="no_capacity")
