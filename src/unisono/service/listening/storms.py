"""Storms: what many say about one thing becomes one case with one owner; one answer reaches each author once, where they asked.

What is folded stays an enquiry of its own, in somebody's hands or in its queue, where it keeps its place but is offered to nobody
while the one answer is on its way; taking it out of the case leaves nothing behind.
The answer is looked at by a second person. It goes into each conversation like any answer, through the channel's own lane and
budget; whoever asked twice is answered once.
"""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import timedelta
from functools import partial
from typing import Final
from uuid import UUID

from unisono.domain.errors import Conflict, Forbidden, Invalid, NotFound, UnisonoError
from unisono.domain.ids import new_id
from unisono.domain.words import DeliveryState, Direction, InteractionState
from unisono.listening.alike import alike
from unisono.listening.topic import same_topic
from unisono.service.access import Access
from unisono.service.answer import Answer, check
from unisono.service.channel_context import Outside, open_connector
from unisono.service.finish import close_with_code
from unisono.service.give_back import give_back
from unisono.service.listening.mentions import answerable_networks
from unisono.service.listening.storm_views import StormView
from unisono.service.locks import lock_people, patiently
from unisono.service.ports import Database, NewEvent, Tx
from unisono.service.ports.cases import CaseChange, NewCase
from unisono.service.ports.storms import StormFacts, ToAnswer
from unisono.service.ports.talk import NewMessage
from unisono.service.ports.work import InteractionChange, InteractionFacts
from unisono.service.release import OUTBOX_BELL, Queued, queue_answer
from unisono.service.text import storable, terms
from unisono.service.work_events import work_event
from unisono.triage.language import language_of

BATCH: Final = 25
MOST_COMPARED: Final = 500
#: What was said before it was noticed belongs to it as well.
BEFORE: Final = timedelta(hours=1)
MOST_SHOWN: Final = 20
MAX_TITLE_CHARS: Final = 200
MAX_TEXT_CHARS: Final = 5_000
SUPERVISE: Final = "work.supervise"
STANDING: Final = ("open", "approval", "sending")
_NOT_THERE: Final = "This storm does not exist, or is not yours to see."


async def list_storms(db: Database, access: Access) -> list[StormView]:
    """Return storms, standing ones first."""
    async with db.read() as tx:
        return await tx.storms.views(access.visible_classes(), MOST_SHOWN)


async def begin_storm(outside: Outside, access: Access, storm_id: UUID, monitor_id: UUID, title: str) -> StormView:
    """Fold what a monitor finds, since its alert began, into one case that the asker owns; what comes later follows by itself.

    Raises NotFound, Forbidden, Invalid; Conflict when a storm stands already, or when there is nothing to fold.
    """
    access.require(SUPERVISE)
    clean = " ".join(storable(title).split())[:MAX_TITLE_CHARS]
    if not clean:
        raise Invalid("A storm needs a title: it is the case's.", code="empty", field="title")
    async with outside.db.write() as tx:
        monitor = await tx.listening.monitor(monitor_id)
        classes = access.visible_classes(SUPERVISE)
        if monitor is None or (classes is not None and monitor.access_class not in classes):
            raise NotFound("This monitor does not exist, or is not yours to see.")
        if any(one.monitor_id == monitor_id for one in await tx.storms.standing(*STANDING)):
            raise _stands()
        since = await tx.storms.alert_since(monitor_id) or tx.now - BEFORE
        access_class = await tx.storms.first_class(monitor_id, since, classes)
        if access_class is None:
            raise Conflict("There is no open enquiry that this monitor found. Nothing was folded.", code="nothing_to_fold")
        case = NewCase(
            id=new_id(), title=clean, access_class=access_class, owner_id=access.user_id, created_by=access.user_id, priority=1,
            due_at=None,
        )  # fmt: skip
        await tx.cases.add(case)
        if not await tx.storms.open_storm(storm_id, monitor_id, case.id, since, access.user_id, classes):
            raise _stands()
        await tx.privacy.audit(access.user_id, "storm.opened", "storm", str(storm_id), {})
        tx.emit(NewEvent(type="case.opened", actor_id=access.user_id, access_class=access_class, body={"case_id": case.id}))
        _tell(tx, storm_id, access_class, "open", access.user_id)
    await fold_more(outside)
    return await _view(outside.db, access, storm_id)


async def fold_more(outside: Outside) -> int:
    """Fold what has come since; returns how many enquiries."""
    async with outside.db.read() as tx:
        storms = await tx.storms.standing(*STANDING)
        channels = await tx.channels.running() if storms else []
    folded = 0
    for storm in storms:
        async with outside.db.write() as tx:
            await tx.storms.ask_for(storm.monitor_id, storm.since, sorted(answerable_networks(outside, channels)), 1_000)
        while (done := await patiently(partial(_fold, outside.db, storm, None))) > 0:
            folded += done
        near = await _alike(outside.db, storm)
        for begin in range(0, len(near), BATCH):
            piece = near[begin : begin + BATCH]
            folded += await patiently(partial(_fold, outside.db, storm, piece))
    return folded


