"""How good the router's decisions are: instances with known answers, played by the simulator with the router itself.

What each instance is stands in `bench/page.py`, whose page shows the table. The seeds are fixed: the same code gives the same
figures on any machine.
"""

import asyncio
import math
import random
import statistics
from collections.abc import Mapping
from concurrent.futures import ProcessPoolExecutor
from typing import Final

import msgspec

from bench import instances as known
from bench.controlled import Mean, controlled
from bench.results import Figure
from bench.rules import RULES, Rule
from unisono.routing import erlang
from unisono.routing.simulator.engine import play
from unisono.routing.simulator.plan import Plan

WORKERS: Final = 2
M1_RUNS, M1_MINUTES = 56, 1_030.0
M2_CELLS: Final = {
    (3, 5.0): 8, (3, 25.0): 30, (3, 100.0): 107, (3, 2000 / 3): 677,
    (4, 5.0): 8, (4, 25.0): 30, (4, 100.0): 108, (4, 2000 / 3): 679,
}  # fmt: skip
M3_DAYS, M3_WIDE_DAYS = 2_000, 400
STORM_SEEDS, STORM_MINUTES = 6, 1_800.0
RULE_SEEDS, RULE_MINUTES = 3, 930.0
M5_RUNS, M5_MINUTES = 20, 4_300.0
M5_UNEQUAL_RUNS = 6
M6_RUNS, M6_MINUTES = 6, 3_060.0
LEVEL, WITHIN = 0.8, 1 / 3

Run = dict[str, float]


def played(plan: Plan, seed: int, rule: str | None = None) -> Run:
    """Play one run, with the router or a rule of thumb; returns its figures as `class.figure`, and `cost`."""
    chance = random.Random(seed)
    tally = play(plan, chance, lambda _: Rule(RULES[rule])) if rule else play(plan, chance)
    found = {"cost": tally.cost_rate()}
    for arrivals in plan.arrivals:
        figures = msgspec.structs.asdict(tally.figures(arrivals.name))
        found |= {f"{arrivals.name}.{field}": value for field, value in figures.items()}
    return found


async def _all(pool: ProcessPoolExecutor, plan: Plan, runs: int, rule: str | None = None) -> list[Run]:
    loop = asyncio.get_running_loop()
    return await asyncio.gather(*(loop.run_in_executor(pool, played, plan, seed, rule) for seed in range(1, runs + 1)))


async def measure() -> dict[str, Figure]:
    """Play the instances."""
    with ProcessPoolExecutor(WORKERS) as pool:
        return {
            "routing.m1": await _erlang(pool),
            "routing.m2": staffing(),
            "routing.m3": await _centre(pool),
            "routing.m4": await _storm(pool),
            "routing.m5": await _two_skills(pool),
            "routing.m6": await _equal_rank(pool),
        }


# -- M1, M2 -------------------------------------------------------------------------------------------------------


def one_class_wait(runs: list[Run]) -> Mean:
    """Return the mean wait of M1 in seconds."""
    return controlled([run["call.mean_wait_s"] for run in runs], ([run["call.offered"] for run in runs], 48.0))


async def _erlang(pool: ProcessPoolExecutor) -> Figure:
    exact = erlang.erlang_a(50, 48, 1, 0.5).mean_wait * 60
    found = one_class_wait(await _all(pool, known.one_class(M1_MINUTES), M1_RUNS))
    return Figure(
        value=found.mean, unit="s", baseline="Erlang A in closed form, E[W]", baseline_value=exact,
        more={
            "runs": M1_RUNS, "minutes": M1_MINUTES, "interval_95": [found.mean - found.half, found.mean + found.half],
            "width": 2 * found.half / found.mean, "covers": found.covers(exact), "plain_mean": found.plain,
        },
    )  # fmt: skip


def staffing() -> Figure:
    """Return how many cells of M2 are wrong."""
    found = {
        f"{service} min, {load:.2f} Erlang": erlang.least_agents(load / service, 1 / service, LEVEL, WITHIN)
        for service, load in M2_CELLS
    }
    wrong = sum(mine != wanted for mine, wanted in zip(found.values(), M2_CELLS.values(), strict=True))
    return Figure(value=wrong, unit="cells", baseline="cells of the table", baseline_value=len(M2_CELLS), more={"agents": found})


