"""Classes of work: what a minute of waiting costs and how such work behaves, in numbers that the router's formula takes."""

from collections.abc import Iterable
from typing import Final
from uuid import UUID

from msgspec import UNSET, UnsetType
from msgspec.structs import asdict, replace

from unisono.domain.errors import Conflict, Invalid, NotFound
from unisono.service.access import Access
from unisono.service.ports import Database, NewEvent
from unisono.service.ports.setup import WorkClassChange
from unisono.service.queues import check_names, checked_key
from unisono.service.setup_views import WorkClassView

DAY_S: Final = 86_400


async def add_class(db: Database, access: Access, work_class: WorkClassView) -> WorkClassView:
    """Add a class of work. Raises Invalid, Conflict when its key is taken."""
    _check(WorkClassChange(**{name: getattr(work_class, name) for name in WorkClassChange.__struct_fields__}))
    async with db.write() as tx:
        _check_interrupts(work_class, await tx.setup.work_classes())
        if not await tx.setup.add_work_class(work_class):
            raise _taken(work_class.key)
        await tx.privacy.audit(access.user_id, "work_class.added", "work_class", str(work_class.id), {})
        tx.emit(NewEvent(type="work_class.changed", actor_id=access.user_id, body={"work_class_id": work_class.id}))
    return work_class


async def change_class(db: Database, access: Access, class_id: UUID, change: WorkClassChange) -> WorkClassView:
    """Change a class; what waits is ordered anew at once. Raises NotFound, Invalid, Conflict."""
    _check(change)
    async with db.write() as tx:
        classes = {known.id: known for known in await tx.setup.work_classes()}
        if class_id not in classes:
            raise NotFound("This class of work does not exist.")
        named = {name: value for name, value in asdict(change).items() if value is not UNSET}
        _check_interrupts(replace(classes[class_id], **named), classes.values())
        if not await tx.setup.change_work_class(class_id, change):
            raise _taken(str(change.key))
        await tx.privacy.audit(access.user_id, "work_class.changed", "work_class", str(class_id), {})
        tx.emit(NewEvent(type="work_class.changed", actor_id=access.user_id, body={"work_class_id": class_id}))
        return next(known for known in await tx.setup.work_classes() if known.id == class_id)


def _check_interrupts(work_class: WorkClassView, known: Iterable[WorkClassView]) -> None:
    unknown = set(work_class.interrupts) - {other.id for other in known if other.id != work_class.id}
    if unknown:
        raise Invalid(
            "A class of work interrupts others that exist, not itself. Nothing was changed.", code="no_class", field="interrupts"
        )
    if work_class.interrupts and work_class.deferrable:
        raise Invalid(
            "What can wait interrupts nothing. Nothing was changed; take one of the two back.", code="deferrable_interrupts",
            field="interrupts",
        )  # fmt: skip


def _check(change: WorkClassChange) -> None:
    if change.key is not UNSET:
        checked_key(change.key)
    if change.name is not UNSET:
        check_names(change.name)
    _within(change.cost, 0.01, 1_000, "cost")
    _within(change.handling_s, 1, DAY_S, "handling_s")
    _within(change.patience_s, 1, 30 * DAY_S, "patience_s")
    _within(change.decay_s, 1, 365 * DAY_S, "decay_s")
    _within(change.growth, 0, 10, "growth")
    _within(change.cap, 1, 100, "cap")
    _within(change.parked_share, 0, 1, "parked_share")


def _within(value: float | UnsetType | None, low: float, high: float, field: str) -> None:
    # Written this way round so that NaN fails too.
    if isinstance(value, int | float) and not low <= value <= high:
        raise Invalid(f"{field} lies between {low} and {high}.", code="out_of_range", field=field, low=low, high=high)


def _taken(key: str) -> Conflict:
    return Conflict(f"The key {key!r} is taken.", code="key_taken", field="key")
