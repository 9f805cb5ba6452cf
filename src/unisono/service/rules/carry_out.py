"""What a rule does, within the transaction of its occasion. Nobody's hands are emptied by a rule: work in hand stays there."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any, Final
from uuid import UUID

from msgspec import Struct

from unisono.domain.errors import Conflict, NotFound
from unisono.domain.ids import new_id
from unisono.domain.words import DeliveryState, Direction, InteractionState, Visibility
from unisono.policy.rules.language import Action, Verb
from unisono.routing.clocks import What
from unisono.service.actor import access_of
from unisono.service.channel_context import Outside, open_connector
from unisono.service.clocks import Happened, feed, follow
from unisono.service.give_back import give_back
from unisono.service.ports import NewEvent, Tx
from unisono.service.ports.rules import RuleFacts
from unisono.service.ports.talk import NewMessage, Touch
from unisono.service.ports.work import InteractionChange, InteractionFacts
from unisono.service.text import terms
from unisono.service.work_events import work_event
from unisono.triage.language import language_of

#: One automatic word in a conversation in so long a time: two machines that greet each other stop here.
QUIET: Final = timedelta(hours=24)
_UNTAKEN: Final = (InteractionState.WAITING.value, InteractionState.OFFERED.value)


class Doing(Struct, frozen=True, kw_only=True):
    """What an action is carried out on, and for which rule. rings: bells to ring after the commit."""

    tx: Tx
    outside: Outside
    facts: RuleFacts
    rule_id: UUID
    rings: set[str]


async def carry_out(doing: Doing, action: Action) -> dict[str, Any]:
    """Do it; returns what is remembered of it. Raises UnisonoError with a code when it cannot be done as things are."""
    work = await doing.tx.work.interaction(doing.facts.interaction_id, lock=True)
    if work is None:
        raise NotFound("This enquiry is gone.", code="gone")
    return await _DEEDS[action.verb](doing, work, action)


async def _queue(doing: Doing, work: InteractionFacts, action: Action) -> dict[str, Any]:
    tx, queue_id = doing.tx, UUID(action.value)
    work = await _untaken(doing, work)
    if not await tx.work.queue_exists(queue_id):
        raise Conflict("This queue is archived; the enquiry stays where it is.", code="no_queue")
    if work.queue_id == queue_id:
        return {"from": str(queue_id)}
    access_class = await tx.channels.access_class(work.channel_id, queue_id)
    await tx.work.change(work.id, InteractionChange(queue_id=queue_id, access_class=access_class, reason={"code": "transferred"}))
    await follow(tx, work.id)
    moved = await tx.work.interaction(work.id)
    assert moved is not None
    tx.emit(work_event("transferred", moved, from_queue_id=work.queue_id, queue_id=queue_id, rule_id=doing.rule_id))
    return {"from": str(work.queue_id)}


async def _skill(doing: Doing, work: InteractionFacts, action: Action) -> dict[str, Any]:
    work = await _untaken(doing, work)
    if action.value not in {known.key for known in await doing.tx.setup.skills()}:
        raise Conflict("This skill is gone; nothing more is asked.", code="no_skill")
    others = [need for need in work.skills if need["skill"] != action.value]
    needs = [*others, {"skill": action.value, "level": action.level, "optional": False}]
    await doing.tx.work.change(work.id, InteractionChange(skills=needs))
    return {}


async def _priority(doing: Doing, work: InteractionFacts, action: Action) -> dict[str, Any]:
    _open(work)
    change: dict[str, Any] = {"from": work.priority, "to": int(action.value)}
    await doing.tx.work.change(work.id, InteractionChange(priority=int(action.value)))
    doing.tx.emit(work_event("prioritised", work, rule_id=doing.rule_id, **change))
    return {"from": work.priority}


async def _class(doing: Doing, work: InteractionFacts, action: Action) -> dict[str, Any]:
    """It costs, waits and is promised from now on what such work is; its deadlines are counted anew from when it began."""
    tx, class_id = doing.tx, UUID(action.value)
    work = await _untaken(doing, work)
    if class_id not in {known.id for known in await tx.setup.work_classes()}:
        raise Conflict("This class of work is gone; it stays what it was.", code="no_class")
    await tx.work.change(work.id, InteractionChange(work_class_id=class_id))
    await follow(tx, work.id)
    tx.emit(work_event("classed", work, from_class_id=doing.facts.work_class_id, work_class_id=class_id, rule_id=doing.rule_id))
    return {"from": str(doing.facts.work_class_id) if doing.facts.work_class_id else None}


async def _approval(doing: Doing, work: InteractionFacts, action: Action) -> dict[str, Any]:
    """Answers that stand already are left as they are; those that come wait for a second person."""
    _open(work)
    await doing.tx.work.change(work.id, InteractionChange(approval=action.value))
    doing.tx.emit(work_event("approval_asked", work, approval=action.value, rule_id=doing.rule_id))
    return {}


async def _notify(doing: Doing, work: InteractionFacts, action: Action) -> dict[str, Any]:
    """Name a colleague in a note that carries the rule's name; they are told of it like of any other note."""
    tx, user_id = doing.tx, UUID(action.value)
    person = next(iter(await tx.people.user_views([user_id])), None)
    rights = await access_of(tx, user_id)
    if person is None or person.disabled or not rights.sees(work.access_class, work.agent_id):
        raise Conflict("This colleague may not read it; nobody was told.", code="agent_without_right")
    name = next((rule.name for rule in await tx.rules.all() if rule.id == doing.rule_id), "")
    written = await _note(doing, work, Action(verb=Verb.NOTE, value=f"@{person.name}: {name}"))
    for mention_id, _ in await tx.mentions.add(UUID(written["message_id"]), work.conversation_id, [user_id], None):
        body = {"message_id": UUID(written["message_id"]), "mention_id": mention_id, "user_id": user_id}
        tx.emit(NewEvent(type="note.mentioned", conversation_id=work.conversation_id, body=body))
    return written


