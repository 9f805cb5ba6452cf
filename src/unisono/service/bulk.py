"""Bulk work: one verb on many enquiries as one operation, with a result for each, and undone as a whole for some time.

Each enquiry is a transaction of its own, in which its outcome is written down together with how it stood before: a crash leaves
nothing half done, and going on does nothing twice. What cannot be done to one (a colleague has it, no room left) is skipped and
said. A request works for a slice of time; whoever asked goes on until nothing is left.
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import datetime, timedelta
from time import perf_counter
from typing import Final
from uuid import UUID

import msgspec
from msgspec import Struct

from unisono.domain.errors import Conflict, Invalid, NotFound, UnisonoError
from unisono.domain.words import InteractionState
from unisono.service.access import Access
from unisono.service.assign import prioritise
from unisono.service.finish import wrap_up
from unisono.service.instant import instant, maybe_instant
from unisono.service.look import filter_of, sight_of
from unisono.service.page import Page
from unisono.service.park import park
from unisono.service.ports import Database, Tx
from unisono.service.ports.bulk import BulkFacts, BulkStep
from unisono.service.put_back import Standing, put_back
from unisono.service.spam import mark_not_spam, mark_spam
from unisono.service.tags import put_tag, take_tag
from unisono.service.take import take
from unisono.service.transfer import transfer
from unisono.service.views import BulkItem, BulkView, ListFilter

MOST: Final = 5_000
UNDO: Final = timedelta(minutes=10)
SLICE_S: Final = 0.8
SHOWN_PROBLEMS: Final = 50
_STEPS: Final = 50


class BulkArgs(Struct, frozen=True, kw_only=True):
    """What a verb needs to know; each takes its own."""

    tag_id: UUID | None = None
    queue_id: UUID | None = None
    code_id: UUID | None = None
    until: datetime | None = None
    priority: int | None = None
    reason: str = ""
    note: str = ""


_Verb = Callable[[Database, Access, UUID, BulkArgs], Awaitable[object]]


async def _transfer(db: Database, access: Access, interaction_id: UUID, args: BulkArgs) -> None:
    await transfer(db, access, interaction_id, queue_id=args.queue_id, note=args.note)


async def _close(db: Database, access: Access, interaction_id: UUID, args: BulkArgs) -> None:
    assert args.code_id is not None
    await wrap_up(db, access, interaction_id, args.code_id, args.note, waiting=True)


async def _tag(db: Database, access: Access, interaction_id: UUID, args: BulkArgs) -> None:
    assert args.tag_id is not None
    await put_tag(db, access, await _conversation_of(db, access, interaction_id), args.tag_id)


async def _untag(db: Database, access: Access, interaction_id: UUID, args: BulkArgs) -> None:
    assert args.tag_id is not None
    await take_tag(db, access, await _conversation_of(db, access, interaction_id), args.tag_id)


async def _prioritise(db: Database, access: Access, interaction_id: UUID, args: BulkArgs) -> None:
    assert args.priority is not None
    await prioritise(db, access, interaction_id, args.priority, args.reason)


#: Each verb, and what it must be told.
_VERBS: Final[dict[str, tuple[_Verb, tuple[str, ...]]]] = {
    "tag": (_tag, ("tag_id",)),
    "untag": (_untag, ("tag_id",)),
    "transfer": (_transfer, ("queue_id",)),
    "close": (_close, ("code_id",)),
    "spam": (lambda db, access, one, _: mark_spam(db, access, one), ()),
    "not_spam": (lambda db, access, one, _: mark_not_spam(db, access, one), ()),
    "take": (lambda db, access, one, _: take(db, access, one), ()),
    "park": (lambda db, access, one, args: park(db, access, one, args.until), ()),
    "priority": (_prioritise, ("priority", "reason")),
}
VERBS: Final = tuple(_VERBS)


async def begin_bulk(
    db: Database, access: Access, bulk_id: UUID, *, verb: str, args: BulkArgs, interaction_ids: Sequence[UUID] = (),
    all_of: ListFilter | None = None,
) -> BulkView:  # fmt: skip
    """Do a verb to these enquiries, or to all in a list (MOST at the most); returns how far a slice of time came.

    The same id again goes on. Raises Invalid for a verb that is not there, lacks what it needs, or has nothing to do.
    """
    if verb not in _VERBS:
        raise Invalid(f"{verb!r} cannot be done to many; {', '.join(VERBS)} can.", code="not_one_of", field="verb")
    for name in _VERBS[verb][1]:
        if getattr(args, name) in (None, ""):
            raise Invalid(f"{verb} needs {name}.", code="empty", field=name)
    async with db.read() as tx:
        wanted = list(dict.fromkeys(interaction_ids))
        if all_of is not None:
            wanted = await tx.reading.work_ids(sight_of(access), filter_of(access, all_of, tx.now), MOST + 1)
    if not wanted:
        raise Invalid("There is nothing to do it to.", code="empty", field="interaction_ids")
    if len(wanted) > MOST:
        raise Invalid(
            f"{MOST} at once is the most. Narrow the list, then do the rest.",
            code="bulk_limit",
            field="interaction_ids",
            limit=MOST,
        )
    async with db.write() as tx:
        kept = {name: value for name, value in msgspec.to_builtins(args).items() if value not in (None, "")}
        bulk = BulkFacts(
            id=bulk_id, user_id=access.user_id, verb=verb, args=kept, total=len(wanted), at=tx.now, undo_until=tx.now + UNDO,
            undone_at=None,
        )  # fmt: skip
        if await tx.bulk.begin(bulk, wanted):
            await tx.privacy.audit(access.user_id, "bulk.begun", "bulk", str(bulk_id), {"verb": verb, "total": len(wanted)})
    return await go_on(db, access, bulk_id)


async def go_on(db: Database, access: Access, bulk_id: UUID) -> BulkView:
    """Work on it for a slice of time; returns how far it is. Raises NotFound; Conflict once it is being undone."""
    async with db.read() as tx:
        bulk = await _own(tx, access, bulk_id)
    if bulk.undone_at is not None:
        raise Conflict("This was undone; begin it anew if it is wanted after all.", code="undone")
    args = msgspec.convert(bulk.args, BulkArgs)
    verb = _VERBS[bulk.verb][0]
    began = perf_counter()
    while perf_counter() - began < SLICE_S:
        async with db.read() as tx:
            steps = await tx.bulk.steps(bulk_id, "todo", _STEPS)
        for step in steps:
            await _do(db, access, bulk, step, verb, args)
            if perf_counter() - began >= SLICE_S:
                break
        if len(steps) < _STEPS:
            break
    return await bulk_view(db, access, bulk_id)


async def undo_bulk(db: Database, access: Access, bulk_id: UUID) -> BulkView:
    """Put back what was done, for a slice of time; again goes on. What somebody has changed since is kept as it is, and said.

    Raises NotFound; Conflict when the time for it is over.
    """
    async with db.write() as tx:
        bulk = await _own(tx, access, bulk_id, lock=True)
        if bulk.undone_at is None:
            if tx.now > bulk.undo_until:
                raise Conflict("The time for undoing this is over. Nothing was changed.", code="too_late")
            await tx.bulk.undone(bulk_id)
            await tx.privacy.audit(access.user_id, "bulk.undone", "bulk", str(bulk_id), {"verb": bulk.verb, "total": bulk.total})
    began = perf_counter()
    while perf_counter() - began < SLICE_S:
        async with db.read() as tx:
            steps = await tx.bulk.steps(bulk_id, "done", _STEPS)
        for step in steps:
            await _undo(db, access, bulk, step)
            if perf_counter() - began >= SLICE_S:
                break
        if len(steps) < _STEPS:
            break
    return await bulk_view(db, access, bulk_id)


async def bulk_view(db: Database, access: Access, bulk_id: UUID) -> BulkView:
    """Return how far it is. Raises NotFound."""
    async with db.read() as tx:
        bulk = await _own(tx, access, bulk_id)
        counts = await tx.bulk.counts(bulk_id)
        outcome = "skipped" if bulk.undone_at is None else "kept"
        problems = await tx.bulk.items(bulk_id, outcome, 0, SHOWN_PROBLEMS)
    todo = counts.get("todo", 0) if bulk.undone_at is None else 0
    left = todo if bulk.undone_at is None else counts.get("done", 0)
    return BulkView(
        id=bulk.id, verb=bulk.verb, total=bulk.total, left=left, done=counts.get("done", 0), skipped=counts.get("skipped", 0),
        undone=counts.get("undone", 0), kept=counts.get("kept", 0), problems=problems, undo_until=instant(bulk.undo_until),
        undone_at=maybe_instant(bulk.undone_at),
    )  # fmt: skip


async def bulk_items(db: Database, access: Access, bulk_id: UUID, after: int, limit: int) -> Page[BulkItem]:
    """Return what came of each enquiry, in the order in which they were named. Raises NotFound."""
    async with db.read() as tx:
        await _own(tx, access, bulk_id)
        found = await tx.bulk.items(bulk_id, None, after, limit + 1)
    items = found[:limit]
    return Page(items=items, next=str(items[-1].position) if len(found) > limit else None)


async def _own(tx: Tx, access: Access, bulk_id: UUID, *, lock: bool = False) -> BulkFacts:
    bulk = await tx.bulk.get(bulk_id, lock=lock)
    if bulk is None or bulk.user_id != access.user_id:
        raise NotFound("This does not exist, or somebody else did it.")
    return bulk


class _Taken(Exception):
    """Another request works on the same item, or has."""


class _Recorded:
    """A database whose first write transaction also writes down how the item stood, and that it is done."""

    def __init__(self, db: Database, bulk: BulkFacts, step: BulkStep, tag_id: UUID | None) -> None:
        self._db = db
        self._bulk = bulk
        self._step = step
        self._tag_id = tag_id

    @asynccontextmanager
    async def write(self, *, single: bool = False) -> AsyncIterator[Tx]:  # noqa: ARG002 - what is written down is a second statement
        async with self._db.write() as tx:
            if not await tx.bulk.claim(self._bulk.id, self._step.position, "todo", "done"):
                raise _Taken
            before = await tx.bulk.standing(self._step.interaction_id, self._tag_id)
            yield tx
            if before is not None:
                after = await tx.bulk.standing(self._step.interaction_id, self._tag_id)
                await tx.bulk.keep(self._bulk.id, self._step.position, before, "same" if after == before else "")

    def read(self) -> AbstractAsyncContextManager[Tx]:
        return self._db.read()


async def _do(db: Database, access: Access, bulk: BulkFacts, step: BulkStep, verb: _Verb, args: BulkArgs) -> None:
    try:
        await verb(_Recorded(db, bulk, step, args.tag_id), access, step.interaction_id, args)
    except _Taken:
        return
    except UnisonoError as error:
        async with db.write() as tx:
            await tx.bulk.settle(bulk.id, step.position, "skipped", error.code)


async def _undo(db: Database, access: Access, bulk: BulkFacts, step: BulkStep) -> None:
    try:
        if bulk.verb in ("tag", "untag"):
            await _undo_tag(db, access, bulk, step)
            return
        async with db.write() as tx:
            if not await tx.bulk.claim(bulk.id, step.position, "done", "undone"):
                return
            work = await tx.work.interaction(step.interaction_id, lock=True)
            if work is None or step.before is None or work.version != step.after_version:
                await tx.bulk.settle(bulk.id, step.position, "kept", "changed_since")
                return
            before = msgspec.convert(step.before, Standing)
            if before.version == work.version:
                return
            reopens = work.state == InteractionState.CLOSED.value and before.state != work.state
            if reopens and await tx.spam.has_open(work.conversation_id):
                await tx.bulk.settle(bulk.id, step.position, "kept", "open_again")
                return
            await put_back(tx, work, before, by=access.user_id)
    except UnisonoError as error:
        async with db.write() as tx:
            await tx.bulk.settle(bulk.id, step.position, "kept", error.code)


async def _undo_tag(db: Database, access: Access, bulk: BulkFacts, step: BulkStep) -> None:
    args = msgspec.convert(bulk.args, BulkArgs)
    before = msgspec.convert(step.before, Standing) if step.before else None
    if args.tag_id is not None and before is not None and before.tagged != (bulk.verb == "tag"):
        conversation_id = await _conversation_of(db, access, step.interaction_id)
        if before.tagged:
            await put_tag(db, access, conversation_id, args.tag_id)
        else:
            await take_tag(db, access, conversation_id, args.tag_id)
    async with db.write() as tx:
        await tx.bulk.claim(bulk.id, step.position, "done", "undone")


async def _conversation_of(db: Database, access: Access, interaction_id: UUID) -> UUID:
    async with db.read() as tx:
        work = await tx.work.interaction(interaction_id)
    if work is None or not access.sees(work.access_class, work.agent_id):
        raise NotFound("This enquiry does not exist, or is not yours to see.")
    return work.conversation_id
