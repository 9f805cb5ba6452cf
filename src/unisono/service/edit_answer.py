"""Mend an answer that a network refused, and send it again: too long, a word it does not take, a wrong link."""

from typing import Final
from uuid import UUID

from unisono.contract.inbound import Author, ThreadRef
from unisono.domain.errors import Conflict, NotFound
from unisono.domain.words import DeliveryState, Visibility
from unisono.service.access import Access
from unisono.service.answer import Answer, check
from unisono.service.channel_context import Outside, open_connector
from unisono.service.ports import NewEvent
from unisono.service.ports.ledgers import OutboxItem
from unisono.service.ports.talk import NewText
from unisono.service.release import OUTBOX_BELL
from unisono.service.repair import reach_answer, tell_answer
from unisono.service.sender import TEMPLATE
from unisono.service.text import storable, terms
from unisono.triage.language import language_of

#: With these nobody knows whether it arrived: another text could then stand there twice.
FATE_UNKNOWN: Final = frozenset({"undecided", "unknown"})
_STUCK: Final = frozenset({DeliveryState.DEAD.value, DeliveryState.FAILED.value})


async def edit_answer(outside: Outside, access: Access, message_id: UUID, text: str) -> None:
    """Replace the text of an answer that has not reached its network, and send it.

    Raises NotFound; Conflict when it is on its way, may have arrived, or is no free text; Invalid when the network would not take
    the new text either. Nothing is changed then.
    """
    text = storable(text).strip()
    async with outside.db.read() as tx:
        conversation_id = await reach_answer(tx, access, message_id)
        item = await tx.outbox.of_message(message_id)
        known = (await tx.talk.messages_by_id([message_id])).get(message_id)
        if item is None or known is None:
            raise NotFound("This answer does not exist, or is not yours to see.")
        code = await tx.repairs.code_of(message_id)
        facts = await tx.channels.facts(item.channel_id)
        attachments = await tx.talk.attachments_of(message_id)
    if item.state not in _STUCK or code in FATE_UNKNOWN:
        raise Conflict("Whether this answer arrived is not settled. Find out first, then retry or give it up.", code="state")
    if item.private_reply_to is not None or TEMPLATE in item.details or facts is None:
        raise Conflict("This answer cannot be changed, only sent again or given up.", code="not_editable")
    caps = open_connector(outside, facts).capabilities(_thread(item))
    draft = Answer(
        message_id=message_id, text=text, visibility=item.visibility, subject=item.subject,
        attachment_ids=tuple(one.id for one in attachments),
    )  # fmt: skip
    check(draft, text, caps, item.visibility, item.reply_rule, item.reply_until, outside.clock.now(), attachments)
    language = language_of(text)
    async with outside.db.write() as tx:
        if not await tx.outbox.revive(message_id, reconcile=False):
            raise Conflict("This answer is on its way or was given up meanwhile. Nothing was changed.", code="state")
        changed = NewText(
            message_id=message_id, revision=known.revision + 1, text=text, subject=item.subject, edited_at=tx.now,
            terms=terms(f"{item.subject} {text}", language),
        )  # fmt: skip
        await tx.talk.replace_texts([changed])
        await tx.talk.set_delivery(message_id, DeliveryState.QUEUED.value)
        await tx.privacy.audit(access.user_id, "answer.edited", "message", str(message_id), {"was": code})
        tx.emit(
            NewEvent(
                type="message.edited", actor_id=access.user_id, channel_id=item.channel_id, conversation_id=conversation_id,
                body={"message_id": message_id},
            )
        )  # fmt: skip
        tell_answer(tx, access, conversation_id, message_id, DeliveryState.QUEUED)
    await outside.bell.ring(OUTBOX_BELL)


def _thread(item: OutboxItem) -> ThreadRef:
    customer = Author(remote_id=item.identity_remote_id, realm=item.identity_realm, handle=item.identity_handle)
    return ThreadRef(visibility=Visibility(item.visibility), root_id=item.root_remote_id, customer=customer)