async def _assign(doing: Doing, work: InteractionFacts, action: Action) -> dict[str, Any]:
    """It comes to them first; who has no room, or is not there, does not hold it up."""
    work = await _untaken(doing, work)
    agent_id = UUID(action.value)
    rights = await access_of(doing.tx, agent_id)
    if not rights.sees(work.access_class, agent_id, "work.answer") or await doing.tx.work.agent(agent_id) is None:
        raise Conflict("This colleague may not work on it; the queue decides.", code="agent_without_right")
    await doing.tx.work.change(work.id, InteractionChange(preferred_agent_id=agent_id))
    return {}


async def _tag(doing: Doing, work: InteractionFacts, action: Action) -> dict[str, Any]:
    tx, tag_id = doing.tx, UUID(action.value)
    tags = await tx.tags.get([tag_id])
    if not tags or tags[0].archived:
        raise Conflict("This tag is archived; none was given.", code="no_tag")
    if await tx.tags.put(work.conversation_id, tag_id, None):
        tx.emit(
            NewEvent(
                type="conversation.tagged", access_class=work.access_class, channel_id=work.channel_id,
                conversation_id=work.conversation_id, body={"tag_id": tag_id, "on": True, "rule_id": doing.rule_id},
            )
        )  # fmt: skip
    return {}


async def _note(doing: Doing, work: InteractionFacts, action: Action) -> dict[str, Any]:
    tx, message_id = doing.tx, new_id()
    language = language_of(action.value)
    await tx.talk.insert_messages(
        [
            NewMessage(
                id=message_id, conversation_id=work.conversation_id, interaction_id=work.id, channel_id=work.channel_id,
                direction=Direction.NOTE.value, visibility=Visibility.PRIVATE.value, occurred_at=tx.now, received_at=tx.now,
                said_at=tx.now, ingest_key=f"note:{message_id}", automatic=True, language=language, text=action.value,
                terms=terms(action.value, language),
            )
        ]
    )  # fmt: skip
    tx.emit(
        NewEvent(
            type="note.added", access_class=work.access_class, channel_id=work.channel_id, conversation_id=work.conversation_id,
            interaction_id=work.id, body={"message_id": message_id},
        )
    )  # fmt: skip
    return {"message_id": str(message_id)}


async def _webhook(_doing: Doing, _work: InteractionFacts, action: Action) -> dict[str, Any]:
    # It is told with the application itself, which names what is meant: see service/webhooks.
    return {"webhook_id": action.value}


