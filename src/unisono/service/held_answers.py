"""Answers that no network may have yet: what holds them, and the verbs that change, stop, approve or free them.

grace: a moment in which its author can take it back. scheduled: for a later time. approval: until a second person has looked.
rejected, stopped: it goes out only if somebody decides so. The outbox knows nothing of an answer before it is released.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final, Literal
from uuid import UUID

from msgspec import Struct
from msgspec.structs import replace

from unisono.domain.errors import Conflict, Forbidden, Invalid, NotFound
from unisono.domain.ids import new_id
from unisono.service.access import Access
from unisono.service.channel_context import Outside
from unisono.service.note import put_note
from unisono.service.ports import Database, NewEvent, Tx
from unisono.service.ports.held import HeldAnswer, NewHeld
from unisono.service.release import OUTBOX_BELL, Queued, release
from unisono.service.settings import read_settings

LONGEST: Final = timedelta(days=366)
APPROVE: Final = "answer.approve"
MOST_WAITING: Final = 200

HeldState = Literal["grace", "scheduled", "approval", "rejected", "stopped"]


class Hold(Struct, frozen=True, kw_only=True):
    """Why an answer does not go out at once, and until when."""

    state: HeldState
    send_at: datetime | None = None
    stops: bool = False


async def hold_for(
    tx: Tx, *, approval: bool, send_at: datetime | None, stops: bool, grace: bool
) -> Hold | None:  # fmt: skip
    """Return what holds an answer back, None if nothing does. Raises Invalid for a time that is past, or too far off."""
    if send_at is not None:
        check_time(send_at, tx.now)
    if approval:
        return Hold(state="approval", send_at=send_at, stops=stops)
    if send_at is not None:
        return Hold(state="scheduled", send_at=send_at, stops=stops)
    if grace:
        undo_s = int((await read_settings(tx))["answer.undo_s"])
        if undo_s > 0:
            return Hold(state="grace", send_at=tx.now + timedelta(seconds=undo_s))
    return None


def check_time(send_at: datetime, now: datetime) -> None:
    """Raise Invalid unless an answer can be sent at that time."""
    if send_at.tzinfo is None:
        raise Invalid("The time needs a zone, such as 2026-11-30T09:00:00Z.", code="send_at_zone", field="send_at")
    if send_at <= now:
        raise Invalid("This time is past. The draft was kept; choose a later one.", code="send_at_past", field="send_at")
    if send_at > now + LONGEST:
        raise Invalid("An answer can be scheduled for up to a year. The draft was kept.", code="send_at_far", field="send_at")


async def hold(tx: Tx, answer: Queued, why: Hold) -> None:
    """Keep an answer that stands in the transcript away from the outbox."""
    await tx.held.add(
        NewHeld(
            message_id=answer.message_id, conversation_id=answer.conversation_id, interaction_id=answer.interaction_id,
            channel_id=answer.channel_id, user_id=answer.user_id, state=why.state, send_at=why.send_at, stops=why.stops,
            parent_remote_id=answer.parent_remote_id, private_reply_to=answer.private_reply_to,
        )
    )  # fmt: skip
    tx.emit(
        NewEvent(
            type="answer.held", actor_id=answer.user_id, channel_id=answer.channel_id, queue_id=answer.queue_id,
            access_class=answer.access_class, conversation_id=answer.conversation_id, interaction_id=answer.interaction_id,
            body={"message_id": answer.message_id, "state": why.state},
        )
    )  # fmt: skip


async def _locked(tx: Tx, message_id: UUID) -> HeldAnswer | None:
    """Return and lock what is held: its work first, as everybody does who says something about it."""
    seen = await tx.held.held(message_id)
    if seen is not None:
        await tx.work.interaction(seen.interaction_id, lock=True)
    return await tx.held.held(message_id, lock=True)


async def withdraw_answer(db: Database, access: Access, message_id: UUID) -> None:
    """Take an answer back before any network has it; its files can be attached again. Twice is once.

    Raises NotFound; Forbidden for a colleague's; Conflict when it is too late.
    """
    async with db.write() as tx:
        held = await _locked(tx, message_id)
        if held is None:
            known = (await tx.talk.messages_by_id([message_id])).get(message_id)
            if known is not None and known.delivery == "withdrawn":
                return
            raise await _too_late(tx, access, message_id)
        _demand_own(access, held)
        await tx.held.take_back(message_id, held.user_id)
        tx.emit(_about(access, held, NewEvent(type="answer.withdrawn", body={"message_id": message_id})))


async def reschedule_answer(db: Database, access: Access, message_id: UUID, send_at: datetime, *, stops: bool) -> None:
    """Choose another time for a scheduled or stopped answer.

    Raises NotFound, Forbidden, Invalid for the time, Conflict when it is too late or waits for a decision.
    """
    async with db.write() as tx:
        held = await _own(tx, access, message_id)
        check_time(send_at, tx.now)
        state = held.state if held.state == "approval" else "scheduled"
        if held.state in ("grace", "rejected"):
            raise _not_so(held)
        await tx.held.change(message_id, state, send_at, stops=stops)
        tx.emit(_about(access, held, NewEvent(type="answer.held", body={"message_id": message_id, "state": state})))


async def send_now(outside: Outside, access: Access, message_id: UUID) -> None:
    """Let a held answer of one's own go at once. Raises NotFound, Forbidden, Conflict (too late, needs approval)."""
    async with outside.db.write() as tx:
        held = await _own(tx, access, message_id)
        if held.state in ("approval", "rejected"):
            raise _not_so(held)
        await release(tx, held)
    await outside.bell.ring(OUTBOX_BELL)


