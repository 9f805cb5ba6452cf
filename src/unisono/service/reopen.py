"""Reopen a conversation: a new unit of work, linked to the one before."""

from uuid import UUID

from unisono.domain.errors import Conflict, NotFound
from unisono.domain.ids import new_id
from unisono.domain.words import InteractionState
from unisono.routing.clocks import Fact, What
from unisono.service.access import Access
from unisono.service.clocks import opening_of
from unisono.service.last_agent import last_agents
from unisono.service.ports import Database
from unisono.service.ports.talk import NewInteraction
from unisono.service.ports.work import InteractionChange
from unisono.service.receive_clocks import count_new, keep_new
from unisono.service.work_events import agent_event, work_event


async def reopen(db: Database, access: Access, conversation_id: UUID) -> UUID:
    """Open a closed conversation again, in the asker's hands if they have room, else waiting; returns the interaction.

    An open one is returned as it is. Raises NotFound, Conflict when the channel is archived or the person was erased.
    """
    async with db.write() as tx:
        conversation = await tx.talk.conversation(conversation_id)
        if conversation is None or not access.sees(conversation.access_class, None):
            raise NotFound("This conversation does not exist, or is not yours to see.")
        access.demand(conversation.access_class, None, "work.answer")
        # Read under a lock: whoever erases the person meanwhile waits for this, or this for them.
        person = await tx.spam.identity(conversation.identity_id)
        if person is not None and person.is_erased:
            raise Conflict("This person was erased; nothing about them is kept.", code="erased")
        before = (await tx.talk.interactions_of([conversation_id])).get(conversation_id)
        if before is not None and before.state != InteractionState.CLOSED.value:
            return before.id
        channel = await tx.channels.facts(conversation.channel_id)
        if channel is None:
            raise Conflict("The channel of this conversation is archived.", code="channel_archived")
        queue_id = before.queue_id if before else channel.queue_id
        opening = await opening_of(tx, channel.id, queue_id, channel.first_response_s)
        facts = {conversation_id: [Fact(str(conversation_id), tx.now, What.REOPENED)]}
        counted = (await count_new(tx, opening, facts, {conversation_id: before} if before else {}))[conversation_id]
        due = counted.reckoning
        interaction = NewInteraction(
            id=new_id(), conversation_id=conversation_id, channel_id=channel.id, access_class=conversation.access_class,
            queue_id=queue_id, skills=channel.skills, language=None, units=channel.units, priority=channel.priority,
            waiting_since=tx.now, due_at=due.due_at, due_kind=due.due_kind or None,
            previous_id=before.id if before else None,
            preferred_agent_id=(await last_agents(tx, [conversation_id])).get(conversation_id), reason={"code": "reopened"},
        )  # fmt: skip
        await tx.talk.insert_interactions([interaction])
        await keep_new(tx, opening, {interaction.id: counted})
        work = await tx.work.interaction(interaction.id, lock=True)
        assert work is not None
        tx.emit(work_event("reopened", work, actor_id=access.user_id, previous_id=interaction.previous_id))
        if await tx.work.agent(access.user_id) is not None and await tx.work.hold(work.id, access.user_id, work.units):
            await tx.work.change(work.id, InteractionChange(state=InteractionState.ACTIVE.value, agent_id=access.user_id))
            tx.emit(agent_event(access.user_id))
    return interaction.id
