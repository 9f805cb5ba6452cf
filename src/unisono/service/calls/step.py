"""One step of a call: what was heard or wished changes it, the work follows, the call follows the work, telephony is asked."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from uuid import UUID

from msgspec import Struct
from msgspec.structs import replace

from unisono.calls import Call, Hands, Outcome, due, follow, stage, wished
from unisono.calls.intent import CallerWish
from unisono.contract.voice import CALLER
from unisono.domain.ids import new_id
from unisono.domain.words import InteractionState
from unisono.routing.clocks import What
from unisono.service.calls.abandon import abandon
from unisono.service.calls.consequences import consequence
from unisono.service.calls.joining import settle_joining
from unisono.service.calls.line import LineTerms, line_of
from unisono.service.calls.requests import requests
from unisono.service.clocks import Happened, feed
from unisono.service.locks import busy
from unisono.service.ports import NewEvent, Tx
from unisono.service.ports.calls import CallFacts
from unisono.service.ports.work import InteractionFacts

Also = Callable[[Tx, CallFacts], Awaitable[CallFacts]]
Change = Callable[[CallFacts], tuple[CallFacts, list[Outcome]]]


class Stepped(Struct, frozen=True, kw_only=True):
    """What a step came to. asked: telephony has something new to do. over: with this step the call was over."""

    facts: CallFacts
    asked: bool = False


async def step(
    tx: Tx, call_id: UUID, change: Change | None = None, *, once: tuple[str, str, datetime] | None = None,
    also: Also | None = None,
) -> Stepped | None:  # fmt: skip
    """Let a call go on within a transaction of its own; None when there is no such call.

    `change` returns the call as it stands after what was heard or wished, and what that means for the work.
    once: (id, type, time) of an event; None is returned when it was heard before. also: what it means besides.
    """
    found = await tx.calls.get(call_id)
    if found is None:
        return None
    work = await tx.work.interaction(found.interaction_id, lock=True) if found.interaction_id is not None else None
    facts = await tx.calls.get(call_id, lock=True)
    assert facts is not None
    if facts.interaction_id != found.interaction_id:
        # It was tied to its work between the two looks.
        raise busy()
    if once is not None and not await tx.calls.remember(call_id, *once):
        return None
    before = facts
    outcomes: list[Outcome] = []
    if change is not None:
        facts, outcomes = change(facts)
    for outcome in outcomes:
        facts, work = await consequence(tx, facts, work, outcome)
    if also is not None:
        facts = await also(tx, facts)
    facts = await settle_joining(tx, facts)
    facts = await _give_up(tx, facts, work)
    if facts.answered_at is None and CALLER in facts.call.facts.bridge:
        facts = await _spoken(tx, facts)
    if work is not None and facts.interaction_id is not None:
        facts = await _follow(tx, facts, facts.interaction_id)
    return await _finish(tx, before, facts)


async def _give_up(tx: Tx, facts: CallFacts, work: InteractionFacts | None) -> CallFacts:
    """A call that was over before its work came in, or that ended unseen, leaves a call-back as any other."""
    waits = work is not None and work.state in {InteractionState.WAITING.value, InteractionState.OFFERED.value}
    if work is None or not waits or facts.outgoing or not facts.call.facts.over or facts.owes is not None:
        return facts
    if facts.ended_at is not None and facts.work_version:
        # It ended long ago; this work is waiting for something else.
        return facts
    await abandon(tx, work)
    return replace(facts, owes=str(facts.path.get("owes") or "abandoned"))


async def _spoken(tx: Tx, facts: CallFacts) -> CallFacts:
    """Note that the customer has somebody to speak with: that is the answer, as a sent text is; clocks stop, the log tells.

    Counted at the house's time, as every answer is: what telephony noted may be by another clock.
    """
    facts = replace(facts, answered_at=facts.call.facts.bridge_at)
    work = await tx.work.interaction(facts.interaction_id) if facts.interaction_id is not None else None
    if work is None or work.state == InteractionState.CLOSED.value:
        return facts
    await tx.talk.answered(work.id)
    await feed(tx, [Happened(interaction_id=work.id, what=What.ANSWERED, at=tx.now, id=f"call:{facts.id}")])
    tx.emit(
        NewEvent(
            type="call.answered", channel_id=work.channel_id, conversation_id=work.conversation_id, interaction_id=work.id,
            access_class=work.access_class, queue_id=work.queue_id, agent_id=work.agent_id, body={"call_id": facts.id},
        )
    )  # fmt: skip
    return facts


async def _follow(tx: Tx, facts: CallFacts, interaction_id: UUID) -> CallFacts:
    now = await tx.work.interaction(interaction_id)
    assert now is not None
    if facts.path.get("handed_out"):
        # Two outside lines speak with each other; the work is wrapped up meanwhile, and moves nothing of the call.
        return replace(facts, work_version=now.version)
    offer = await tx.work.open_offer_of(interaction_id) if now.state == InteractionState.OFFERED.value else None
    hands = Hands(state=InteractionState(now.state), agent_id=now.agent_id, offer_id=offer.id if offer else None)
    intent = follow(facts.call.facts, facts.call.intent, hands, f"a-{new_id().hex}")
    return replace(facts, call=wished(facts.call, intent), work_version=now.version)


async def _finish(tx: Tx, before: CallFacts, facts: CallFacts) -> Stepped:
    call, new = due(facts.call, new_id)
    facts = replace(facts, call=call, stage=stage(call))
    line = await line_terms(tx, facts)
    commands = await requests(tx, facts, line, new)
    if commands:
        await tx.calls.ask(facts.id, facts.driver, commands)
    so = call.facts
    if so.over and facts.ended_at is None:
        path = {name: value for name, value in facts.path.items() if name != "addresses"}
        facts = replace(facts, ended_at=so.ended_at, path=path)
        await tx.calls.drop_bodies(facts.id)
    shown = _shown(before) != _shown(facts)
    wish = facts.call.intent.caller
    if facts.message_id is None and not facts.outgoing and (so.over or wish in {CallerWish.PARK, CallerWish.LEAVE}):
        # The reception is through with it: now it comes in like everything else.
        await tx.calls.let_in(facts.channel_id, f"{facts.driver}:{facts.call_id}")
    if facts != before:
        await tx.calls.save(facts, view_changed=shown)
    if shown:
        tx.emit(await call_event(tx, facts))
    return Stepped(facts=facts, asked=bool(commands))


async def line_terms(tx: Tx, facts: CallFacts) -> LineTerms:
    """Return the settings of the line that a call is on; those of a line without any when it is archived."""
    channel = await tx.channels.facts(facts.channel_id)
    return line_of(channel.config) if channel is not None else LineTerms()


async def call_event(tx: Tx, facts: CallFacts, actor_id: UUID | None = None) -> NewEvent:
    """Return the event that a call changed."""
    work: InteractionFacts | None = None
    if facts.interaction_id is not None:
        work = await tx.work.interaction(facts.interaction_id)
    return NewEvent(
        type="call.changed", actor_id=actor_id, channel_id=facts.channel_id, conversation_id=facts.conversation_id,
        interaction_id=facts.interaction_id, access_class=work.access_class if work else None,
        queue_id=work.queue_id if work else None, body={"call_id": facts.id, "stage": facts.stage},
    )  # fmt: skip


def _shown(facts: CallFacts) -> tuple[object, ...]:
    """What the view shows of a call: a step that leaves it alone tells nobody."""
    so, wish = facts.call.facts, facts.call.intent
    legs = tuple((leg, so.stand(leg)) for leg in (CALLER, *sorted(wish.legs)))
    return (
        facts.stage, facts.interaction_id, facts.conversation_id, legs, so.bridge, so.recording, facts.trouble, facts.answered_at,
        facts.ended_at, str(facts.path.get("consents")), str(facts.path.get("listeners")),
    )  # fmt: skip


def heard_by(change: Callable[[Call], tuple[Call, list[Outcome]]]) -> Change:
    """Return a change of the facts alone."""

    def apply(facts: CallFacts) -> tuple[CallFacts, list[Outcome]]:
        call, outcomes = change(facts.call)
        return replace(facts, call=call), outcomes

    return apply


def leave(facts: CallFacts) -> CallFacts:
    """Return a call that is to end."""
    intent = replace(facts.call.intent, caller=CallerWish.LEAVE)
    return replace(facts, call=wished(facts.call, intent))
