"""Lists and search at a million conversations (`list`) or five (`list_5m`), through the API of a web process of its own.

The baseline is the smallest thing that goes the same way: one row of work by its primary key, with the same log-in, the
same encoder and the same connection. Requests of both sides alternate. Loading takes minutes: `BENCH_HOUSE` names a directory
where the loaded house stays and is found again (that of five millions in one beside it);
`BENCH_CONVERSATIONS` makes them smaller.
"""

import asyncio
import json
import os
import random
import statistics
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from urllib.parse import quote
from uuid import UUID

from msgspec.structs import replace

from bench.asking import Asker
from bench.place import fresh_house, kept_house
from bench.results import FILE, Figure, quantile
from bench.talk_data import Loaded, load
from unisono.app.build import Running
from unisono.domain.ids import new_id
from unisono.service.access import Access
from unisono.service.actions import ACTIONS
from unisono.service.api_tokens import make_token
from unisono.service.first_run import first_administrator
from unisono.service.setup_views import GrantView
from unisono.service.users import add_user

#: In milliseconds, at the 99th percentile; at five times as much it may be half as much again as what was measured here.
LIST_MS, SEARCH_MS, FIVE_TIMES = 20.0, 50.0, 1.5
CONVERSATIONS = int(os.environ.get("BENCH_CONVERSATIONS", "1000000"))
REPEATS, WARM_UP, DEPTH = 12, 3, 20
SEED = 482
BASELINE = "GET /api/v1/interactions/{id}: SELECT by primary key through the same API and connection"


@asynccontextmanager
async def web_process(running: Running, *roles: str) -> AsyncIterator[tuple[int, int]]:
    """Run the web role, or these, as a process of its own over the house's database; yields its port and its process."""
    process = await asyncio.create_subprocess_exec(
        Path(sys.executable).with_name("unisono"), "run", *(roles or ("web",)), "--data", str(running.data_dir), "--port", "0",
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT, env={**os.environ, "UNISONO_LOG_FORMAT": "json"},
    )  # fmt: skip
    try:
        yield await asyncio.wait_for(_port_of(process), 60), process.pid
    finally:
        process.terminate()
        await process.wait()


async def _port_of(process: asyncio.subprocess.Process) -> int:
    assert process.stdout is not None
    said = b""
    async for line in process.stdout:
        said += line
        if b"web_ready" in line:
            port: int = json.loads(line)["port"]
            # What it says later must not fill the pipe.
            asyncio.get_running_loop().create_task(process.stdout.read())
            return port
    raise RuntimeError(f"The web process ended: {said[-2000:]!r}")


async def people(running: Running, loaded: Loaded) -> dict[str, str]:
    """Make somebody who sees everything, somebody of two queues, and somebody of the small team; returns their tokens."""
    everything = Access(user_id=UUID(int=0), actions=frozenset(ACTIONS), classes=dict.fromkeys(ACTIONS))
    async with running.pool.acquire() as connection:
        known = {
            row["login"]: row["id"] for row in await connection.fetch("select login, id from app_user where login !~ 'agent'")
        }
    if known:
        return await _tokens(
            running, {"organisation": known["boss"], **{n: known[n.replace(" ", "-")] for n in ("two queues", "small team")}}
        )
    async with running.db.write() as tx:
        boss = await first_administrator(tx, login="boss", name="Boss", locale="en", password_hash="")
    found = {"organisation": boss}
    for name, queues in (("two queues", loaded.queues[:2]), ("small team", loaded.queues[-1:])):
        grants = [GrantView(role="agent", scope_kind="queue", scope_id=queue_id) for queue_id in queues]
        user_id = new_id()
        await add_user(running.db, everything, user_id, login=name.replace(" ", "-"), name=name, grants=grants)
        found[name] = user_id
    async with running.pool.acquire() as connection:
        for number, user_id in enumerate(found.values()):
            await connection.execute("insert into agent (user_id) values ($1) on conflict do nothing", user_id)
            await connection.execute(
                "update interaction set agent_id = $1 where agent_id = $2 and state <> 'closed'", user_id, loaded.agents[number]
            )
        await connection.execute("analyze interaction")
    return await _tokens(running, found)


