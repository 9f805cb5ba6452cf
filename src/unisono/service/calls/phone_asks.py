"""A phone asks us to pass the caller on (SIP REFER): by the rules of the desk, or not at all.

What anybody else's phone asks dials nothing: a caller outside has no way to an outside line.
"""

from uuid import UUID

from msgspec.structs import replace

from unisono.calls import LegWish, wishes
from unisono.calls.numbers import number_of
from unisono.contract.voice import Purpose, TransferAsked, TransferKind
from unisono.domain.errors import Conflict, UnisonoError
from unisono.domain.ids import new_id
from unisono.domain.words import InteractionState
from unisono.service.access import Access
from unisono.service.actor import access_of
from unisono.service.calls.dialling import check_number
from unisono.service.calls.joining import REFUSED, decline, join
from unisono.service.calls.reach import with_intent
from unisono.service.calls.step import line_terms
from unisono.service.colleague import check_colleague
from unisono.service.finish import end_talk
from unisono.service.locks import lock_people
from unisono.service.no_room import no_room
from unisono.service.ports import Tx
from unisono.service.ports.calls import CallFacts
from unisono.service.ports.work import InteractionFacts
from unisono.service.transfer import give_to


async def asked_by_phone(tx: Tx, facts: CallFacts, event: TransferAsked) -> CallFacts:
    """Return the call after a phone asked for a transfer.

    Blind to a number: the customer is connected, and the talk is over for the house. Blind to a colleague's phone: the work is
    handed over as in the desk. Attended: whom the phone speaks with already joins (`joining`). What the desk would refuse is
    declined, and the phone is told at once.
    """
    wish = facts.call.intent.legs.get(event.leg_id)
    work = await tx.work.interaction(facts.interaction_id) if facts.interaction_id is not None else None
    if wish is None or wish.user_id is None or wish.purpose is not Purpose.AGENT or not _in_hand(work, wish.user_id):
        return await decline(tx, facts, event.leg_id, facts.trouble)
    assert work is not None
    try:
        return await _pass_on(tx, facts, event, work, wish.user_id)
    except UnisonoError:
        return await decline(tx, facts, event.leg_id, REFUSED)


def _in_hand(work: InteractionFacts | None, user_id: UUID) -> bool:
    return work is not None and work.state == InteractionState.ACTIVE.value and work.agent_id == user_id


async def _pass_on(tx: Tx, facts: CallFacts, event: TransferAsked, work: InteractionFacts, by: UUID) -> CallFacts:
    """Raises what the desk's own verbs raise for whom they may not reach; nothing was changed then."""
    if not facts.call.facts.speaks(event.leg_id) or wishes.seconds(facts.call.intent):
        raise Conflict("The phone does not speak with the caller alone. Nothing was changed.", code="call_state")
    access, leg = await access_of(tx, by), f"c-{new_id().hex}"
    colleague = await tx.calls.owner_of_phone(facts.driver, _names(event.to))
    attended = event.kind is TransferKind.ATTENDED
    if colleague is not None and colleague != by:
        await _check_room(tx, access, work, colleague)
        if attended:
            return join(facts, leg, LegWish(purpose=Purpose.CONSULT, user_id=colleague), event.leg_id)
        await give_to(tx, access, work, colleague)
        return facts
    line = await line_terms(tx, facts)
    dialled = await check_number(tx, access, facts.channel_id, number_of(event.to, line.region) or event.to)
    facts = replace(facts, path=facts.path | {"addresses": {**facts.path.get("addresses", {}), leg: dialled}})
    if attended:
        return join(facts, leg, LegWish(purpose=Purpose.CONSULT), event.leg_id)
    intent = wishes.consult(facts.call.intent, leg, leg, LegWish(purpose=Purpose.CONSULT))
    await end_talk(tx, work, by=by)
    return replace(with_intent(facts, wishes.hand_over(intent, leg)), path=facts.path | {"handed_out": True})


async def _check_room(tx: Tx, access: Access, work: InteractionFacts, colleague: UUID) -> None:
    people = await lock_people(tx, [work], colleague)
    person = await check_colleague(tx, work, colleague, people.get(colleague), by=access.user_id)
    full = Conflict("This colleague's capacity is used up. Nothing was changed; choose a queue.", code="no_capacity")
    if person.free < work.units or await tx.work.would_be_second(work.id, colleague):
        raise await no_room(tx, work, colleague, full)


def _names(address: str) -> list[str]:
    """Return how a phone's address may stand in a person's settings: whole, without its scheme, or its name alone."""
    bare = address.removeprefix("sips:").removeprefix("sip:")
    return [address, bare, bare.partition("@")[0]]
