"""Queues: add, change, archive, and who takes their work."""

import re
from collections.abc import Mapping, Sequence
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from msgspec import UNSET, UnsetType

from unisono.domain.errors import Conflict, Invalid, NotFound
from unisono.domain.words import QueueMode
from unisono.service.access import Access
from unisono.service.ports import Database, NewEvent, Tx
from unisono.service.ports.setup import NewQueue, QueueChange
from unisono.service.queue_levels import choose_levels
from unisono.service.setup_views import Names, QueueSkillView, QueueStepView
from unisono.service.text import storable

MAX_KEY_CHARS: Final = 60
MAX_LEVEL: Final = 5
MAX_STEPS: Final = 10
MAX_RESERVE: Final = 1_000
_KEY = re.compile(r"[a-z0-9]+(?:[._-][a-z0-9]+)*")


async def add_queue(db: Database, access: Access, queue: NewQueue, member_ids: Sequence[UUID] = ()) -> UUID:
    """Add a queue. Raises Invalid, Conflict when its key is taken."""
    async with db.write() as tx:
        await _check(tx, QueueChange(
            key=queue.key, name=queue.name, team_id=queue.team_id, time_zone=queue.time_zone,
            first_response_s=queue.first_response_s, offer_s=queue.offer_s, skills=queue.skills, steps=queue.steps,
            reserve_agents=queue.reserve_agents, reserve_units=queue.reserve_units,
            reserve_share=queue.reserve_share, reserve_within_s=queue.reserve_within_s, mode=queue.mode,
            silence_s=queue.silence_s, wrap_up_s=queue.wrap_up_s, prefer_s=queue.prefer_s,
        ))  # fmt: skip
        if not await tx.setup.add_queue(queue):
            raise Conflict(f"The key {queue.key!r} is taken.", code="key_taken", field="key")
        if queue.service_levels:
            await choose_levels(tx, access, queue.id, queue.service_levels)
        await _members(tx, access, queue.id, member_ids)
        await tx.privacy.audit(access.user_id, "queue.added", "queue", str(queue.id), {})
        tx.emit(NewEvent(type="queue.changed", actor_id=access.user_id, queue_id=queue.id))
    return queue.id


async def change_queue(db: Database, access: Access, queue_id: UUID, change: QueueChange) -> None:
    """Change what is named. A queue can be archived once no channel leads into it and nothing in it is open.

    Raises NotFound, Invalid, Conflict.
    """
    async with db.write() as tx:
        if not await tx.setup.queues([queue_id]):
            raise NotFound("This queue does not exist.")
        await _check(tx, change)
        if change.archived is True:
            await _check_empty(tx, queue_id)
        if not await tx.setup.change_queue(queue_id, change):
            raise Conflict(f"The key {change.key!r} is taken.", code="key_taken", field="key")
        if change.service_levels is not UNSET:
            await choose_levels(tx, access, queue_id, change.service_levels)
        elif change.first_response_s is not UNSET:
            await tx.levels.raise_epoch()
        await tx.privacy.audit(access.user_id, "queue.changed", "queue", str(queue_id), {})
        tx.emit(NewEvent(type="queue.changed", actor_id=access.user_id, queue_id=queue_id))


async def set_members(db: Database, access: Access, queue_id: UUID, user_ids: Sequence[UUID]) -> None:
    """Say who can be offered the queue's work. Raises NotFound, Invalid for somebody who takes no enquiries."""
    async with db.write() as tx:
        if not await tx.setup.queues([queue_id]):
            raise NotFound("This queue does not exist.")
        await _members(tx, access, queue_id, user_ids)


async def _members(tx: Tx, access: Access, queue_id: UUID, user_ids: Sequence[UUID]) -> None:
    known = {agent.user_id for agent in await tx.reading.agents(user_ids)} if user_ids else set()
    if set(user_ids) - known:
        raise Invalid("Somebody in this list takes no enquiries. Nothing was changed.", code="no_agent", field="member_ids")
    changed = await tx.setup.set_members(queue_id, user_ids)
    if changed:
        tx.emit(NewEvent(type="queue.changed", actor_id=access.user_id, queue_id=queue_id))
        for user_id in sorted(changed):
            tx.emit(NewEvent(type="agent.changed", actor_id=access.user_id, agent_id=user_id))


async def _check(tx: Tx, change: QueueChange) -> None:
    if change.key is not UNSET:
        checked_key(change.key)
    if change.name is not UNSET:
        check_names(change.name)
    if isinstance(change.time_zone, str):
        check_zone(change.time_zone)
    between(change.first_response_s, 60, 90 * 86_400, "first_response_s")
    between(change.offer_s, 5, 3_600, "offer_s")
    if change.skills is not UNSET:
        await check_skills(tx, change.skills)
    if change.steps is not UNSET:
        await _check_steps(tx, change.steps)
    if isinstance(change.reserve_agents, int | float) and not 0 <= change.reserve_agents <= MAX_RESERVE:
        raise Invalid(
            f"reserve_agents lies between 0 and {MAX_RESERVE}.", code="out_of_range", field="reserve_agents", low=0,
            high=MAX_RESERVE,
        )  # fmt: skip
    between(change.reserve_units, 1, 6_000, "reserve_units")
    if isinstance(change.reserve_share, int | float) and not 0.01 <= change.reserve_share <= 0.99:
        raise Invalid(
            "reserve_share lies between 0.01 and 0.99.", code="out_of_range", field="reserve_share", low=0.01, high=0.99
        )
    between(change.reserve_within_s, 0, 3_600, "reserve_within_s")
    if change.mode is not UNSET and change.mode not in set(QueueMode):
        raise Invalid(f"{change.mode!r} is no mode; known are {', '.join(QueueMode)}.", code="not_one_of", field="mode")
    if isinstance(change.silence_s, int):
        between(change.silence_s, 60, 7 * 86_400, "silence_s")
    between(change.wrap_up_s, 0, 86_400, "wrap_up_s")
    between(change.prefer_s, 0, 86_400, "prefer_s")
    if isinstance(change.team_id, UUID) and change.team_id not in {team.id for team in await tx.setup.teams()}:
        raise Invalid("This team does not exist.", code="bad_scope", field="team_id")


