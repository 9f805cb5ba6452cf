"""Tie a call to the message, conversation and unit of work as which it came in; who calls again need not be called back."""

from collections.abc import Sequence
from typing import Final
from uuid import UUID

from unisono.domain.words import InteractionState
from unisono.service.calls.abandon import close_as
from unisono.service.ports import Database, Tx

#: The medium of lines.
CALL: Final = "call"


async def tie_calls(tx: Tx, channel_id: UUID, remote_ids: Sequence[str]) -> None:
    """Tie calls within the transaction that takes them in."""
    await tx.calls.place(channel_id, remote_ids)


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
            waits = work is not None and work.state == InteractionState.WAITING.value
            if work is not None and waits and await tx.calls.end_call_back(work.id, "absorbed"):
                await close_as(tx, work, "absorbed")
                closed += 1
    return closed
