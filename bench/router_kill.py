"""The active router is killed (SIGKILL) in the middle of its work, beside a hot standby: what is lost, what is doubled?

Two processes `unisono run router` on one database. In each cycle work arrives, the active one is brought to a chosen step,
killed, and more work arrives at once; the standby must offer all of it, once each. Steps are reached from outside, by locks that
the router runs into: before its group is written (the lease), while it is written (an agent), as soon as it is committed, or at
any time. Take-over is measured from the kill to the commit of the first offer by the other router, looked for every 2 ms.
"""

import asyncio
import contextlib
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final
from uuid import UUID

from msgspec import Struct

from bench.place import fresh_house
from bench.results import Figure, quantile
from unisono.app.clock import SystemClock
from unisono.bus.memory import MemoryBell
from unisono.domain.ids import new_id
from unisono.service.custody import GONE_AFTER_S
from unisono.service.ports import NewEvent
from unisono.store.database import PgDatabase
from unisono.store.driver import Pool, open_pool

CYCLES: Final = int(os.environ.get("BENCH_ROUTER_KILLS", "200"))
BEFORE: Final = "before the commit"
DURING: Final = "during the commit"
AFTER: Final = "after the commit"
ANY: Final = "at any time"
STEPS: Final = (BEFORE, DURING, AFTER, ANY)
WORK: Final = 8
SETTLES_WITHIN_S: Final = 20.0
STARTS_WITHIN_S: Final = 60.0
PAUSE_S: Final = 0.002
_AT_THE_GATE: Final = """
select count(*) from pg_stat_activity
where datname = current_database() and wait_event_type = 'Lock' and query like '%fence as%'
"""
ROOT: Final = Path(__file__).parent.parent


class Cycle(Struct, frozen=True, kw_only=True):
    """What came of one kill. lost: work without an offer in the end; doubled: work with two, or told of twice."""

    step: str
    lost: int
    doubled: int
    broken: int
    takeover_s: float


class Routers:
    """An active router and a hot standby, each a process of its own; the one that was killed is replaced.

    Only what is killed is started anew; house and data stay. The processes are forked by `bench.router_nursery`, so that a cycle
    lasts as long as the take-over and not as long as Python's beginning.
    """

    def __init__(self, dsn: str, data: Path) -> None:
        others = {name: value for name, value in os.environ.items() if not name.startswith("UNISONO_")}
        environment = {
            **others, "UNISONO_DATABASE_URL": dsn, "UNISONO_DATA": str(data), "UNISONO_LOG_LEVEL": "info",
            "UNISONO_LOG_FORMAT": "json", "UNISONO_POOL_SIZE": "4",
        }  # fmt: skip
        self._nursery = subprocess.Popen(
            [sys.executable, "-m", "bench.router_nursery"], env=environment, cwd=ROOT, stdin=subprocess.PIPE,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )  # fmt: skip
        self._running: set[int] = set()
        self._ready: set[int] = set()
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        """Learn from the log who stands by; what is wrong is passed on."""
        assert self._nursery.stderr is not None
        for line in self._nursery.stderr:
            try:
                said = json.loads(line)
            except ValueError:
                said = {"level": "error"}
            if said.get("event") == "router_stands_by":
                self._ready.add(int(said["holder"].split(":")[1]))
            elif said.get("level") not in ("info", "warning"):
                sys.stderr.write(line)

    def start(self) -> None:
        """Start one more; returns before it is there."""
        assert self._nursery.stdin is not None
        assert self._nursery.stdout is not None
        self._nursery.stdin.write("\n")
        self._nursery.stdin.flush()
        self._running.add(int(self._nursery.stdout.readline()))

    async def all_stand_by(self) -> None:
        """Return when each has read the house and stands by, or is active. Raises TimeoutError."""
        for _ in range(int(STARTS_WITHIN_S / 0.01)):
            if self._running <= self._ready:
                return
            await asyncio.sleep(0.01)
        raise TimeoutError("A router does not get as far as standing by; see what it wrote to standard error.")

    def kill(self, pid: int) -> None:
        """End one as a power failure would; it is gone when this returns."""
        self._running.remove(pid)
        os.kill(pid, signal.SIGKILL)
        _gone(pid, 10.0)

    def close(self) -> None:
        """End all in an orderly way."""
        for pid in self._running:
            os.kill(pid, signal.SIGTERM)
        for pid in self._running:
            if not _gone(pid, 10.0):
                os.kill(pid, signal.SIGKILL)
        assert self._nursery.stdin is not None
        self._nursery.stdin.close()
        self._nursery.wait(10)
        self._reader.join(10)
        for pipe in (self._nursery.stdout, self._nursery.stderr):
            if pipe is not None:
                pipe.close()


