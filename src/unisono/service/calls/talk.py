"""The verbs within a talk: hold, ask a second person in, join all three, hand over, press keys, hang up."""

from uuid import UUID

from msgspec.structs import replace

from unisono.calls import LegWish, Stand
from unisono.calls import wishes as ways
from unisono.contract.voice import CALLER, Purpose, RecordMode, SendDtmf
from unisono.domain.errors import Invalid
from unisono.domain.ids import new_id
from unisono.domain.words import InteractionState
from unisono.service.access import Access
from unisono.service.calls.bells import COMMANDS_BELL
from unisono.service.calls.dialling import check_number
from unisono.service.calls.give_talk import give_talk
from unisono.service.calls.reach import ask, mine_of, not_now, reach_call, with_intent
from unisono.service.calls.step import leave
from unisono.service.colleague import check_colleague
from unisono.service.finish import end_talk
from unisono.service.locks import lock_people
from unisono.service.ports import Bell, Database, Tx
from unisono.service.ports.calls import CallFacts
from unisono.service.ports.work import InteractionFacts


async def hold_call(db: Database, bell: Bell, access: Access, call_id: UUID, *, on: bool) -> UUID:
    """Put the customer on hold, or take them back; so already is done. Raises NotFound, Conflict."""

    async def wish(_tx: Tx, facts: CallFacts, work: InteractionFacts) -> CallFacts:
        intent, mine = facts.call.intent, mine_of(facts, work)
        if on and CALLER not in facts.call.facts.bridge and facts.call.facts.stand(CALLER) is not Stand.HELD:
            raise not_now()
        return with_intent(facts, ways.hold(intent) if on else ways.resume(intent, mine))

    return await ask(db, bell, access, call_id, wish)


async def consult_call(
    db: Database, bell: Bell, access: Access, call_id: UUID, *, agent_id: UUID | None = None, number: str | None = None
) -> UUID:
    """Ring a colleague or a number, to speak with them alone; the customer hears music and is not recorded meanwhile.

    Raises NotFound; Invalid when neither or both are named; Conflict when somebody is asked already, the colleague is logged
    off, or the number may not be dialled.
    """
    if (agent_id is None) == (number is None):
        raise Invalid("Name either a colleague or a number to call.", field="agent_id")

    async def wish(tx: Tx, facts: CallFacts, work: InteractionFacts) -> CallFacts:
        intent, mine = facts.call.intent, mine_of(facts, work)
        if ways.seconds(intent):
            raise not_now()
        leg = f"c-{new_id().hex}"
        if agent_id is not None:
            if agent_id == work.agent_id:
                raise Invalid("To call oneself is of little help; choose a colleague.", code="oneself", field="agent_id")
            people = await lock_people(tx, [work], agent_id)
            await check_colleague(tx, work, agent_id, people.get(agent_id), by=access.user_id, asked=True)
        else:
            assert number is not None
            dialled = await check_number(tx, access, facts.channel_id, number)
            facts = replace(facts, path=facts.path | {"addresses": {**facts.path.get("addresses", {}), leg: dialled}})
        return with_intent(facts, ways.consult(intent, mine, leg, LegWish(purpose=Purpose.CONSULT, user_id=agent_id)))

    return await ask(db, bell, access, call_id, wish)


async def join_call(db: Database, bell: Bell, access: Access, call_id: UUID) -> UUID:
    """Let customer, agent and the second person speak with each other. Raises NotFound; Conflict when nobody was asked."""

    async def wish(_tx: Tx, facts: CallFacts, work: InteractionFacts) -> CallFacts:
        intent = ways.join(facts.call.intent, mine_of(facts, work))
        if intent is None:
            raise not_now()
        return with_intent(facts, intent)

    return await ask(db, bell, access, call_id, wish)


async def back_to_caller(db: Database, bell: Bell, access: Access, call_id: UUID) -> UUID:
    """Let the second person go; customer and agent speak as before, and a recording goes on. Raises NotFound, Conflict."""

    async def wish(_tx: Tx, facts: CallFacts, work: InteractionFacts) -> CallFacts:
        intent = ways.back(facts.call.intent, mine_of(facts, work))
        paused = intent.record is RecordMode.PAUSE and not facts.path.get("paused")
        return with_intent(facts, replace(intent, record=RecordMode.ON) if paused else intent)

    return await ask(db, bell, access, call_id, wish)


async def hand_over_call(db: Database, bell: Bell, access: Access, call_id: UUID) -> UUID:
    """Leave customer and second person to each other: an attended transfer.

    A colleague has the work from now on; with an outside number the talk is over for the house, and the work is wrapped up.
    Raises NotFound; Conflict when nobody speaks on the second line, or the colleague has no room.
    """

    async def wish(tx: Tx, facts: CallFacts, work: InteractionFacts) -> CallFacts:
        intent = facts.call.intent
        second = next((leg for leg in ways.seconds(intent) if facts.call.facts.speaks(leg)), None)
        if second is None:
            raise not_now()
        to = intent.legs[second].user_id
        if to is None:
            await end_talk(tx, work, by=access.user_id)
            return replace(with_intent(facts, ways.hand_over(intent, second)), path=facts.path | {"handed_out": True})
        await give_talk(tx, access, work, to)
        return with_intent(facts, ways.hand_over(intent, second))

    return await ask(db, bell, access, call_id, wish)


async def transfer_out(db: Database, bell: Bell, access: Access, call_id: UUID, number: str) -> UUID:
    """Connect the customer with an outside number and leave: a blind transfer. Raises NotFound, Invalid, Conflict."""

    async def wish(tx: Tx, facts: CallFacts, work: InteractionFacts) -> CallFacts:
        mine_of(facts, work)
        dialled = await check_number(tx, access, facts.channel_id, number)
        leg = f"c-{new_id().hex}"
        intent = ways.consult(facts.call.intent, leg, leg, LegWish(purpose=Purpose.CONSULT))
        path = facts.path | {"addresses": {**facts.path.get("addresses", {}), leg: dialled}, "handed_out": True}
        await end_talk(tx, work, by=access.user_id)
        return replace(with_intent(facts, ways.hand_over(intent, leg)), path=path)

    return await ask(db, bell, access, call_id, wish)


async def press_keys(db: Database, bell: Bell, access: Access, call_id: UUID, digits: str) -> UUID:
    """Send keys to whom we speak with (a menu that we called). Raises NotFound, Invalid, Conflict."""
    if not digits or len(digits) > 32 or set(digits) - set("0123456789*#ABCD"):
        raise Invalid("Keys are 0 to 9, *, # and A to D, 32 at the most.", code="bad_keys", field="digits")
    async with db.write() as tx:
        facts, work = await reach_call(tx, access, call_id)
        mine_of(facts, work)
        keys = SendDtmf(command_id=str(new_id()), call_id=facts.call_id, digits=digits)
        await tx.calls.ask(facts.id, facts.driver, [keys])
    await bell.ring(COMMANDS_BELL)
    return call_id


async def hang_up(db: Database, bell: Bell, access: Access, call_id: UUID) -> UUID:
    """End the call; a talk goes into wrap-up, a call that nobody took up stays work in hand. Raises NotFound, Conflict."""

    async def wish(tx: Tx, facts: CallFacts, work: InteractionFacts) -> CallFacts:
        if work.state == InteractionState.ACTIVE.value and (facts.answered_at is not None or not facts.outgoing):
            await end_talk(tx, work, by=access.user_id)
        return leave(facts)

    return await ask(db, bell, access, call_id, wish, InteractionState.ACTIVE, InteractionState.WRAP_UP)
