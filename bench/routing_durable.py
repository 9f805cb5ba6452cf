"""Durable assignments a second: the router's process class beside the statement that other desks ask their database with.

Both write the same rows into the same house: the enquiry in somebody's hands, the hold, the agent's units, the offer, the
event. A claim takes one enquiry from a narrow table of what waits (needs as bits, an index in order of the promise; a hundred
thousand rows), several clients at once, each of which looks at no row that another has. Three ways to claim are measured:

- as the goal of 20 times was set against: four clients; the claim is one commit, the offer with its hold and its event another;
- the best that we know: eight clients, all in one statement and one commit;
- in batches: eight clients, as many as somebody has room for in one commit, to show what batching alone brings.

Rounds of all sides alternate; a round begins when people have become free and the router knows of it.
"""

import asyncio
import os
import random
import statistics
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from uuid import UUID

from msgspec import Struct

from bench.place import postgres_pid
from bench.processes import family_cpu_s
from bench.routing_house import CAPACITY, UNITS, Centre
from unisono.app.build import Running
from unisono.domain.ids import new_id
from unisono.service.router import RENEW_S, Router
from unisono.store.driver import Connection

ROUNDS, FREED, FEWER, CLAIM_S = 4, 700, 300, 2.0
"""People who become free in a round: for the router and the best claims, and for the other two."""
CLIENTS, CLIENTS_AS_DESCRIBED = 8, 4
EACH = CAPACITY // UNITS
HALF = 50
"""Bits of the needs that go into each of two columns."""
_HALF = (1 << HALF) - 1

TABLE = """
create table bench_line (interaction_id uuid primary key, low bigint not null, high bigint not null, due_at timestamptz not null)
"""
FILL = """
insert into bench_line select i.id, p.low, p.high, i.due_at
from unnest($1::uuid[], $2::bigint[], $3::bigint[]) as p(id, low, high) join interaction i on i.id = p.id
"""
WRONG = """
select (select count(*) from agent a where a.used > a.capacity
        or a.used <> (select coalesce(sum(h.units), 0) from capacity_hold h where h.agent_id = a.user_id))
     + (select count(*) from interaction i where (i.state = 'offered')
        <> exists (select from offer o join event e on e.id = o.id where o.interaction_id = i.id and o.agent_id = i.agent_id))
"""
_WRITTEN = """, held as (
    insert into capacity_hold (interaction_id, agent_id, units) select id, agent_id, units from moved
), offered as (
    insert into offer (id, interaction_id, agent_id, units, created_at, expires_at, reason)
    select offer_id, id, agent_id, units, now(), now() + interval '1 hour', reason from moved
), told as (
    insert into event (epoch, id, at, type, access_class, channel_id, conversation_id, interaction_id, queue_id, agent_id, body)
    select (select epoch from cluster_epoch), offer_id, now(), 'interaction.offered', access_class, channel_id, conversation_id,
           id, queue_id, agent_id, jsonb_build_object('offer_id', offer_id)
    from moved
)
"""
_TAKEN = """
with next as (
    delete from bench_line where interaction_id = any(array(
        select interaction_id from bench_line where low & $2 = low and high & $3 = high
        order by due_at limit $7 for update skip locked))
    returning interaction_id
), able as (
    update agent set used = used + $4 * (select count(*) from next)::int, version = version + 1
    where user_id = $1 and state = 'available' and used + $4 * (select count(*) from next)::int <= capacity
      and exists (select from next)
    returning user_id
), moved as (
    update interaction i set state = 'offered', agent_id = $1, version = version + 1, updated_at = now(), reason = $6
    from (select interaction_id, ($5::uuid[])[row_number() over ()] as offer_id from next) n
    where i.id = n.interaction_id and i.state = 'waiting' and exists (select from able)
    returning i.*, n.offer_id
)
"""
CLAIM = _TAKEN + _WRITTEN.removeprefix("\n") + "select count(*)::int from moved"
"""Person, two halves of what they can do, units of one, ids of offers, the reason, how many at the most."""
CLAIM_ALONE = _TAKEN + "select id from moved where $5::uuid[] is not null"
WRITE_OFFER = (
    """
with moved as (select i.*, $2::uuid as offer_id from interaction i where i.id = $1 and i.state = 'offered')
"""
    + _WRITTEN
    + "select count(*)::int from moved"
)
REASON = {"code": "skilled", "waited_s": 1800, "due_in_s": 1800, "skills": ["s1"], "index": 1.234567, "urgency": 1.2345}


class Rates(Struct, frozen=True, kw_only=True):
    """Assignments a second, by round; CPU time of one in microseconds, of this process and of PostgreSQL.

    described, claims, batches: the three ways to claim. syncs_per_s: how often the disk puts a page away for good in a second.
    """

    router: list[float]
    described: list[float]
    claims: list[float]
    batches: list[float]
    syncs_per_s: float
    python_us: float
    postgres_us: float


class _Round(Struct, frozen=True):
    rate: float
    python_us: float
    postgres_us: float


