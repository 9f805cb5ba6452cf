"""What is simulated: classes of arrivals, people, policy, and how long."""

import math
from typing import Literal, Protocol
from uuid import UUID, uuid5

from msgspec import Struct

from unisono.routing.facts import Need, Params

_SPACE = UUID(int=0x756E69736F6E6F)


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
    at any time instead (an endless store). answer_within_s: counts towards the service level.
    """

    name: str
    handling: Spread
    per_minute: list[float] = []
    period_minutes: float = 60.0
    backlog: int = 0
    patience: Spread | None = None
    queue: str = "main"
    skills: dict[str, int] = {}
    units: int = 60
    priority: int = 0
    cost: float = 1.0
    decay_s: float | None = None
    growth: float = 0.02
    promise_s: float | None = None
    deferrable: bool = False
    answer_within_s: float = 20.0

    def params(self) -> Params:
        """Return the class as the router knows it."""
        leaves = self.patience.mean_s if self.patience is not None else None
        return Params(
            cost=self.cost, handling_s=self.handling.mean_s, patience_s=leaves, decay_s=self.decay_s, growth=self.growth,
            promise_s=self.promise_s, deferrable=self.deferrable,
        )  # fmt: skip

    def needs(self) -> tuple[Need, ...]:
        """Return the skills asked."""
        return tuple(Need(skill, level) for skill, level in sorted(self.skills.items()))


class Staff(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Agents alike. units: capacity of each."""

    count: int
    queues: tuple[str, ...] = ("main",)
    skills: dict[str, int] = {}
    units: int = 60


class Kept(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An idle reserve: `agents` with `units` free, of those who serve these queues."""

    agents: float
    queues: tuple[str, ...] = ("main",)
    units: int = 60


class Plan(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A simulation: `runs` times `minutes`, of which the first `warm_up` do not count."""

    arrivals: list[Arrivals]
    staff: list[Staff]
    reserves: list[Kept] = []
    minutes: float = 1_000.0
    warm_up: float = 60.0
    runs: int = 5
    seed: int = 1


class BadPlan(ValueError):
    """A plan that cannot be played; says what is wrong with it."""


def checked(plan: Plan) -> Plan:
    """Return the plan. Raises BadPlan for numbers that make no sense."""
    if not plan.arrivals or not any(group.count > 0 for group in plan.staff):
        raise BadPlan("A plan needs at least one class of arrivals and one agent.")
    if not 0 <= plan.warm_up < plan.minutes or plan.runs < 1:
        raise BadPlan("The warm-up must be shorter than the whole, and there must be at least one run.")
    names = [arrivals.name for arrivals in plan.arrivals]
    if len(set(names)) < len(names):
        raise BadPlan("Two classes of arrivals have the same name.")
    for arrivals in plan.arrivals:
        if bool(arrivals.per_minute) == bool(arrivals.backlog):
            raise BadPlan(f"{arrivals.name}: give either per_minute or backlog.")
        if any(rate < 0 for rate in arrivals.per_minute) or arrivals.period_minutes <= 0:
            raise BadPlan(f"{arrivals.name}: rates cannot be negative, and periods last more than 0 minutes.")
        for spread in (arrivals.handling, arrivals.patience):
            if spread is not None and (spread.mean_s <= 0 or spread.cv <= 0 or not 0 <= spread.zero < 1):
                raise BadPlan(f"{arrivals.name}: times and their variation lie above 0, a share of zeros below 1.")
    return plan


def queue_id(name: str) -> UUID:
    """Return the id of a queue by its name."""
    return uuid5(_SPACE, name)