async def _alike(db: Database, storm: StormFacts) -> list[UUID]:
    """Return enquiries that say what the storm's say, nearly so or in other words, whatever words the monitor looks for."""
    async with db.read() as tx:
        beside = await tx.storms.beside(storm, MOST_COMPARED)
        known = await tx.storms.texts(storm.id, MOST_COMPARED) if beside else []
        usual = await tx.storms.usual(storm, MOST_COMPARED) if known else []
    # Beside the event loop: hundreds of texts against hundreds.
    return await asyncio.to_thread(_same, known, usual, beside) if known else []


def _same(known: Sequence[str], usual: Sequence[str], beside: Mapping[UUID, str]) -> list[UUID]:
    near = alike(known, beside)
    rest = {key: text for key, text in beside.items() if key not in set(near)}
    return [*near, *same_topic(known, usual, rest)]


async def _fold(db: Database, storm: StormFacts, ids: Sequence[UUID] | None) -> int:
    """Fold these enquiries, or else the next that belong to the storm by themselves; in one transaction."""
    async with db.write() as tx:
        if ids is None:
            ids = await tx.storms.to_fold(storm, BATCH)
        works: list[InteractionFacts] = []
        for one in sorted(ids):
            work = await tx.work.interaction(one, lock=True)
            if work is not None and work.state != InteractionState.CLOSED.value:
                works.append(work)
        put = [work for work in works if await tx.cases.put_if_free(work.id, storm.case_id)]
        offered = [work for work in put if work.state == InteractionState.OFFERED.value]
        if offered:
            # Nobody shall answer alone what all are answered together.
            await lock_people(tx, offered)
            for work in offered:
                await give_back(tx, work, "storm")
        await tx.storms.fold(storm.id, [work.id for work in put])
        for work in put:
            tx.emit(work_event("case_changed", work, case_id=storm.case_id))
        if put:
            tx.emit(NewEvent(type="case.changed", access_class=storm.access_class, body={"case_id": storm.case_id}))
            _tell(tx, storm.id, storm.access_class, storm.state, None)
    return len(put)


async def write_storm_answer(db: Database, access: Access, storm_id: UUID, text: str, code_id: UUID) -> StormView:
    """Propose the one answer, and the code that the enquiries are closed with; a second person has to look at it.

    Raises NotFound, Forbidden, Invalid; Conflict when it is being sent.
    """
    clean = storable(text).strip()
    if not clean:
        raise Invalid("The answer is empty.", code="empty", field="text")
    if len(clean) > MAX_TEXT_CHARS:
        raise Invalid(f"The answer takes {MAX_TEXT_CHARS} characters.", code="too_long", field="text")
    async with db.write() as tx:
        storm = await _reach(tx, access, storm_id, SUPERVISE)
        if storm.state not in ("open", "approval"):
            raise Conflict("This answer is on its way already.", code="storm_sending")
        if not await tx.work.code_exists(code_id):
            raise Invalid("This wrap-up code does not exist or is archived.", code="no_code", field="code_id")
        await tx.storms.write(storm_id, clean, code_id, access.user_id)
        _tell(tx, storm_id, storm.access_class, "approval", access.user_id)
    return await _view(db, access, storm_id)


async def decide_storm_answer(db: Database, access: Access, storm_id: UUID, *, approve: bool) -> StormView:
    """Let the answer go to everybody, or give it back to its author. Nobody approves their own.

    Raises NotFound, Forbidden; Conflict when there is nothing to decide.
    """
    async with db.write() as tx:
        storm = await _reach(tx, access, storm_id, "answer.approve")
        if storm.state != "approval":
            raise Conflict("There is no answer that waits for a second person.", code="nothing_to_decide")
        if approve and storm.written_by == access.user_id:
            raise Forbidden("You wrote this answer; somebody else has to look at it.", code="own_answer")
        state = "sending" if approve else "open"
        await tx.storms.set_state(storm_id, state, access.user_id if approve else None)
        await tx.privacy.audit(access.user_id, "storm.approved" if approve else "storm.rejected", "storm", str(storm_id), {})
        _tell(tx, storm_id, storm.access_class, state, access.user_id)
    return await _view(db, access, storm_id)


async def end_storm(db: Database, access: Access, storm_id: UUID) -> StormView:
    """Fold no more and answer no more by itself; the case is solved. What is open stays open, for agents to answer.

    Raises NotFound, Forbidden.
    """
    async with db.write() as tx:
        seen = await tx.storms.storm(storm_id)
        # Work is locked before storms. Whoever may not end it is refused below, and this with it.
        free = await tx.storms.set_free(storm_id) if seen is not None and seen.state != "ended" else []
        storm = await _reach(tx, access, storm_id, SUPERVISE)
        if storm.state != "ended":
            for work in free:
                tx.emit(work_event("changed", work, by="storm"))
            await tx.cases.change(storm.case_id, CaseChange(state="solved", solved_at=tx.now))
            await tx.storms.set_state(storm_id, "ended")
            await tx.privacy.audit(access.user_id, "storm.ended", "storm", str(storm_id), {})
            tx.emit(NewEvent(type="case.changed", access_class=storm.access_class, body={"case_id": storm.case_id}))
            _tell(tx, storm_id, storm.access_class, "ended", access.user_id)
    return await _view(db, access, storm_id)