async def decide_answer(outside: Outside, access: Access, message_id: UUID, *, approve: bool, comment: str = "") -> None:
    """Approve or reject a colleague's answer as the second person; the comment is a note in the conversation.

    Approved, it goes out at once, or at its time if it has one. Raises NotFound; Forbidden for one's own and without the right;
    Conflict when it was decided already; Invalid when a rejection says nothing.
    """
    async with outside.db.write() as tx:
        held = await _locked(tx, message_id)
        if held is None:
            raise await _too_late(tx, access, message_id)
        access.demand(held.access_class, held.agent_id, APPROVE)
        if held.user_id == access.user_id:
            raise Forbidden("Nobody approves their own answer; ask a colleague who may.", code="own_answer")
        if held.state != "approval":
            raise _not_so(held)
        if not approve and not comment.strip():
            raise Invalid("Say why, so that the answer can be mended. Nothing was changed.", code="why_rejected", field="comment")
        if comment.strip():
            await put_note(tx, access.user_id, held.conversation_id, new_id(), comment)
        await _settle(tx, access, held, approve=approve)
        await tx.privacy.audit(
            access.user_id, "answer.approved" if approve else "answer.rejected", "message", str(message_id),
            {"author_id": str(held.user_id)},
        )  # fmt: skip
    await outside.bell.ring(OUTBOX_BELL)


async def _settle(tx: Tx, access: Access, held: HeldAnswer, *, approve: bool) -> None:
    message_id = held.message_id
    if not approve:
        await tx.held.change(message_id, "rejected", None, stops=held.stops, decided_by=access.user_id)
        tx.emit(_about(access, held, NewEvent(type="answer.rejected", body={"message_id": message_id})))
        return
    tx.emit(_about(access, held, NewEvent(type="answer.approved", body={"message_id": message_id})))
    if held.send_at is not None and held.send_at > tx.now:
        await tx.held.change(message_id, "scheduled", held.send_at, stops=held.stops, decided_by=access.user_id)
    else:
        await release(tx, held)


async def stop_held(tx: Tx, conversation_ids: Iterable[UUID]) -> None:
    """The customer has written: what was to be sent only if they do not, is not sent. Its author sees it stopped."""
    for message_id, conversation_id in await tx.held.stop(conversation_ids):
        tx.emit(NewEvent(type="answer.stopped", conversation_id=conversation_id, body={"message_id": message_id}))


async def _own(tx: Tx, access: Access, message_id: UUID) -> HeldAnswer:
    held = await _locked(tx, message_id)
    if held is None:
        raise await _too_late(tx, access, message_id)
    _demand_own(access, held)
    return held


def _demand_own(access: Access, held: HeldAnswer) -> None:
    """One's own answer, or that of somebody whose work one supervises."""
    access.demand(held.access_class, held.agent_id)
    if held.user_id != access.user_id:
        access.demand(held.access_class, held.agent_id, "work.supervise")


async def _too_late(tx: Tx, access: Access, message_id: UUID) -> Conflict | NotFound:
    known = (await tx.talk.messages_by_id([message_id])).get(message_id)
    conversation = await tx.talk.conversation(known.conversation_id) if known else None
    work = await tx.work.open_of(conversation.id) if conversation else None
    if known is None or conversation is None or not access.sees(conversation.access_class, work.agent_id if work else None):
        return NotFound("This answer does not exist, or is not yours to see.")
    return Conflict("The answer is on its way already. Nothing was changed.", code="answer_on_its_way")


def _not_so(held: HeldAnswer) -> Conflict:
    words = {
        "approval": "The answer waits for a colleague's approval.", "rejected": "It was rejected; take it back and mend it.",
        "grace": "The answer goes out in a moment; take it back first.", "scheduled": "The answer is approved and has its time.",
        "stopped": "The answer was stopped, because the customer has written.",
    }  # fmt: skip
    return Conflict(f"{words[held.state]} Nothing was changed.", code=f"held_{held.state}")


def _about(access: Access, held: HeldAnswer, event: NewEvent) -> NewEvent:
    return replace(
        event, actor_id=access.user_id, channel_id=held.channel_id, queue_id=held.queue_id, access_class=held.access_class,
        conversation_id=held.conversation_id, interaction_id=held.interaction_id,
    )  # fmt: skip
