"""Calling out: who may be called, by which line, and an agent's phone first."""

from datetime import timedelta
from typing import Final, NamedTuple
from uuid import UUID

from msgspec.structs import replace

from unisono.calls import Call, Intent, LegWish
from unisono.calls.intent import CallerWish
from unisono.calls.numbers import e164, shown
from unisono.calls.policy import Bar, Dialling, allowed, bar
from unisono.contract.inbound import Author
from unisono.contract.voice import CALLER, Purpose
from unisono.domain.errors import Conflict, Invalid, NotFound
from unisono.domain.ids import new_id
from unisono.domain.words import InteractionState
from unisono.routing.clocks import Fact, What
from unisono.service.access import Access
from unisono.service.calls.do_not_call import Despite, excused, number_hash
from unisono.service.calls.line import MEDIUM, LineTerms, line_of
from unisono.service.calls.reach import ring
from unisono.service.calls.step import call_event, step
from unisono.service.clocks import opening_of
from unisono.service.no_room import no_room
from unisono.service.ports import Bell, Database, Tx
from unisono.service.ports.calls import NewCall
from unisono.service.ports.channels import ChannelFacts
from unisono.service.ports.talk import NewInteraction, ThreadKey
from unisono.service.ports.work import InteractionChange, InteractionFacts
from unisono.service.reach import reach_own
from unisono.service.receive_clocks import count_new, keep_new
from unisono.service.work_events import agent_event, work_event

_HOUR: Final = timedelta(hours=1)
_WORDS: Final = {
    Bar.NO_NUMBER: "This is no phone number that can be dialled. Nothing was dialled.",
    Bar.EMERGENCY: "Emergency numbers cannot be called from here: this line does not tell where you are. Use a phone that does.",
    Bar.PREFIX: "This line may not call numbers that begin so. Nothing was dialled; an administrator can allow the prefix.",
    Bar.DO_NOT_CALL: "This person does not want to be called. Nothing was dialled.",
    Bar.LIMIT: "So many calls went out within the hour that no more are allowed. Nothing was dialled; try again later.",
    Bar.NO_CALLS_OUT: "No numbers outside can be called by this line. Nothing was dialled.",
}


class Cleared(NamedTuple):
    """A number that may be dialled, and why it is although it is on the list of those who do not want to be called."""

    number: str
    despite: Despite | None = None


async def check_number(tx: Tx, access: Access, channel_id: UUID, typed: str) -> str:
    """Return a number as it may be dialled by a line. Raises NotFound; Conflict, in words, for one that may not."""
    return (await _clear_number(tx, access, channel_id, typed)).number


async def _clear_number(
    tx: Tx, access: Access, channel_id: UUID, typed: str, *, despite: Despite | None = None, work_id: UUID | None = None
) -> Cleared:
    """Return a number that may be dialled by a line. Raises NotFound; Conflict, in words, for one that may not; Forbidden.

    despite: the reason for which it is to be called although it is on the list. work_id: the call-back that it belongs to.
    """
    channel = await tx.channels.facts(channel_id)
    if channel is None or channel.medium != MEDIUM:
        raise NotFound("This line does not exist, or is archived.")
    line = line_of(channel.config)
    number = e164(typed, line.region)
    unwanted = number is not None and await tx.telephones.refused_at(number_hash(number)) is not None
    excuse = None
    if unwanted and number is not None:
        excuse = await excused(tx, access, number, access_class=channel.access_class, despite=despite, work_id=work_id)
    line_calls, person_calls = await tx.calls.calls_out_since(channel_id, access.user_id, tx.now - _HOUR)
    barred = bar(
        typed, number, await _dialling(tx, line), line_calls=line_calls, person_calls=person_calls,
        unwanted=unwanted and excuse is None,
    )  # fmt: skip
    if barred is not None:
        raise _barred(barred)
    return Cleared(number or typed, excuse)


async def _line_out(tx: Tx, access: Access, own: ChannelFacts, number: str) -> ChannelFacts:
    """Return the line by which a customer is called back: the one they came by, or where that calls nobody outside another."""
    if (await _dialling(tx, line_of(own.config))).calls_out:
        return own
    for one in await tx.telephones.lines():
        dials = one.powers is not None and one.powers.calls_out and allowed(number, line_of(one.config).dial_prefixes)
        if dials and (one.access_class is None or access.sees(one.access_class, None, "work.answer")):
            return await tx.channels.facts(one.id) or own
    return own


async def _dialling(tx: Tx, line: LineTerms) -> Dialling:
    powers = await tx.calls.powers(line.driver)
    return Dialling(
        region=line.region, prefixes=line.dial_prefixes, most_an_hour=line.calls_an_hour, most_of_person=line.calls_of_person,
        calls_out=powers is not None and powers.calls_out, location=powers is not None and powers.location,
    )  # fmt: skip


def _barred(why: Bar) -> Conflict:
    if why is Bar.EMERGENCY:
        return Conflict(_WORDS[why], code="emergency_number")
    if why is Bar.PREFIX:
        return Conflict(_WORDS[why], code="prefix_not_allowed")
    if why is Bar.DO_NOT_CALL:
        return Conflict(_WORDS[why], code="do_not_call")
    if why is Bar.LIMIT:
        return Conflict(_WORDS[why], code="too_many_calls")
    if why is Bar.NO_CALLS_OUT:
        return Conflict(_WORDS[why], code="no_calls_out")
    return Conflict(_WORDS[why], code="no_number")