def _gone(pid: int, within_s: float) -> bool:
    ends = time.monotonic() + within_s
    while time.monotonic() < ends:
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return True
        time.sleep(0.001)
    return False


class Place:
    """A house on a database: one queue with one channel, and people with room for all that comes."""

    def __init__(self, pool: Pool) -> None:
        self.pool = pool
        # Nobody rings: the routers look by themselves, as after a bell that was lost with the process that should have rung it.
        self.db = PgDatabase(pool, SystemClock(), MemoryBell())

    async def furnish(self) -> None:
        """Make queue, channel, people; raises what the database raises."""
        self.queue, self.channel, self.identity = new_id(), new_id(), new_id()
        customer = new_id()
        async with self.pool.acquire() as c:
            await c.execute("insert into queue (id, key, name, offer_s) values ($1, $2, '{}', 3600)", self.queue, str(self.queue))
            await c.execute(
                "insert into channel (id, connector, network, medium, name, queue_id) "
                "values ($1, 'sandbox', 'sandbox', 'post', 'kill', $2)",
                self.channel, self.queue,
            )  # fmt: skip
            self.access_class = await c.fetchval(
                "insert into access_class (channel_id, queue_id) values ($1, $2) returning id", self.channel, self.queue
            )
            await c.execute("insert into customer (id) values ($1)", customer)
            await c.execute(
                "insert into identity (id, customer_id, network, remote_id, first_seen_at) "
                "values ($1, $2, 'sandbox', 'kill', now())",
                self.identity, customer,
            )  # fmt: skip
        await self.people(4)

    async def people(self, count: int) -> None:
        """Let so many more people with room for five enquiries each be there."""
        for _ in range(count):
            person = new_id()
            async with self.db.write() as tx:
                c = tx.connection
                await c.execute(
                    "insert into app_user (id, login, login_key, name, name_key) values ($1, $2, $2, $2, $2)", person, str(person)
                )
                await c.execute("insert into agent (user_id, state) values ($1, 'available')", person)
                await c.execute("insert into queue_member (queue_id, user_id) values ($1, $2)", self.queue, person)
                tx.emit(NewEvent(type="agent.changed", agent_id=person, body={}))

    async def arrive(self, count: int) -> list[UUID]:
        """Let so many enquiries wait, in one transaction; returns their ids."""
        made = []
        async with self.db.write() as tx:
            for _ in range(count):
                conversation, interaction = new_id(), new_id()
                await tx.connection.execute(
                    "insert into conversation (id, channel_id, visibility, root_remote_id, identity_id, access_class) "
                    "values ($1, $2, 'public', $3, $4, $5)",
                    conversation, self.channel, str(conversation), self.identity, self.access_class,
                )  # fmt: skip
                await tx.connection.execute(
                    "insert into interaction (id, conversation_id, channel_id, access_class, queue_id, state, units, "
                    "waiting_since, created_at, updated_at) values ($1, $2, $3, $4, $5, 'waiting', 12, now(), now(), now())",
                    interaction, conversation, self.channel, self.access_class, self.queue,
                )  # fmt: skip
                tx.emit(
                    NewEvent(
                        type="interaction.created", access_class=self.access_class, channel_id=self.channel,
                        conversation_id=conversation, interaction_id=interaction, queue_id=self.queue, body={"units": 12},
                    )
                )  # fmt: skip
                made.append(interaction)
        return made

    async def active_pid(self) -> int:
        """Return the process that holds the lease, once one does. Raises TimeoutError."""
        async with asyncio.timeout(STARTS_WITHIN_S):
            while True:
                async with self.pool.acquire() as c:
                    holder = await c.fetchval("select holder from lease where name = 'router' and expires_at > now()")
                if holder:
                    return int(holder.split(":")[1])
                await asyncio.sleep(0.02)

    async def at_the_gate(self) -> bool:
        """Tell whether a router hangs where it writes a group; seen from outside, for within a transaction nothing new shows."""
        async with self.pool.acquire() as c:
            return bool(await c.fetchval(_AT_THE_GATE))

    async def offered(self, ids: Sequence[UUID]) -> int:
        """Return how many of these have an open offer."""
        async with self.pool.acquire() as c:
            found: int = await c.fetchval(
                "select count(distinct interaction_id) from offer where state = 'open' and interaction_id = any($1::uuid[])",
                list(ids),
            )
        return found


