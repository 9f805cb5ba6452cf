"""What happens on the line changes the work: a phone taken up is an offer accepted, a caller who hangs up ends the talk."""

from collections.abc import Awaitable, Callable
from typing import Final, NamedTuple
from uuid import UUID

from msgspec.structs import replace

from unisono.calls import Outcome, wished
from unisono.calls.intent import CallerWish
from unisono.calls.outcome import Meaning
from unisono.contract.voice import CALLER, Cause
from unisono.domain.words import AgentState, InteractionState, OfferState
from unisono.service.accept import accept_in
from unisono.service.calls.abandon import abandon
from unisono.service.calls.joining import JOINING
from unisono.service.finish import end_talk
from unisono.service.give_back import give_back
from unisono.service.locks import lock_people
from unisono.service.ports import Tx
from unisono.service.ports.calls import CallFacts
from unisono.service.ports.work import InteractionFacts
from unisono.service.settings import read_settings
from unisono.service.work_events import agent_event

Step = tuple[CallFacts, InteractionFacts | None]


class _At(NamedTuple):
    """Where an outcome is dealt with."""

    tx: Tx
    facts: CallFacts
    work: InteractionFacts | None
    outcome: Outcome


_ACTIVE: Final = InteractionState.ACTIVE.value
_OFFERED: Final = InteractionState.OFFERED.value


async def consequence(tx: Tx, facts: CallFacts, work: InteractionFacts | None, outcome: Outcome) -> Step:
    """Return call and work after what an outcome means; the work is locked."""
    facts, changed = await _MEANINGS[outcome.meaning](_At(tx, facts, work, outcome))
    if changed and work is not None:
        work = await tx.work.interaction(work.id, lock=True)
    return facts, work


async def _took(at: _At) -> tuple[CallFacts, bool]:
    tx, facts, work, outcome = at
    wish = facts.call.intent.legs.get(outcome.leg_id)
    if work is None or wish is None or work.state != _OFFERED or work.agent_id != wish.user_id:
        return facts, False
    offer = await tx.work.open_offer_of(work.id)
    if offer is None:
        return facts, False
    await accept_in(tx, work, offer, actor_id=offer.agent_id)
    return facts, True


async def _missed(at: _At) -> tuple[CallFacts, bool]:
    """The phone was not taken up: the caller goes on waiting at the head, and somebody else is asked first."""
    tx, facts, work, outcome = at
    wish = facts.call.intent.legs.get(outcome.leg_id)
    if work is None or wish is None or work.agent_id != wish.user_id or work.state not in {_OFFERED, _ACTIVE}:
        return facts, False
    if outcome.cause is Cause.CANCELLED:
        return facts, False
    cause = outcome.cause or Cause.NO_ANSWER
    if facts.outgoing:
        # One's own phone did not ring: the enquiry stays in hand.
        return replace(_leaving(facts), trouble=f"phone_{cause.value}"), False
    await lock_people(tx, [work])
    await give_back(tx, work, f"phone_{cause.value}", offer_state=OfferState.EXPIRED, avoid=True)
    if wish.user_id is not None and cause is Cause.NO_ANSWER:
        await count_miss(tx, wish.user_id)
    return replace(facts, trouble=f"phone_{cause.value}"), True


async def count_miss(tx: Tx, agent_id: UUID) -> None:
    """Count an offer that an agent let pass; who lets too many in a row pass is set away."""
    agent = await tx.work.agent(agent_id)
    if agent is None or not agent.available:
        return
    most = (await read_settings(tx))["offer.misses_until_away"]
    if await tx.work.count_missed(agent_id, reset=False) >= most and await tx.work.set_agent_state(
        agent_id, AgentState.AWAY.value, "missed_offers"
    ):
        tx.emit(agent_event(agent_id, state=AgentState.AWAY.value, reason="missed_offers"))


async def _lost(at: _At) -> tuple[CallFacts, bool]:
    """The agent's line broke in the talk: the caller waits with music, and comes to the same agent first."""
    tx, facts, work, outcome = at
    wish = facts.call.intent.legs.get(outcome.leg_id)
    if work is None or wish is None or work.state != _ACTIVE or work.agent_id != wish.user_id:
        return facts, False
    await lock_people(tx, [work])
    await give_back(tx, work, "line_lost", prefer=work.agent_id)
    return facts, True


async def _left(at: _At) -> tuple[CallFacts, bool]:
    """The agent hung up: the talk is over, for the caller as well."""
    tx, facts, work, outcome = at
    wish = facts.call.intent.legs.get(outcome.leg_id)
    if work is None or wish is None or work.agent_id != wish.user_id:
        return facts, False
    if work.state == _ACTIVE and JOINING not in facts.path:
        await end_talk(tx, work, by=work.agent_id)
        return _leaving(facts), True
    return facts, False


async def _caller_gone(at: _At) -> tuple[CallFacts, bool]:
    tx, facts, work, outcome = at
    facts = _leaving(facts)
    if outcome.cause not in {None, Cause.NORMAL}:
        facts = replace(facts, trouble=f"caller_{outcome.cause.value}" if outcome.cause else "")
    if work is None or (facts.outgoing and facts.answered_at is None):
        # Nobody took up: the enquiry stays in the agent's hands, who tries again or closes it.
        return facts, False
    if work.state == _ACTIVE:
        await end_talk(tx, work, by=work.agent_id)
        return facts, True
    if work.state in {InteractionState.WAITING.value, _OFFERED, InteractionState.PARKED.value}:
        await abandon(tx, work)
        return replace(facts, owes=str(facts.path.get("owes") or "abandoned")), True
    return facts, False


async def _customer_up(at: _At) -> tuple[CallFacts, bool]:
    facts = at.facts
    intent = facts.call.intent
    legs = tuple(leg for leg in intent.legs if leg != CALLER)
    return replace(facts, call=wished(facts.call, replace(intent, caller=CallerWish.SPEAK, speak=(CALLER, *legs)))), False


async def _second_gone(at: _At) -> tuple[CallFacts, bool]:
    """Whoever was consulted, or listened in, is gone: agent and customer speak with each other again."""
    facts, outcome = at.facts, at.outcome
    intent = facts.call.intent
    left = {leg: wish for leg, wish in intent.legs.items() if leg != outcome.leg_id}
    without = tuple(leg for leg in intent.speak if leg != outcome.leg_id)
    speak = without if CALLER in without else (CALLER, *without)
    new = replace(
        intent, legs=left, speak=speak, held=(), listeners=tuple(leg for leg in intent.listeners if leg != outcome.leg_id)
    )
    if facts.path.get("handed_out"):
        return _leaving(facts), False
    if intent.listeners and outcome.leg_id in intent.listeners:
        new = replace(new, speak=intent.speak, held=intent.held)
    return replace(facts, call=wished(facts.call, new)), False


async def _nothing(at: _At) -> tuple[CallFacts, bool]:
    return at.facts, False


def _leaving(facts: CallFacts) -> CallFacts:
    return replace(facts, call=wished(facts.call, replace(facts.call.intent, caller=CallerWish.LEAVE)))


_MEANINGS: Final[dict[Meaning, Callable[[_At], Awaitable[tuple[CallFacts, bool]]]]] = {
    Meaning.TOOK: _took,
    Meaning.MISSED: _missed,
    Meaning.LOST: _lost,
    Meaning.LEFT: _left,
    Meaning.CALLER_GONE: _caller_gone,
    Meaning.CUSTOMER_UP: _customer_up,
    Meaning.SECOND_UP: _nothing,
    Meaning.SECOND_GONE: _second_gone,
    Meaning.OVER: _nothing,
}
