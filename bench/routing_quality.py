"""How good the router's decisions are: instances with known answers, played by the simulator with the router itself.

M1 and M2: closed forms. M4: overload of three classes, beside the fluid bound and other rules. M6: calls beside an endless
store of posts, with the reserve that `erlang.reserve_for` advises, beside the best whole reserve.
"""

import asyncio
import math
import random
import statistics
from concurrent.futures import ProcessPoolExecutor
from typing import Final

import msgspec

from bench.results import Figure
from unisono.routing import erlang
from unisono.routing.simulator.engine import play
from unisono.routing.simulator.plan import Arrivals, Kept, Plan, Spread, Staff

WORKERS: Final = 2
STORM_SEEDS, STORM_MINUTES = 6, 1_800.0
FLUID_BOUND: Final = 36.9
M1_RUNS, M1_MINUTES = 260, 1_030.0
M2_CELLS: Final = {
    (3, 5.0): 8, (3, 25.0): 30, (3, 100.0): 107, (3, 2000 / 3): 677,
    (4, 5.0): 8, (4, 25.0): 30, (4, 100.0): 108, (4, 2000 / 3): 679,
}  # fmt: skip
M6_ROWS: Final = ((10, 2.0), (20, 4.5), (50, 12.0), (200, 55.0))
M6_RUNS, M6_MINUTES = 8, 3_060.0
LEVEL, WITHIN = 0.8, 1 / 3


def _kind(name: str, per_minute: float, service: float, leaving: float, cost: float) -> Arrivals:
    return Arrivals(
        name=name, per_minute=[per_minute], handling=Spread(mean_s=60 / service), patience=Spread(mean_s=60 / leaving), cost=cost
    )


ONE_CLASS = Plan(arrivals=[_kind("call", 48, 1, 0.5, 1)], staff=[Staff(count=50)], minutes=M1_MINUTES, warm_up=30)
STORM = Plan(
    arrivals=[_kind("a", 30, 1, 2, 3), _kind("b", 20, 1.5, 0.2, 1), _kind("c", 25, 0.8, 0.6, 2)],
    staff=[Staff(count=50)], minutes=STORM_MINUTES, warm_up=30,
)  # fmt: skip


def _mixed(agents: int, calls: float, reserve: float) -> Plan:
    return Plan(
        arrivals=[
            Arrivals(name="call", per_minute=[calls], handling=Spread(mean_s=180), cost=3.0),
            Arrivals(name="post", backlog=2, handling=Spread(mean_s=180), deferrable=True),
        ],
        staff=[Staff(count=agents)], reserves=[Kept(agents=reserve)] if reserve else [], minutes=M6_MINUTES, warm_up=60,
    )  # fmt: skip


def _played(plan: Plan, seed: int) -> dict[str, float]:
    tally = play(plan, random.Random(seed))
    figures = {a.name: tally.figures(a.name) for a in plan.arrivals}
    found = {"cost": tally.cost_rate()}
    for name, figure in figures.items():
        found |= {f"{name}.{field}": value for field, value in msgspec.structs.asdict(figure).items()}
    return found


async def _all(pool: ProcessPoolExecutor, plan: Plan, runs: int) -> list[dict[str, float]]:
    loop = asyncio.get_running_loop()
    return await asyncio.gather(*(loop.run_in_executor(pool, _played, plan, seed) for seed in range(1, runs + 1)))


async def measure() -> dict[str, Figure]:
    """Play the instances."""
    with ProcessPoolExecutor(WORKERS) as pool:
        return {
            "routing.m1": await _erlang(pool),
            "routing.m2": _staffing(),
            "routing.m4": await _storm(pool),
            "routing.m6": await _equal_rank(pool),
        }


async def _erlang(pool: ProcessPoolExecutor) -> Figure:
    exact = erlang.erlang_a(50, 48, 1, 0.5)
    waits = [run["call.mean_wait_s"] for run in await _all(pool, ONE_CLASS, M1_RUNS)]
    mean = statistics.fmean(waits)
    half = 1.99 * statistics.stdev(waits) / math.sqrt(len(waits))
    return Figure(
        value=mean, unit="s", baseline="Erlang A in closed form, E[W]", baseline_value=exact.mean_wait * 60,
        more={
            "runs": M1_RUNS, "minutes": M1_MINUTES, "interval_95": [mean - half, mean + half], "width": 2 * half / mean,
            "covers": abs(mean - exact.mean_wait * 60) <= half,
        },
    )  # fmt: skip


def _staffing() -> Figure:
    found = {
        f"{service} min, {load:.2f} Erlang": erlang.least_agents(load / service, 1 / service, LEVEL, WITHIN)
        for service, load in M2_CELLS
    }
    wrong = sum(mine != wanted for mine, wanted in zip(found.values(), M2_CELLS.values(), strict=True))
    return Figure(value=wrong, unit="cells", baseline="cells of the table", baseline_value=len(M2_CELLS), more={"agents": found})


async def _storm(pool: ProcessPoolExecutor) -> Figure:
    costs = [run["cost"] for run in await _all(pool, STORM, STORM_SEEDS)]
    return Figure(
        value=statistics.fmean(costs), unit="cost/min", baseline="fluid bound", baseline_value=FLUID_BOUND,
        more={"seeds": STORM_SEEDS, "minutes": STORM_MINUTES, "lowest": min(costs), "highest": max(costs)},
    )  # fmt: skip


async def _equal_rank(pool: ProcessPoolExecutor) -> Figure:
    rows = []
    for agents, calls in M6_ROWS:
        whole = erlang.least_reserve(agents, calls, 1 / 3, LEVEL, WITHIN)
        assert whole is not None
        best = erlang.blended(agents, calls, 1 / 3, whole, WITHIN)
        reserve = erlang.reserve_for(agents, calls, 1 / 3, LEVEL, WITHIN)
        runs = await _all(pool, _mixed(agents, calls, reserve), M6_RUNS)
        level = statistics.fmean(run["call.level"] for run in runs)
        posts = statistics.fmean(run["post.served_per_minute"] for run in runs)
        rows.append({"agents": agents, "reserve": reserve, "level": level, "share_of_best": posts / best.deferred})
    return Figure(
        value=min(row["share_of_best"] for row in rows), unit="share", baseline="best whole threshold, exact",
        baseline_value=1.0,
        more={"rows": rows, "lowest_level": min(row["level"] for row in rows), "runs": M6_RUNS, "minutes": M6_MINUTES},
    )  # fmt: skip
