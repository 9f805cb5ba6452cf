"""How many people it takes: in closed form where one class is simple enough, else by playing until the least staff is found."""

import math
from collections.abc import Callable
from typing import Final, Literal

from msgspec import Struct
from msgspec.structs import replace

from unisono.routing import erlang
from unisono.routing.simulator.engine import play
from unisono.routing.simulator.plan import Arrivals, BadPlan, Chance, Kept, Plan, Spread, Staff
from unisono.routing.simulator.report import Range, Report, report

Way = Literal["erlang_c", "erlang_a", "simulation"]

LEAST_RUNS: Final = 5
MOST_TRIES: Final = 60
MOST_PEOPLE: Final = 2_000


class Reached(Struct, frozen=True, kw_only=True):
    """A target of a class and what the advised staff does about it. reached: its mean over the runs is no lower."""

    name: str
    target: float
    level: Range
    reached: bool


class Advice(Struct, frozen=True, kw_only=True):
    """The fewest people that reach every target, and how many of them to keep idle.

    way: `erlang_c` or `erlang_a`: in closed form, each period for itself; `simulation`: found by playing, so that nobody can be
    taken out of any group. plan: with this staff and these reserves. people: how many are there on average. report: of playing
    that plan. tries: how many other plans were played. complete: false when time was up before nobody more could be taken out.
    """

    way: Way
    plan: Plan
    people: float
    targets: list[Reached]
    report: Report
    tries: int
    complete: bool


def _never() -> bool:
    return False


def advise(plan: Plan, chance: Callable[[int], Chance], *, tries: int = MOST_TRIES, over: Callable[[], bool] = _never) -> Advice:
    """Return how many people a plan takes. `chance` gives the randomness of a run by its number; `over` tells that time is up.

    Raises BadPlan when no class has a target, or when no staff reaches it.
    """
    if not any(arrivals.target is not None for arrivals in plan.arrivals):
        raise BadPlan("No class has a target: say which share is to be answered in time.", "plan_no_target")
    search = _Search(replace(plan, runs=max(plan.runs, LEAST_RUNS)), chance, tries, over)
    way: Way = "simulation"
    found = in_closed_form(plan)
    if found is not None:
        way, advised = found
    else:
        advised = search.least()
    advised = replace(advised, reserves=reserves_for(advised), runs=search.plan.runs)
    said = search.played(advised)
    return Advice(
        way=way, plan=advised, people=math.fsum(group.mean() for group in advised.staff), targets=_targets(advised, said),
        report=said, tries=search.tried,
        complete=search.complete,
    )  # fmt: skip


def in_closed_form(plan: Plan) -> tuple[Way, Plan] | None:
    """Return the plan with the staff that Erlang's formulas give, each period for itself; None where they do not apply."""
    if len(plan.arrivals) != 1 or len(plan.staff) != 1 or plan.day_cv or plan.reserves:
        return None
    (arrivals,), (group,) = plan.arrivals, plan.staff
    plain = arrivals.per_minute and not arrivals.places and arrivals.target is not None and 2 * arrivals.units > group.units
    serves = arrivals.queue in group.queues and arrivals.units <= group.units
    skilled = all(group.skills.get(skill, 0) >= level for skill, level in arrivals.skills.items())
    if not (plain and serves and skilled and _exponential(arrivals.handling)):
        return None
    if arrivals.patience is not None and not _exponential(arrivals.patience):
        return None
    assert arrivals.target is not None
    service, within = 60.0 / arrivals.handling.mean_s, arrivals.answer_within_s / 60.0
    leaving = 60.0 / arrivals.patience.mean_s if arrivals.patience is not None else 0.0
    counts = []
    for rate in arrivals.per_minute:
        if rate <= 0:
            counts.append(0)
        elif leaving:
            counts.append(erlang.least_agents_in_time(rate, service, leaving, arrivals.target, within))
        else:
            counts.append(erlang.least_agents(rate, service, arrivals.target, within))
    if len(counts) == 1:
        staff = replace(group, count=counts[0], counts=[])
    else:
        staff = replace(group, count=0, counts=counts, period_minutes=arrivals.period_minutes)
    return ("erlang_a" if leaving else "erlang_c"), replace(plan, staff=[staff])


def _exponential(spread: Spread) -> bool:
    return spread.shape == "exponential" and spread.zero == 0


def reserves_for(plan: Plan) -> list[Kept]:
    """Return the plan's reserves, with the one that is reckoned where a queue has deferrable work beside work with a target.

    As the house reckons it: calls beside an endless store, all of one length (`erlang.reserve_for`).
    """
    reckoned: dict[str, Kept] = {}
    for queue in dict.fromkeys(arrivals.queue for arrivals in plan.arrivals):
        mine = [a for a in plan.arrivals if a.queue == queue]
        urgent = [a for a in mine if not a.deferrable and a.target is not None and a.per_minute]
        if urgent and any(a.deferrable for a in mine):
            reckoned[queue] = Kept(
                agents=_reserve(urgent, _servers(plan, queue)), queues=(queue,), units=max(a.units for a in urgent)
            )
    others = [kept for kept in plan.reserves if not any(queue in reckoned for queue in kept.queues)]
    return [*others, *(kept for kept in reckoned.values() if kept.agents > 0)]


