"""The wallboard: who may follow which, and from when on its figures are a warning or an alarm."""

from hashlib import sha256
from typing import Final
from uuid import UUID

from unisono.domain.errors import Invalid, NotFound
from unisono.service.access import Access
from unisono.service.ports import Database, NewEvent
from unisono.service.ports.tallies import Threshold

WALLBOARD: Final = "wallboard"
MOST: Final = 1_000_000
_PAIRS: Final = (("waiting_warn", "waiting_alarm", MOST), ("longest_warn_s", "longest_alarm_s", 365 * 86_400))


def topic_of(access: Access) -> str:
    """Return the live topic of somebody's wallboard; who sees the same follows the same."""
    classes = access.visible_classes("work.read")
    words = f"{'all' if classes is None else sorted(classes)} {access.may('agent.read')}"
    return f"{WALLBOARD}:{sha256(words.encode()).hexdigest()[:24]}"


async def who_sees_this_wallboard(_: Database, access: Access, argument: str) -> bool:
    """Let somebody follow the wallboard of what they may see, and no other."""
    return access.may("queue.read") and topic_of(access) == f"{WALLBOARD}:{argument}"


async def set_threshold(db: Database, access: Access, threshold: Threshold) -> None:
    """Say from when on a queue's figures are a warning or an alarm; without a queue: those of all that have none of their own.

    Raises Invalid when an alarm would come before its warning, NotFound.
    """
    access.require("queue.manage")
    for warn, alarm, most in _PAIRS:
        first, second = getattr(threshold, warn), getattr(threshold, alarm)
        for name, value in ((warn, first), (alarm, second)):
            if value is not None and not 0 <= value <= most:
                raise Invalid(f"{name} lies between 0 and {most}.", code="out_of_range", field=name)
        if first is not None and second is not None and second < first:
            raise Invalid(f"The alarm ({alarm}) comes after the warning ({warn}).", code="alarm_first", field=alarm)
    for name in ("level_warn", "level_alarm"):
        value = getattr(threshold, name)
        if value is not None and not 0 <= value <= 1:
            raise Invalid(f"{name} is a share from 0 to 1.", code="out_of_range", field=name)
    if threshold.level_warn is not None and threshold.level_alarm is not None and threshold.level_alarm > threshold.level_warn:
        raise Invalid("The alarm of the service level lies below its warning.", code="alarm_first", field="level_alarm")
    async with db.write() as tx:
        if threshold.queue_id is not None and not await tx.setup.queues([threshold.queue_id]):
            raise NotFound("This queue does not exist.")
        await tx.tallies.put_threshold(threshold)
        tx.emit(NewEvent(type="wallboard.changed", actor_id=access.user_id, queue_id=threshold.queue_id))


async def drop_threshold(db: Database, access: Access, queue_id: UUID) -> None:
    """Let a queue follow the house's thresholds again."""
    access.require("queue.manage")
    async with db.write() as tx:
        await tx.tallies.drop_threshold(queue_id)
        tx.emit(NewEvent(type="wallboard.changed", actor_id=access.user_id, queue_id=queue_id))
