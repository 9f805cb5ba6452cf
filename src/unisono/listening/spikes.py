"""Whether a monitor finds unusually much: against its own days and weeks, and careful where there is little to go by.

What is usual in an hour is the mean of the hours like it (same time of day, working day or week-end) over some weeks, drawn
towards the mean of all hours where there are few of them. Hours of an earlier outage are cut down before they count, or the next
outage would be usual. Around what is usual counts scatter wider than chance alone (people answer each other), and wider still
where little is known: a negative binomial distribution, whose width the past shows. It is a spike when so many posts in so short
a time would be found by chance about once in a million looks, are at least five, and at least twice what is usual.

Source for the distribution: the predictive distribution of a Poisson rate with a gamma prior; Farrington et al. (1996) for
leaving out earlier outbreaks.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from math import exp, lgamma, log, log1p
from typing import Final

from msgspec import Struct

#: Lengths that are looked at, in seconds, the shortest first: an outage shows within minutes, a slow swell within hours.
WINDOWS_S: Final = (300, 900, 3_600, 6 * 3_600)
LEAST_POSTS: Final = 5
LEAST_FACTOR: Final = 2.0
CHANCE: Final = 1e-6
#: It is over when the last hours are usual again.
CALM_CHANCE: Final = 0.01
_HISTORY: Final = timedelta(days=28)
_DRAWN_HOURS: Final = 3.0
#: Within minutes people talk in clusters that the count of an hour evens out.
_LEAST_SCATTER: Final = {300: 0.4, 900: 0.25, 3_600: 0.1, 6 * 3_600: 0.05}
_MOST_SCATTER: Final = 4.0
_HOUR: Final = timedelta(hours=1)


class Usual(Struct, frozen=True):
    """What is usual for a monitor.

    rates: posts an hour by hour of the day, working days first, then week-ends. known_h: how many hours of past that rests on.
    """

    rates: tuple[float, ...]
    scatter: float
    known_h: float


class Spike(Struct, frozen=True):
    """Unusually much: posts found in the last `window_s` seconds, where `usual` would have been, and how likely by chance."""

    window_s: int
    posts: int
    usual: float
    chance: float


def usual_of(hours: Mapping[datetime, int], since: datetime, now: datetime) -> Usual:
    """Return what is usual. hours: posts by full hour, zeros left out, in the house's zone; since: when listening began."""
    begin = max(since, now - _HISTORY).replace(minute=0, second=0, microsecond=0)
    end = now.replace(minute=0, second=0, microsecond=0)
    counts: list[tuple[int, int]] = []
    at = begin
    while at < end:
        counts.append((_cell(at), hours.get(at, 0)))
        at += _HOUR
    known = float(len(counts))
    if not counts:
        return Usual((1.0,) * 48, 0.0, 0.0)
    whole = sorted(count for _, count in counts)
    cap = 3 * whole[len(whole) // 2] + max(5, whole[int(len(whole) * 0.9)])
    cells: list[list[int]] = [[] for _ in range(48)]
    for cell, count in counts:
        cells[cell].append(min(count, cap))
    mean = (sum(map(sum, cells)) + 0.5) / (known + 0.5)
    rates = tuple((sum(cell) + mean * _DRAWN_HOURS) / (len(cell) + _DRAWN_HOURS) for cell in cells)
    return Usual(rates, _scatter(cells, rates), known)


def _scatter(cells: Sequence[Sequence[int]], rates: Sequence[float]) -> float:
    """How much wider than chance counts lie around what is usual: (variance - mean) / mean²."""
    excess = squares = 0.0
    for cell, rate in zip(cells, rates, strict=True):
        for count in cell:
            excess += (count - rate) ** 2 - rate
            squares += rate * rate
    return min(max(excess / squares if squares else 0.0, 0.0), _MOST_SCATTER)


def _cell(at: datetime) -> int:
    return at.hour + (24 if at.weekday() >= 5 else 0)


def usual_within(usual: Usual, now: datetime, window_s: int) -> float:
    """Return how many posts are usual in the seconds before now."""
    left, at, total = float(window_s), now, 0.0
    while left > 0:
        into = at.minute * 60 + at.second + at.microsecond / 1e6
        piece = min(left, into or 3_600.0)
        total += usual.rates[_cell(at - timedelta(seconds=piece))] * piece / 3_600
        at -= timedelta(seconds=piece)
        left -= piece
    return total


def spike(usual: Usual, now: datetime, counted: Mapping[int, int]) -> Spike | None:
    """Return the shortest window in which there is unusually much. counted: posts by window of `WINDOWS_S`, up to now."""
    for window_s in WINDOWS_S:
        posts = counted.get(window_s, 0)
        mean = usual_within(usual, now, window_s)
        if posts < LEAST_POSTS or posts < LEAST_FACTOR * mean:
            continue
        chance = chance_of(posts, mean, _width(usual, mean, window_s))
        if chance < CHANCE:
            return Spike(window_s, posts, mean, chance)
    return None


def calm(usual: Usual, now: datetime, counted: Mapping[int, int]) -> bool:
    """Tell whether a spike is over: the last hour is usual again, and the last hours are. One outage is one alert."""
    for window_s in WINDOWS_S[2:]:
        posts, mean = counted.get(window_s, 0), usual_within(usual, now, window_s)
        if posts >= LEAST_POSTS and chance_of(posts, mean, _width(usual, mean, window_s)) < CALM_CHANCE:
            return False
    return True


def _width(usual: Usual, mean: float, window_s: int) -> float:
    """The scatter, and what is not known of the rate: with one hour of past nearly everything is possible."""
    known = usual.known_h / 48 * (mean if mean > 0 else 1.0) + 0.5
    return max(usual.scatter, _LEAST_SCATTER[window_s]) + 1 / (1 + known)


def chance_of(posts: int, mean: float, width: float) -> float:
    """Return how likely at least so many posts are, where `mean` are usual and their variance is mean + width * mean²."""
    if posts <= 0:
        return 1.0
    size = 1 / width
    ratio = log(mean) - log(mean + size) if mean > 0 else -50.0
    head = size * -log1p(mean / size)
    # The tail is added up from its largest term on, so that what is tiny does not drown.
    total = 0.0
    at = posts
    while True:
        term = exp(lgamma(at + size) - lgamma(size) - lgamma(at + 1) + head + at * ratio)
        total += term
        at += 1
        if term < total * 1e-9 or at > posts + 100_000:
            return min(total, 1.0) if at > mean else min(1.0, total)
