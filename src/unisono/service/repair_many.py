"""Repair of many at once, and what there is to repair: counts by channel and by what went wrong."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Final
from uuid import UUID

from msgspec import Struct

from unisono.domain.errors import Conflict, Forbidden, Invalid, NotFound, UnisonoError
from unisono.service.access import Access
from unisono.service.channel_context import Outside
from unisono.service.instant import Instant, instant
from unisono.service.look import sight_of
from unisono.service.ports import Database
from unisono.service.repair import discard_answer, discard_item, retry_answer, retry_item

MOST: Final = 200
MAX_REASON_CHARS: Final = 500


class RepairCount(Struct, frozen=True, kw_only=True):
    """How much of a channel waits for repair. code: what went wrong, empty for the quarantine. oldest_at: of them."""

    channel_id: UUID
    code: str
    count: int
    oldest_at: Instant


class RepairSummary(Struct, frozen=True, kw_only=True):
    """All that waits for repair and that the asker may see. quarantine: null for who may not manage it."""

    quarantine: list[RepairCount] | None
    dead: list[RepairCount]


class Refusal(Struct, frozen=True, kw_only=True):
    """One of many that could not be done, and why."""

    id: UUID
    code: str
    detail: str


class RepairedView(Struct, frozen=True, kw_only=True):
    """What was done of many. What was refused is as it was."""

    done: list[UUID]
    refused: list[Refusal]


async def repair_summary(db: Database, access: Access) -> RepairSummary:
    """Return how much waits for repair, by channel and by what went wrong."""
    async with db.read() as tx:
        quarantine = await tx.repairs.quarantine() if access.may("quarantine.manage") else None
        dead = await tx.repairs.dead(sight_of(access, "work.answer"))
    return RepairSummary(
        quarantine=None if quarantine is None else [_count(row) for row in quarantine], dead=[_count(row) for row in dead]
    )


def _count(row: tuple[UUID, str, int, object]) -> RepairCount:
    channel_id, code, count, oldest_at = row
    return RepairCount(channel_id=channel_id, code=code, count=count, oldest_at=instant(oldest_at))  # type: ignore[arg-type]


async def retry_items(outside: Outside, access: Access, ids: Sequence[UUID]) -> RepairedView:
    """Read quarantined items again. Raises Forbidden, Invalid."""
    access.require("quarantine.manage")
    return await _each(ids, lambda one: retry_item(outside, access, one))


async def discard_items(outside: Outside, access: Access, ids: Sequence[UUID], reason: str) -> RepairedView:
    """Give quarantined items up, with a reason that is kept. Raises Forbidden, Invalid."""
    access.require("quarantine.manage")
    why = reason_for(reason)
    return await _each(ids, lambda one: discard_item(outside, access, one, why))


async def retry_answers(outside: Outside, access: Access, ids: Sequence[UUID]) -> RepairedView:
    """Send answers again that did not reach their network; where their fate is unknown the network is asked. Raises Invalid."""
    return await _each(ids, lambda one: retry_answer(outside, access, one))


async def discard_answers(outside: Outside, access: Access, ids: Sequence[UUID], reason: str) -> RepairedView:
    """Give answers up, with a reason that is kept. Raises Invalid."""
    why = reason_for(reason)
    return await _each(ids, lambda one: discard_answer(outside, access, one, why))


def reason_for(reason: str) -> str:
    """Return a reason as it is kept. Raises Invalid without one."""
    if not 0 < len(reason.strip()) <= MAX_REASON_CHARS:
        raise Invalid("Say why: the reason is kept with who decided.", code="empty", field="reason")
    return reason.strip()


async def _each(ids: Sequence[UUID], verb: Callable[[UUID], Awaitable[None]]) -> RepairedView:
    """Do it for each in a transaction of its own: one that cannot be done holds up none of the others."""
    if len(ids) > MOST:
        raise Invalid(f"At most {MOST} at once.", code="too_many", field="ids")
    done: list[UUID] = []
    refused: list[Refusal] = []
    for one in dict.fromkeys(ids):
        try:
            await verb(one)
            done.append(one)
        except (Conflict, Forbidden, NotFound) as error:
            refused.append(_refusal(one, error))
    return RepairedView(done=done, refused=refused)


def _refusal(one: UUID, error: UnisonoError) -> Refusal:
    return Refusal(id=one, code=error.code, detail=str(error))
