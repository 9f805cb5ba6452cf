"""Inbound, all-in: stored raw, read, identity, thread, language, search terms with access, rules, work queued, routed.

10,000 statuses of about 1 KB as a Mastodon server gives them, four in five from people who never wrote before; twenty rules look
at each of them, and whichever one fits tags it and makes it more urgent. The baseline writes the same bytes into one table with
the ledger's unique key, in batches of the same size.
"""

import asyncio
import statistics
import time
from datetime import UTC, datetime, timedelta

import msgspec

from bench.place import add_agents, add_channel, add_queue, fresh_house, postgres_pid
from bench.processes import family_cpu_s
from bench.results import Figure, quantile
from bench.words import Words
from unisono.app.build import Running
from unisono.contract import Connector, Raw
from unisono.domain.ids import new_id
from unisono.policy.rules.language import Action, Condition, Op, Trigger, Verb
from unisono.service.access import Access
from unisono.service.actions import ACTIONS
from unisono.service.channel_context import open_connector, store_raw
from unisono.service.intake import process_once
from unisono.service.ports.channels import ChannelFacts
from unisono.service.ports.rules import StoredRule
from unisono.service.router import Router
from unisono.service.rules.manage import add_rule
from unisono.service.tags import add_tag

ITEMS, BATCH, ROUNDS, WARM_UP, SINGLES = 10_000, 100, 5, 500, 500
NEW_PEOPLE = 0.8
SEED, RULES = 482, 20
BASELINE = "plain SQL: insert of the same bytes into one table with a unique key, 100 rows a transaction"
BASELINE_SINGLE = "plain SQL: insert of the same bytes into one table with a unique key, one row a transaction"


class Timed(msgspec.Struct):
    """What a stretch of work took, in seconds: on the clock, of this process's CPU, of PostgreSQL's."""

    wall: float
    cpu: float
    postgres: float


class Stopwatch:
    """Measures the stretch of a `with` block."""

    def __init__(self, postgres: int) -> None:
        self._postgres = postgres
        self.timed = Timed(0, 0, 0)

    def __enter__(self) -> "Stopwatch":
        self._start = time.perf_counter(), time.process_time(), family_cpu_s(self._postgres)
        return self

    def __exit__(self, *why: object) -> None:
        wall, cpu, postgres = self._start
        self.timed = Timed(time.perf_counter() - wall, time.process_time() - cpu, family_cpu_s(self._postgres) - postgres)


def statuses(count: int, first: int, words: Words) -> list[Raw]:
    """Return raw items with the ids from `first`."""
    now = datetime.now(UTC)
    found = []
    for number in range(first, first + count):
        new = words.random.random() < NEW_PEOPLE or number == 0
        person = number if new else words.random.randrange(number)
        at = now - timedelta(seconds=words.random.random() * 600)
        account = {
            "id": str(10**9 + person), "acct": f"person{person}@far.example", "username": f"person{person}",
            "display_name": f"Person {person}", "url": f"https://far.example/@person{person}",
        }  # fmt: skip
        status = {
            "id": str(10**12 + number), "created_at": at.isoformat(), "in_reply_to_id": None, "visibility": "public",
            "language": "de", "url": f"https://net.example/@person{person}/{10**12 + number}", "edited_at": None,
            "spoiler_text": "", "content": f"<p>@bench {words.text(430)}</p>", "mentions": [{"id": "1", "acct": "bench"}],
            "media_attachments": [], "account": account,
        }  # fmt: skip
        body = msgspec.json.encode({"kind": "status", "status": status, "root": status["id"], "me": "1", "known": False})
        found.append(Raw(ingest_key=f"status:{status['id']}:0", body=body, received_at=now))
    return found


class _Bench:
    """The house under load, and the plain table beside it."""

    def __init__(self, running: Running, channel: ChannelFacts, connector: Connector, router: Router) -> None:
        self.running = running
        self.channel = channel
        self.connector = connector
        self.router = router
        self.postgres = postgres_pid(running)

    async def ours(self, raws: list[Raw], size: int) -> tuple[Timed, list[float]]:
        each: list[float] = []
        with Stopwatch(self.postgres) as watch:
            for start in range(0, len(raws), size):
                begun = time.perf_counter()
                await store_raw(self.running.outside, self.channel.id, raws[start : start + size])
                while await process_once(self.running.outside, self.channel, self.connector):
                    pass
                await self.router.step()
                each.append(time.perf_counter() - begun)
        return watch.timed, each

    async def plain(self, raws: list[Raw], size: int) -> tuple[Timed, list[float]]:
        each: list[float] = []
        async with self.running.pool.acquire() as connection:
            with Stopwatch(self.postgres) as watch:
                for start in range(0, len(raws), size):
                    begun = time.perf_counter()
                    rows = [(self.channel.id, raw.ingest_key, raw.body, raw.received_at) for raw in raws[start : start + size]]
                    await connection.executemany(
                        "insert into plain (channel_id, ingest_key, body, received_at) values ($1, $2, $3, $4)", rows
                    )
                    each.append(time.perf_counter() - begun)
        return watch.timed, each

    async def check(self, items: int) -> None:
        """Refuse to report a figure unless everything that went in is there, as messages and as work."""
        async with self.running.pool.acquire() as connection:
            found = await connection.fetchrow(
                "select (select count(*) from message) as messages, (select count(*) from interaction) as work, "
                "(select count(*) from inbox where state <> 'done') as left_over, (select count(*) from plain) as plain, "
                "(select count(*) from offer) as offers"
            )
        assert found is not None
        if (found["messages"], found["work"], found["left_over"], found["plain"]) != (items, items, 0, items) or not found[
            "offers"
        ]:
            raise RuntimeError(f"What came out is not what went in: {dict(found)} of {items} items.")


