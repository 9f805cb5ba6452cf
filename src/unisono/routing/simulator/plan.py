"""What is simulated: classes of arrivals, people, policy, and how long."""

import math
from typing import Literal, Protocol
from uuid import UUID, uuid5

from msgspec import Struct

from unisono.routing.facts import Need, Params

_SPACE = UUID(int=0x756E69736F6E6F)
MAX_DAY_CV = 3.0


class Chance(Protocol):
    """Randomness that is passed in; `random.Random` is one."""

    def random(self) -> float: ...

    def expovariate(self, lambd: float) -> float: ...

    def gammavariate(self, alpha: float, beta: float) -> float: ...

    def lognormvariate(self, mu: float, sigma: float) -> float: ...


class Spread(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A distribution of times. mean_s: seconds. cv: coefficient of variation, for gamma and lognormal.

    zero: share that is 0 (who hangs up at once), beside the rest; the mean is of the rest.
    """

    mean_s: float
    shape: Literal["exponential", "constant", "gamma", "lognormal"] = "exponential"
    cv: float = 1.0
    zero: float = 0.0

    def draw(self, chance: Chance) -> float:
        """Return a time in minutes."""
        if self.zero and chance.random() < self.zero:
            return 0.0
        mean = self.mean_s / 60.0
        match self.shape:
            case "exponential":
                return chance.expovariate(1.0 / mean)
            case "constant":
                return mean
            case "gamma":
                return chance.gammavariate(1.0 / self.cv**2, mean * self.cv**2)
            case "lognormal":
                variance = math.log1p(self.cv**2)
                return chance.lognormvariate(math.log(mean) - variance / 2.0, math.sqrt(variance))


class Arrivals(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One class of work that comes.

    per_minute: mean arrivals; the list has one rate for each period of `period_minutes`, over and over. backlog: so many wait
    at any time instead (an endless store). skills: level that it takes; prefers: level that is asked for as well, but gives way.
    places: which of the plan's limited waiting places it needs when nobody is free. answer_within_s: counts towards the service
    level. target: share to be answered so soon, for who asks how many people that takes.
    """

    name: str
    handling: Spread
    per_minute: list[float] = []
    period_minutes: float = 60.0
    backlog: int = 0
    patience: Spread | None = None
    queue: str = "main"
    skills: dict[str, int] = {}
    prefers: dict[str, int] = {}
    places: str = ""
    units: int = 60
    priority: int = 0
    cost: float = 1.0
    decay_s: float | None = None
    growth: float = 0.02
    promise_s: float | None = None
    deferrable: bool = False
    answer_within_s: float = 20.0
    target: float | None = None

    def params(self) -> Params:
        """Return the class as the router knows it."""
        leaves = self.patience.mean_s if self.patience is not None else None
        return Params(
            cost=self.cost, handling_s=self.handling.mean_s, patience_s=leaves, decay_s=self.decay_s, growth=self.growth,
            promise_s=self.promise_s, deferrable=self.deferrable,
        )  # fmt: skip

    def needs(self) -> tuple[Need, ...]:
        """Return the skills asked."""
        asked = [Need(skill, level) for skill, level in sorted(self.skills.items())]
        return (*asked, *(Need(skill, level, optional=True) for skill, level in sorted(self.prefers.items())))


class Staff(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Agents alike. units: capacity of each.

    counts: how many are there in each period of `period_minutes`, over and over, instead of `count`. When fewer are wanted,
    who is idle goes first, then whoever finishes next: work that runs is never dropped.
    """

    count: int = 0
    counts: list[int] = []
    period_minutes: float = 60.0
    queues: tuple[str, ...] = ("main",)
    skills: dict[str, int] = {}
    units: int = 60

    def at(self, minute: float) -> int:
        """Return how many are wanted at a minute."""
        # A change falls on the period that begins then, whatever the last bit of the time.
        return self.counts[int(minute / self.period_minutes + 1e-9) % len(self.counts)] if self.counts else self.count

    def mean(self) -> float:
        """Return how many there are on average."""
        return sum(self.counts) / len(self.counts) if self.counts else float(self.count)

    def minutes(self, start: float, end: float) -> float:
        """Return the minutes that they are there in all, between two times."""
        if not self.counts:
            return self.count * (end - start)
        total, at = 0.0, start
        while at < end:
            until = min((int(at / self.period_minutes + 1e-9) + 1) * self.period_minutes, end)
            total += self.at(at) * (until - at)
            at = until
        return total


class Kept(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An idle reserve: `agents` with `units` free, of those who serve these queues."""

    agents: float
    queues: tuple[str, ...] = ("main",)
    units: int = 60


class Plan(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A simulation: `runs` times `minutes`, of which the first `warm_up` do not count.

    empties: after `minutes` nothing more comes, and the run lasts until nobody waits any more. places: how many can wait at once,
    by name; who finds nobody free and no place is turned away. day_cv: coefficient of variation of a factor, gamma with mean 1,
    that all rates of a run are multiplied by: busy days and quiet ones.
    """

    arrivals: list[Arrivals]
    staff: list[Staff]
    reserves: list[Kept] = []
    places: dict[str, int] = {}
    day_cv: float = 0.0
    empties: bool = False
    minutes: float = 1_000.0
    warm_up: float = 60.0
    runs: int = 5
    seed: int = 1


class BadPlan(ValueError):
    """A plan that cannot be played. Says what is wrong with it; code and facts say it to programs."""

    def __init__(self, text: str, code: str, **facts: str) -> None:
        super().__init__(text)
        self.code = code
        self.facts = facts


def checked(plan: Plan) -> Plan:
    """Return the plan. Raises BadPlan for numbers that make no sense."""
    # All comparisons are written so that NaN fails too.
    if not plan.arrivals or not any(group.mean() > 0 for group in plan.staff):
        raise BadPlan("A plan needs at least one class of arrivals and one agent.", "plan_empty")
    if not 0 <= plan.warm_up < plan.minutes < math.inf or plan.runs < 1:
        raise BadPlan("The warm-up must be shorter than the whole, and there must be at least one run.", "plan_length")
    if not 0 <= plan.day_cv <= MAX_DAY_CV or any(number < 0 for number in plan.places.values()):
        raise BadPlan(f"Days vary by 0 to {MAX_DAY_CV:g}, and places are not fewer than none.", "plan_day")
    names = [arrivals.name for arrivals in plan.arrivals]
    if len(set(names)) < len(names):
        raise BadPlan("Two classes of arrivals have the same name.", "plan_names")
    for arrivals in plan.arrivals:
        _check_arrivals(arrivals, plan)
    for group in plan.staff:
        if group.count < 0 or any(n < 0 for n in group.counts) or not 0 < group.period_minutes < math.inf or group.units < 1:
            raise BadPlan(
                "People cannot be fewer than none, their periods last more than 0 minutes, and each holds a unit.", "plan_staff"
            )
    if any(not 0 <= kept.agents < math.inf or kept.units < 1 for kept in plan.reserves):
        raise BadPlan("A reserve cannot be less than nobody, and it is of people with a unit free.", "plan_reserve")
    return plan


def _check_arrivals(arrivals: Arrivals, plan: Plan) -> None:
    name = arrivals.name
    if bool(arrivals.per_minute) == bool(arrivals.backlog) or arrivals.backlog < 0:
        raise BadPlan(f"{name}: give either per_minute or backlog.", "plan_source", name=name)
    if not all(0 <= rate < math.inf for rate in arrivals.per_minute) or not 0 < arrivals.period_minutes < math.inf:
        raise BadPlan(f"{name}: rates cannot be negative, and periods last more than 0 minutes.", "plan_rates", name=name)
    for spread in (arrivals.handling, arrivals.patience):
        if spread is not None and not (0 < spread.mean_s < math.inf and 0 < spread.cv < math.inf and 0 <= spread.zero < 1):
            raise BadPlan(f"{name}: times and their variation lie above 0, a share of zeros below 1.", "plan_times", name=name)
    if not 0 < arrivals.cost < math.inf or not 0 <= arrivals.growth < math.inf or not 0 <= arrivals.answer_within_s < math.inf:
        raise BadPlan(f"{name}: a cost lies above 0; growth and time to answer are not negative.", "plan_class", name=name)
    if any(value is not None and not 0 < value < math.inf for value in (arrivals.decay_s, arrivals.promise_s)):
        raise BadPlan(f"{name}: what decays or is promised takes more than 0 seconds.", "plan_class", name=name)
    if arrivals.target is not None and not 0 < arrivals.target < 1:
        raise BadPlan(f"{name}: a target is a share between 0 and 1.", "plan_target", name=name)
    if arrivals.units < 1 or (arrivals.places and arrivals.places not in plan.places):
        raise BadPlan(f"{name}: it takes at least one unit, and waiting places that the plan has.", "plan_places", name=name)


def queue_id(name: str) -> UUID:
    """Return the id of a queue by its name."""
    return uuid5(_SPACE, name)
