"""An attended transfer that an agent's phone asked for: whom it speaks with joins, and has the customer once that has come about.

Until then, and if it does not, the agent has the customer: nobody is left in a line that leads nowhere.
"""

from typing import Final

from msgspec.structs import replace

from unisono.calls import CallerWish, Intent, LegWish, Stand, wished, wishes
from unisono.contract.voice import DeclineTransfer, Purpose
from unisono.domain.errors import UnisonoError
from unisono.domain.ids import new_id
from unisono.domain.words import InteractionState
from unisono.service.actor import access_of
from unisono.service.calls.give_talk import give_talk
from unisono.service.finish import end_talk
from unisono.service.ports import Tx
from unisono.service.ports.calls import CallFacts

#: In a call's path: the leg that is to join, and the leg of the agent whose phone asked.
JOINING: Final = "joining"
#: Why a phone's transfer did not come to pass, as the call's view says it.
REFUSED: Final = "transfer_refused"
FAILED: Final = "transfer_failed"


def join(facts: CallFacts, leg: str, wish: LegWish, asked: str) -> CallFacts:
    """Return the call with a leg that is to take over whom the phone of the leg `asked` speaks with."""
    intent = facts.call.intent
    joined = replace(intent, legs=intent.legs | {leg: wish})
    return replace(_with(facts, joined), path=facts.path | {JOINING: {"leg": leg, "asked": asked}})


async def settle_joining(tx: Tx, facts: CallFacts) -> CallFacts:
    """Return the call after a join has come about or failed; as it is while that is open. The work is locked."""
    joining = facts.path.get(JOINING)
    if not joining:
        return facts
    work = await tx.work.interaction(facts.interaction_id) if facts.interaction_id is not None else None
    leg, asked, so, intent = joining["leg"], joining["asked"], facts.call.facts, facts.call.intent
    if so.over or intent.caller is CallerWish.LEAVE or work is None or work.state != InteractionState.ACTIVE.value:
        return _settled(facts)
    mine = intent.legs.get(asked)
    if leg not in intent.legs or so.stand(leg) is Stand.OVER or mine is None or mine.user_id is None:
        return await decline(tx, _settled(_back(facts, leg)), asked, FAILED)
    if not so.speaks(leg) and so.stand(asked) is not Stand.OVER:
        return facts
    # It was taken over; or the agent has hung up meanwhile, and the customer waits with music for it.
    to = intent.legs[leg].user_id
    if to is None:
        await end_talk(tx, work, by=mine.user_id)
        return replace(_settled(_with(facts, wishes.hand_over(intent, leg))), path=_without(facts) | {"handed_out": True})
    try:
        await give_talk(tx, await access_of(tx, mine.user_id), work, to)
    except UnisonoError:
        return await decline(tx, _settled(_back(facts, leg)), asked, FAILED)
    return _settled(_with(facts, wishes.hand_over(intent, leg)))


async def decline(tx: Tx, facts: CallFacts, leg_id: str, why: str) -> CallFacts:
    """Return the call whose transfer is not made; the phone that asked is told."""
    await tx.calls.ask(facts.id, facts.driver, [DeclineTransfer(command_id=str(new_id()), call_id=facts.call_id, leg_id=leg_id)])
    return replace(facts, trouble=why)


def _back(facts: CallFacts, leg: str) -> CallFacts:
    intent = facts.call.intent
    legs = {one: wish for one, wish in intent.legs.items() if one != leg or wish.purpose is Purpose.AGENT}
    return _with(facts, replace(intent, legs=legs))


def _settled(facts: CallFacts) -> CallFacts:
    return replace(facts, path=_without(facts))


def _without(facts: CallFacts) -> dict[str, object]:
    return {name: value for name, value in facts.path.items() if name != JOINING}


def _with(facts: CallFacts, intent: Intent) -> CallFacts:
    return replace(facts, call=wished(facts.call, intent))