# -- M3 -----------------------------------------------------------------------------------------------------------


def centre_day(runs: list[Run], variance: float) -> dict[str, Mean]:
    """Return wait (s), share served or gone within 20 s, and share lost: a day over the calls that it expects, as published."""
    expected = known.SSJ_CALLS
    came = [run["call.came"] / expected for run in runs]
    controls = (came, 1.0), ([c * c for c in came], 1.0 + variance + 1 / expected)

    def a_day(field: str) -> Mean:
        return controlled([run[f"call.{field}"] * c for run, c in zip(runs, came, strict=True)], *controls)

    return {"wait_s": a_day("mean_wait_s"), "soon": a_day("prompt"), "lost": a_day("abandoned")}


def errors(found: Mapping[str, Mean], published: Mapping[str, float]) -> dict[str, float]:
    """Return how far each figure is from the published one, as a share; `lost` from the interval that it was rounded from."""
    off = {name: abs(found[name].mean / value - 1) for name, value in published.items()}
    low, high = published["lost"] - 5e-4, published["lost"] + 5e-4
    lost = found["lost"].mean
    off["lost"] = max(0.0, low - lost, lost - high) / published["lost"]
    return off


async def _centre(pool: ProcessPoolExecutor) -> Figure:
    found = centre_day(await _all(pool, known.ssj_day(), M3_DAYS), known.SSJ_VARIANCE)
    off = errors(found, known.SSJ_PUBLISHED)
    wide = centre_day(await _all(pool, known.ssj_day(known.SSJ_WIDE_VARIANCE), M3_WIDE_DAYS), known.SSJ_WIDE_VARIANCE)
    return Figure(
        value=max(off.values()), unit="share", baseline="tolerance", baseline_value=0.02,
        more={
            "days": M3_DAYS, "found": _means(found), "published": known.SSJ_PUBLISHED, "off": off,
            "day_factor_shape": 1 / known.SSJ_VARIANCE,
            "wide": {
                "days": M3_WIDE_DAYS, "found": _means(wide), "published": known.SSJ_WIDE_PUBLISHED,
                "within_intervals": abs(wide["wait_s"].mean - known.SSJ_WIDE_PUBLISHED["wait_s"])
                <= wide["wait_s"].half + known.SSJ_WIDE_HALF_S,
            },
        },
    )  # fmt: skip


def _means(found: Mapping[str, Mean]) -> dict[str, dict[str, float]]:
    return {name: msgspec.structs.asdict(mean) for name, mean in found.items()}


# -- M4 -----------------------------------------------------------------------------------------------------------


async def _storm(pool: ProcessPoolExecutor) -> Figure:
    costs = [run["cost"] for run in await _all(pool, known.storm(STORM_MINUTES), STORM_SEEDS)]
    rules = {
        name: statistics.fmean(run["cost"] for run in await _all(pool, known.storm(RULE_MINUTES), RULE_SEEDS, name))
        for name in RULES
    }
    return Figure(
        value=statistics.fmean(costs), unit="cost/min", baseline="fluid bound", baseline_value=known.FLUID_BOUND,
        more={
            "seeds": STORM_SEEDS, "minutes": STORM_MINUTES, "lowest": min(costs), "highest": max(costs), "rules": rules,
            "rule_seeds": RULE_SEEDS, "rule_minutes": RULE_MINUTES,
        },
    )  # fmt: skip


# -- M5 -----------------------------------------------------------------------------------------------------------


def mean_wait(run: Run) -> float:
    """Return the mean wait in seconds over all types, of those who got in."""
    entered = [run[f"t{i}.came"] * (1 - run[f"t{i}.blocked"]) for i in range(known.TYPES)]
    return sum(run[f"t{i}.mean_wait_s"] * n for i, n in enumerate(entered)) / sum(entered)


