"""Answer a customer: the message stands in the transcript as pending, and its outbox row in the same transaction."""

from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from msgspec import Struct, field

from unisono.contract.capabilities import Caps
from unisono.contract.inbound import Author
from unisono.contract.outbound import TemplateChoice
from unisono.domain.errors import Conflict, Invalid, NotFound
from unisono.domain.length import measure
from unisono.domain.words import DeliveryState, Direction, InteractionState, ReplyRule, Visibility
from unisono.service.access import Access
from unisono.service.approvals import asked_by_rule
from unisono.service.channel_context import Outside, open_connector
from unisono.service.count_parts import parts_of
from unisono.service.follow_cases import with_case_number
from unisono.service.forward import identity_of, third_party
from unisono.service.held_answers import hold, hold_for
from unisono.service.ports.talk import AttachmentFacts, NewMessage
from unisono.service.private_reply import PrivateReply, open_private_thread, private_caps, private_reply
from unisono.service.release import OUTBOX_BELL, Queued, queue_answer
from unisono.service.sender import DRAFTED, SIGNATURE, TEMPLATE
from unisono.service.signatures import signature_for
from unisono.service.templates import filled
from unisono.service.text import storable, terms
from unisono.triage.language import language_of

_DETAILS = {"content_warning", "to", "cc", "bcc"}


class Answer(Struct, frozen=True, kw_only=True):
    """What an agent wrote. `message_id` is made by the client (UUIDv7): sending it twice is one answer.

    visibility: what the agent saw when writing; it must be the thread's own, or nothing is sent (law 6).
    private_reply_to: the customer's public message to which this is the private answer; visibility is then private.
    conversation_id: which of the merged conversations is answered; it must be one that the work's is merged with.
    template: a text that the network approved, sent also when free words no longer may be; `text` is not looked at then.
    grace: the agent may take it back for the moment that the house has set. send_at: when to send it; stops: not if the customer
    writes before. approval: a second person must look first. signature: with the channel's signature below the text.
    forward_to: the address of a third party, to whom it goes instead of the customer. drafted: it began as a draft of the writing
    aid, and says so for good.
    """

    message_id: UUID
    text: str
    visibility: str
    subject: str = ""
    attachment_ids: tuple[UUID, ...] = ()
    in_reply_to: UUID | None = None
    details: dict[str, Any] = field(default_factory=dict)
    private_reply_to: UUID | None = None
    template: TemplateChoice | None = None
    grace: bool = False
    send_at: datetime | None = None
    stops: bool = False
    approval: bool = False
    signature: bool = False
    forward_to: str | None = None
    conversation_id: UUID | None = None
    drafted: bool = False


async def answer(outside: Outside, access: Access, interaction_id: UUID, draft: Answer) -> UUID:
    """Queue the answer and return its message id; the same `message_id` again changes nothing.

    Raises NotFound, Conflict (not yours, closed), Invalid (too long, wrong visibility, window closed, bad attachment).
    """
    text = storable(draft.text).strip()
    async with outside.db.read() as tx:
        place = await tx.talk.answerable(interaction_id, draft.conversation_id)
        if place is None or not access.sees(place.access_class, place.agent_id):
            raise NotFound("This enquiry does not exist, or is not yours to see.")
        access.demand(place.access_class, place.agent_id, "work.answer")
        # Asked again after the answer was lost on the way back: its files are no longer unsent, its window may be over.
        known = (await tx.talk.messages_by_id([draft.message_id])).get(draft.message_id)
        if known is not None and known.interaction_id == interaction_id:
            return draft.message_id
        channel = await tx.channels.facts(place.channel_id)
        attachments = await tx.talk.unsent_attachments(draft.attachment_ids)
        why = await hold_for(
            tx, approval=draft.approval or await asked_by_rule(tx, access, place, draft.visibility), send_at=draft.send_at,
            stops=draft.stops, grace=draft.grace,
        )  # fmt: skip
        signature = (
            await signature_for(tx, place.channel_id, access.user_id) if draft.signature and draft.template is None else ""
        )
    if channel is None:
        raise Conflict("The channel is archived; nothing can be sent on it. The draft was not sent.", code="channel_archived")
    connector = open_connector(outside, channel)
    caps = connector.capabilities(place.thread)
    details = {k: v for k, v in draft.details.items() if v}
    if draft.template is not None:
        text = await filled(connector, draft.template)
        details[TEMPLATE] = msgspec.to_builtins(draft.template)
    if signature:
        text = f"{text}\n\n{signature}"
        details[SIGNATURE] = len(signature) + 2
    if draft.drafted:
        details[DRAFTED] = True
    now = outside.clock.now()
    at = why.send_at if why is not None and why.send_at is not None else now
    third: Author | None = None
    private: PrivateReply | None = None
    if draft.forward_to is not None:
        third = third_party(connector, caps, place, draft)
        check(draft, text, caps, place.visibility, ReplyRule.YES.value, None, now, attachments)
    elif draft.private_reply_to is not None:
        private = await private_reply(outside, place, draft.private_reply_to, caps)
        caps = private_caps(connector.capabilities(private.thread))
        check(draft, text, caps, Visibility.PRIVATE.value, ReplyRule.YES.value, private.until, at, attachments)
    else:
        check(draft, text, caps, place.visibility, place.reply_rule, place.reply_until, at, attachments)
    language = language_of(text)
    async with outside.db.write() as tx:
        place = await tx.talk.answerable(interaction_id, draft.conversation_id, lock=True)
        if place is None:
            raise NotFound("This enquiry does not exist, or is not yours to see.")
        if draft.message_id in await tx.talk.messages_by_id([draft.message_id]):
            return draft.message_id
        if place.state not in (InteractionState.ACTIVE.value, InteractionState.WRAP_UP.value):
            raise Conflict("Only an enquiry that you have accepted can be answered. The draft was not sent.", code="not_active")
        if place.agent_id != access.user_id:
            raise Conflict("A colleague has this enquiry now. The draft was not sent.", code="not_yours")
        conversation_id = place.conversation_id
        aside = None
        if third is not None:
            aside = await identity_of(tx, channel.network, third)
            parent = await tx.talk.answered_aside(conversation_id, aside, draft.in_reply_to)
        elif private is None:
            parent = await tx.talk.answered_remote_id(conversation_id, draft.in_reply_to)
        else:
            conversation_id, parent = await open_private_thread(tx, place, private), private.remote_id
        await tx.talk.insert_messages(
            [
                NewMessage(
                    id=draft.message_id, conversation_id=conversation_id, interaction_id=interaction_id,
                    channel_id=place.channel_id, direction=Direction.OUTBOUND.value,
                    visibility=place.visibility if private is None else Visibility.PRIVATE.value,
                    user_id=access.user_id, occurred_at=tx.now, received_at=tx.now, said_at=tx.now,
                    ingest_key=f"answer:{draft.message_id}", parent_remote_id=parent, language=language,
                    delivery=(DeliveryState.QUEUED if why is None else DeliveryState.HELD).value, text=text,
                    subject=with_case_number(storable(draft.subject).strip(), place.case_number), details=details,
                    terms=terms(f"{draft.subject} {text}", language),
                    aside_identity_id=aside,
                )
            ]
        )  # fmt: skip
        await tx.talk.attach(draft.message_id, draft.attachment_ids)
        queued = Queued(
            message_id=draft.message_id, conversation_id=conversation_id, interaction_id=interaction_id,
            channel_id=place.channel_id, queue_id=place.queue_id, access_class=place.access_class, user_id=access.user_id,
            parent_remote_id=parent, private_reply_to=private.remote_id if private else None, said_at=tx.now,
            aside=aside is not None,
        )  # fmt: skip
        if why is None:
            await queue_answer(tx, queued)
        else:
            await hold(tx, queued, why)
    await outside.bell.ring(OUTBOX_BELL)
    return draft.message_id


