"""A house that has been in use for two years: customers, conversations, messages, work and its facts; the same on every run.

The database makes the rows from their number (`hashint8` scatters them), so a million conversations take minutes and no
network of ours. They are the rows that the product's own verbs would have left (`tests/bench` holds the two together), without
the log, the clocks and the outbox, which no list, search or report reads. Texts come from 20,000 written by `bench.words`;
each message has one word that occurs nowhere else, each first one a number.
"""

import random
from datetime import UTC, datetime
from typing import Final, Protocol
from uuid import UUID

from msgspec import Struct

from bench.bulk import filling, together
from bench.talk_rows import FILLING, FUNCTIONS, PLACES
from bench.words import Words
from unisono.contract.context import Clock
from unisono.service.text import terms
from unisono.store.driver import Connection, Pool
from unisono.store.maintenance import ensure_months, month_of

TEXTS, AGENTS, QUEUES, CHANNELS, CODES = 20_000, 1_000, 20, 8, 8
OPEN = 0.08
DAYS = 720
#: By whose clock the days of the facts begin, as `reports.time_zone` says unless it is changed.
ZONE: Final = "Europe/Berlin"
#: Of the texts, and so of the enquiries that begin with them.
LANGUAGES: Final = ("de", "de", "de", "en", "fr")
_TABLES: Final = (
    "message_terms", "message", "message_text", "interaction", "conversation", "identity", "customer", "report_fact",
)  # fmt: skip


class Loaded(Struct, frozen=True, kw_only=True):
    """What is there, by name: for asking."""

    queues: list[UUID]
    channels: list[UUID]
    agents: list[UUID]
    common: list[str]
    frequent: list[str]
    middling: list[str]
    rare: list[str]
    numbers: list[str]


class Site(Protocol):
    """Where the house stands: its database and its clock."""

    @property
    def pool(self) -> Pool: ...

    @property
    def clock(self) -> Clock: ...


