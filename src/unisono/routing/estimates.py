"""What the past says about a class of work: how long it takes, how long people wait before they leave, how much of it comes.

Made from counts and sums that carry no person. Who is served before giving up tells only that their patience was longer than
their wait (censoring), so the leaving rate is leavings over the waiting of *all*, served or lost; the mean wait of those who left
is too low. Little data changes little: each number is drawn towards its default as if that had been seen `PRIOR` times.
Old days weigh less: after a half-life, half.
"""

import math
from collections.abc import Iterable, Sequence
from statistics import NormalDist
from typing import Final

from msgspec import Struct

AT_ONCE_S: Final = 5.0
"""Who leaves sooner did not lose patience: at-once hang-ups are a mass of their own."""
PRIOR: Final = 20.0
"""How many observations a default counts for."""
LEAST_PEOPLE: Final = 5
MATERIAL: Final = 0.1
_Z: Final = NormalDist().inv_cdf(0.975)


class Sums(Struct, frozen=True, kw_only=True):
    """What one day left behind.

    handled: units of work done; handled_s, handled_sq: sum of their handling times (seconds) and of the squares. waits: waits
    that outlasted AT_ONCE_S, served or not; waited_s: sum of their time beyond it; gone: those of them that ended by leaving.
    at_once: who left sooner.
    """

    handled: float = 0
    handled_s: float = 0.0
    handled_sq: float = 0.0
    waits: float = 0
    waited_s: float = 0.0
    gone: float = 0
    at_once: float = 0

    def times(self, weight: float) -> "Sums":
        """Return all of it, weighted."""
        return Sums(**{name: getattr(self, name) * weight for name in self.__struct_fields__})

    def plus(self, other: "Sums") -> "Sums":
        """Return both together."""
        return Sums(**{name: getattr(self, name) + getattr(other, name) for name in self.__struct_fields__})


class Past(Struct, frozen=True, kw_only=True):
    """Many days as one. `sums`: weighted by age; `squared`: weighted by the square of that, which tells how much evidence it is;
    `counted`: not weighted."""

    sums: Sums = Sums()
    squared: Sums = Sums()
    counted: Sums = Sums()


class Estimate(Struct, frozen=True, kw_only=True):
    """A number with its 95 % interval. `samples`: how many observations it rests on, not weighted."""

    value: float
    low: float
    high: float
    samples: int


class Learned(Struct, frozen=True, kw_only=True):
    """value: what to reckon with, drawn towards the default. measured: what the data alone say, None without any."""

    value: float
    measured: Estimate | None


def decayed(days: Iterable[tuple[float, Sums]], half_life_days: float) -> Past:
    """Return days, each with its age in days, as one past."""
    sums, squared, counted = Sums(), Sums(), Sums()
    for age, day in days:
        weight = 0.5 ** (max(age, 0.0) / half_life_days)
        sums, squared = sums.plus(day.times(weight)), squared.plus(day.times(weight * weight))
        counted = counted.plus(day)
    return Past(sums=sums, squared=squared, counted=counted)


def handling(past: Past, default_s: float, prior: float = PRIOR) -> Learned:
    """Return the mean handling time in seconds, the interval by Student's t on the logarithm: such times are skewed."""
    n, total = past.sums.handled, past.sums.handled_s
    value = (prior * default_s + total) / (prior + n)
    evidence = _evidence(n, past.squared.handled)
    if evidence < 2 or total <= 0:
        return Learned(value=value, measured=None)
    mean = total / n
    variance = max(past.sums.handled_sq / n - mean * mean, 0.0) * evidence / (evidence - 1)
    factor = math.exp(_student(evidence - 1) * math.sqrt(variance / evidence) / mean)
    return Learned(
        value=value,
        measured=Estimate(value=mean, low=mean / factor, high=mean * factor, samples=round(past.counted.handled)),
    )


