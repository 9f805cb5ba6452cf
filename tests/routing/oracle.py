"""The router once more, by looking at every pair: slow, plain, and what the quick one must equal."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from unisono.routing import index
from unisono.routing.classes import step_at
from unisono.routing.facts import NO_PROMISE, AgentFacts, Need, Waiting

_Order = tuple[int, float, float, float, UUID, int, int, float, UUID]


def backlog(items: Iterable[Waiting], agents: Iterable[AgentFacts]) -> float:
    """Return in how many minutes these people clear what waits; the router looks at it at the beginning of each second."""
    return index.backlog_minutes(sum(i.params.handling_s / 60.0 for i in items), sum(agent.available for agent in agents))


def decide(
    items: Iterable[Waiting], agents: Iterable[AgentFacts], now: datetime, minutes: float | None = None
) -> list[tuple[UUID, UUID]]:
    """Return who gets what, in order: always the best of all pairs that can be, then the next.

    minutes: the backlog as it stood at the beginning of this second; by itself, as it stands.
    """
    at = float(int(now.timestamp()))
    waiting = {item.id: item for item in items}
    people = {agent.id: agent for agent in agents}
    free = {agent.id: agent.free for agent in people.values()}
    if minutes is None:
        minutes = backlog(waiting.values(), people.values())
    # Who was interrupted lends nothing more until the store has said what they have left.
    lends = set(people)
    engaged = {agent.id for agent in people.values() if agent.engaged}
    made: list[tuple[UUID, UUID]] = []
    while True:
        heads = _heads(waiting.values(), now)
        pairs: list[_Order] = []
        for item in waiting.values():
            barred = engaged if item.params.one_at_a_time else ()
            able = [
                (agent, match) for agent in people.values()
                if agent.available and agent.id not in barred and (match := _match(item, agent, now)) > 0
            ]  # fmt: skip
            room = [(agent, match) for agent, match in able if free[agent.id] >= item.units]
            if not room and item.id in heads:
                # Only when nobody has room, somebody is interrupted.
                room = [
                    (agent, match) for agent, match in able if 0 <= free[agent.id] < item.units <= _lent(item, agent, free, lends)
                ]
            pairs += [
                _order(item, agent, free[agent.id], match, at, minutes)
                for agent, match in room
                if item.id in heads or _preferred(item, now) == agent.id
            ]
        best = min(pairs, default=None)
        if best is None:
            return made
        interaction_id, agent_id = best[4], best[8]
        taken = waiting.pop(interaction_id)
        units = taken.units
        if taken.params.one_at_a_time:
            engaged.add(agent_id)
        if units > free[agent_id]:
            lends.discard(agent_id)
        free[agent_id] = max(0, free[agent_id] - units)
        made.append((interaction_id, agent_id))


def _lent(item: Waiting, agent: AgentFacts, free: dict[UUID, int], lends: set[UUID]) -> int:
    if agent.id not in lends or item.params.deferrable:
        return free[agent.id]
    return free[agent.id] + sum(units for kind, units in agent.lendable.items() if kind in item.params.interrupts)


def _heads(items: Iterable[Waiting], now: datetime) -> set[UUID]:
    """Only the first of those that are alike competes: the one promised first, then the oldest."""
    classes: dict[object, tuple[object, UUID]] = {}
    for item in items:
        late = item.params.fades and item.due_at <= now
        due = item.due_at.timestamp() if item.due_at < NO_PROMISE else 0.0
        place = (-due if late else due, item.since, item.id)
        alike = (
            item.queue_id, item.needs, item.units, item.priority, item.params, item.value, item.steps,
            step_at(item, now.timestamp()), item.due_at < NO_PROMISE, late, item.refused,
        )  # fmt: skip
        if alike not in classes or place < classes[alike][0]:  # type: ignore[operator]
            classes[alike] = (place, item.id)
    return {found for _, found in classes.values()}


def _order(item: Waiting, agent: AgentFacts, free: int, match: float, at: float, minutes: float) -> _Order:
    timed = item.due_at < NO_PROMISE
    due = item.due_at.timestamp()
    weight = index.static_weight(item.params, item.value, minutes)
    urgency = index.urgency(item.params, at - item.since.timestamp(), due - at if timed else None)
    return (
        -item.priority, -weight * urgency * match, due if timed else float("inf"), item.since.timestamp(), item.id,
        len(agent.skills), -free, agent.idle_since.timestamp(), agent.id,
    )  # fmt: skip


def _match(item: Waiting, agent: AgentFacts, now: datetime) -> float:
    steps = item.steps[: step_at(item, now.timestamp())]
    lower = sum(step.lower for step in steps)
    dropped = {skill for step in steps for skill in step.drop}
    queues = {item.queue_id}.union(*(step.queue_ids for step in steps))
    if not queues & agent.queue_ids:
        return 0.0
    asked = [need for need in item.needs if need.skill not in dropped]
    hard = [need for need in asked if not need.optional]
    if not all(_has(agent, need, lower) for need in hard):
        return 0.0
    match = 1.0 if all(_has(agent, need, lower) for need in asked if need.optional) else index.LACKING
    match *= index.LOWERED ** sum(max(0, need.level - agent.skills.get(need.skill, 0)) for need in hard)
    if agent.id in item.refused:
        return match * index.REFUSED
    return match * (index.PREFERRED if agent.id == _preferred(item, now) else 1.0)


def _preferred(item: Waiting, now: datetime) -> UUID | None:
    return item.preferred_agent_id if item.preferred_until is None or now < item.preferred_until else None


def _has(agent: AgentFacts, need: Need, lower: int) -> bool:
    return agent.skills.get(need.skill, 0) >= max(1, need.level - lower)
