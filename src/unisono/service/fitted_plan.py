"""The house as a plan for the simulator: its queues and classes of work, what was learnt of them, and how many people serve it.

Groups, never persons: people who are alike are told from five on, the others together as far as five of them can the same.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Final
from uuid import UUID

from msgspec import Struct

from unisono.routing.estimates import LEAST_PEOPLE
from unisono.routing.simulator.plan import Arrivals, Kept, Plan, Spread, Staff
from unisono.service.access import Access
from unisono.service.adapt_reserves import WINDOW, rate_now
from unisono.service.estimates import EstimateView, estimates
from unisono.service.ports import Database
from unisono.service.reckon import HANDLING, PATIENCE
from unisono.service.setup_views import ChannelView, QueueView, WorkClassView
from unisono.service.views import AgentView

RUNS: Final = 5
SHIFT_MIN: Final = 480.0


class FittedPlan(Struct, frozen=True, kw_only=True):
    """The house as a plan. left_out: there are people whom no group of five holds; their number is not told.

    Rates are those of the last hour, per queue and class; handling times and patience are the learnt ones where they are in use,
    else what people set.
    """

    plan: Plan
    left_out: bool


class _Profile(Struct, frozen=True):
    queues: tuple[str, ...]
    skills: tuple[tuple[str, int], ...]
    units: int


async def fitted_plan(db: Database, access: Access) -> FittedPlan:
    """Return the house as it is. Raises Forbidden."""
    access.require("work.supervise")
    learnt = {(e.work_class_id, e.quantity): e for e in (await estimates(db, access)).items if e.skill is None}
    async with db.read() as tx:
        queues = {q.id: q for q in await tx.setup.queues(None)}
        classes = {c.id: c for c in await tx.setup.work_classes()}
        channels = await tx.setup.channels(None)
        skills = {s.id: s.key for s in await tx.setup.skills()}
        agents = await tx.reading.agents(None)
        came = await tx.learning.arrivals(tx.now - WINDOW)
        now = tx.now
    pairs: dict[tuple[UUID, UUID], list[ChannelView]] = {}
    for channel in channels:
        if channel.work_class_id in classes and channel.queue_id in queues:
            pairs.setdefault((channel.queue_id, channel.work_class_id), []).append(channel)
    arrivals = []
    for (queue_id, class_id), of_pair in sorted(pairs.items(), key=lambda one: (queues[one[0][0]].key, classes[one[0][1]].key)):
        rate = rate_now([c for c in came if (c.queue_id, c.work_class_id) == (queue_id, class_id)], now).value
        arrivals.append(_arrivals(queues[queue_id], classes[class_id], of_pair, rate, learnt))
    staff, left_out = groups(_profile(agent, queues, skills) for agent in agents)
    reserves = [
        Kept(agents=kept, queues=(q.key,), units=q.reserve_units)
        for q in queues.values() if (kept := q.reserve_now if q.reserve_auto else q.reserve_agents) > 0
    ]  # fmt: skip
    return FittedPlan(
        plan=Plan(arrivals=arrivals, staff=staff, reserves=reserves, minutes=SHIFT_MIN, warm_up=60.0, runs=RUNS),
        left_out=left_out,
    )


def _arrivals(
    queue: QueueView, work_class: WorkClassView, channels: Sequence[ChannelView], rate: float,
    learnt: dict[tuple[UUID, str], EstimateView],
) -> Arrivals:  # fmt: skip
    handling, patience = learnt.get((work_class.id, HANDLING)), learnt.get((work_class.id, PATIENCE))
    waits = patience.used_s if patience is not None else work_class.patience_s
    at_once = (patience.at_once if patience is not None else None) or 0.0
    common = set.intersection(*({(s.skill, s.level) for s in channel.skills} for channel in channels))
    needs = {s.skill: s.level for s in queue.skills} | dict(sorted(common))
    soon = waits is not None and not work_class.deferrable
    return Arrivals(
        name=f"{queue.key} / {work_class.key}", queue=queue.key, per_minute=[round(rate, 4)], skills=needs,
        handling=Spread(mean_s=handling.used_s if handling is not None else work_class.handling_s),
        patience=Spread(mean_s=waits, zero=round(min(at_once, 0.99), 4)) if waits is not None else None,
        units=max(channel.units for channel in channels), priority=max(channel.priority for channel in channels),
        cost=work_class.cost, decay_s=work_class.decay_s, growth=work_class.growth, promise_s=float(queue.first_response_s),
        deferrable=work_class.deferrable, target=queue.reserve_share,
        answer_within_s=float(queue.reserve_within_s if soon else queue.first_response_s),
    )  # fmt: skip


def _profile(agent: AgentView, queues: dict[UUID, QueueView], skills: dict[UUID, str]) -> _Profile:
    return _Profile(
        tuple(sorted(queues[q].key for q in agent.queue_ids if q in queues)),
        tuple(sorted((skills[s.skill_id], s.level) for s in agent.skills if s.skill_id in skills)),
        agent.capacity,
    )


def groups(profiles: Iterable[_Profile], least: int = LEAST_PEOPLE) -> tuple[list[Staff], bool]:
    """Return how many people are alike, and whether some are left out.

    Who has fewer than four like them stands with all such others, with what at least five of those have in common: the queues
    that they serve, the skills at the lowest of those levels, the smallest capacity.
    """
    counted = Counter(profile for profile in profiles if profile.queues and profile.units > 0)
    staff = [_staff(profile, n) for profile, n in counted.items() if n >= least]
    rest = [profile for profile, n in counted.items() if n < least for _ in range(n)]
    if len(rest) < least:
        return _ordered(staff), bool(rest)
    queues = Counter(queue for profile in rest for queue in profile.queues)
    levels: dict[str, list[int]] = {}
    for profile in rest:
        for skill, level in profile.skills:
            levels.setdefault(skill, []).append(level)
    shared = _Profile(
        tuple(sorted(queue for queue, n in queues.items() if n >= least)),
        tuple(sorted((skill, min(found)) for skill, found in levels.items() if len(found) >= least)),
        min(profile.units for profile in rest),
    )
    if not shared.queues:
        return _ordered(staff), True
    return _ordered([*staff, _staff(shared, len(rest))]), False


def _staff(profile: _Profile, count: int) -> Staff:
    return Staff(count=count, queues=profile.queues, skills=dict(profile.skills), units=profile.units)


def _ordered(staff: list[Staff]) -> list[Staff]:
    return sorted(staff, key=lambda group: (-group.count, group.queues, sorted(group.skills.items())))