async def measure() -> dict[str, Figure]:
    """Measure both ways of taking in, batched and one by one."""
    words = Words(SEED)
    total = WARM_UP + ITEMS + SINGLES
    raws = await asyncio.to_thread(statuses, total, 0, words)
    async with fresh_house() as running:
        queue_id = await add_queue(running)
        channel = await add_channel(running, queue_id)
        people = await add_agents(running, queue_id, 20)
        await _add_rules(running, Access(user_id=people[0], actions=frozenset(ACTIONS), classes=dict.fromkeys(ACTIONS)), words)
        async with running.pool.acquire() as connection:
            await connection.execute(
                "create table plain (id bigint primary key generated always as identity, channel_id uuid not null, "
                "ingest_key text not null, body bytea not null, received_at timestamptz not null, "
                "unique (channel_id, ingest_key))"
            )
        router = Router(running.db, running.bell, running.clock, "bench")
        bench = _Bench(running, channel, open_connector(running.outside, channel), router)
        await router.acquire()
        await router.load()
        await bench.ours(raws[:WARM_UP], BATCH)
        await bench.plain(raws[:WARM_UP], BATCH)
        ours: list[Timed] = []
        plain: list[Timed] = []
        step = ITEMS // ROUNDS
        for number in range(ROUNDS):
            some = raws[WARM_UP + number * step : WARM_UP + (number + 1) * step]
            sides = [(ours, bench.ours), (plain, bench.plain)]
            for kept, run in sides if number % 2 == 0 else reversed(sides):
                kept.append((await run(some, BATCH))[0])
        last = raws[WARM_UP + ITEMS :]
        _, single = await bench.ours(last, 1)
        _, plain_single = await bench.plain(last, 1)
        await bench.check(total)
        await router.stop()
        async with running.pool.acquire() as connection:
            applied = await connection.fetchval("select count(*) from rule_application")
    return _figures(ours, plain, single, plain_single, step, sum(len(raw.body) for raw in raws) / len(raws), applied)


async def _add_rules(running: Running, access: Access, words: Words) -> None:
    """Make rules of three conditions; each asks for a word that about one text in a hundred has."""
    tag = await add_tag(running.db, access, new_id(), name="bench")
    for number in range(RULES):
        asked = (f"rechnung{number}*", words.vocabulary[300 + 37 * number])
        await add_rule(
            running.db, access,
            StoredRule(
                id=new_id(), name=f"Rule {number}", position=number, trigger=Trigger.CREATED, after_s=None, match_all=True,
                conditions=[
                    Condition(field="text", op=Op.CONTAINS_ANY, values=asked),
                    Condition(field="network", op=Op.IS, values=("mastodon",)),
                    Condition(field="language", op=Op.IS_NOT, values=("fr",)),
                ],
                actions=[Action(verb=Verb.TAG, value=str(tag.id)), Action(verb=Verb.PRIORITY, value="5")],
                stop=True, enabled=True,
            ),
        )  # fmt: skip


def _figures(
    ours: list[Timed], plain: list[Timed], single: list[float], plain_single: list[float], step: int, body: float, applied: int
) -> dict[str, Figure]:
    def per_item(runs: list[Timed], name: str) -> float:
        return float(statistics.median(getattr(run, name) for run in runs)) * 1000 / step

    shape = {"items": ITEMS, "batch": BATCH, "rounds": ROUNDS, "body_bytes": round(body), "new_people": NEW_PEOPLE, "seed": SEED}
    shape |= {"rules": RULES, "rules_applied": applied}
    cpu = [run.cpu * 1000 / step for run in ours]
    return {
        "inbound.cpu_ms_per_item": Figure(
            value=per_item(ours, "cpu"), unit="ms", baseline=BASELINE, baseline_value=per_item(plain, "cpu"),
            more=shape | {"range": [round(min(cpu), 3), round(max(cpu), 3)]},
        ),
        "inbound.postgres_cpu_ms_per_item": Figure(
            value=per_item(ours, "postgres"), unit="ms", baseline=BASELINE, baseline_value=per_item(plain, "postgres"),
            more=shape,
        ),
        "inbound.items_per_s": Figure(
            value=1000 / per_item(ours, "wall"), unit="items/s", baseline=BASELINE,
            baseline_value=1000 / per_item(plain, "wall"), more=shape,
        ),
        "inbound.single_ms": Figure(
            value=quantile(single, 0.5) * 1000, unit="ms", baseline=BASELINE_SINGLE,
            baseline_value=quantile(plain_single, 0.5) * 1000,
            more={
                "items": SINGLES, "p99_ms": round(quantile(single, 0.99) * 1000, 2),
                "measured": "one item stored, read, routed; wall time, median",
            },
        ),
    }  # fmt: skip