def _blocked(run: Run) -> float:
    came = [run[f"t{i}.came"] for i in range(known.TYPES)]
    return sum(run[f"t{i}.blocked"] * n for i, n in enumerate(came)) / sum(came)


def skills_waits(designs: Mapping[str, list[Run]]) -> dict[str, Mean]:
    """Return the mean wait of each design. All play the same arrivals, so the pooled one, known exactly, sharpens the others."""
    exact = erlang.limited(90, 120, 8.4, 0.1).mean_wait * 60
    pooled = [mean_wait(run) for run in designs["pooled"]]
    offered = [sum(run[f"t{i}.offered"] for i in range(known.TYPES)) for run in designs["pooled"]]
    found = {"pooled": controlled(pooled, (offered, 84.0))}
    for name, runs in designs.items():
        if name != "pooled":
            found[name] = controlled([mean_wait(run) for run in runs], (pooled, exact), (offered, 84.0))
    return found


async def _two_skills(pool: ProcessPoolExecutor) -> Figure:
    exact = erlang.limited(90, 120, 8.4, 0.1)
    plans = {
        "pooled": known.skills("pooled", M5_MINUTES),
        "spread": known.skills("spread", M5_MINUTES),
        "spread, primary first": known.skills("spread", M5_MINUTES, primary_first=True),
        "ring": known.skills("ring", M5_MINUTES),
        "single": known.skills("single", M5_MINUTES),
    }
    designs = {name: await _all(pool, plan, M5_RUNS) for name, plan in plans.items()}
    found = skills_waits(designs)
    worst: dict[str, float] = {}
    for design in ("spread", "ring"):
        for primary in (False, True):
            plan = known.skills(design, M5_MINUTES, known.UNEQUAL, primary_first=primary)
            runs = await _all(pool, plan, M5_UNEQUAL_RUNS)
            means = [statistics.fmean(run[f"t{i}.mean_wait_s"] for run in runs) for i in range(known.TYPES)]
            worst[f"{design}, {'primary' if primary else 'oldest'} first"] = max(means)
    blocked = statistics.fmean(_blocked(run) for run in designs["pooled"])
    order = [found[name].mean for name in ("pooled", "spread", "ring", "single")]
    return Figure(
        value=found["spread"].mean, unit="s", baseline="highest wait tolerated", baseline_value=36.5,
        more={
            "runs": M5_RUNS, "minutes": M5_MINUTES, "rows": _means(found), "order_kept": order == sorted(order),
            "pooled_exact_s": exact.mean_wait * 60, "pooled_off": found["pooled"].mean / (exact.mean_wait * 60) - 1,
            "pooled_blocked": blocked, "pooled_blocked_exact": exact.blocked, "worst_class_unequal_load_s": worst,
            "unequal_runs": M5_UNEQUAL_RUNS,
        },
    )  # fmt: skip


# -- M6 -----------------------------------------------------------------------------------------------------------


async def _equal_rank(pool: ProcessPoolExecutor) -> Figure:
    rows = []
    for agents, calls in known.BLENDS:
        whole = erlang.least_reserve(agents, calls, 1 / 3, LEVEL, WITHIN)
        assert whole is not None
        best = erlang.blended(agents, calls, 1 / 3, whole, WITHIN)
        reserve = erlang.reserve_for(agents, calls, 1 / 3, LEVEL, WITHIN)
        runs = await _all(pool, known.blend(agents, calls, reserve, M6_MINUTES), M6_RUNS)
        level = statistics.fmean(run["call.level"] for run in runs)
        half = 2.6 * statistics.stdev(run["call.level"] for run in runs) / math.sqrt(len(runs))
        posts = statistics.fmean(run["post.served_per_minute"] for run in runs)
        rows.append(
            {"agents": agents, "reserve": reserve, "level": level, "level_half": half, "share_of_best": posts / best.deferred}
        )
    return Figure(
        value=min(row["share_of_best"] for row in rows), unit="share", baseline="best whole threshold, exact",
        baseline_value=1.0,
        more={"rows": rows, "lowest_level": min(row["level"] for row in rows), "runs": M6_RUNS, "minutes": M6_MINUTES},
    )  # fmt: skip