def _servers(plan: Plan, queue: str) -> int:
    return int(math.fsum(group.mean() for group in plan.staff if queue in group.queues))


def _reserve(urgent: list[Arrivals], agents: int) -> float:
    rates = [math.fsum(a.per_minute) / len(a.per_minute) for a in urgent]
    rate = math.fsum(rates)
    if rate <= 0 or agents <= 0:
        return 0.0
    service = 60.0 * rate / math.fsum(r * a.handling.mean_s for r, a in zip(rates, urgent, strict=True))
    if rate >= agents * service:
        return float(agents)
    share = max(a.target for a in urgent if a.target is not None)
    kept = erlang.reserve_for(agents, rate, service, share, min(a.answer_within_s for a in urgent) / 60.0)
    return math.ceil(4 * kept) / 4


def _targets(plan: Plan, said: Report) -> list[Reached]:
    levels = {found.name: found.level for found in said.classes}
    return [
        Reached(name=a.name, target=a.target, level=levels[a.name], reached=levels[a.name].mean >= a.target)
        for a in plan.arrivals if a.target is not None
    ]  # fmt: skip


class _Search:
    """Plays plans that differ in staff alone; all meet the same days."""

    def __init__(self, plan: Plan, chance: Callable[[int], Chance], tries: int, over: Callable[[], bool]) -> None:
        self.plan = plan
        self.tried = 0
        self._chance = chance
        self._tries = tries
        self._over = over
        self.complete = True

    def played(self, plan: Plan) -> Report:
        return report(plan, [play(plan, self._chance(run)) for run in range(plan.runs)])

    def _reaches(self, staff: list[Staff]) -> bool:
        plan = replace(self.plan, staff=staff)
        plan = replace(plan, reserves=reserves_for(plan))
        self.tried += 1
        return all(target.reached for target in _targets(plan, self.played(plan)))

    def least(self) -> Plan:
        """Scale all groups together until the targets are reached, then take out whoever is not needed."""
        staff = self._enough()
        for number in sorted(range(len(staff)), key=lambda n: -staff[n].mean()):
            step = max(1, int(staff[number].mean()) // 4)
            while step and not self._is_over():
                fewer = _fewer(staff, number, step)
                if fewer is not None and self._reaches(fewer):
                    staff = fewer
                else:
                    step //= 2
        return replace(self.plan, staff=staff)

    def _is_over(self) -> bool:
        if self.tried >= self._tries or self._over():
            self.complete = False
            return True
        return False

    def _enough(self) -> list[Staff]:
        busy = math.fsum(
            math.fsum(a.per_minute) / len(a.per_minute) * a.handling.mean_s / 60.0 * a.units
            for a in self.plan.arrivals if a.per_minute
        )  # fmt: skip
        capacity = math.fsum(_at_least_one(group).mean() * group.units for group in self.plan.staff)
        low, high = 0.0, max(busy / capacity, 1e-6)
        while not self._reaches(self._scaled(high)):
            low, high = high, 1.25 * high
            if self._is_over():
                raise BadPlan("This takes too long; take fewer minutes, runs or arrivals.", "plan_too_long")
            if math.fsum(g.mean() for g in self._scaled(high)) > MOST_PEOPLE:
                raise BadPlan(
                    "No number of these people reaches the targets. Perhaps nobody has the skills, or the time is too short.",
                    "plan_unreachable",
                )
        # What lies between is settled by taking people out one by one; this halves the way there.
        for _ in range(3):
            if self._is_over():
                break
            middle = (low + high) / 2.0
            if self._scaled(middle) != self._scaled(high) and self._reaches(self._scaled(middle)):
                high = middle
            else:
                low = middle
        return self._scaled(high)

    def _scaled(self, factor: float) -> list[Staff]:
        groups = [_at_least_one(group) for group in self.plan.staff]
        return [
            replace(g, count=math.ceil(factor * g.count - 1e-9), counts=[math.ceil(factor * n - 1e-9) for n in g.counts])
            for g in groups
        ]  # fmt: skip


def _at_least_one(group: Staff) -> Staff:
    return group if group.mean() > 0 else replace(group, count=1, counts=[])


def _fewer(staff: list[Staff], number: int, step: int) -> list[Staff] | None:
    """Return the staff with `step` people less in one group, in every period that has so many; None when it has not."""
    group = staff[number]
    if group.mean() < step:
        return None
    less = replace(group, count=max(0, group.count - step), counts=[max(0, n - step) for n in group.counts])
    found = [*staff[:number], less, *staff[number + 1 :]]
    return found if any(one.mean() > 0 for one in found) else None
