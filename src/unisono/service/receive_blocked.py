"""What blocked identities say: kept where spam stands, unrouted and counted, never dropped."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from msgspec import Struct

from unisono.domain.ids import new_id
from unisono.service.ports import NewEvent, Tx
from unisono.service.ports.channels import ChannelFacts
from unisono.service.ports.talk import ConversationRef, NewInteraction


class Unwanted(Struct, frozen=True, kw_only=True):
    """Something that a blocked identity said where no work is open."""

    conversation: ConversationRef
    said_at: datetime
    language: str | None


async def keep_blocked(tx: Tx, channel: ChannelFacts, said: Sequence[Unwanted]) -> dict[UUID, UUID]:
    """Return by conversation the unit of work under which it is kept as spam, made where there is none yet."""
    if not said:
        return {}
    first: dict[UUID, Unwanted] = {}
    for one in sorted(said, key=lambda one: one.said_at):
        first.setdefault(one.conversation.id, one)
    there = await tx.spam.spam_of(first)
    before = await tx.talk.interactions_of(first)
    new = [
        NewInteraction(
            id=new_id(), conversation_id=conversation_id, channel_id=channel.id, access_class=one.conversation.access_class,
            queue_id=channel.queue_id, skills=[], language=one.language, units=channel.units, priority=channel.priority,
            waiting_since=one.said_at, due_at=None, due_kind=None,
            previous_id=before[conversation_id].id if conversation_id in before else None,
            preferred_agent_id=None, reason={"code": "blocked"},
        )
        for conversation_id, one in first.items() if conversation_id not in there
    ]  # fmt: skip
    written = await tx.spam.close_new(new)
    await tx.spam.again(there.values())
    kept = there | {one.conversation_id: one.id for one in new if one.id in written}
    await tx.spam.count(dict(Counter(one.conversation.identity_id for one in said)))
    for conversation_id, interaction_id in kept.items():
        one = first[conversation_id]
        tx.emit(
            NewEvent(
                type="interaction.marked_spam", channel_id=channel.id, queue_id=channel.queue_id,
                access_class=one.conversation.access_class, conversation_id=conversation_id, interaction_id=interaction_id,
                body={"code": "blocked"},
            )
        )  # fmt: skip
    return kept
