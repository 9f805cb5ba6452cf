"""What came by a channel of ours without being said to us becomes an enquiry there, when somebody wants to answer it."""

from uuid import UUID

from unisono.domain.errors import Conflict
from unisono.domain.ids import new_id
from unisono.routing.clocks import Fact, What
from unisono.service.clocks import opening_of
from unisono.service.last_agent import last_agents
from unisono.service.ports import NewEvent, Tx
from unisono.service.ports.listening import MentionFacts
from unisono.service.ports.talk import NewInteraction
from unisono.service.receive_clocks import count_new, keep_new
from unisono.service.work_events import work_event


async def enquire(tx: Tx, mention: MentionFacts, by: UUID | None) -> bool:
    """Queue a message as if it had been said to us, from when it was said; returns False where it is gone or is one already.

    The mention is locked. Raises Conflict when its channel is archived.
    """
    if mention.message_id is None or mention.conversation_id is None or mention.enquiry:
        return False
    said = await tx.listening.said_here([mention.message_id])
    conversation = await tx.talk.conversation(mention.conversation_id)
    if not said or conversation is None:
        return False
    channel = await tx.channels.facts(conversation.channel_id)
    if channel is None:
        raise Conflict("The channel of this conversation is archived.", code="channel_archived")
    post = said[0].post
    before = (await tx.talk.interactions_of([conversation.id])).get(conversation.id)
    opening = await opening_of(tx, channel.id, channel.queue_id, channel.first_response_s)
    facts = {
        conversation.id: [Fact(str(mention.message_id), post.said_at, What.CUSTOMER_SAID, "", conversation.reply_until)],
    }
    counted = (await count_new(tx, opening, facts, {conversation.id: before} if before else {}))[conversation.id]
    skills = list(channel.skills)
    if channel.match_language and post.language is not None:
        skills.append({"skill": f"lang-{post.language}", "level": 1, "optional": True})
    interaction = NewInteraction(
        id=new_id(), conversation_id=conversation.id, channel_id=channel.id, access_class=conversation.access_class,
        queue_id=channel.queue_id, skills=skills, language=post.language, units=channel.units, priority=channel.priority,
        waiting_since=post.said_at, due_at=counted.reckoning.due_at, due_kind=counted.reckoning.due_kind or None,
        previous_id=before.id if before else None,
        preferred_agent_id=(await last_agents(tx, [conversation.id])).get(conversation.id), reason={"code": "found"},
    )  # fmt: skip
    if interaction.id not in await tx.talk.insert_interactions([interaction]):
        return False
    await keep_new(tx, opening, {interaction.id: counted})
    await tx.listening.said_in(mention.message_id, interaction.id)
    work = await tx.work.interaction(interaction.id, lock=True)
    assert work is not None
    age_s = max(0.0, round((tx.now - post.said_at).total_seconds(), 3))
    tx.emit(work_event("created", work, actor_id=by, previous_id=interaction.previous_id, units=work.units, age_s=age_s))
    tx.emit(
        NewEvent(
            type="message.edited", actor_id=by, access_class=work.access_class, channel_id=work.channel_id,
            conversation_id=work.conversation_id, interaction_id=work.id, queue_id=work.queue_id,
            body={"message_id": mention.message_id},
        )
    )  # fmt: skip
    return True