async def call_back(
    db: Database, bell: Bell, access: Access, interaction_id: UUID, *, despite: Despite | None = None
) -> UUID:  # fmt: skip
    """Call the customer of work in hand: the agent's own phone rings first. Returns the call.

    Raises NotFound; Conflict when there is no number, it may not be dialled, or a call of this work lives; Forbidden when one
    may not decide to call somebody who does not want it.
    """
    async with db.write() as tx:
        work = await reach_own(tx, access, interaction_id, InteractionState.ACTIVE)
        if await tx.calls.of_work(work.id) is not None:
            raise Conflict("A call of this enquiry is going on. Nothing was dialled.", code="call_lives")
        address = await tx.calls.customer_address(work.conversation_id)
        if address is None:
            raise Conflict("There is no number to call. Nothing was dialled.", code="no_number")
        channel = await tx.channels.facts(work.channel_id)
        if channel is None or channel.medium != MEDIUM:
            raise Conflict("This enquiry did not come by phone. Nothing was dialled; choose a line.", code="no_phone_line")
        cleared, channel = Cleared(address), await _line_out(tx, access, channel, address)
        if address.startswith("+"):
            cleared = await _clear_number(tx, access, channel.id, address, despite=despite, work_id=work.id)
        call_id = await _begin(tx, access, channel, work, cleared.despite)
        await tx.calls.end_call_back(work.id, "called")
        stepped = await step(tx, call_id)
        assert stepped is not None
        tx.emit(await call_event(tx, stepped.facts, access.user_id))
    await ring(bell, stepped)
    return call_id


async def call_number(
    db: Database, bell: Bell, access: Access, channel_id: UUID, typed: str, *, despite: Despite | None = None
) -> UUID:  # fmt: skip
    """Call any number by a line: it becomes a conversation and work in one's own hands. Returns the call.

    Raises NotFound; Conflict when it may not be dialled, or one has no room; Forbidden as `call_back` does.
    """
    if not typed.strip() or len(typed) > 100:
        raise Invalid("A number has up to 100 characters.", code="no_number", field="number")
    async with db.write() as tx:
        channel = await tx.channels.facts(channel_id)
        if channel is None or channel.medium != MEDIUM:
            raise NotFound("This line does not exist, or is archived.")
        access.demand(channel.access_class, None, "work.answer")
        cleared = await _clear_number(tx, access, channel_id, typed, despite=despite)
        work = await _open(tx, access, channel, cleared.number)
        call_id = await _begin(tx, access, channel, work, cleared.despite)
        stepped = await step(tx, call_id)
        assert stepped is not None
        tx.emit(await call_event(tx, stepped.facts, access.user_id))
    await ring(bell, stepped)
    return call_id


async def _open(tx: Tx, access: Access, channel: ChannelFacts, number: str) -> InteractionFacts:
    author = Author(remote_id=number, handle=shown(number))
    identity = (await tx.talk.resolve_identities(channel.network, [author]))[("", number)]
    key = ThreadKey(visibility="private", root_remote_id=f"out:{new_id()}", identity_id=identity.id)
    conversation = (await tx.talk.conversations_of(channel.id, [key], channel.access_class))[key]
    opening = await opening_of(tx, channel.id, channel.queue_id, channel.first_response_s)
    begun = {conversation.id: [Fact(str(conversation.id), tx.now, What.REOPENED)]}
    counted = (await count_new(tx, opening, begun, {}))[conversation.id]
    due = counted.reckoning
    new = NewInteraction(
        id=new_id(), conversation_id=conversation.id, channel_id=channel.id, access_class=conversation.access_class,
        queue_id=channel.queue_id, skills=[], language=None, units=channel.units, priority=channel.priority,
        waiting_since=tx.now, due_at=due.due_at, due_kind=due.due_kind or None, reason={"code": "called_out"},
    )  # fmt: skip
    await tx.talk.insert_interactions([new])
    await keep_new(tx, opening, {new.id: counted})
    work = await tx.work.interaction(new.id, lock=True)
    assert work is not None
    tx.emit(work_event("created", work, actor_id=access.user_id, units=work.units))
    await tx.hands.lock_agents([access.user_id])
    if not await tx.work.hold(work.id, access.user_id, work.units):
        full = Conflict("Your capacity is used up; finish or park something first. Nothing was dialled.", code="no_capacity")
        raise await no_room(tx, work, access.user_id, full)
    await tx.work.change(work.id, InteractionChange(state=InteractionState.ACTIVE.value, agent_id=access.user_id))
    tx.emit(agent_event(access.user_id))
    return replace(work, state=InteractionState.ACTIVE.value, agent_id=access.user_id)


async def _begin(tx: Tx, access: Access, channel: ChannelFacts, work: InteractionFacts, despite: Despite | None) -> UUID:
    """Write an outgoing call: the agent's leg, and the customer's after it."""
    call_id, leg = new_id(), f"a-{new_id().hex}"
    legs = {
        leg: LegWish(purpose=Purpose.AGENT, user_id=work.agent_id or access.user_id),
        CALLER: LegWish(purpose=Purpose.CUSTOMER, after=leg),
    }
    intent = Intent(caller=CallerWish.RING, legs=legs, speak=(CALLER, leg), outgoing=True)
    await tx.calls.add(
        NewCall(
            id=call_id, driver=line_of(channel.config).driver, call_id=f"out-{call_id}", channel_id=channel.id,
            call=Call(intent=intent), offered_at=tx.now, stage="dialling", outgoing=True, asked_by=access.user_id,
            conversation_id=work.conversation_id, interaction_id=work.id,
        )
    )  # fmt: skip
    facts = {"call_id": str(call_id), "line": str(channel.id)} | ({"despite": despite.value} if despite else {})
    await tx.privacy.audit(access.user_id, "call.dialled", "interaction", str(work.id), facts)
    return call_id