def check(
    draft: Answer, text: str, caps: Caps, visibility: str, reply_rule: str, reply_until: datetime | None, now: datetime,
    attachments: list[AttachmentFacts],
) -> None:  # fmt: skip
    """Raise Invalid when the network would not take this answer, or when it could end in a place it was not meant for."""
    if draft.visibility != visibility:
        raise Invalid(
            f"This thread is {visibility}, the answer was written as {draft.visibility}. Nothing was sent; check and send again.",
            code="visibility", field="visibility",
        )  # fmt: skip
    if draft.message_id.version != 7:
        raise Invalid("message_id must be a UUIDv7 made by the client.", field="message_id")
    free = draft.template is None
    closed = {ReplyRule.NO, ReplyRule.DEEPLINK, ReplyRule.NEEDS_SUMMON} | ({ReplyRule.TEMPLATE_ONLY} if free else set())
    if not caps.reply or reply_rule in closed:
        raise Invalid("The network does not let us answer this item from here.", code="cannot_reply")
    if free and reply_until is not None and now >= reply_until:
        raise Invalid(
            f"The network's reply window ended at {reply_until:%Y-%m-%d %H:%M} UTC. The draft was kept.",
            code="window_closed",
        )
    if not text and not attachments:
        raise Invalid("The answer is empty.", field="text", code="empty")
    unknown = set(draft.details) - _DETAILS
    if unknown:
        raise Invalid(f"Unknown details: {', '.join(sorted(unknown))}.", field="details")
    if any(draft.details.get(name) for name in ("to", "cc", "bcc")) and not caps.copies:
        raise Invalid("This network knows no copies (Cc, Bcc).", field="details")
    length = measure(text, caps.text.unit.value, url_cost=caps.text.url_cost, domain_free=caps.text.mention_domain_free)
    if caps.text.maximum is not None and length > caps.text.maximum and not _in_parts(text, caps):
        raise Invalid(
            f"The answer counts {length}, this network takes {caps.text.maximum} ({caps.text.unit.value}). Nothing was sent.",
            code="too_long", field="text",
        )  # fmt: skip
    _check_media(caps, attachments, len(draft.attachment_ids))


def _in_parts(text: str, caps: Caps) -> bool:
    """Whether a text that is too long for one message may go in several."""
    if caps.max_parts < 2:
        return False
    parts = parts_of(text, caps)
    return parts is not None and parts <= caps.max_parts


def _check_media(caps: Caps, attachments: list[AttachmentFacts], asked: int) -> None:
    if len(attachments) != asked:
        raise Invalid("An attachment is missing or was sent already; attach it again.", field="attachment_ids")
    if len(attachments) > caps.media.max_count:
        raise Invalid(f"This network takes {caps.media.max_count} attachments, not {len(attachments)}.", field="attachment_ids")
    for attachment in attachments:
        if not any(_fits(attachment.media_type, pattern) for pattern in caps.media.types):
            raise Invalid(f"This network does not take files of type {attachment.media_type}.", field="attachment_ids")
        if (attachment.size_bytes or 0) > caps.media.max_bytes:
            raise Invalid(
                f"{attachment.size_bytes} bytes are more than the {caps.media.max_bytes} that this network takes.",
                field="attachment_ids",
            )


def _fits(media_type: str, pattern: str) -> bool:
    return pattern in ("*/*", media_type) or (pattern.endswith("/*") and media_type.startswith(pattern[:-1]))