async def load(
    site: Site, conversations: int, seed: int, *, is_open: float = OPEN, searched: bool = True, texts: int = TEXTS
) -> Loaded:
    """Fill the house with so many conversations of three messages each, unless it is full already.

    is_open: the share of them that is not closed; of these six in ten wait. searched: the words of messages can be found, which
    takes half of the time; who measures no search leaves it out. Sums of reports are the product's to make.
    Raises RuntimeError when loading broke off before: such a house is good for nothing.
    """
    words = Words(seed)
    written, frequency = _texts(words, texts)
    async with site.pool.acquire() as connection:
        begun, full = await connection.fetchrow(
            "select to_regclass('bench_text') is not null, to_regclass('bench_loaded') is not null"
        ) or (False, False)
    if begun and not full:
        raise RuntimeError("Loading this house broke off; nothing can be measured in it. Remove its directory and begin anew.")
    if not full:
        await _fill(site, conversations, written, is_open, searched=searched)
    async with site.pool.acquire() as connection:
        queues, channels, agents = [
            [row["id"] for row in await connection.fetch(f"select id from bench_{table} order by n")]
            for table in ("queue", "channel", "agent")
        ]
    by_count = sorted(frequency, key=lambda word: (-frequency[word], word))
    known = [word for word in by_count if frequency[word] >= 20]
    # In one text of a hundred or so: too many to collect all, too few to meet one soon.
    frequent = [word for word in by_count if 0.005 <= frequency[word] / texts <= 0.02]
    return Loaded(
        queues=queues, channels=channels, agents=agents, common=by_count[:20], frequent=frequent[:40],
        middling=known[len(known) // 3 : len(known) // 3 + 40],
        rare=[f"v{n}" for n in _some(words.random, conversations * 3, 200)],
        numbers=[f"48{n:08}" for n in _some(words.random, conversations, 200)],
    )  # fmt: skip


async def _fill(
    site: Site, conversations: int, texts: list[tuple[int, str, str, list[str]]], is_open: float, *, searched: bool
) -> None:
    # In whole minutes, so that an hour after is an hour after in every clock that reads it.
    now = site.clock.now().astimezone(UTC).replace(second=0, microsecond=0)
    people = max(1, conversations * 7 // 10)
    async with site.pool.acquire() as connection:
        start: datetime = await connection.fetchval("select $1::timestamptz - make_interval(days => $2)", now, DAYS)
    await ensure_months(site.pool, month_of(start), now)
    async with site.pool.acquire() as connection:
        await connection.execute(FUNCTIONS)
        await _surroundings(connection)
        await connection.execute(
            "create table bench_text (n int primary key, text text not null, language text, terms tsvector, made text[])"
        )
        await connection.copy_records_to_table("bench_text", records=texts, columns=["n", "text", "language", "made"])
        await connection.execute("update bench_text set terms = array_to_tsvector(made); analyze bench_text")
    known = {"closed": round(100 - 100 * is_open), "texts": len(texts), "agents": AGENTS, "zone": ZONE}
    values = start, now, conversations, people
    tables = [table for table in _TABLES if searched or table != "message_terms"]
    async with filling(site.pool, tables):
        await together(site.pool, [(_with(PLACES, known), values)])
        async with site.pool.acquire() as connection:
            await connection.execute("analyze bench_place", timeout=600)
        await together(site.pool, [_used(_with(FILLING[table], known), values) for table in tables])
    async with site.pool.acquire() as connection:
        await connection.execute("update report_fold set zone = $1", ZONE)
        await connection.execute(
            "insert into report_person (agent_id) select id from bench_agent order by n on conflict do nothing"
        )
        await connection.execute("create table bench_loaded ()")


def _with(statement: str, known: dict[str, object]) -> str:
    for name, value in known.items():
        statement = statement.replace(f"{{{name}}}", str(value))
    return statement


def _used(statement: str, values: tuple[object, ...]) -> tuple[str, list[object]]:
    """Return a statement with those of the values that it names, numbered anew."""
    used = [n for n in range(1, len(values) + 1) if f"${n}:" in statement]
    for place, n in enumerate(used, 1):
        statement = statement.replace(f"${n}:", f"${place}:")
    return statement, [values[n - 1] for n in used]


def _some(chance: random.Random, below: int, count: int) -> list[int]:
    return [chance.randrange(3, below) for _ in range(count)]


async def _surroundings(connection: Connection) -> None:
    await connection.execute(
        f"""
        create table bench_queue as select n, bench_id(6, 0, n) as id from generate_series(1, {QUEUES}) n;
        create table bench_channel as select n, bench_id(7, 0, n) as id from generate_series(1, {CHANNELS}) n;
        create table bench_agent as select n, bench_id(8, 0, n) as id from generate_series(1, {AGENTS}) n;
        create table bench_code as select n, bench_id(9, 0, n) as id from generate_series(1, {CODES}) n;
        create table bench_skills as
            select skills, coalesce((select jsonb_agg(jsonb_build_object('skill', s, 'level', 1, 'optional', false)) from
                                     unnest(string_to_array(nullif(skills, ''), ',')) s), '[]') as needed
            from unnest(array['', 'billing', 'technical', 'billing,technical']) skills;
        insert into queue (id, key, name, wrap_up_s, first_response_s)
            select id, 'bench-' || n, jsonb_build_object('de', 'Gruppe ' || n), 0, 3600 from bench_queue;
        insert into channel (id, connector, network, medium, name, queue_id, realm)
            select c.id, 'mastodon', 'mastodon', 'post', 'Kanal ' || c.n, q.id, 'net.example'
            from bench_channel c join bench_queue q on q.n = 1;
        insert into access_class (channel_id, queue_id) select c.id, q.id from bench_channel c cross join bench_queue q
            on conflict do nothing;
        insert into app_user (id, login, login_key, name, name_key)
            select id, 'agent' || n, 'agent' || n, 'Agent ' || n, 'agent ' || n from bench_agent;
        insert into agent (user_id) select id from bench_agent;
        insert into wrap_up_code (id, key, name) select id, 'bench' || n, jsonb_build_object('de', 'Grund ' || n) from bench_code;
        insert into skill (id, key, name) select bench_id(10, 0, n), s, '{{}}'
            from unnest(array['billing', 'technical']) with ordinality s(s, n) on conflict (key) do nothing;
        """
    )


def _texts(words: Words, count: int) -> tuple[list[tuple[int, str, str, list[str]]], dict[str, int]]:
    """Return numbered texts with their language and terms, and in how many of them each word stands."""
    frequency: dict[str, int] = {}
    rows = []
    for number in range(count):
        text = words.text(words.random.randrange(60, 200))
        language = LANGUAGES[number % len(LANGUAGES)]
        for word in set(text.lower().split()):
            frequency[word] = frequency.get(word, 0) + 1
        rows.append((number, text, language, terms(text, language)))
    return rows, frequency
