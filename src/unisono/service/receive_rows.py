"""What is written of what came in: messages, their new texts, and what they change at their conversation."""

from uuid import UUID

from msgspec import Struct

from unisono.contract.inbound import Created
from unisono.domain.words import DeliveryState, Direction, Visibility
from unisono.service.ports.talk import ConversationRef, IdentityRef, NewMessage, NewText, Touch
from unisono.service.understand import Said, Understood


class Placed(Struct, frozen=True, kw_only=True):
    """A created item with its conversation."""

    understood: Understood
    said: Said
    event: Created
    identity: IdentityRef
    conversation: ConversationRef
    #: Said by a third party, to whom something was passed on.
    aside: UUID | None = None


def message_of(p: Placed, channel_id: UUID, interaction_id: UUID | None) -> NewMessage:
    """Return the row of a message."""
    event, clean = p.event, p.said.clean
    return NewMessage(
        id=p.said.message_id, conversation_id=p.conversation.id, interaction_id=interaction_id,
        channel_id=channel_id, direction=(Direction.OUTBOUND if event.own else Direction.INBOUND).value,
        visibility=event.thread.visibility.value, identity_id=None if event.own else p.identity.id,
        occurred_at=event.occurred_at, received_at=p.understood.item.received_at, said_at=p.said.said_at,
        tie_break=event.tie_break, ingest_key=p.understood.item.ingest_key, remote_id=event.remote_id,
        parent_remote_id=event.thread.parent_id, revision=event.revision, automatic=event.automatic,
        language=clean.language, url=event.url, delivery=DeliveryState.SENT.value if event.own else None,
        text=clean.text, subject=clean.subject, html=clean.html, details=clean.details, terms=clean.terms,
        aside_identity_id=p.aside,
    )  # fmt: skip


def touch_of(p: Placed) -> Touch:
    """Return what a message changes at its conversation."""
    inbound = not p.event.own and p.aside is None
    rule = p.event.can_reply
    return Touch(
        conversation_id=p.conversation.id, last_message_id=p.said.message_id, said_at=p.said.said_at,
        inbound_at=p.event.occurred_at if inbound else None, reply_rule=rule.rule.value if inbound else None,
        reply_until=rule.until if inbound else None, reply_reason=rule.reason if inbound else "",
        url=p.event.url if p.event.thread.visibility is Visibility.PUBLIC else "", links_to=p.event.thread.links_to,
    )  # fmt: skip


def new_text(message_id: UUID, said: Said) -> NewText:
    """Return what an edit says in place of what was said."""
    return NewText(
        message_id=message_id, revision=said.event.revision, text=said.clean.text, subject=said.clean.subject,
        html=said.clean.html, terms=said.clean.terms, details=said.clean.details, edited_at=said.said_at,
    )  # fmt: skip
