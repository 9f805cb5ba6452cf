"""Which service levels bind a queue's work."""

from collections.abc import Sequence
from uuid import UUID

from unisono.domain.errors import Invalid
from unisono.service.access import Access
from unisono.service.hours import set_hours
from unisono.service.ports import Tx
from unisono.service.setup_views import QueueLevelView


async def choose_levels(tx: Tx, access: Access, queue_id: UUID, choices: Sequence[QueueLevelView]) -> None:
    """Replace a queue's service levels within the verb that changes it; what waits is counted anew. Raises Invalid."""
    classes = [choice.work_class_id for choice in choices]
    known = {work_class.id for work_class in await tx.setup.work_classes()}
    if len(set(classes)) < len(classes) or {one for one in classes if one is not None} - known:
        raise Invalid(
            "A class of work here does not exist, or stands twice. Nothing was changed.",
            code="bad_choice",
            field="service_levels",
        )
    if {choice.service_level_id for choice in choices} - {level.id for level in await tx.levels.levels(None)}:
        raise Invalid(
            "This service level does not exist or is archived. Nothing was changed.", code="no_service_level",
            field="service_levels",
        )  # fmt: skip
    await tx.levels.choose(queue_id, choices)
    await tx.levels.raise_epoch()
    await set_hours(tx, [queue_id], access.user_id)
