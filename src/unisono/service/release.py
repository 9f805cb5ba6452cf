"""Queue an answer for its network: at once, or when what held it back is over."""

from datetime import datetime
from typing import Final
from uuid import UUID

from msgspec import Struct

from unisono.domain.words import InteractionState
from unisono.routing.clocks import What
from unisono.service.clocks import Happened, feed
from unisono.service.ports import Database, NewEvent, Tx
from unisono.service.ports.held import HeldAnswer
from unisono.service.ports.talk import Touch

#: Rings when something may be due for a network.
OUTBOX_BELL: Final = "outbox"
BATCH: Final = 20


class Queued(Struct, frozen=True, kw_only=True):
    """An answer that stands in the transcript, with its place, ready for the outbox."""

    message_id: UUID
    conversation_id: UUID
    interaction_id: UUID
    channel_id: UUID
    queue_id: UUID
    access_class: int
    user_id: UUID
    parent_remote_id: str | None
    private_reply_to: str | None
    said_at: datetime
    work_is_open: bool = True
    #: Said to somebody who is not the customer: no clock of the customer's stops for it.
    aside: bool = False


async def queue_answer(tx: Tx, answer: Queued) -> None:
    """Put an answer into its lane; clocks stop, the conversation shows it as its newest, the log tells."""
    await tx.talk.touch_conversations(
        [Touch(conversation_id=answer.conversation_id, last_message_id=answer.message_id, said_at=answer.said_at)]
    )
    if answer.work_is_open and not answer.aside:
        await tx.talk.answered(answer.interaction_id)
        happened = Happened(
            interaction_id=answer.interaction_id, what=What.ANSWERED, at=answer.said_at, id=str(answer.message_id)
        )
        await feed(tx, [happened])
    await tx.outbox.add(
        answer.message_id, answer.channel_id, answer.conversation_id, answer.parent_remote_id,
        private_reply_to=answer.private_reply_to,
    )  # fmt: skip
    tx.emit(
        NewEvent(
            type="answer.queued", actor_id=answer.user_id, channel_id=answer.channel_id, queue_id=answer.queue_id,
            access_class=answer.access_class, conversation_id=answer.conversation_id, interaction_id=answer.interaction_id,
            agent_id=answer.user_id, body={"message_id": answer.message_id} | ({"aside": True} if answer.aside else {}),
        )
    )  # fmt: skip


async def release(tx: Tx, held: HeldAnswer) -> None:
    """Let a held answer go: from now on it is like any other."""
    aside = await tx.talk.is_aside(held.message_id)
    await tx.held.say_now(held.message_id)
    await tx.held.drop([held.message_id])
    await queue_answer(
        tx,
        Queued(
            message_id=held.message_id, conversation_id=held.conversation_id, interaction_id=held.interaction_id,
            channel_id=held.channel_id, queue_id=held.queue_id, access_class=held.access_class, user_id=held.user_id,
            parent_remote_id=held.parent_remote_id, private_reply_to=held.private_reply_to, said_at=tx.now,
            work_is_open=held.work_state != InteractionState.CLOSED.value, aside=aside,
        ),
    )  # fmt: skip


async def release_due(db: Database) -> int:
    """Queue the answers whose time has come; returns how many. Those of a process that died are among them."""
    async with db.read() as tx:
        due = await tx.held.next_due()
    if due is None:
        return 0
    async with db.write() as tx:
        if due > tx.now:
            return 0
        # The work of them all before what is held, in the order that every verb keeps.
        await tx.hands.lock_work_about([], await tx.held.due(BATCH))
        ready = await tx.held.take_due(BATCH)
        for held in ready:
            await release(tx, held)
    return len(ready)