async def rates(running: Running, centre: Centre) -> Rates:
    """Let both sides assign in turns. Raises RuntimeError when what was written does not add up: then there is no figure."""
    crowd = random.Random(11).sample(centre.agents, len(centre.agents))
    share = min(1.0, len(crowd) / (2 * (FREED + FEWER) * (ROUNDS + 1)))
    freed, fewer = int(FREED * share), int(FEWER * share)
    async with running.pool.acquire() as connection:
        await _line_up(connection, centre)
    routed: list[_Round] = []
    claimed: dict[str, list[float]] = {"described": [], "best": [], "batches": []}
    for _ in range(ROUNDS + 1):
        routed.append(await _routed(running, [crowd.pop() for _ in range(freed)]))
        for way, rates_found in claimed.items():
            count = freed if way == "best" else fewer
            rates_found.append(await _claimed(running, centre, [crowd.pop() for _ in range(count)], way))
    await _adds_up(running)
    # The first round warms both sides up.
    return Rates(
        router=[found.rate for found in routed[1:]], described=claimed["described"][1:], claims=claimed["best"][1:],
        batches=claimed["batches"][1:], syncs_per_s=_syncs_per_s(running.data_dir),
        python_us=statistics.median(found.python_us for found in routed[1:]),
        postgres_us=statistics.median(found.postgres_us for found in routed[1:]),
    )  # fmt: skip


async def _line_up(connection: Connection, centre: Centre) -> None:
    await connection.execute(TABLE)
    await connection.execute(
        FILL, list(centre.needs), [needs & _HALF for needs in centre.needs.values()],
        [needs >> HALF for needs in centre.needs.values()],
    )  # fmt: skip
    await connection.execute("create index on bench_line (due_at)")
    await connection.execute("analyze bench_line")


async def _free(connection: Connection, people: list[UUID]) -> None:
    await connection.execute("update agent set capacity = $2 where user_id = any($1)", people, CAPACITY)


async def _routed(running: Running, people: list[UUID]) -> _Round:
    """Let the router fill the hands of people who have become free."""
    async with running.pool.acquire() as connection:
        await _free(connection, people)
    async with working_router(running) as router:
        database, own, begun = family_cpu_s(postgres_pid(running)), time.process_time(), time.perf_counter()
        made = await router.step()
        took, own = time.perf_counter() - begun, time.process_time() - own
        database = family_cpu_s(postgres_pid(running)) - database
    if made != len(people) * EACH:
        raise RuntimeError(f"{made} offers for {len(people)} people who were free: no figure.")
    return _Round(made / took, own / made * 1e6, database / made * 1e6)


@asynccontextmanager
async def working_router(running: Running) -> AsyncIterator[Router]:
    """Give a router that is active and knows everything."""
    router = Router(running.db, running.bell, running.clock, str(new_id()))
    await router.load()
    if not await router.acquire():
        raise RuntimeError("Another router is active.")
    keeper = asyncio.create_task(_keep(router))
    try:
        yield router
    finally:
        keeper.cancel()
        await router.stop()


async def _keep(router: Router) -> None:
    kept = True
    while kept:
        await asyncio.sleep(RENEW_S)
        kept = await router.acquire()


async def _claimed(running: Running, centre: Centre, people: list[UUID], way: str) -> float:
    """Let people claim by themselves for a while; returns claims a second."""
    async with running.pool.acquire() as connection:
        await _free(connection, people)
        await connection.execute(
            "delete from bench_line l using interaction i where i.id = l.interaction_id and i.state <> 'waiting'"
        )
        await connection.execute("vacuum analyze bench_line")
    turns = [person for _ in range(1 if way == "batches" else EACH) for person in people]
    clients = CLIENTS_AS_DESCRIBED if way == "described" else CLIENTS
    begun = time.perf_counter()
    made = sum(await asyncio.gather(*(_claims(running, centre, turns, begun + CLAIM_S, way) for _ in range(clients))))
    took = time.perf_counter() - begun
    async with running.pool.acquire() as connection:
        await connection.execute("update agent set capacity = used where user_id = any($1)", people)
    return made / took


async def _claims(running: Running, centre: Centre, turns: list[UUID], until: float, way: str) -> int:
    made, most = 0, EACH if way == "batches" else 1
    async with running.pool.acquire() as connection:
        claim = await connection.prepare(CLAIM_ALONE if way == "described" else CLAIM)
        write = await connection.prepare(WRITE_OFFER)
        while time.perf_counter() < until and turns:
            person = turns.pop()
            mask, offers = centre.masks[person], [new_id() for _ in range(most)]
            found = await claim.fetchval(person, mask & _HALF, mask >> HALF, UNITS, offers, REASON, most)
            if way == "described":
                found = await write.fetchval(found, offers[0]) if found is not None else 0
            made += found
    return made


def _syncs_per_s(directory: Path) -> float:
    """Return how often in a second a page reaches this disk for good: what bounds whoever commits each claim by itself."""
    with tempfile.TemporaryFile(dir=directory) as file:
        page, count, begun = b"x" * 8_192, 0, time.perf_counter()
        while time.perf_counter() < begun + 1.0:
            os.pwrite(file.fileno(), page, 0)
            os.fdatasync(file.fileno())
            count += 1
        return count / (time.perf_counter() - begun)


async def _adds_up(running: Running) -> None:
    async with running.pool.acquire() as connection:
        wrong: int = await connection.fetchval(WRONG)
    if wrong:
        raise RuntimeError(f"{wrong} people or enquiries hold other units than were given: no figure.")
