"""Let offers expire, parked work come back and wrap-up time end: what the clock does."""

from unisono.domain.words import AgentState, InteractionState, OfferState
from unisono.routing.clocks import What
from unisono.service.clocks import Happened, feed
from unisono.service.give_back import give_back
from unisono.service.give_offer import give_offer
from unisono.service.locks import lock_people
from unisono.service.ports import Database
from unisono.service.ports.work import InteractionChange
from unisono.service.settings import read_settings
from unisono.service.work_events import agent_event, work_event
from unisono.service.wrap_up_time import after_wrap_up

BATCH = 50


async def expire_offers(db: Database) -> int:
    """Return expired offers' work to the queue; who lets too many in a row pass is set away. Returns how many."""
    expired = 0
    while expired < BATCH and await _expire_one(db):
        expired += 1
    return expired


async def _expire_one(db: Database) -> bool:
    # Each by itself: of two in one transaction, the second's work would be locked after the first one's agent.
    async with db.write() as tx:
        work = await tx.work.overdue_offered()
        if work is None:
            return False
        offer = await tx.work.open_offer_of(work.id)
        if offer is None or offer.expires_at > tx.now:
            # Somebody was quicker.
            return True
        await lock_people(tx, [work], offer.agent_id)
        await give_back(tx, work, "expired", offer_state=OfferState.EXPIRED, prefer=await tx.hands.given_by(offer.id))
        agent = await tx.work.agent(offer.agent_id)
        # Who is busy or away and is asked by a colleague has missed nothing.
        if agent is None or not agent.available:
            return True
        most = (await read_settings(tx))["offer.misses_until_away"]
        if await tx.work.count_missed(offer.agent_id, reset=False) >= most and await tx.work.set_agent_state(
            offer.agent_id, AgentState.AWAY.value, "missed_offers"
        ):
            tx.emit(agent_event(offer.agent_id, state=AgentState.AWAY.value, reason="missed_offers"))
    return True


async def wake_parked(db: Database) -> int:
    """Bring parked work back whose time has come, or whose customer wrote; returns how much.

    To its agent, if they are there and have room for all of it: after its time it is in their hands again, after the customer's
    words it is offered. Else into the queue, to that agent first.
    """
    woken = 0
    while woken < BATCH and await _wake_one(db):
        woken += 1
    return woken


async def _wake_one(db: Database) -> bool:
    async with db.write() as tx:
        work = await tx.hands.overdue_parked()
        if work is None:
            return False
        wrote = await tx.hands.customer_wrote_on(work.id)
        if work.agent_id is None:
            # Nobody has had it yet: the time has come that the customer wished for.
            await give_back(tx, work, "customer_wrote" if wrote else "wished_time")
            await tx.work.change(work.id, InteractionChange(reason={"code": "call_back_wished"}))
            return True
        await lock_people(tx, [work])
        agent = await tx.work.agent(work.agent_id)
        if agent is None or not agent.available:
            await give_back(tx, work, "customer_wrote" if wrote else "parked_time_over", prefer=work.agent_id)
        elif wrote:
            if not await give_offer(tx, work, work.agent_id, {"code": "customer_wrote"}):
                await give_back(tx, work, "customer_wrote", prefer=work.agent_id)
        elif await tx.work.hold(work.id, work.agent_id, work.units):
            await tx.work.change(work.id, InteractionChange(state=InteractionState.ACTIVE.value, parked_until=None))
            await feed(tx, [Happened(interaction_id=work.id, what=What.UNPARKED, at=tx.now)])
            tx.emit(work_event("unparked", work, cause="time"))
            tx.emit(agent_event(work.agent_id))
        else:
            await give_back(tx, work, "parked_time_over", prefer=work.agent_id)
    return True


async def end_wrap_ups(db: Database) -> int:
    """Close work whose wrap-up time is over, without a code; returns how much came to an end.

    If the customer wrote meanwhile the talk goes on: with the same agent, or in the queue if they have logged off.
    """
    ended = 0
    while ended < BATCH and await _end_one(db):
        ended += 1
    return ended


async def _end_one(db: Database) -> bool:
    async with db.write() as tx:
        work = await tx.hands.overdue_wrap_up()
        if work is None:
            return False
        assert work.agent_id is not None
        if not await tx.hands.customer_wrote_on(work.id):
            await tx.work.release(work.id)
            await tx.work.change(
                work.id,
                InteractionChange(
                    state=InteractionState.CLOSED.value, closed_at=tx.now, wrap_up_until=None, reason={"code": "wrap_up_over"}
                ),
            )
            tx.emit(work_event("wrapped_up", work, code="time_over"))
            tx.emit(agent_event(work.agent_id))
        else:
            standing = (await lock_people(tx, [work])).get(work.agent_id)
            if standing is None or standing.disabled or standing.state == AgentState.OFFLINE.value:
                await give_back(tx, work, "customer_wrote", prefer=work.agent_id)
            else:
                await tx.work.change(work.id, InteractionChange(state=InteractionState.ACTIVE.value, wrap_up_until=None))
                await feed(tx, [Happened(interaction_id=work.id, what=What.REOPENED, at=tx.now)])
                tx.emit(work_event("unparked", work, cause="customer"))
        await after_wrap_up(tx, work.agent_id)
    return True
