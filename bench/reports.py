"""Every report at a million conversations, through the API of a web process of its own, over real HTTP.

The facts of the enquiries are loaded: folding five million events of a log that never was would measure nothing more. From there
on all is the product's, as in a house after an update: the sums of each day, week and month, what of people may be shown, what
reports add up from them. How long that takes is measured as well.
The baseline is what one would write without sums: the same count straight from the enquiries, by day, in the database.
"""

import os
import random
import time
from datetime import UTC, date, datetime, timedelta

from bench.asking import Asker
from bench.lists import CONVERSATIONS, SEED, people, web_process
from bench.place import fresh_house, kept_house
from bench.results import Figure, quantile
from bench.talk_data import load
from unisono.app.build import Running
from unisono.service.ports.reports import ROUGH
from unisono.service.reports.fold import count_next
from unisono.service.reports.kinds import BY, HEAT, KINDS, PEOPLE
from unisono.store.reports import MANY_WEEKS

REPEATS, LIMIT_MS = 3, 300.0
#: Of so many days it is searched what of their cuts stands together; of two years it takes hours, so older ones show totals.
JUDGED = 28
SPANS = (1, 7, 30, 90, 365)
_BY_DAY = """
select (created_at at time zone 'Europe/Berlin')::date as day, count(*), count(*) filter (where state = 'closed')
from interaction where created_at >= $1 and created_at < $2 group by 1 order by 1
"""


async def fill(running: Running) -> dict[str, float]:
    """Make all sums, unless they are there; returns how long the steps took, in seconds: sums, totals, cuts of some weeks."""
    async with running.pool.acquire() as connection:
        if await connection.fetchval("select exists (select from report_cell)"):
            return {}
        await connection.execute(
            "insert into report_stale (day, access_class) select distinct d.day, f.access_class from report_fact f "
            "cross join lateral (values (f.arrived_day), (f.answered_day), (f.late_day), (f.closed_day)) d(day) "
            "where d.day is not null on conflict do nothing", timeout=3_600,
        )  # fmt: skip
    steps = {
        "sums_s": "select exists (select from report_stale)",
        "rough_s": f"select count(distinct date_trunc('week', day)) > {MANY_WEEKS} from report_unjudged where mark <> '{ROUGH}'",
        "cuts_s": f"select count(*) > 0 from report_unjudged where day between current_date - {JUDGED} and current_date - 1",
    }
    took = {}
    for name, more in steps.items():
        begun = time.monotonic()
        while await _is(running, more):
            if not await count_next(running.db):
                break
        took[name] = round(time.monotonic() - begun, 1)
        print(f"{name}: {took[name]}", flush=True)
    async with running.pool.acquire() as connection:
        await connection.execute("vacuum analyze report_cell, report_hour, report_piece, report_unjudged", timeout=600)
    return took


async def _is(running: Running, question: str) -> bool:
    async with running.pool.acquire() as connection:
        return bool(await connection.fetchval(question))


def paths(last: date, queue: str, channel: str, chance: random.Random) -> list[str]:
    """Every report by all that it can be asked for, of several times, plain and narrowed."""
    found = []
    for kind in KINDS.values():
        if kind.key == PEOPLE:
            continue
        for days in SPANS:
            time_ = f"first={last - timedelta(days=days - 1)}&last={last}"
            found.append(f"/api/v1/reports/{kind.key}?{time_}")
            found.append(f"/api/v1/reports/{kind.key}?{time_}&queue={queue}")
            if kind.key not in {HEAT, "wrap-up", "skills", "languages"}:
                found.append(f"/api/v1/reports/{kind.key}?{time_}&channel={channel}")
                found.append(f"/api/v1/reports/{kind.key}?{time_}&by={chance.choice([b for b in BY if b != 'code'])}")
    return found


async def measure() -> dict[str, Figure]:
    """Load a million conversations, make the sums, then ask for every report."""
    chance = random.Random(SEED)
    kept = os.environ.get("BENCH_HOUSE")
    async with kept_house(kept) if kept else fresh_house() as running:
        loaded = await load(running, CONVERSATIONS, SEED, searched=bool(kept))
        steps = await fill(running)
        tokens = await people(running, loaded)
        async with running.pool.acquire() as connection:
            last = await connection.fetchval("select max(arrived_day) from report_fact")
            cells = await connection.fetchval("select count(*) from report_cell")
        asked = paths(last, str(loaded.queues[3]), str(loaded.channels[2]), chance)
        took: list[float] = []
        slow: dict[str, float] = {}
        plain: list[float] = []
        async with web_process(running) as (port, _), Asker(port, tokens["organisation"]) as asker:
            for repeat in range(REPEATS + 1):
                chance.shuffle(asked)
                for path in asked:
                    seconds, _ = await asker.get(path)
                    # The first round finds nothing in memory that the database has not been asked for yet.
                    if repeat:
                        took.append(seconds)
                        slow[path] = max(seconds, slow.get(path, 0.0))
                async with running.pool.acquire() as connection:
                    begun = time.perf_counter()
                    await connection.fetch(_BY_DAY, *[_at(last - timedelta(days=365)), _at(last)])
                    plain.append(time.perf_counter() - begun)
    slowest = sorted(slow.items(), key=lambda one: -one[1])[:5]
    for path, seconds in slowest:
        print(f"{seconds * 1_000:.0f} ms {path}", flush=True)
    print(f"{cells} sums; p50 {quantile(took, 0.5) * 1_000:.0f} ms", flush=True)
    baseline = quantile(plain, 0.5) * 1_000
    return {
        "reports.p99_ms": Figure(
            value=round(quantile(took, 0.99) * 1_000, 1), unit="ms",
            baseline="one count of a year's enquiries by day, straight from their table, in the database",
            baseline_value=round(baseline, 1), limit=LIMIT_MS,
            more={
                "conversations": CONVERSATIONS, "requests": len(took), "p50_ms": round(quantile(took, 0.5) * 1_000, 1),
                "sums": cells, **steps, "slowest_ms": {path: round(seconds * 1_000) for path, seconds in slowest},
            },
        )
    }  # fmt: skip


def _at(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=UTC)