def patience(past: Past, default_s: float, prior: float = PRIOR) -> Learned:
    """Return the mean patience in seconds of who does not leave at once; `measured` is None until somebody left.

    Exponential; counted from AT_ONCE_S on, where an exponential patience begins anew.
    """
    gone, waited = past.sums.gone, past.sums.waited_s
    value = (prior * default_s + waited) / (prior + gone)
    found = rate(gone, waited, _evidence(gone, past.squared.gone))
    if found is None or gone <= 0:
        return Learned(value=value, measured=None)
    measured = Estimate(
        value=1 / found.value, low=1 / found.high, high=1 / found.low, samples=round(past.counted.waits)
    )  # fmt: skip
    return Learned(value=value, measured=measured)


def at_once(past: Past) -> Estimate | None:
    """Return the share that leaves at once, beyond what plain impatience explains, with Wilson's interval."""
    seen, gone = past.sums.waits + past.sums.at_once, past.sums.at_once
    evidence = _evidence(seen, past.squared.waits + past.squared.at_once)
    if seen <= 0 or evidence <= 0:
        return None
    raw, z2 = gone / seen, _Z * _Z / evidence
    middle, spread = (raw + z2 / 2) / (1 + z2), _Z * math.sqrt(raw * (1 - raw) / evidence + z2 / 4 / evidence) / (1 + z2)
    stayed = math.exp(-AT_ONCE_S * past.sums.gone / past.sums.waited_s) if past.sums.waited_s > 0 else 1.0

    def beyond(share: float) -> float:
        return min(1.0, max(0.0, 1.0 - (1.0 - share) / stayed))

    return Estimate(
        value=beyond(raw), low=beyond(middle - spread), high=beyond(middle + spread),
        samples=round(past.counted.waits + past.counted.at_once),
    )  # fmt: skip


def rate(events: float, exposure: float, evidence: float | None = None) -> Estimate | None:
    """Return events per unit of exposure with the interval of a Poisson count; None without exposure.

    evidence: how many unweighted events the weighted ones are worth.
    """
    if exposure <= 0:
        return None
    count = events if evidence is None else evidence
    scale = events / count if count > 0 else 1.0
    low = 0.0 if count <= 0 else _chi_square(0.025, 2 * count) / 2
    high = _chi_square(0.975, 2 * count + 2) / 2
    return Estimate(value=events / exposure, low=low * scale / exposure, high=high * scale / exposure, samples=round(count))


def arrival_rate(minutes: Sequence[int], half_life_min: float = 10.0) -> Estimate:
    """Return how many come in a minute now. `minutes`: counts of whole minutes, the newest first; older ones weigh less.

    Raises ValueError without a minute.
    """
    if not minutes:
        raise ValueError("An arrival rate needs at least one minute.")
    weights = [0.5 ** (age / half_life_min) for age in range(len(minutes))]
    exposure, squared = sum(weights), sum(w * w for w in weights)
    seen = sum(w * n for w, n in zip(weights, minutes, strict=True))
    # The spread of a weighted count is that of a plain one over the minutes that the weights are worth.
    evidence = seen * exposure / squared
    worth = exposure * exposure / squared
    found = rate(evidence, worth)
    assert found is not None
    return Estimate(value=seen / exposure, low=found.low, high=found.high, samples=sum(minutes))


def differs(used: float | None, found: float | None, share: float = MATERIAL) -> bool:
    """Tell whether a number has moved so far from the one in use that it is worth ordering everything anew."""
    if used is None or found is None:
        return used is not found
    return abs(found - used) > share * used


def _evidence(weighted: float, squared: float) -> float:
    return weighted * weighted / squared if squared > 0 else 0.0


def _chi_square(share: float, freedom: float) -> float:
    """Quantile by Wilson and Hilferty's cube root: off by less than 1 % but in the low tail below six degrees,
    where it is too small."""
    z, a = NormalDist().inv_cdf(share), 2 / (9 * freedom)
    return freedom * max(0.0, 1 - a + z * math.sqrt(a)) ** 3


def _student(freedom: float) -> float:
    """The 97.5 % quantile of Student's t by Cornish and Fisher's expansion; off by less than 1 % from four degrees on."""
    z = _Z
    first = (z**3 + z) / 4
    second = (5 * z**5 + 16 * z**3 + 3 * z) / 96
    third = (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / 384
    return z + first / freedom + second / freedom**2 + third / freedom**3
