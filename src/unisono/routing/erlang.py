"""Waiting lines in closed form: Erlang B, C and A, and calls beside work that can be deferred.

Agents are alike, arrivals Poisson, service and patience exponential; times are minutes, rates per minute. Real patience and
service differ, and Erlang A then comes out optimistic (Whitt 2004; Robbins): the simulator is for what lies beyond.
"""

import math
from collections.abc import Callable, Iterator
from typing import Final

from msgspec import Struct

_SMALL: Final = 1e-15
MAX_AGENTS: Final = 100_000


class Line(Struct, frozen=True, kw_only=True):
    """A waiting line in balance.

    waits: share of arrivals that wait. mean_wait: minutes, over all arrivals. mean_queue: how many wait. abandons: share that
    leaves. load: share of the agents' time in use. blocked: share turned away, where places are limited.
    """

    waits: float
    mean_wait: float
    mean_queue: float
    abandons: float
    load: float
    blocked: float = 0.0


def erlang_b(agents: int, load: float) -> float:
    """Return the share of arrivals that find all agents busy when nobody waits. `load` in Erlang."""
    inverse = 1.0
    for n in range(1, agents + 1):
        inverse = 1.0 + inverse * n / load
        if inverse > 1e300:
            return 0.0
    return 1.0 / inverse


def erlang_c(agents: int, arrivals: float, service: float) -> Line:
    """Return the line where everybody waits as long as it takes.

    Raises ValueError when there are not more agents than Erlang: it would grow without end.
    """
    load = arrivals / service
    if load >= agents:
        raise ValueError(f"{agents} agents cannot serve {load:g} Erlang when nobody leaves; more agents or less work.")
    lost = erlang_b(agents, load)
    waits = lost / (1.0 - (load / agents) * (1.0 - lost))
    mean = waits / (agents * service - arrivals)
    return Line(waits=waits, mean_wait=mean, mean_queue=arrivals * mean, abandons=0.0, load=load / agents)


def erlang_c_quantile(agents: int, arrivals: float, service: float, share: float) -> float:
    """Return the wait, in minutes, that this share of arrivals does not exceed."""
    waits = erlang_c(agents, arrivals, service).waits
    return max(0.0, math.log(waits / (1.0 - share)) / (agents * service - arrivals))


def erlang_a(agents: int, arrivals: float, service: float, leaving: float) -> Line:
    """Return the line where each who waits leaves at the rate `leaving` (per minute); it never grows without end."""
    if leaving <= 0:
        return erlang_c(agents, arrivals, service)
    return _birth_death(agents, arrivals, service, leaving, None)


def limited(agents: int, places: int, arrivals: float, service: float) -> Line:
    """Return the line with `places` in all, served and waiting together; who finds none free is turned away."""
    return _birth_death(agents, arrivals, service, 0.0, places)


def _states(agents: int, arrivals: float, service: float, leaving: float, places: int | None) -> dict[int, float]:
    """Return how likely it is that so many are there, served and waiting together; in no order, not yet summing to 1."""

    def deaths(k: int) -> float:
        return min(k, agents) * service + max(k - agents, 0) * leaving

    # Weights relative to the likeliest state: nothing overflows, and both sides fall from there.
    top = int(arrivals / service) if arrivals < agents * service else agents
    if arrivals >= agents * service and leaving > 0:
        top = agents + int((arrivals - agents * service) / leaving)
    top = min(top, places) if places is not None else top
    weights = {top: 1.0}
    weight, k = 1.0, top
    while k > 0 and weight > _SMALL * _SMALL:
        weight *= deaths(k) / arrivals
        k -= 1
        weights[k] = weight
    weight, k = 1.0, top
    while weight > _SMALL * _SMALL and (places is None or k < places):
        k += 1
        weight *= arrivals / deaths(k)
        weights[k] = weight
    return weights


def _birth_death(agents: int, arrivals: float, service: float, leaving: float, places: int | None) -> Line:
    weights = _states(agents, arrivals, service, leaving, places)
    total = math.fsum(weights.values())
    blocked = weights.get(places, 0.0) / total if places is not None else 0.0
    entered = arrivals * (1.0 - blocked)
    mean_queue = math.fsum(w * (k - agents) for k, w in weights.items() if k > agents) / total
    waits = math.fsum(w for k, w in weights.items() if k >= agents) / total
    busy = math.fsum(w * min(k, agents) for k, w in weights.items()) / total
    return Line(
        waits=(waits - blocked) / (1.0 - blocked), mean_wait=mean_queue / entered, mean_queue=mean_queue,
        abandons=leaving * mean_queue / arrivals, load=busy / agents, blocked=blocked,
    )  # fmt: skip


def served_within(agents: int, arrivals: float, service: float, minutes: float) -> float:
    """Return the service level without abandonment: the share that waits no longer than `minutes`."""
    line = erlang_c(agents, arrivals, service)
    return 1.0 - line.waits * math.exp(-(agents * service - arrivals) * minutes)