async def one_cycle(place: Place, routers: Routers, step: str, chance: random.Random) -> Cycle:
    """Kill the active router at a step and see what becomes of the work; a new standby is started. Raises TimeoutError."""
    await place.people(4)
    pid = await place.active_pid()
    ids: list[UUID] = []
    async with place.pool.acquire() as gate:
        transaction = gate.transaction()
        await transaction.start()
        try:
            # The gate closes after the arrival: the log shows nothing that is younger than an open transaction.
            ids += await place.arrive(WORK)
            if step == BEFORE:
                await gate.execute("select 1 from lease where name = 'router' for update")
            elif step == DURING:
                await gate.execute("select 1 from agent for update")
            await _reach(place, step, ids, chance)
            routers.kill(pid)
            killed = time.monotonic()
        finally:
            await transaction.rollback()
    more = await place.arrive(WORK)
    ids += more
    await _until(lambda: _any(place, more))
    takeover_s = time.monotonic() - killed
    routers.start()
    with contextlib.suppress(TimeoutError):
        await _until(lambda: _all(place, ids))
    async with place.pool.acquire() as c:
        doubled = await c.fetchval(
            "select count(*) from unnest($1::uuid[]) as i(id) "
            "where (select count(*) from offer o where o.interaction_id = i.id) > 1 "
            "or (select count(*) from event e where e.interaction_id = i.id and e.type = 'interaction.offered') > 1",
            ids,
        )
    async with place.db.read() as tx:
        broken = len(await tx.custody.broken(GONE_AFTER_S))
    lost = len(ids) - await place.offered(ids)
    return Cycle(step=step, lost=lost, doubled=doubled, broken=broken, takeover_s=takeover_s)


async def _reach(place: Place, step: str, ids: list[UUID], chance: random.Random) -> None:
    if step in (BEFORE, DURING):
        # The statement that writes the group hangs at the gate; or it was quicker than the gate, and is through.
        await _until(lambda: _any(place, ids, or_at_the_gate=True))
    elif step == AFTER:
        await _until(lambda: _any(place, ids))
    else:
        await asyncio.sleep(chance.random() * 0.6)


async def _any(place: Place, ids: list[UUID], *, or_at_the_gate: bool = False) -> bool:
    return (or_at_the_gate and await place.at_the_gate()) or await place.offered(ids) > 0


async def _all(place: Place, ids: list[UUID]) -> bool:
    return await place.offered(ids) == len(ids)


async def _until(it_is: Callable[[], Awaitable[bool]]) -> None:
    ends = time.monotonic() + SETTLES_WITHIN_S
    while not await it_is():
        if time.monotonic() > ends:
            raise TimeoutError("The routers did not get there; see what they wrote to standard error.")
        await asyncio.sleep(PAUSE_S)


@asynccontextmanager
async def pair(dsn: str, data: Path) -> AsyncIterator[tuple[Place, Routers]]:
    """Give a furnished house and two routers that run on it."""
    pool = await open_pool(dsn, size=6)
    place, routers = Place(pool), Routers(dsn, data)
    try:
        await place.furnish()
        routers.start()
        await place.active_pid()
        routers.start()
        yield place, routers
    finally:
        routers.close()
        await pool.close()


async def cycles(dsn: str, data: Path, steps: Sequence[str], seed: int = 1) -> list[Cycle]:
    """Kill once at each of these steps, one after the other."""
    chance = random.Random(seed)
    done = []
    async with pair(dsn, data) as (place, routers):
        for step in steps:
            # A standby is hot when it has read the house.
            await routers.all_stand_by()
            done.append(await one_cycle(place, routers, step, chance))
    return done


async def measure() -> dict[str, Figure]:
    """Kill the active router at each step in turn, BENCH_ROUTER_KILLS times in all."""
    begun = time.monotonic()
    async with fresh_house() as running:
        with tempfile.TemporaryDirectory(prefix="unisono-kill-") as data:
            done = await cycles(running.dsn, Path(data), [STEPS[n % len(STEPS)] for n in range(CYCLES)])
    waits = [one.takeover_s for one in done]
    more = {
        "kills": len(done), "steps": list(STEPS), "median_s": round(quantile(waits, 0.5), 3), "longest_s": round(max(waits), 3),
        "broken": sum(one.broken for one in done), "within_2_s": sum(wait <= 2.0 for wait in waits),
        "minutes": round((time.monotonic() - begun) / 60, 1),
    }  # fmt: skip
    none = "as many as may be: none"
    takeover = Figure(value=quantile(waits, 0.99), unit="s", baseline="the promise: 2 s", baseline_value=2.0, more=more)
    counts = {"lost": sum(one.lost for one in done), "doubled": sum(one.doubled for one in done)}
    return {
        "router_kill.takeover_p99_s": takeover,
        **{f"router_kill.{name}": Figure(value=n, unit="offers", baseline=none, baseline_value=0) for name, n in counts.items()},
    }
