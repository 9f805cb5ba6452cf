# ruff: noqa: E501 - statements of a bench
"""Every report at a million conversations, through the API of a web process of its own, over real HTTP.

Of the last three weeks it is judged what of their cuts stands together. The facts are written from the enquiries as loading makes them, by one statement: folding five million events of a log that never
was would measure nothing more. From there on all is the product's: the sums of each day, and what reports add up from them.
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
from unisono.service.reports.fold import judge_cuts
from unisono.service.reports.kinds import BY, HEAT, KINDS, PEOPLE

REPEATS, JUDGED = 3, 21
SPANS = (1, 7, 30, 90, 365)
_FACTS = """
insert into report_fact (interaction_id, conversation_id, access_class, arrived_at, by_hand, again, age_ms, answered_at, answered_by,
    first_ms, late_at, next_n, next_ms, next_late, waited_ms, worked_ms, wrap_ms, transfers, closed_at, closed_by, code_id, ending,
    resolution_ms, resolution_late, stand, since, agent_id, offered, language, skills, arrived_day, arrived_hour, answered_day,
    late_day, closed_day)
select i.id, i.conversation_id, i.access_class, i.created_at, false, i.previous_id is not null, 0, i.created_at + interval '10 minutes',
    i.agent_id, 600000, case when h % 9 = 0 then i.created_at + interval '9 minutes' end, h % 3, h % 3 * 240000, 0, 240000, 420000,
    30000, h % 5 / 4, i.closed_at, case when i.closed_at is not null then i.agent_id end, k.ids[1 + h % 8],
    case when i.closed_at is null then null when h % 40 = 0 then 'abandoned' else 'code' end, 7200000, h % 17 = 0, 'over', i.created_at,
    i.agent_id, false, (array['de', 'de', 'de', 'en', 'fr'])[1 + h % 5], (array['', 'billing', 'technical', 'billing,technical'])[1 + h % 4],
    (i.created_at at time zone 'Europe/Berlin')::date, extract(hour from i.created_at at time zone 'Europe/Berlin'),
    (i.created_at at time zone 'Europe/Berlin')::date, case when h % 9 = 0 then (i.created_at at time zone 'Europe/Berlin')::date end,
    (i.closed_at at time zone 'Europe/Berlin')::date
from interaction i cross join lateral (select abs(hashtext(i.id::text)) as h) x
cross join (select array_agg(id order by id) as ids from (select id from wrap_up_code order by id limit 8) w) k
"""
_BY_DAY = """
select (created_at at time zone 'Europe/Berlin')::date as day, count(*), count(*) filter (where state = 'closed')
from interaction where created_at >= $1 and created_at < $2 group by 1 order by 1
"""


async def fill(running: Running) -> float:
    """Write the facts and their sums, unless they are there; returns how long the sums took, in seconds."""
    async with running.pool.acquire() as connection:
        if await connection.fetchval("select exists (select from report_cell)"):
            return 0.0
        for n in range(8):
            await connection.execute(
                "insert into wrap_up_code (id, key, name) values (gen_random_uuid(), $1, '{}') on conflict do nothing",
                f"bench{n}",
            )
        await connection.execute("insert into report_person (agent_id) select user_id from agent on conflict do nothing")
        await connection.execute(_FACTS, timeout=3_600)
        await connection.execute(
            "insert into report_stale (day, access_class) select day, access_class from (select arrived_day as day, access_class from "
            "report_fact union select closed_day, access_class from report_fact where closed_day is not null) s on conflict do nothing",
            timeout=3_600,
        )
        # What was loaded is no log to fold: the fold begins after it.
        await connection.execute("update report_fold set zone = 'Europe/Berlin'")
        await connection.execute("vacuum analyze report_fact")
    begun = time.monotonic()
    more = True
    while more:
        async with running.db.write() as tx:
            more = await tx.reports.recount(500) > 0
    async with running.pool.acquire() as connection:
        # Of each week it is searched once what of its cuts must stand together; two years of them would take an hour.
        await connection.execute(
            "delete from report_unjudged where day < (select max(day) from report_unjudged) - $1::int", JUDGED
        )
    await judge_cuts(running.db)
    async with running.pool.acquire() as connection:
        await connection.execute("vacuum analyze report_cell")
    return time.monotonic() - begun


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
        loaded = await load(running, CONVERSATIONS, SEED)
        summed_s = await fill(running)
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
    for path, seconds in sorted(slow.items(), key=lambda one: -one[1])[:5]:
        print(f"{seconds * 1_000:.0f} ms {path}", flush=True)
    print(f"{cells} sums of days, made in {summed_s:.0f} s; p50 {quantile(took, 0.5) * 1_000:.0f} ms", flush=True)
    baseline = quantile(plain, 0.5) * 1_000
    return {
        "reports.p99_ms": Figure(
            value=round(quantile(took, 0.99) * 1_000, 1), unit="ms",
            baseline="one count of a year's enquiries by day, straight from their table, in the database", baseline_value=round(baseline, 1),
        )
    }  # fmt: skip


def _at(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=UTC)