async def _tokens(running: Running, found: dict[str, UUID]) -> dict[str, str]:
    tokens = {}
    for name, user_id in found.items():
        access = Access(user_id=user_id, actions=frozenset(ACTIONS), classes=dict.fromkeys(ACTIONS))
        tokens[name] = (await make_token(running.db, access, new_id(), "bench")).token or ""
    return tokens


def list_paths(loaded: Loaded) -> dict[str, str]:
    """Every list that the desk offers, by name."""
    filters = {
        "": "", " by who waits longest": "&sort=oldest", " by who came last": "&sort=newest",
        " of a queue": f"&queue_id={loaded.queues[3]}", " of a small queue": f"&queue_id={loaded.queues[-1]}",
        " of a channel": f"&channel_id={loaded.channels[2]}",
        " of a queue and a channel": f"&queue_id={loaded.queues[3]}&channel_id={loaded.channels[2]}",
    }  # fmt: skip
    return {
        f"{view}{name}": f"/api/v1/work?view={view}{more}"
        for view in VIEWS
        for name, more in filters.items()
        if not ("sort" in more and view in ("closed", "spam"))
    }


VIEWS = ("mine", "waiting", "open", "parked", "closed", "spam")


def search_paths(loaded: Loaded, chance: random.Random) -> dict[str, list[str]]:
    """Searches of each kind; the words differ from one to the next."""

    def ask(words: list[str]) -> str:
        return "/api/v1/search?q=" + quote(" ".join(words) + " ")

    def phrase(one: list[str], other: list[str]) -> str:
        # The words meet somewhere, hardly ever beside each other: the text of each that has both is looked at.
        return "/api/v1/search?q=" + quote(f'"{one[0]} {other[0]}"')

    def some(words: list[str], count: int) -> list[str]:
        return chance.sample(words, count)

    return {
        "a common word": [ask(some(loaded.common, 1)) for _ in range(REPEATS)],
        "a frequent word": [ask(some(loaded.frequent, 1)) for _ in range(REPEATS)],
        "a middling word": [ask(some(loaded.middling, 1)) for _ in range(REPEATS)],
        "a word that occurs once": [ask(some(loaded.rare, 1)) for _ in range(REPEATS)],
        "two common words": [ask(some(loaded.common, 2)) for _ in range(REPEATS)],
        "two frequent words": [ask(some(loaded.frequent, 2)) for _ in range(REPEATS)],
        "two middling words": [ask(some(loaded.middling, 2)) for _ in range(REPEATS)],
        "a phrase": [phrase(some(loaded.frequent, 1), some(loaded.common, 1)) for _ in range(REPEATS)],
        "a word of the last month": [ask([*some(loaded.frequent, 1), "after:30d"]) for _ in range(REPEATS)],
        "the beginning of a word": [ask([some(loaded.middling, 1)[0][:-1]]).removesuffix("%20") for _ in range(REPEATS)],
        "a number": [ask([number]) for number in some(loaded.numbers, REPEATS)],
        "the end of a number": [ask([number[2:]]) for number in some(loaded.numbers, REPEATS)],
        "a person and a word": [ask([f"from:p{n}", loaded.common[0]]) for n in chance.sample(range(CONVERSATIONS // 2), REPEATS)],
        "a word in what waits": [ask([*some(loaded.frequent, 1), "state:waiting"]) for _ in range(REPEATS)],
        "newest first": ["/api/v1/search?q=" + quote("network:mastodon ") for _ in range(REPEATS)],
        "a name": [ask([f"p{n}"]) for n in chance.sample(range(CONVERSATIONS // 2), REPEATS)],
    }


class _Side:
    """One person's connection, with the baseline on the same one."""

    def __init__(self, asker: Asker, ids: list[UUID], chance: random.Random) -> None:
        self.asker = asker
        self._ids = ids
        self._chance = chance
        self.plain: list[float] = []

    async def baseline(self) -> None:
        took, _ = await self.asker.get(f"/api/v1/interactions/{self._chance.choice(self._ids)}")
        self.plain.append(took)

    async def pages(self, path: str) -> list[float]:
        """Read a list to some depth, again and again; the first rounds warm up."""
        times: list[float] = []
        for number in range(REPEATS + WARM_UP):
            # The first page most often, as people do; every third time a walk deep into the list.
            depth = DEPTH if number % 3 == 0 else 1
            after = ""
            for _ in range(depth):
                took, body = await self.asker.get(path + after)
                if number >= WARM_UP:
                    times.append(took)
                found = json.loads(body)
                if found["next"] is None:
                    break
                after = f"&after={found['next']}"
            await self.baseline()
        return times


async def measure() -> dict[str, Figure]:
    """Load a million conversations, then ask for every list and kind of search."""
    lists, searches = await _measured(CONVERSATIONS, os.environ.get("BENCH_HOUSE"))
    return {"list.p99_ms": replace(lists, limit=LIST_MS), "search.p99_ms": replace(searches, limit=SEARCH_MS)}


async def measure_5m() -> dict[str, Figure]:
    """The same with five times as much; the ratio to the figures at a million stands beside, if they were measured."""
    kept = os.environ.get("BENCH_HOUSE")
    lists, searches = await _measured(CONVERSATIONS * 5, f"{kept}-5m" if kept else None)
    return {"list.p99_ms_5m": _beside(lists, "list.p99_ms"), "search.p99_ms_5m": _beside(searches, "search.p99_ms")}


def _beside(figure: Figure, name: str) -> Figure:
    known = json.loads(FILE.read_text(encoding="utf-8")).get(name) if FILE.exists() else None
    if known is None:
        return figure
    return replace(
        figure, baseline=f"{name}, measured at {known['when']}", baseline_value=known["value"], limit=FIVE_TIMES * known["value"]
    )


async def _measured(conversations: int, kept: str | None) -> tuple[Figure, Figure]:
    chance = random.Random(SEED)
    async with kept_house(kept) if kept else fresh_house() as running:
        begun = time.monotonic()
        loaded = await load(running, conversations, SEED)
        load_s = time.monotonic() - begun
        tokens = await people(running, loaded)
        print(f"loaded {conversations} conversations in {load_s:.0f} s", flush=True)
        async with running.pool.acquire() as connection:
            counted = await connection.fetchrow(
                "select (select count(*) from conversation) as conversations, (select count(*) from message) as messages, "
                "(select count(*) from interaction where state <> 'closed') as open"
            )
            ids: dict[str, list[UUID]] = {}
            for name, queues in (
                ("organisation", loaded.queues),
                ("two queues", loaded.queues[:2]),
                ("small team", loaded.queues[-1:]),
            ):
                rows = await connection.fetch("select id from interaction where queue_id = any($1::uuid[]) limit 500", queues)
                ids[name] = [row["id"] for row in rows]
        lists: dict[str, list[float]] = {}
        searches: dict[str, list[float]] = {}
        plain: list[float] = []
        async with web_process(running) as (port, _):
            for name, token in tokens.items():
                async with Asker(port, token) as asker:
                    side = _Side(asker, ids[name], chance)
                    for what, path in list_paths(loaded).items():
                        lists[f"{name}: {what}"] = await side.pages(path)
                    for what, paths in search_paths(loaded, chance).items():
                        times = searches.setdefault(f"{name}: {what}", [])
                        for path in paths:
                            times.append((await asker.get(path))[0])
                            await side.baseline()
                    plain += side.plain
    shape = dict(counted or {}) | {"seed": SEED} | ({} if load_s < 60 else {"load_s": round(load_s)})
    return _figure(lists, plain, shape), _figure(searches, plain, shape)


def _figure(times: dict[str, list[float]], plain: list[float], shape: dict[str, int]) -> Figure:
    together = [took for found in times.values() for took in found]
    each = {name: _told(found) for name, found in times.items() if found}
    slowest = dict(sorted(each.items(), key=lambda pair: -pair[1]["p99_ms"])[:12])
    more = shape | _told(together) | {"requests": len(together), "baseline_p50_ms": _told(plain)["p50_ms"], "slowest": slowest}
    return Figure(
        value=quantile(together, 0.99) * 1000,
        unit="ms",
        baseline=BASELINE,
        baseline_value=quantile(plain, 0.99) * 1000,
        more=more,
    )


def _told(times: list[float]) -> dict[str, float]:
    return {"p50_ms": round(statistics.median(times) * 1000, 2), "p99_ms": round(quantile(times, 0.99) * 1000, 2)}
