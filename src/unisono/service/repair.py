"""Repair by hand: quarantined items and answers that did not reach their network."""

from uuid import UUID

from unisono.domain.errors import Conflict, NotFound
from unisono.domain.words import DeliveryState
from unisono.service.access import Access
from unisono.service.channel_context import INBOX_BELL, Outside
from unisono.service.ports import NewEvent, Tx
from unisono.service.release import OUTBOX_BELL


async def retry_answer(outside: Outside, access: Access, message_id: UUID, *, confirm_not_sent: bool = False) -> None:
    """Send a dead or failed answer again. Where its fate is unknown the network is asked first, unless a person vouches.

    Raises NotFound, Conflict when it is on its way or delivered.
    """
    async with outside.db.write() as tx:
        conversation_id = await reach_answer(tx, access, message_id)
        item = await tx.outbox.of_message(message_id)
        assert item is not None
        if not await tx.outbox.revive(message_id, reconcile=not confirm_not_sent):
            raise Conflict(f"This answer is {item.state}; there is nothing to retry.", code="state", state=item.state)
        await tx.talk.set_delivery(message_id, DeliveryState.QUEUED.value)
        tell_answer(tx, access, conversation_id, message_id, DeliveryState.QUEUED)
    await outside.bell.ring(OUTBOX_BELL)


async def discard_answer(outside: Outside, access: Access, message_id: UUID, reason: str = "") -> None:
    """Give an answer up that has not reached its network; a reason is kept. Raises NotFound, Conflict."""
    async with outside.db.write() as tx:
        conversation_id = await reach_answer(tx, access, message_id)
        if not await tx.outbox.give_up(message_id):
            raise Conflict("This answer is being sent or was delivered; it cannot be given up.", code="state")
        await tx.talk.set_delivery(message_id, DeliveryState.DEAD.value, "given_up")
        await tx.privacy.audit(
            access.user_id, "answer.given_up", "message", str(message_id), {"reason": reason} if reason else {}
        )
        tell_answer(tx, access, conversation_id, message_id, DeliveryState.DEAD)


async def reach_answer(tx: Tx, access: Access, message_id: UUID) -> UUID:
    """Return the conversation of an answer that the asker may send or give up. Raises NotFound, Forbidden."""
    known = (await tx.talk.messages_by_id([message_id])).get(message_id)
    conversation = await tx.talk.conversation(known.conversation_id) if known else None
    if known is None or conversation is None or known.direction != "out":
        raise NotFound("This answer does not exist, or is not yours to see.")
    work = await tx.work.open_of(conversation.id)
    access.demand(conversation.access_class, work.agent_id if work else None, "work.answer")
    return conversation.id


def tell_answer(tx: Tx, access: Access, conversation_id: UUID, message_id: UUID, state: DeliveryState) -> None:
    """Emit that an answer's delivery was changed by hand."""
    tx.emit(
        NewEvent(
            type="answer.changed", actor_id=access.user_id, conversation_id=conversation_id,
            body={"message_id": message_id, "delivery": state.value},
        )
    )  # fmt: skip


async def retry_item(outside: Outside, access: Access, item_id: UUID) -> None:
    """Read a quarantined item again. Raises Forbidden, NotFound."""
    access.require("quarantine.manage")
    async with outside.db.write() as tx:
        channel_id = await tx.inbox.requeue(item_id)
        if channel_id is None:
            raise NotFound("This item is not in quarantine any more, or its bytes have expired.")
        tx.emit(NewEvent(type="quarantine.changed", actor_id=access.user_id, channel_id=channel_id, body={"inbox_id": item_id}))
    await outside.bell.ring(INBOX_BELL)


async def discard_item(outside: Outside, access: Access, item_id: UUID, reason: str = "") -> None:
    """Give a quarantined item up; its bytes are erased, a reason is kept. Raises Forbidden, NotFound."""
    access.require("quarantine.manage")
    async with outside.db.write() as tx:
        channel_id = await tx.inbox.discard(item_id)
        if channel_id is None:
            raise NotFound("This item is not in quarantine any more.")
        await tx.privacy.audit(
            access.user_id, "quarantine.discarded", "inbox", str(item_id), {"reason": reason} if reason else {}
        )
        tx.emit(NewEvent(type="quarantine.changed", actor_id=access.user_id, channel_id=channel_id, body={"inbox_id": item_id}))
