"""Spam and blocked identities: kept apart, counted, never dropped, and taken back as easily as done."""

from datetime import datetime
from typing import Final
from uuid import UUID

from unisono.domain.errors import Conflict, Invalid, NotFound
from unisono.domain.words import InteractionState, OfferState
from unisono.routing.clocks import What
from unisono.service.access import Access
from unisono.service.clocks import Happened, feed
from unisono.service.consult_ends import end_with_work
from unisono.service.locks import lock_people
from unisono.service.page import Page, paged, parse_place, place
from unisono.service.ports import Database, NewEvent, Tx
from unisono.service.ports.work import InteractionChange, InteractionFacts
from unisono.service.reach import reach
from unisono.service.text import storable
from unisono.service.triage.labels import learn_from_spam
from unisono.service.views import BlockView
from unisono.service.work_events import agent_event, work_event

MAX_REASON_CHARS: Final = 500
BATCH: Final = 100


async def mark_spam(db: Database, access: Access, interaction_id: UUID) -> None:
    """Close a unit of work as spam, whoever has it in hand if one may supervise; again is once.

    Raises NotFound, Forbidden; Conflict when a colleague has it.
    """
    async with db.write() as tx:
        work = await reach(tx, access, interaction_id)
        free = work.agent_id in (None, access.user_id) or work.state == InteractionState.CLOSED.value
        if not free and not access.sees(work.access_class, work.agent_id, "work.supervise"):
            raise Conflict("A colleague has this enquiry now.", code="not_yours")
        await close_as_spam(tx, work, "spam", by=access.user_id)
        await learn_from_spam(tx, work.id, access.user_id, spam=True)


async def close_as_spam(tx: Tx, work: InteractionFacts, code: str, *, by: UUID | None) -> None:
    """Close a unit of work as spam within a verb's transaction; what is closed already is only marked."""
    offer = None
    if work.state != InteractionState.CLOSED.value:
        await lock_people(tx, [work])
        await end_with_work(tx, work, by=by)
        offer = await tx.work.open_offer_of(work.id)
        if offer is not None:
            await tx.work.end_offer(offer.id, OfferState.WITHDRAWN.value)
        agent_id = await tx.work.release(work.id)
        await tx.work.change(
            work.id,
            InteractionChange(
                state=InteractionState.CLOSED.value,
                closed_at=tx.now,
                parked_until=None,
                wrap_up_until=None,
                reason={"code": code},
            ),
        )
        await feed(tx, [Happened(interaction_id=work.id, what=What.CLOSED, at=tx.now)])
        if agent_id is not None:
            tx.emit(agent_event(agent_id))
    await tx.spam.mark(work.id, spam=True)
    tx.emit(work_event("marked_spam", work, actor_id=by, code=code, offer_id=offer.id if offer else None))


async def mark_not_spam(db: Database, access: Access, interaction_id: UUID) -> None:
    """Take the mark off: it waits again at its old place, unless other work on its conversation is open; again is once.

    Raises NotFound, Forbidden.
    """
    async with db.write() as tx:
        work = await reach(tx, access, interaction_id)
        await tx.spam.mark(work.id, spam=False)
        await learn_from_spam(tx, work.id, access.user_id, spam=False)
        if work.state == InteractionState.CLOSED.value and not await tx.spam.has_open(work.conversation_id):
            await tx.work.change(
                work.id,
                InteractionChange(
                    state=InteractionState.WAITING.value,
                    agent_id=None,
                    closed_at=None,
                    reason={"code": "not_spam"},
                    preferred_agent_id=None,
                ),
            )
            await feed(tx, [Happened(interaction_id=work.id, what=What.REOPENED, at=tx.now)])
        tx.emit(work_event("restored", work, actor_id=access.user_id, cause="not_spam"))


async def block_identity(db: Database, access: Access, identity_id: UUID, reason: str, until: datetime | None = None) -> None:
    """Keep what comes from an identity unrouted, in the list of spam, until then or until it is let in again.

    What of them waits becomes spam; what is in somebody's hands stays there. Blocking again changes reason and time.
    Raises Invalid, NotFound, Forbidden; Conflict when the person was erased.
    """
    words = storable(reason).strip()
    if not words:
        raise Invalid("Say why: the reason is kept with who decided.", code="empty", field="reason")
    if len(words) > MAX_REASON_CHARS:
        raise Invalid(f"A reason takes {MAX_REASON_CHARS} characters.", code="too_long", field="reason")
    async with db.write() as tx:
        if until is not None and until <= tx.now:
            raise Invalid("The time until then must lie in the future.", field="until")
        customer_id = await _reach_identity(tx, access, identity_id)
        await tx.spam.block(identity_id, access.user_id, words, until)
        for interaction_id in await tx.spam.waiting_of(identity_id):
            work = await tx.work.interaction(interaction_id, lock=True)
            if work is not None and work.state == InteractionState.WAITING.value:
                await close_as_spam(tx, work, "blocked", by=access.user_id)
        # The words stand with the block alone, which goes when it ends or the person is erased.
        kept = {"until": until.isoformat() if until else None}
        await tx.privacy.audit(access.user_id, "identity.blocked", "identity", str(identity_id), kept)
        tx.emit(NewEvent(type="identity.blocked", actor_id=access.user_id, body=_who(identity_id, customer_id)))


async def unblock_identity(db: Database, access: Access, identity_id: UUID) -> None:
    """Let an identity in again: what it says from now on is routed; what stands in the list of spam stays there.

    Raises NotFound, Forbidden; Conflict when the person was erased.
    """
    async with db.write() as tx:
        customer_id = await _reach_identity(tx, access, identity_id)
        await tx.spam.unblock([identity_id])
        await tx.privacy.audit(access.user_id, "identity.unblocked", "identity", str(identity_id), {})
        tx.emit(NewEvent(type="identity.unblocked", actor_id=access.user_id, body=_who(identity_id, customer_id)))


async def end_blocks(db: Database) -> int:
    """Let in again whose time is over; returns how many."""
    async with db.write() as tx:
        over = await tx.spam.over(BATCH)
        if over:
            await tx.spam.unblock([identity_id for identity_id, _ in over])
        for identity_id, customer_id in over:
            await tx.privacy.audit(None, "identity.unblocked", "identity", str(identity_id), {"by": "time"})
            tx.emit(NewEvent(type="identity.unblocked", body=_who(identity_id, customer_id)))
    return len(over)


async def blocked_identities(db: Database, after: str | None, limit: int) -> Page[BlockView]:
    """Return who is blocked, the latest first."""
    start: tuple[datetime, UUID] | None = parse_place(after, tuple[datetime, UUID]) if after else None
    async with db.read() as tx:
        found = await tx.spam.blocks(start, limit + 1)
    items, more = paged(found, limit)
    return Page(items=items, next=place(items[-1].blocked_at, items[-1].identity_id) if more else None)


async def _reach_identity(tx: Tx, access: Access, identity_id: UUID) -> UUID:
    found = await tx.spam.identity(identity_id)
    if found is not None and not found.places:
        # Nothing came of them yet: a number that is blocked before it ever called.
        access.require("work.supervise")
    elif found is None or not any(access.sees(*one) for one in found.places):
        raise NotFound("This person does not exist, or is not yours to see.")
    elif not any(access.sees(*one, "work.answer") for one in found.places):
        access.demand(*found.places[0], "work.answer")
    if found.is_erased:
        raise Conflict("This person was erased; nothing about them is kept.", code="erased")
    return found.customer_id


def _who(identity_id: UUID, customer_id: UUID) -> dict[str, UUID]:
    return {"identity_id": identity_id, "customer_id": customer_id}
