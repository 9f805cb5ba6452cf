"""Loading a call for a verb, through the one door of access."""

from collections.abc import Awaitable, Callable
from uuid import UUID

from msgspec.structs import replace

from unisono.calls import Intent, wished
from unisono.calls.wishes import own_leg
from unisono.domain.errors import Conflict, NotFound
from unisono.domain.words import InteractionState
from unisono.service.access import Access
from unisono.service.calls.bells import COMMANDS_BELL
from unisono.service.calls.step import Stepped, step
from unisono.service.ports import Bell, Database, Tx
from unisono.service.ports.calls import CallFacts
from unisono.service.ports.work import InteractionFacts
from unisono.service.reach import reach_own

_TALKS = (InteractionState.ACTIVE,)


async def reach_call(tx: Tx, access: Access, call_id: UUID, *states: InteractionState) -> tuple[CallFacts, InteractionFacts]:
    """Return a live call of one's own with its work, locked. Raises NotFound; Conflict when it is over or a colleague's."""
    facts = await tx.calls.get(call_id)
    if facts is None or facts.interaction_id is None:
        raise NotFound("This call does not exist, or is not yours to see.")
    work = await reach_own(tx, access, facts.interaction_id, *(states or _TALKS))
    locked = await tx.calls.get(call_id, lock=True)
    assert locked is not None
    if locked.ended_at is not None:
        raise over()
    return locked, work


def over() -> Conflict:
    """Return the error of a verb on a call that has ended."""
    return Conflict("This call is over. Nothing was done.", code="call_over")


def not_now() -> Conflict:
    """Return the error of a verb that does not fit how the call stands."""
    return Conflict("The call does not allow this as it stands. Nothing was done; look at the call again.", code="call_state")


def mine_of(facts: CallFacts, work: InteractionFacts) -> str:
    """Return the leg of whoever has the work. Raises Conflict while they are not on the line."""
    leg = own_leg(facts.call.facts, facts.call.intent, work.agent_id) if work.agent_id is not None else None
    if leg is None:
        raise not_now()
    return leg


Wish = Callable[[Tx, CallFacts, InteractionFacts], Awaitable[CallFacts]]


async def ask(db: Database, bell: Bell, access: Access, call_id: UUID, wish: Wish, *states: InteractionState) -> UUID:
    """Change what is wished for a call of one's own, and have telephony asked for what lacks then. Returns the call."""
    async with db.write() as tx:
        facts, work = await reach_call(tx, access, call_id, *states)
        changed = await wish(tx, facts, work)
        stepped = await step(tx, call_id, lambda _: (changed, []))
    await ring(bell, stepped)
    return call_id


async def ring(bell: Bell, stepped: Stepped | None) -> None:
    """Wake whoever gives commands, when there are any."""
    if stepped is not None and stepped.asked:
        await bell.ring(COMMANDS_BELL)


def with_intent(facts: CallFacts, intent: Intent) -> CallFacts:
    """Return the call with another intent."""
    return replace(facts, call=wished(facts.call, intent))
