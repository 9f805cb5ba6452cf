"""The wallboard, the parity view and who is there, at a million conversations, through the API of a web process of its own.

The baseline answers the same question without maintained counters: it counts what is open and what today brought, over
everything, in the database. Both sides alternate on one house. `BENCH_HOUSE` names a directory where the loaded house stays and
is found again.
"""

import json
import os
import random
import time

from bench.asking import Asker
from bench.lists import CONVERSATIONS, SEED, people, web_process
from bench.place import fresh_house, kept_house
from bench.results import Figure, quantile
from bench.talk_data import Loaded, load
from unisono.app.build import Running
from unisono.service.spread import bin_of

REPEATS, WARM_UP, DAYS = 60, 5, 28
LIMIT_MS = 300.0
BASELINE = "count(*) and min() over interaction by queue, channel and state, and of today by closed_at and created_at, in SQL"
COUNTING = """
select queue_id, channel_id, state, count(*), min(waiting_since),
       count(*) filter (where created_at >= now() - interval '1 day') as arrived,
       count(*) filter (where closed_at >= now() - interval '1 day') as handled,
       count(*) filter (where first_response_at >= now() - interval '1 day') as answered
from interaction group by queue_id, channel_id, state
"""
PATHS = {
    "wallboard": "/api/v1/wallboard", "parity of 28 days": "/api/v1/parity?days=28", "parity of today": "/api/v1/parity?days=1",
    "who is there": "/api/v1/live/people", "repair": "/api/v1/repair",
}  # fmt: skip


async def past_days(running: Running, loaded: Loaded) -> int:
    """Give every queue and channel figures of so many days; returns how many rows."""
    chance = random.Random(SEED)
    days: list[tuple[object, ...]] = []
    answers: list[tuple[object, ...]] = []
    for back in range(DAYS):
        for queue_id in loaded.queues:
            for channel_id in loaded.channels:
                counts = [chance.randrange(400) for _ in range(7)]
                days.append((back, queue_id, channel_id, *counts, float(counts[4] * 600)))
                bins = {bin_of(chance.lognormvariate(6, 1.5)) for _ in range(40)}
                waits = sum(chance.randrange(1, 20) * 10 ** (8 * bin_) for bin_ in bins)
                answers.append((back, queue_id, channel_id, str(waits)))
    async with running.pool.acquire() as connection:
        await connection.executemany(
            "insert into tally_day values (current_date - $1::int, $2, $3, '', $4, $5, $6, $7, $8, $9, $10, $11) "
            "on conflict do nothing", days,
        )  # fmt: skip
        await connection.executemany(
            "insert into tally_wait values (current_date - $1::int, $2, $3, $4::text::numeric) on conflict do nothing", answers
        )
        await connection.execute("analyze tally_day")
        await connection.execute("analyze tally_wait")
    return len(days) + len(answers)


async def measure() -> dict[str, Figure]:
    """Load a million conversations and 28 days of figures, then ask again and again."""
    kept = os.environ.get("BENCH_HOUSE")
    async with kept_house(kept) if kept else fresh_house() as running:
        loaded = await load(running, CONVERSATIONS, SEED)
        tokens = await people(running, loaded)
        tallies = await past_days(running, loaded)
        times: dict[str, list[float]] = {}
        counting: list[float] = []
        async with web_process(running) as (port, _):
            for name, token in tokens.items():
                async with Asker(port, token) as asker:
                    for what, path in PATHS.items():
                        # Who may not supervise has no parity view.
                        if name != "organisation" and what not in ("wallboard", "repair"):
                            continue
                        found = times.setdefault(f"{name}: {what}", [])
                        for number in range(REPEATS + WARM_UP):
                            took, body = await asker.get(path)
                            if number >= WARM_UP:
                                found.append(took)
                        if what == "wallboard":
                            counting.append(await _count(running))
                            if name == "organisation":
                                _check(json.loads(body))
        async with running.pool.acquire() as connection:
            shape = dict(
                await connection.fetchrow(
                    "select (select count(*) from conversation) as conversations, (select count(*) from message) as messages, "
                    "(select count(*) from interaction where state <> 'closed') as open"
                )
                or {}
            )
    together = [took for found in times.values() for took in found]
    each = {
        name: {"p50_ms": round(1000 * quantile(found, 0.5), 2), "p99_ms": round(1000 * quantile(found, 0.99), 2)}
        for name, found in times.items()
    }  # fmt: skip
    return {
        "wallboard.p99_ms": Figure(
            value=1000 * quantile(together, 0.99), unit="ms", baseline=BASELINE, baseline_value=1000 * quantile(counting, 0.5),
            limit=LIMIT_MS,
            more={**shape, "tallies": tallies, "requests": len(together), "each": each, "seed": SEED},
        )
    }  # fmt: skip


async def _count(running: Running) -> float:
    async with running.pool.acquire() as connection:
        begun = time.perf_counter()
        await connection.fetch(COUNTING)
        return time.perf_counter() - begun


def _check(answer: dict[str, object]) -> None:
    """A figure counts only if something was counted."""
    wall = answer["wall"]
    assert isinstance(wall, dict)
    if wall["total"]["waiting"] + wall["total"]["active"] == 0:
        raise RuntimeError("The wallboard is empty; nothing was measured.")