def served_within_with_leaving(agents: int, arrivals: float, service: float, leaving: float, minutes: float) -> float:
    """Return the service level when who waits leaves at the rate `leaving`: the share that is served within `minutes`.

    Who finds q waiting ahead waits a sum of exponential times with the rates agents x service + j x leaving, j = q .. 0, so that
    exp(-leaving x wait) is Beta distributed; it is also the chance to have stayed that long (Mandelbaum, Zeltyn 2005).
    """
    if leaving <= 0:
        return served_within(agents, arrivals, service, minutes) if arrivals < agents * service else 0.0
    weights = _states(agents, arrivals, service, leaving, None)
    total = math.fsum(weights.values())
    a, over = agents * service / leaving, -math.expm1(-leaving * minutes)
    served = math.fsum(weight for k, weight in weights.items() if k < agents)
    if over > 0.0:
        within, start = 1.0, math.lgamma(a + 1.0)
        for q in range(max(weights) - agents + 1):
            # The chance that q + 1 leave their places in time, from that of q.
            log_term = (
                q * math.log(over) - (a + 1.0) * leaving * minutes + math.lgamma(q + a + 1.0) - math.lgamma(q + 1.0) - start
            )
            within = max(0.0, within - math.exp(log_term))
            served += weights.get(agents + q, 0.0) * a / (a + q + 1.0) * within
    return served / total


def least_agents(arrivals: float, service: float, share: float, minutes: float) -> int:
    """Return the fewest agents with which this share waits no longer than `minutes` (80/20 is .8 and 1/3).

    Raises ValueError for a share that is not below 1, or a number of agents beyond 100,000.
    """
    if not 0 < share < 1:
        raise ValueError("The share to be served in time lies between 0 and 1.")
    return _least(int(arrivals / service) + 1, lambda n: served_within(n, arrivals, service, minutes) >= share)


def least_agents_with_leaving(arrivals: float, service: float, leaving: float, abandoned: float) -> int:
    """Return the fewest agents with which no more than the share `abandoned` leaves."""
    return _least(1, lambda n: erlang_a(n, arrivals, service, leaving).abandons <= abandoned)


def least_agents_in_time(arrivals: float, service: float, leaving: float, share: float, minutes: float) -> int:
    """Return the fewest agents with which this share is served within `minutes`, while who waits leaves at the rate `leaving`.

    Raises ValueError as `least_agents` does.
    """
    if not 0 < share < 1:
        raise ValueError("The share to be served in time lies between 0 and 1.")
    return _least(1, lambda n: served_within_with_leaving(n, arrivals, service, leaving, minutes) >= share)


def _least(start: int, holds: Callable[[int], bool]) -> int:
    step, n = 1, start
    while not holds(n):
        n, step = n + step, step * 2
        if n > MAX_AGENTS:
            raise ValueError(f"More than {MAX_AGENTS} agents would be needed.")
    low, high = max(start, n - step), n
    while low < high:
        middle = (low + high) // 2
        low, high = (low, middle) if holds(middle) else (middle + 1, high)
    return high


class Blend(Struct, frozen=True, kw_only=True):
    """Calls beside an endless store of work that can be deferred. level: share of calls in time. deferred: per minute."""

    level: float
    deferred: float


def blended(agents: int, arrivals: float, service: float, reserve: int, minutes: float) -> Blend:
    """Return what a whole idle reserve gives: deferred work starts only while more than `reserve` agents are idle.

    Both kinds of work take equally long. Then busy agents and waiting calls together never fall below agents - reserve, and
    above that they are a birth and death chain (Bhulai, Koole 2003).
    """
    if arrivals >= agents * service:
        raise ValueError("The calls alone are more than the agents can serve.")
    floor = max(agents - reserve, 0)
    weights, weight = [1.0], 1.0
    for k in range(floor + 1, agents + 1):
        weight *= arrivals / (k * service)
        weights.append(weight)
    ratio = arrivals / (agents * service)
    beyond = weights[-1] * ratio / (1.0 - ratio)
    total = sum(weights) + beyond
    waits = (weights[-1] + beyond) / total
    done = sum(w * k * service for w, k in zip(weights, range(floor, agents + 1), strict=True)) + beyond * agents * service
    level = 1.0 - waits * math.exp(-(agents * service - arrivals) * minutes)
    return Blend(level=level, deferred=done / total - arrivals)


def least_reserve(agents: int, arrivals: float, service: float, share: float, minutes: float) -> int | None:
    """Return the smallest whole reserve that keeps the service level; None when not even all agents do."""
    found: Iterator[int] = (
        r for r in range(agents + 1) if blended(agents, arrivals, service, r, minutes).level >= share
    )  # fmt: skip
    return next(found, None)


def reserve_for(agents: int, arrivals: float, service: float, share: float, minutes: float) -> float:
    """Return the reserve with its fraction: a mean between the whole numbers around what the service level asks.

    The level as a function of the fraction is taken as a straight line, and a quarter of the way is added:
    it is not quite straight, and days are not quite alike.
    """
    upper = least_reserve(agents, arrivals, service, share, minutes)
    if upper is None:
        return float(agents)
    if upper == 0:
        return 0.0
    high, low = (blended(agents, arrivals, service, r, minutes).level for r in (upper, upper - 1))
    return upper - 1 + min(1.0, (share - low) / (high - low) + 0.25)
