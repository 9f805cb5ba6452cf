"""The watch over hands: finds work in a state that cannot be, mends what can be mended without a doubt, and gives the alarm."""

import asyncio
from collections import Counter
from itertools import count
from typing import Final
from uuid import UUID

import structlog

from unisono.domain.errors import UnisonoError
from unisono.domain.words import InteractionState, OfferState
from unisono.service.custody import GONE_AFTER_S, KINDS, UNREACHABLE, nobody_can
from unisono.service.give_back import give_back
from unisono.service.locks import lock_people
from unisono.service.metrics import HANDS_BROKEN, HANDS_MENDED
from unisono.service.ports import Database, NewEvent, Tx
from unisono.service.ports.custody import Broken
from unisono.service.ports.work import InteractionChange, InteractionFacts
from unisono.service.work_events import agent_event

ROUND_S: Final = 30.0
#: In each of so many rounds it is asked as well whether somebody can take what waits, which only a person can mend.
WHOLE_EVERY: Final = 10
#: Nobody but a person knows where this belongs.
FOR_A_PERSON: Final = frozenset({"wrap_up_left", "queue_archived", UNREACHABLE})
_RETURNED: Final = frozenset({"offered_without_offer", "hands_closed", "hands_gone", "two_pairs_of_hands"})
_log = structlog.get_logger("hands")


async def watch_hands(db: Database) -> None:
    """Go round for ever."""
    known: Counter[str] = Counter()
    for number in count():
        try:
            known = await look_after_hands(db, known, whole=number % WHOLE_EVERY == 0)
        except UnisonoError as error:
            _log.warning("hands_not_looked_at", code=error.code)
        except Exception as error:
            _log.error("hands_watch_failed", exc_info=error)
        await asyncio.sleep(ROUND_S)


async def look_after_hands(db: Database, known: Counter[str] | None = None, *, whole: bool = True) -> Counter[str]:
    """Look once; returns how many of each kind were found. An event tells each kind whose count is not the one known.

    whole: ask as well for whom nobody is there; otherwise as many are taken to be lost as were known.
    """
    async with db.read() as tx:
        broken = await tx.custody.broken(GONE_AFTER_S)
        found = Counter(one.kind for one in broken)
        lost = len(await nobody_can(tx)) if whole or known is None else known[UNREACHABLE]
    if lost:
        found[UNREACHABLE] = lost
    for kind in (*KINDS, UNREACHABLE):
        HANDS_BROKEN.labels(kind).set(found[kind])
    changed = {kind: many for kind, many in found.items() if known is None or known[kind] != many}
    if changed:
        _log.error("hands_broken", **changed)
        async with db.write() as tx:
            for kind, many in sorted(changed.items()):
                tx.emit(NewEvent(type="hands.broken", body={"kind": kind, "count": many}))
    for subject in dict.fromkeys(one.interaction_id or one.agent_id for one in broken if one.kind not in FOR_A_PERSON):
        assert subject is not None
        await _mend(db, subject)
    return found


async def _mend(db: Database, subject: UUID) -> None:
    async with db.write() as tx:
        work = await tx.work.interaction(subject, lock=True)
        before = await tx.custody.broken(GONE_AFTER_S, subject)
        people = {one.agent_id for one in before if one.agent_id is not None}
        if work is not None and work.agent_id is not None:
            people.add(work.agent_id)
        await lock_people(tx, [work] if work is not None else [], *people)
        for agent_id in sorted(people):
            await tx.custody.add_up(agent_id)
        # Looked at once more under the locks: a verb may have been quicker.
        for one in await tx.custody.broken(GONE_AFTER_S, subject):
            await _mend_one(tx, one, work)
            HANDS_MENDED.labels(one.kind).inc()
            _log.warning("hands_mended", kind=one.kind, interaction_id=one.interaction_id, agent_id=one.agent_id)
        for agent_id in sorted(people):
            await tx.custody.add_up(agent_id)
            tx.emit(agent_event(agent_id))


async def _mend_one(tx: Tx, one: Broken, work: InteractionFacts | None) -> None:
    if work is not None and one.kind != "sum_wrong":
        # What was mended for one reason may be in order for the next.
        work = await tx.work.interaction(work.id)
    match one.kind:
        case "no_capacity_held" if (
            work is not None and work.agent_id is not None and work.state != InteractionState.WAITING.value
        ):
            if not await tx.work.hold(work.id, work.agent_id, work.units):
                await give_back(tx, work, "mended")
        case "offer_without_work" if one.interaction_id is not None:
            offer = await tx.work.open_offer_of(one.interaction_id)
            if offer is not None:
                await tx.work.end_offer(offer.id, OfferState.WITHDRAWN.value)
        case "capacity_without_work" if one.interaction_id is not None:
            await tx.work.release(one.interaction_id)
        case "consult_over" if one.interaction_id is not None:
            await tx.custody.end_consult_hold(one.interaction_id)
        case "loan_not_returned" if one.interaction_id is not None:
            await tx.custody.end_loan(one.interaction_id)
        case kind if kind in _RETURNED and work is not None and work.state != InteractionState.CLOSED.value:
            if work.state == InteractionState.WAITING.value:
                await tx.work.change(work.id, InteractionChange(agent_id=None))
            await give_back(tx, work, "mended")
