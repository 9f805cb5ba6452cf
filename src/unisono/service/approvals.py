"""Answers that wait for a second person: which need one by rule, and which wait for whom."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from msgspec import Struct

from unisono.domain.ids import new_id
from unisono.domain.words import Visibility
from unisono.policy.approval import AnswerFacts, ApprovalRule, asked_of_enquiry, first_reason, public_by_newcomers
from unisono.service.access import Access
from unisono.service.live import tell
from unisono.service.ports import Database, Fanout, Tx
from unisono.service.ports.talk import Answerable
from unisono.service.settings import read_settings
from unisono.service.views import ConversationView, MessageView

APPROVE = "answer.approve"
MOST = 200


class Awaiting(Struct, frozen=True, kw_only=True):
    """An answer that waits for approval, where it stands."""

    message: MessageView
    conversation: ConversationView
    network: str
    medium: str


def rules_in_force(settings: Mapping[str, Any]) -> list[ApprovalRule]:
    """Return the rules by which answers need approval: those of the house's own rules, and the setting's."""
    return [asked_of_enquiry, *([public_by_newcomers] if settings["answer.approve_public"] else [])]


async def asked_by_rule(tx: Tx, access: Access, place: Answerable, visibility: str) -> bool:
    """Tell whether a rule asks for a second person before this answer may go out."""
    facts = AnswerFacts(
        public=visibility == Visibility.PUBLIC.value, may_approve=access.sees(place.access_class, place.agent_id, APPROVE),
        channel_id=str(place.channel_id), queue_id=str(place.queue_id), asked=place.approval,
    )  # fmt: skip
    return first_reason(rules_in_force(await read_settings(tx)), facts) is not None


async def tell_approvals(fanout: Fanout, message_id: UUID) -> None:
    """Hint to all who may approve that an answer waits, or no longer does; they ask what there is."""
    await tell(fanout, "approvals", "last", {"message_id": str(message_id), "hint": str(new_id())}, good_for_s=5)


async def awaiting_approval(db: Database, access: Access) -> list[Awaiting]:
    """Return the answers that the asker may approve, oldest first; their own are not among them."""
    async with db.read() as tx:
        classes = access.visible_classes(APPROVE)
        ids = await tx.held.waiting_for_approval(access.user_id, None if classes is None else sorted(classes), MOST)
        messages = await tx.reading.messages_by_id(ids)
        found: list[Awaiting] = []
        for message in sorted(messages, key=lambda m: ids.index(m.id)):
            placed = await tx.reading.conversation(message.conversation_id)
            if placed is not None:
                found.append(Awaiting(message=message, conversation=placed.view, network=placed.network, medium=placed.medium))
    return found
