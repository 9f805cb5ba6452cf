"""Tie a call to the message, conversation and unit of work as which it came in; who calls again need not be called back."""

from collections.abc import Sequence
from typing import Final
from uuid import UUID

from msgspec.structs import replace

from unisono.domain.words import InteractionState
from unisono.service.calls.abandon import close_as
from unisono.service.calls.place import place_of
from unisono.service.calls.wished_times import tie_wishes
from unisono.service.clocks import follow
from unisono.service.ports import Database, Tx
from unisono.service.ports.work import InteractionChange

#: The medium of lines.
CALL: Final = "call"


async def tie_calls(tx: Tx, channel_id: UUID, remote_ids: Sequence[str]) -> None:
    """Tie calls within the transaction that takes them in, and queue them as their callers chose."""
    await tie_wishes(tx, channel_id, remote_ids)
    for call_id in await tx.calls.place(channel_id, remote_ids):
        facts = await tx.calls.get(call_id)
        if facts is None or facts.interaction_id is None:
            continue
        place = place_of(facts)
        person = facts.path.get("person")
        if not place.queue and not place.skills and person is None:
            continue
        work = await tx.work.interaction(facts.interaction_id)
        if work is None or work.state != InteractionState.WAITING.value:
            continue
        needs = [*work.skills, *({"skill": skill, "level": 1, "optional": False} for skill in place.skills)]
        change = InteractionChange(skills=needs)
        if person is not None:
            # A direct line: theirs first, and everybody's of the queue when they do not come.
            change = replace(change, preferred_agent_id=UUID(str(person)))
        queue_id = await tx.calls.queue_of(place.queue) if place.queue else None
        if queue_id is not None and queue_id != work.queue_id:
            access_class = await tx.channels.access_class(work.channel_id, queue_id)
            change = replace(change, queue_id=queue_id, access_class=access_class)
        await tx.work.change(work.id, change)
        await follow(tx, work.id)


async def absorb(db: Database, call_id: UUID) -> int:
    """Close the call-backs that wait for whoever calls here; returns how many. What an agent has in hand already stays."""
    closed = 0
    async with db.read() as tx:
        facts = await tx.calls.get(call_id)
        if facts is None or facts.conversation_id is None or facts.outgoing:
            return 0
        conversation = await tx.talk.conversation(facts.conversation_id)
        waiting = await tx.calls.call_backs_of(conversation.identity_id) if conversation is not None else []
    for interaction_id in waiting:
        if interaction_id == facts.interaction_id:
            continue
        async with db.write() as tx:
            work = await tx.work.interaction(interaction_id, lock=True)
            # Also one that waits for the time that they wished for.
            waits = work is not None and (work.state == InteractionState.WAITING.value or work.agent_id is None)
            if work is not None and waits and await tx.calls.end_call_back(work.id, "absorbed"):
                await close_as(tx, work, "absorbed")
                closed += 1
    return closed
