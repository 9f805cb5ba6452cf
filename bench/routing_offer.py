"""From a slot that becomes free to the offer at the desk: over the API, the router, the database and the real event stream.

Agents whose hands are full close one enquiry after the other. The time runs from before the request that closes it until the
frame with the next offer is at that agent's desk, which listens in another process; so it holds the request's transaction too.
"""

import asyncio
import json
import random
import secrets
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from uuid import UUID

from msgspec import Struct

from bench.asking import Asker
from bench.lists import web_process
from bench.routing_durable import EACH, working_router
from bench.routing_house import UNITS, Centre
from unisono.app.build import Running
from unisono.domain.ids import new_id
from unisono.service.actor import TOKEN_PREFIX, hash_of
from unisono.service.router import Router
from unisono.service.work_events import agent_event
from unisono.store.driver import Connection

DESKS, EVERY_S = 100, 0.05
WARM_UP = DESKS // 2
COMMITS = 300
ROOT = Path(__file__).parent.parent

_HANDS = """
update interaction i set state = 'active', agent_id = p.agent_id, version = version + 1
from unnest($1::uuid[], $2::uuid[]) as p(id, agent_id) where i.id = p.id
"""
# They may hold something from the figures before.
_FULL = """
update agent a set capacity = h.units, used = h.units
from (select agent_id, sum(units)::int as units from capacity_hold where agent_id = any($1) group by agent_id) h
where a.user_id = h.agent_id
"""


class Times(Struct, frozen=True, kw_only=True):
    """Seconds from the request to the offer at the desk, and to the request's own answer."""

    offered: list[float]
    answered: list[float]


async def committed(running: Running, centre: Centre) -> list[float]:
    """Return how long it takes, in seconds, from a slot that is free in the database until its offer is committed."""
    times = []
    async with working_router(running) as router:
        await router.step()
        for agent in centre.agents[-COMMITS - WARM_UP :]:
            async with running.db.write() as tx:
                await tx.connection.execute("update agent set capacity = capacity + $2 where user_id = $1", agent, UNITS)
                tx.emit(agent_event(agent))
            async with running.bell.listen("events") as listener:
                begun = time.perf_counter()
                step = asyncio.create_task(_offer_one(router))
                if not await listener.wait(10):
                    raise RuntimeError("A free slot led to no offer: no figure.")
                times.append(time.perf_counter() - begun)
                await step
    return times[WARM_UP:]


async def _offer_one(router: Router) -> None:
    # An older transaction that is still open hides what is new; the router looks again.
    made = 0
    while not made:
        made = await router.step()


async def offered(running: Running, centre: Centre) -> Times:
    """Let agents close work and be offered more, twenty times a second. Raises RuntimeError when offers are missing."""
    chance = random.Random(5)
    agents = centre.agents[:DESKS]
    async with running.pool.acquire() as connection:
        hands = await _full_hands(connection, agents)
        code = new_id()
        await connection.execute("insert into wrap_up_code (id, key, name) values ($1, 'bench', '{}')", code)
    tokens = await _tokens(running, agents)
    turns = [desk for desk in range(DESKS) for _ in range(EACH)]
    chance.shuffle(turns)
    begun: list[list[float]] = [[] for _ in agents]
    answered: list[float] = []
    async with web_process(running, "web", "router", "clock") as (port, _), AsyncExitStack() as stack:
        askers = [await stack.enter_async_context(Asker(port, token)) for token in tokens]
        async with _desks(port, tokens) as finish:
            await _router_active(running)
            await asyncio.sleep(3)
            next_at = time.monotonic()
            for desk in turns:
                begun[desk].append(time.monotonic())
                took, _ = await askers[desk].post(f"/api/v1/interactions/{hands[desk].pop()}/wrap-up", {"code_id": str(code)})
                answered.append(took)
                next_at = max(next_at + EVERY_S, time.monotonic())
                await asyncio.sleep(next_at - time.monotonic())
            await asyncio.sleep(2)
            noted = await finish()
    arrived: list[list[float]] = noted["offers"]
    if noted["lost"] or any(len(found) != EACH for found in arrived):
        raise RuntimeError(
            f"{sum(map(len, arrived))} of {DESKS * EACH} offers arrived, {noted['lost']} streams broke: no figure."
        )
    pairs = sorted(
        (at, there - at) for asked, found in zip(begun, arrived, strict=True) for at, there in zip(asked, found, strict=True)
    )
    return Times(offered=[took for _, took in pairs][WARM_UP:], answered=answered[WARM_UP:])


async def _router_active(running: Running) -> None:
    """Wait until the router has read all that waits: it takes its lease after that."""
    async with running.pool.acquire() as connection:
        for _ in range(1_200):
            if await connection.fetchval("select exists (select from lease where name = 'router' and expires_at > now())"):
                return
            await asyncio.sleep(0.1)
    raise RuntimeError("No router became active: no figure.")


async def _full_hands(connection: Connection, agents: list[UUID]) -> list[list[UUID]]:
    rows = await connection.fetch("select id from interaction where state = 'waiting' limit $1", len(agents) * EACH)
    hands = [[row["id"] for row in rows[n * EACH : (n + 1) * EACH]] for n in range(len(agents))]
    pairs = [(interaction_id, agent) for found, agent in zip(hands, agents, strict=True) for interaction_id in found]
    await connection.execute(_HANDS, [pair[0] for pair in pairs], [pair[1] for pair in pairs])
    await connection.executemany(
        "insert into capacity_hold (interaction_id, agent_id, units) values ($1, $2, $3)", [(*pair, UNITS) for pair in pairs]
    )
    await connection.execute(_FULL, agents)
    return hands


async def _tokens(running: Running, agents: list[UUID]) -> list[str]:
    tokens = [TOKEN_PREFIX + secrets.token_urlsafe(32) for _ in agents]
    async with running.pool.acquire() as connection:
        await connection.executemany(
            "insert into role_grant (id, user_id, role, scope_kind) values ($1, $2, 'agent', 'organisation')",
            [(new_id(), agent) for agent in agents],
        )
    async with running.db.write() as tx:
        for agent, token in zip(agents, tokens, strict=True):
            await tx.people.add_token(new_id(), agent, "bench", hash_of(token), None)
    return tokens


@asynccontextmanager
async def _desks(port: int, tokens: list[str]) -> AsyncIterator[Callable[[], Awaitable[dict[str, list[list[float]]]]]]:
    """Open the desks in another process; yields what ends it and returns what it noted."""
    with tempfile.NamedTemporaryFile("w", suffix=".tokens") as file:
        file.write("\n".join(tokens))
        file.flush()
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "bench.routing_desks", str(port), file.name, cwd=ROOT,
            stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, limit=10_000_000,
        )  # fmt: skip
        assert process.stdout is not None
        assert process.stdin is not None
        reader, writer = process.stdout, process.stdin

        async def finish() -> dict[str, list[list[float]]]:
            writer.close()
            found: dict[str, list[list[float]]] = json.loads(await asyncio.wait_for(reader.readline(), 60))
            return found

        try:
            if await asyncio.wait_for(reader.readline(), 180) != b"ready\n":
                raise RuntimeError("The desks could not all connect.")
            yield finish
        finally:
            if process.returncode is None:
                process.terminate()
            await process.wait()
