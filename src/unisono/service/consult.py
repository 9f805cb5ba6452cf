"""Ask a colleague beside the conversation: they read it, answer by notes, and the work stays whose it is."""

from uuid import UUID

from unisono.domain.errors import Conflict, Invalid, NotFound
from unisono.domain.ids import new_id
from unisono.domain.words import ConsultState, InteractionState
from unisono.service.access import Access
from unisono.service.actor import access_of
from unisono.service.colleague import check_colleague
from unisono.service.consult_ends import end
from unisono.service.note import add_note
from unisono.service.ports import Database, Tx
from unisono.service.ports.consults import ConsultFacts
from unisono.service.ports.work import InteractionFacts
from unisono.service.reach import reach_own
from unisono.service.settings import read_settings
from unisono.service.work_events import agent_event, work_event


async def ask_colleague(
    db: Database, access: Access, interaction_id: UUID, consult_id: UUID, question: str, *, agent_id: UUID | None = None,
    skill: str | None = None,
) -> UUID:  # fmt: skip
    """Ask a colleague, or whoever has a skill, about work in hand or parked; the question is a note. Returns `consult_id`.

    Nothing is held until they begin. Raises NotFound; Invalid when neither or both are named, or they may not read it; Conflict
    when they are logged off or asked already, or nobody at work has the skill.
    """
    if (agent_id is None) == (skill is None):
        raise Invalid("Name either a colleague or a skill to ask.", field="agent_id")
    if agent_id == access.user_id:
        raise Invalid("To ask oneself is of little help; choose a colleague.", code="oneself", field="agent_id")
    async with db.write() as tx:
        work = await reach_own(tx, access, interaction_id, InteractionState.ACTIVE, InteractionState.PARKED)
        # The conversation before the agent, as everywhere.
        question_id = new_id()
        await add_note(tx, access, work.conversation_id, question_id, question)
        if agent_id is not None:
            people = await tx.hands.lock_agents([agent_id])
            await check_colleague(tx, work, agent_id, people.get(agent_id), by=access.user_id, asked=True)
        elif skill is not None:
            await _check_skill(tx, access, work, skill)
        for other in await tx.consults.of_work(work.id):
            if (other.agent_id, other.skill) == (agent_id, skill) or (agent_id is not None and other.agent_id == agent_id):
                raise Conflict("This is being asked already.", code="asked_already")
        units = int((await read_settings(tx))["consult.units"])
        asked = ConsultFacts(
            id=consult_id, interaction_id=work.id, asked_by=access.user_id, agent_id=agent_id, skill=skill,
            state=ConsultState.REQUESTED.value, units=units, version=1,
        )  # fmt: skip
        await tx.consults.ask(asked, question_id)
        tx.emit(work_event("consult_asked", work, actor_id=access.user_id, consult_id=consult_id))
    return consult_id


async def _check_skill(tx: Tx, access: Access, work: InteractionFacts, skill: str) -> None:
    if skill not in {known.key for known in await tx.setup.skills()}:
        raise Invalid("This skill does not exist.", code="no_skill", field="skill")
    for user_id in await tx.consults.able(skill, access.user_id):
        if (await access_of(tx, user_id)).sees(work.access_class, work.agent_id):
            return
    raise Conflict("Nobody at work who has this skill may read this enquiry. Nothing was changed.", code="nobody_to_ask")


async def begin_consult(db: Database, access: Access, consult_id: UUID) -> UUID:
    """Begin to help; the first who does has it. Returns the conversation. Twice is once.

    Raises NotFound when it is a colleague's or not to be seen; Conflict when it has ended, somebody else helps, or the asker's
    capacity is used up.
    """
    async with db.write() as tx:
        work = await _work_of(tx, consult_id)
        await tx.hands.lock_agents([access.user_id])
        consult = await tx.consults.consult(consult_id, lock=True)
        if consult is None or not await _is_for(tx, access, consult, work):
            raise _not_there()
        if consult.state == ConsultState.OPEN.value and consult.agent_id == access.user_id:
            return work.conversation_id
        if consult.state != ConsultState.REQUESTED.value:
            raise Conflict("Somebody else helps already, or it is no longer asked.", code="consult_ended")
        if not await tx.consults.open(consult, access.user_id):
            raise Conflict("Your capacity is used up; finish or park something first.", code="no_capacity")
        tx.emit(work_event("consult_opened", work, actor_id=access.user_id, consult_id=consult.id))
        tx.emit(agent_event(access.user_id))
    return work.conversation_id


async def decline_consult(db: Database, access: Access, consult_id: UUID) -> None:
    """Say that one cannot help. Twice is once.

    Raises NotFound; Conflict when one helps already (end it then), or when it is asked of all who have a skill: nobody can say no
    for the others.
    """
    async with db.write() as tx:
        work = await _work_of(tx, consult_id)
        await tx.hands.lock_agents([access.user_id])
        consult = await tx.consults.consult(consult_id, lock=True)
        if consult is None or not await _is_for(tx, access, consult, work):
            raise _not_there()
        if consult.state in (ConsultState.DECLINED.value, ConsultState.ENDED.value):
            return
        if consult.agent_id is None:
            raise Conflict("This is asked of everybody who has the skill; simply leave it.", code="asked_of_many")
        if consult.state == ConsultState.OPEN.value:
            raise Conflict("You are helping already; end it instead.", code="consult_open")
        await end(tx, work, consult, ConsultState.DECLINED, "declined", access.user_id)


async def end_consult(db: Database, access: Access, consult_id: UUID) -> None:
    """End it from either side: who asked, who helps, whose work it is, or who leads. Twice is once. Raises NotFound, Conflict."""
    async with db.write() as tx:
        work = await _work_of(tx, consult_id)
        seen = await tx.consults.consult(consult_id)
        assert seen is not None
        if seen.agent_id is not None:
            await tx.hands.lock_agents([seen.agent_id])
        consult = await tx.consults.consult(consult_id, lock=True)
        if consult is None or not access.sees(work.access_class, work.agent_id):
            raise _not_there()
        sides = {consult.asked_by, consult.agent_id, work.agent_id}
        if access.user_id not in sides and not access.sees(work.access_class, work.agent_id, "work.supervise"):
            raise _not_there()
        if consult.agent_id != seen.agent_id:
            raise Conflict("Somebody has just begun to help; look again.", code="state", state=consult.state)
        if consult.state in (ConsultState.REQUESTED.value, ConsultState.OPEN.value):
            await end(tx, work, consult, ConsultState.ENDED, "ended", access.user_id)


async def _work_of(tx: Tx, consult_id: UUID) -> InteractionFacts:
    """Return the work that a consult is about, locked: work before agents, agents before consults, everywhere."""
    consult = await tx.consults.consult(consult_id)
    work = await tx.work.interaction(consult.interaction_id, lock=True) if consult else None
    if work is None:
        raise _not_there()
    return work


async def _is_for(tx: Tx, access: Access, consult: ConsultFacts, work: InteractionFacts) -> bool:
    if not access.sees(work.access_class, work.agent_id):
        return False
    if consult.agent_id == access.user_id:
        return True
    if consult.asked_by == access.user_id:
        return False
    # Who was slower than another still learns that somebody helps.
    return consult.skill is not None and await tx.consults.has_skill(access.user_id, consult.skill)


def _not_there() -> NotFound:
    return NotFound("This request for help does not exist, or is not for you.")