async def _acknowledge(doing: Doing, work: InteractionFacts, action: Action) -> dict[str, Any]:
    # Answering leads back to taking in, where rules are applied.
    from unisono.service.answer import Answer, check
    from unisono.service.release import OUTBOX_BELL

    tx, outside = doing.tx, doing.outside
    _open(work)
    if doing.facts.automatic:
        raise Conflict("A machine wrote this; it is not answered by a machine.", code="automatic_sender")
    if await tx.rules.acknowledged_since(work.conversation_id, tx.now - QUIET):
        raise Conflict("Something was sent by itself in this conversation within a day.", code="said_lately")
    place = await tx.talk.answerable(work.id, lock=True)
    channel = await tx.channels.facts(work.channel_id)
    if place is None or channel is None or channel.paused:
        raise Conflict("The channel sends nothing now.", code="channel_archived")
    message_id = new_id()
    draft = Answer(message_id=message_id, text=action.value, visibility=place.visibility)
    caps = open_connector(outside, channel).capabilities(place.thread)
    check(draft, action.value, caps, place.visibility, place.reply_rule, place.reply_until, tx.now, [])
    language = language_of(action.value)
    parent = await tx.talk.answered_remote_id(work.conversation_id, None)
    subject = f"Re: {doing.facts.subject}" if doing.facts.subject else ""
    await tx.talk.insert_messages(
        [
            NewMessage(
                id=message_id, conversation_id=work.conversation_id, interaction_id=work.id, channel_id=work.channel_id,
                direction=Direction.OUTBOUND.value, visibility=place.visibility, occurred_at=tx.now, received_at=tx.now,
                said_at=tx.now, ingest_key=f"answer:{message_id}", parent_remote_id=parent, automatic=True, language=language,
                delivery=DeliveryState.QUEUED.value, text=action.value, subject=subject, details={"automatic": True},
                terms=terms(action.value, language),
            )
        ]
    )  # fmt: skip
    await tx.talk.touch_conversations([Touch(conversation_id=work.conversation_id, last_message_id=message_id, said_at=tx.now)])
    # No clock stops: who was told that it has arrived still waits for an answer.
    await tx.outbox.add(message_id, work.channel_id, work.conversation_id, parent)
    tx.emit(
        NewEvent(
            type="answer.queued", channel_id=work.channel_id, queue_id=work.queue_id, access_class=work.access_class,
            conversation_id=work.conversation_id, interaction_id=work.id,
            body={"message_id": message_id, "rule_id": doing.rule_id},
        )
    )  # fmt: skip
    doing.rings.add(OUTBOX_BELL)
    return {"message_id": str(message_id)}


async def _close(doing: Doing, work: InteractionFacts, action: Action) -> dict[str, Any]:
    tx, code_id = doing.tx, UUID(action.value)
    work = await _untaken(doing, work)
    if not await tx.work.code_exists(code_id):
        raise Conflict("This wrap-up code is archived; the enquiry stays open.", code="no_code")
    await tx.work.change(
        work.id, InteractionChange(state=InteractionState.CLOSED.value, closed_at=tx.now, wrap_up_code_id=code_id)
    )
    await feed(tx, [Happened(interaction_id=work.id, what=What.CLOSED, at=tx.now)])
    tx.emit(work_event("wrapped_up", work, code_id=code_id, rule_id=doing.rule_id))
    return {}


def _open(work: InteractionFacts) -> None:
    if work.state == InteractionState.CLOSED.value:
        raise Conflict("This enquiry is closed.", code="state", state=work.state)


async def _untaken(doing: Doing, work: InteractionFacts) -> InteractionFacts:
    """Return the work, waiting: an offer that nobody took yet is withdrawn. Raises Conflict when somebody has it."""
    _open(work)
    if work.state not in _UNTAKEN:
        raise Conflict("Somebody has this enquiry in hand; it stays with them.", code="in_hands")
    if work.state == InteractionState.OFFERED.value:
        await give_back(doing.tx, work, "rule")
        again = await doing.tx.work.interaction(work.id, lock=True)
        assert again is not None
        return again
    return work


_DEEDS: Final[dict[Verb, Callable[[Doing, InteractionFacts, Action], Awaitable[dict[str, Any]]]]] = {
    Verb.QUEUE: _queue,
    Verb.SKILL: _skill,
    Verb.PRIORITY: _priority,
    Verb.ASSIGN: _assign,
    Verb.TAG: _tag,
    Verb.NOTE: _note,
    Verb.NOTIFY: _notify,
    Verb.CLASS: _class,
    Verb.APPROVAL: _approval,
    Verb.WEBHOOK: _webhook,
    Verb.ACKNOWLEDGE: _acknowledge,
    Verb.CLOSE: _close,
}
