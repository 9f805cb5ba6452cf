"""Service levels: what is promised, by which hours, and when somebody is warned."""

from typing import Final
from uuid import UUID

from msgspec import UNSET
from msgspec.structs import asdict, replace

from unisono.domain.errors import Conflict, Invalid, NotFound
from unisono.routing.clocks import Kind
from unisono.service.access import Access
from unisono.service.hours import set_hours
from unisono.service.level_views import ServiceLevelView
from unisono.service.opening_hours import hours_terms
from unisono.service.ports import Database, NewEvent, Tx
from unisono.service.ports.service_levels import ServiceLevelChange
from unisono.service.queues import between, check_names, checked_key
from unisono.service.terms import TargetTerms, Terms, checked_rules, keep_terms

DAY_S: Final = 86_400
MOST_WARNINGS: Final = 5


async def add_service_level(db: Database, access: Access, level: ServiceLevelView) -> ServiceLevelView:
    """Add a service level; it binds nothing before a queue chooses it. Raises Invalid, Conflict when its key is taken."""
    _check(level)
    async with db.write() as tx:
        if not await tx.levels.add_level(level, await keep_terms(tx, await _terms(tx, level))):
            raise _taken(level.key)
        await tx.privacy.audit(access.user_id, "service_level.added", "service_level", str(level.id), {})
        tx.emit(NewEvent(type="service_level.changed", actor_id=access.user_id, body={"service_level_id": level.id}))
    return level


async def change_service_level(db: Database, access: Access, level_id: UUID, change: ServiceLevelChange) -> ServiceLevelView:
    """Change or archive a service level; clocks that run by it are counted anew. Raises NotFound, Invalid, Conflict."""
    async with db.write() as tx:
        found = await tx.levels.levels([level_id])
        if not found:
            raise NotFound("This service level does not exist.")
        named = {name: value for name, value in asdict(change).items() if value is not UNSET}
        level = replace(found[0], **named)
        _check(level)
        if change.archived is True and await tx.levels.queues_using([level_id]):
            raise Conflict("A queue promises this service level; give it another first.", code="service_level_in_use")
        if not await tx.levels.change_level(level_id, change):
            raise _taken(str(change.key))
        await _count_by(tx, access, [level])
        await tx.privacy.audit(access.user_id, "service_level.changed", "service_level", str(level_id), {})
        return (await tx.levels.levels([level_id]))[0]


async def count_by_calendar(tx: Tx, access: Access, calendar_id: UUID) -> None:
    """Let the service levels that count by a calendar follow its change, within the verb that changes it."""
    levels = await tx.levels.levels(None, archived=True)
    await _count_by(tx, access, [level for level in levels if any(t.calendar_id == calendar_id for t in level.targets)])


async def _count_by(tx: Tx, access: Access, levels: list[ServiceLevelView]) -> None:
    for level in levels:
        await tx.levels.set_terms(level.id, await keep_terms(tx, await _terms(tx, level)))
        tx.emit(NewEvent(type="service_level.changed", actor_id=access.user_id, body={"service_level_id": level.id}))
    await tx.levels.raise_epoch()
    await set_hours(tx, await tx.levels.queues_using([level.id for level in levels]), access.user_id)


async def _terms(tx: Tx, level: ServiceLevelView) -> Terms:
    wanted = {target.calendar_id for target in level.targets if target.calendar_id is not None}
    calendars = {calendar.id: calendar for calendar in await tx.levels.calendars(wanted)}
    if wanted - calendars.keys() or (not level.archived and any(calendar.archived for calendar in calendars.values())):
        raise Invalid("This calendar does not exist or is archived. Nothing was changed.", code="no_calendar", field="targets")
    terms = Terms(
        service_level_id=level.id,
        targets={
            target.kind: TargetTerms(
                target.target_s, str(target.calendar_id) if target.calendar_id else None, tuple(sorted(target.warn_at_share)),
                tuple(sorted(target.warn_before_s)), target.pauses,
            )
            for target in level.targets
        },
        calendars={str(calendar.id): hours_terms(calendar) for calendar in calendars.values()},
        reopen_within_s=level.reopen_within_s, window_warn_s=tuple(sorted(level.window_warn_s)),
    )  # fmt: skip
    checked_rules(terms)
    return terms


def _check(level: ServiceLevelView) -> None:
    checked_key(level.key)
    check_names(level.name)
    kinds = [target.kind for target in level.targets]
    if not kinds or len(set(kinds)) < len(kinds) or not set(kinds) <= {kind.value for kind in Kind}:
        raise Invalid(
            f"A service level has one target each of {', '.join(Kind)}, at least one. Nothing was changed.", code="bad_targets",
            field="targets",
        )  # fmt: skip
    for target in level.targets:
        between(target.target_s, 1, 365 * DAY_S, "target_s")
        between(len(target.warn_at_share) + len(target.warn_before_s), 0, MOST_WARNINGS, "warnings")
    between(len(level.window_warn_s), 0, MOST_WARNINGS, "window_warn_s")
    for seconds in level.window_warn_s:
        between(seconds, 60, 30 * DAY_S, "window_warn_s")
    between(level.reopen_within_s, 0, 365 * DAY_S, "reopen_within_s")


def _taken(key: str) -> Conflict:
    return Conflict(f"The key {key!r} is taken.", code="key_taken", field="key")