async def send_storms(outside: Outside) -> int:
    """Answer the next authors of every storm whose answer was approved; returns how many enquiries were dealt with."""
    async with outside.db.read() as tx:
        storms = await tx.storms.standing("sending")
    done = 0
    for storm in storms:
        async with outside.db.read() as tx:
            waiting = await tx.storms.to_answer(storm.id, BATCH)
        for one in waiting:
            await patiently(partial(_answer, outside, storm, one))
            done += 1
    if done:
        await outside.bell.ring(OUTBOX_BELL)
    return done


async def _answer(outside: Outside, storm: StormFacts, one: ToAnswer) -> None:
    """One enquiry, one transaction: the answer in its conversation, and closed; or what stands in the way."""
    assert storm.written_by is not None
    assert storm.code_id is not None
    me = Access(user_id=storm.written_by)
    async with outside.db.write() as tx:
        work = await tx.work.interaction(one.interaction_id, lock=True)
        place = await tx.talk.answerable(one.interaction_id, lock=True) if work else None
        if work is None or place is None or work.state == InteractionState.CLOSED.value:
            await tx.storms.settle(storm.id, one.interaction_id, "closed", None)
            return
        standing = await tx.storms.storm(storm.id, lock=True)
        if standing is None or standing.state != "sending":
            return
        state, message_id = "along", None
        if not await tx.storms.answered_before(storm.id, one.customer_id):
            channel = await tx.channels.facts(work.channel_id)
            message_id = new_id()
            try:
                if channel is None:
                    raise Conflict("The channel is archived.", code="channel_archived")
                draft = Answer(message_id=message_id, text=storm.text, visibility=place.visibility)
                caps = open_connector(outside, channel).capabilities(place.thread)
                check(draft, storm.text, caps, place.visibility, place.reply_rule, place.reply_until, tx.now, [])
            except UnisonoError as error:
                await tx.storms.settle(storm.id, work.id, "refused", None, error.code)
                # Somebody has to do it by hand: it has its old place again.
                if work.state == InteractionState.WAITING.value:
                    await tx.work.change(work.id, InteractionChange(reason={"code": "unfolded"}))
                tx.emit(work_event("changed", work, by="storm"))
                return
            await _say(tx, storm, work, message_id, place.visibility, place.case_number)
            state = "answered"
        await lock_people(tx, [work])
        if work.state == InteractionState.OFFERED.value:
            await give_back(tx, work, "storm")
            work = await tx.work.interaction(work.id, lock=True) or work
        await close_with_code(tx, me, work, storm.code_id)
        await tx.storms.settle(storm.id, work.id, state, message_id)


async def _say(
    tx: Tx, storm: StormFacts, work: InteractionFacts, message_id: UUID, visibility: str, case_number: int | None
) -> None:
    language = language_of(storm.text)
    parent = await tx.talk.answered_remote_id(work.conversation_id, None)
    assert storm.written_by is not None
    await tx.talk.insert_messages(
        [
            NewMessage(
                id=message_id, conversation_id=work.conversation_id, interaction_id=work.id, channel_id=work.channel_id,
                direction=Direction.OUTBOUND.value, visibility=visibility, user_id=storm.written_by, occurred_at=tx.now,
                received_at=tx.now, said_at=tx.now, ingest_key=f"answer:{message_id}", parent_remote_id=parent, language=language,
                delivery=DeliveryState.QUEUED.value, text=storm.text,
                subject=f"[#{case_number}]" if case_number is not None else "", terms=terms(storm.text, language),
            )
        ]
    )  # fmt: skip
    await queue_answer(
        tx,
        Queued(
            message_id=message_id, conversation_id=work.conversation_id, interaction_id=work.id, channel_id=work.channel_id,
            queue_id=work.queue_id, access_class=work.access_class, user_id=storm.written_by, parent_remote_id=parent,
            private_reply_to=None, said_at=tx.now,
        ),
    )  # fmt: skip


async def _reach(tx: Tx, access: Access, storm_id: UUID, action: str) -> StormFacts:
    storm = await tx.storms.storm(storm_id, lock=True)
    if storm is None or not access.sees(storm.access_class):
        raise NotFound(_NOT_THERE)
    access.demand(storm.access_class, None, action)
    return storm


def _stands() -> Conflict:
    return Conflict("This monitor has a storm that is not over yet; it goes on folding.", code="storm_stands")


async def _view(db: Database, access: Access, storm_id: UUID) -> StormView:
    async with db.read() as tx:
        views: Sequence[StormView] = await tx.storms.views(access.visible_classes(), MOST_SHOWN)
    found = next((one for one in views if one.id == storm_id), None)
    if found is None:
        raise NotFound(_NOT_THERE)
    return found


def _tell(tx: Tx, storm_id: UUID, access_class: int, state: str, by: UUID | None) -> None:
    body = {"storm_id": storm_id, "state": state}
    tx.emit(NewEvent(type="storm.changed", actor_id=by, access_class=access_class, body=body))
