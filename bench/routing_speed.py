"""How fast the router is: durable assignments, one decision, a free slot until the offer at the desk, and how it grows.

One house for all that needs a database: 10,000 agents with 60 profiles of 100 skills, and 100,000 enquiries still waiting when
the offers at the desk are timed. `BENCH_AGENTS` and `BENCH_WAITING` make it smaller, to see that it works.
"""

import math
import os
import statistics

from bench import routing_durable, routing_memory, routing_offer
from bench.place import fresh_house
from bench.results import Figure, quantile
from bench.routing_house import PROFILES, QUEUES, SETS, SKILLS, UNITS, load
from unisono.service.router import GROUP

AGENTS = int(os.environ.get("BENCH_AGENTS", "10000"))
WAITING = int(os.environ.get("BENCH_WAITING", "100000"))
CLAIMS = (
    "skill-filtered FOR UPDATE SKIP LOCKED, as the goal was set against: 4 clients, one claim a commit, its offer "
    "another, same rows written"
)


async def measure() -> dict[str, Figure]:
    """Measure in memory, then in the house."""
    return _in_memory() | await _in_the_house()


def _in_memory() -> dict[str, Figure]:
    items = routing_memory.enquiries(10 * WAITING)
    waiting = routing_memory.costs(
        {size: routing_memory.Hall(1_000, items[:size]) for size in (WAITING // 100, WAITING // 10, WAITING, 10 * WAITING)}
    )
    del items[WAITING:]
    agents = routing_memory.costs({count: routing_memory.Hall(count, items) for count in (100, 1_000, 10_000)})
    log = math.log(10 * WAITING) / math.log(WAITING // 100)
    return {
        "routing.decision_growth_waiting": Figure(
            value=waiting[10 * WAITING] / waiting[WAITING // 100], unit="times", baseline="the logarithm of what waits",
            baseline_value=log, more={"agents": 1_000, "cpu_us_by_waiting": _rounded(waiting)},
        ),
        "routing.decision_growth_agents": Figure(
            value=agents[10_000] / agents[100], unit="times", baseline="flat", baseline_value=1.0,
            more={"waiting": WAITING, "cpu_us_by_agents": _rounded(agents)},
        ),
    }  # fmt: skip


async def _in_the_house() -> dict[str, Figure]:
    shape = {
        "agents": AGENTS, "waiting": WAITING, "skills": SKILLS, "profiles": PROFILES, "sets_of_needs": SETS, "queues": QUEUES
    }  # fmt: skip
    hall = routing_memory.Hall(AGENTS, routing_memory.enquiries(WAITING))
    _, memory = hall.round()
    scans = routing_memory.scanned(hall)
    del hall
    async with fresh_house() as running:
        crowd = 2 * (routing_durable.ROUNDS + 1) * (routing_durable.FREED + routing_durable.FEWER)
        spent = crowd * routing_durable.EACH
        centre = await load(running, AGENTS, WAITING + min(spent, 5 * AGENTS), capacity=0)
        durable = await routing_durable.rates(running, centre)
        committed = await routing_offer.committed(running, centre)
        times = await routing_offer.offered(running, centre)
    return {
        "routing.assignments_per_s": _assignments(durable, shape),
        "routing.decision_p99_ms": Figure(
            value=quantile(committed, 0.99) * 1000, unit="ms", baseline="a scan of all that waits, in memory, nothing committed",
            baseline_value=statistics.median(scans) * 1000,
            more=shape | {
                "what": "a slot free in the database until its offer is committed", "p50_ms": _ms(committed, 0.5),
                "samples": len(committed), "in_memory_p50_ms": _ms(memory, 0.5), "in_memory_p99_ms": _ms(memory, 0.99),
            },
        ),
        "routing.offer_p99_ms": Figure(
            value=quantile(times.offered, 0.99) * 1000, unit="ms", baseline="the request that frees the slot, p99 of its answer",
            baseline_value=quantile(times.answered, 0.99) * 1000,
            more=shape | {
                "what": "before the request that frees a slot until the offer's frame at the desk",
                "p50_ms": _ms(times.offered, 0.5),
                "desks": routing_offer.DESKS, "samples": len(times.offered), "every_s": routing_offer.EVERY_S,
            },
        ),
    }  # fmt: skip


def _assignments(durable: routing_durable.Rates, shape: dict[str, int]) -> Figure:
    sides = {
        "as_described": (routing_durable.CLIENTS_AS_DESCRIBED, durable.described, "claim and offer in two commits"),
        "one_commit": (routing_durable.CLIENTS, durable.claims, "all in one statement and one commit: the best that we know"),
        "batches": (routing_durable.CLIENTS, durable.batches, f"up to {routing_durable.EACH} for one person in one commit"),
    }
    return Figure(
        value=statistics.median(durable.router), unit="per s", baseline=CLAIMS,
        baseline_value=statistics.median(durable.described),
        more=shape | {
            "group": GROUP, "units": UNITS, "rounds": [round(rate) for rate in durable.router],
            "disk_syncs_per_s": round(durable.syncs_per_s),
            "claims": {
                name: {
                    "how": how, "clients": clients, "per_s": round(statistics.median(found)),
                    "rounds": [round(rate) for rate in found],
                    "ratio": round(statistics.median(durable.router) / statistics.median(found), 1),
                }
                for name, (clients, found, how) in sides.items()
            },
            "python_us": round(durable.python_us, 1), "postgres_us": round(durable.postgres_us, 1),
        },
    )  # fmt: skip


def _rounded(costs: dict[int, float]) -> dict[str, float]:
    return {str(size): round(cost, 1) for size, cost in costs.items()}


def _ms(times: list[float], share: float) -> float:
    return round(quantile(times, share) * 1000, 3)