async def _check_steps(tx: Tx, steps: Sequence[QueueStepView]) -> None:
    times = [step.after_s for step in steps]
    if times != sorted(set(times)) or len(times) > MAX_STEPS:
        raise Invalid(
            f"Steps of relaxation are at most {MAX_STEPS}, each later than the one before.", code="bad_steps", field="steps",
            limit=MAX_STEPS,
        )  # fmt: skip
    known = {skill.key for skill in await tx.setup.skills()}
    queues = {queue.id for queue in await tx.setup.queues(None)}
    for step in steps:
        between(step.after_s, 1, 30 * 86_400, "steps")
        between(step.lower, 0, MAX_LEVEL - 1, "steps")
        if set(step.drop) - known:
            raise Invalid("A skill here does not exist, or stands twice.", code="no_skill", field="steps")
        if set(step.queue_ids) - queues:
            raise Invalid("This queue does not exist or is archived.", code="no_queue", field="steps")


async def _check_empty(tx: Tx, queue_id: UUID) -> None:
    channels = await tx.setup.channels_into(queue_id)
    if channels:
        raise Conflict(f"{channels} channels put their enquiries into this queue; give them another first.", code="queue_in_use")
    if await tx.setup.open_work_in(queue_id):
        raise Conflict("There is open work in this queue; transfer or close it first.", code="queue_in_use")


def checked_key(key: str) -> str:
    """Return a key for programs and rules: small letters, digits, and single `.`, `_`, `-` between them. Raises Invalid."""
    if not _KEY.fullmatch(key) or len(key) > MAX_KEY_CHARS:
        raise Invalid(
            f"{key!r} is no key: up to {MAX_KEY_CHARS} small letters and digits, with . _ - between them.",
            code="bad_key", field="key",
        )  # fmt: skip
    return key


def check_names(names: Names, field: str = "name") -> None:
    """Raise Invalid unless there is a name in each language of the house, and nothing else."""
    if set(names) != {"de", "en"} or not all(1 <= len(storable(name).strip()) <= 200 for name in names.values()):
        raise Invalid(
            "Names have 1 to 200 characters, one in German (de) and one in English (en).", code="bad_names", field=field
        )


def check_zone(zone: str) -> None:
    """Raise Invalid unless this is a time zone of the IANA data base."""
    try:
        ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise Invalid(f"{zone!r} is no time zone, such as Europe/Berlin.", code="bad_zone", field="time_zone") from None


def between(value: int | UnsetType, low: int, high: int, field: str) -> None:
    """Raise Invalid unless the number lies between the two, both included; what is not set is not looked at."""
    if isinstance(value, int) and not low <= value <= high:
        raise Invalid(f"{field} lies between {low} and {high}.", code="out_of_range", field=field, low=low, high=high)


async def check_skills(tx: Tx, skills: Sequence[QueueSkillView]) -> None:
    """Raise Invalid unless every skill exists, once, at a level from 1 to 5."""
    known = {skill.key for skill in await tx.setup.skills()}
    names = [skill.skill for skill in skills]
    if set(names) - known or len(set(names)) < len(names):
        raise Invalid("A skill here does not exist, or stands twice.", code="no_skill", field="skills")
    for skill in skills:
        between(skill.level, 1, MAX_LEVEL, "skills")


async def change_agent(
    db: Database, access: Access, user_id: UUID, *, capacity: int | None = None, skills: Mapping[UUID, int] | None = None
) -> None:
    """Set how much an agent can hold at once (units) and what they can do. Raises NotFound, Invalid.

    A capacity below what is in use takes nothing away; it only lets nothing new come.
    """
    between(UNSET if capacity is None else capacity, 0, 6_000, "capacity")
    async with db.write() as tx:
        if not await tx.reading.agents([user_id]):
            raise NotFound("This person takes no enquiries.")
        if skills is not None:
            if set(skills) - {skill.id for skill in await tx.setup.skills()}:
                raise Invalid("A skill here does not exist.", code="no_skill", field="skills")
            for level in skills.values():
                between(level, 1, MAX_LEVEL, "skills")
        await tx.setup.change_agent(user_id, capacity, skills)
        await tx.privacy.audit(access.user_id, "agent.changed", "user", str(user_id), {})
        tx.emit(NewEvent(type="agent.changed", actor_id=access.user_id, agent_id=user_id))
