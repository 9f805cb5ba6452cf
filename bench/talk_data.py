"""A house that has been in use for two years: conversations, messages, work; the same rows on every run.

The database makes the rows from their number (`hashint8` scatters them), so a million conversations take minutes and no
network of ours. Texts come from 20,000 written by `bench.words`, each with one word that occurs nowhere else. Foreign
keys are not looked at while loading and the index of terms is built at the end, as a restore does.
"""

import random
from uuid import UUID

from msgspec import Struct

from bench.words import Words
from unisono.app.build import Running
from unisono.service.text import terms
from unisono.store.driver import Connection
from unisono.store.maintenance import ensure_months, month_of

TEXTS, AGENTS, QUEUES, CHANNELS = 20_000, 1_000, 20, 8
OPEN = 0.08
DAYS = 720

_FUNCTIONS = """
create function bench_id(kind int, at timestamptz, n bigint) returns uuid language sql immutable parallel safe as $$
  select (lpad(to_hex((extract(epoch from at) * 1000)::bigint), 12, '0') || '7' || lpad(to_hex(kind), 3, '0') || '8'
          || lpad(to_hex(n), 15, '0'))::uuid $$;
create function bench_any(n bigint, salt int, below int) returns int language sql immutable parallel safe as $$
  select ((hashint8extended(n, salt) & 1073741823) % below)::int $$;
"""

_STATEMENTS = {
    "places": """
        create table bench_place as
        select n, bench_id(1, $1::timestamptz + n * ($2::timestamptz - $1::timestamptz) / $3::bigint, n) as conversation_id,
               bench_id(2, $1::timestamptz + n * ($2::timestamptz - $1::timestamptz) / $3::bigint, n) as interaction_id,
               $1::timestamptz + n * ($2::timestamptz - $1::timestamptz) / $3::bigint as at,
               1 + bench_any(n, 1, 8) as channel,
               -- The last queue is that of a small team: one in five thousand.
               case when bench_any(n, 2, 5000) = 0 then 20 else 1 + bench_any(n, 3, 19) end as queue,
               1 + bench_any(n, 4, 1000) as agent, n % ($3::bigint * 7 / 10) as person,
               n > $3::bigint * {closed} / 100 as open, bench_any(n, 5, 100) as dice
        from generate_series(1, $3::bigint) n""",
    "customers": """
        insert into customer (id, created_at)
        select bench_id(3, $1::timestamptz, p), $1 from generate_series(0, $3::bigint * 7 / 10 - 1) p
        where $2::timestamptz is not null""",
    "identities": """
        insert into identity (id, customer_id, network, realm, remote_id, handle, display_name, name_terms, first_seen_at)
        select bench_id(4, $1::timestamptz, p), bench_id(3, $1::timestamptz, p), 'mastodon', 'net.example', p::text,
               '@person' || p, 'Person ' || p, array_to_tsvector(array['person', 'p' || p]), $1
        from generate_series(0, $3::bigint * 7 / 10 - 1) p where $2::timestamptz is not null""",
    "conversations": """
        insert into conversation (id, channel_id, visibility, root_remote_id, identity_id, access_class, last_message_id,
                                  last_said_at, last_inbound_at, created_at)
        select p.conversation_id, c.id, 'public', 'r' || p.n, bench_id(4, $1::timestamptz, p.person), a.id,
               bench_id(5, p.at + interval '20 minutes', p.n * 3 + 2), p.at + interval '20 minutes', p.at, p.at
        from bench_place p join bench_channel c on c.n = p.channel join bench_queue q on q.n = p.queue
        join access_class a on a.channel_id = c.id and a.queue_id = q.id
        where $2::timestamptz is not null and $3::bigint > 0 order by p.n""",
    "interactions": """
        insert into interaction (id, conversation_id, channel_id, access_class, queue_id, state, agent_id, units,
                                 waiting_since, due_at, reason, created_at, updated_at, closed_at, language)
        select p.interaction_id, p.conversation_id, c.id, a.id, q.id,
               case when not p.open then 'closed' when p.dice < 60 then 'waiting' when p.dice < 85 then 'active'
                    else 'parked' end,
               case when p.open and p.dice < 60 then null else g.id end, 12, p.at,
               case when p.dice = 7 then 'infinity' else p.at + interval '1 hour' end, '{"code": "new"}', p.at, p.at,
               case when p.open then null else p.at + interval '2 hours' end, 'de'
        from bench_place p join bench_channel c on c.n = p.channel join bench_queue q on q.n = p.queue
        join access_class a on a.channel_id = c.id and a.queue_id = q.id join bench_agent g on g.n = p.agent
        where $1::timestamptz < $2::timestamptz and $3::bigint > 0 order by p.n""",
    "messages": """
        insert into message (id, conversation_id, interaction_id, channel_id, direction, visibility, identity_id, user_id,
                             occurred_at, received_at, said_at, ingest_key, remote_id, language, delivery)
        select bench_id(5, m.at, p.n * 3 + j), p.conversation_id, p.interaction_id, c.id,
               case when j = 1 then 'out' else 'in' end, 'public',
               case when j = 1 then null else bench_id(4, $1::timestamptz, p.person) end,
               case when j = 1 then g.id end, m.at, m.at, m.at, 'status:' || (p.n * 3 + j) || ':0', 's' || (p.n * 3 + j), 'de',
               case when j = 1 then 'sent' end
        from bench_place p cross join generate_series(0, 2) j cross join lateral (select p.at + j * interval '10 minutes' as at) m
        join bench_channel c on c.n = p.channel join bench_agent g on g.n = p.agent
        where $2::timestamptz is not null and $3::bigint > 0 order by p.n, j""",
    "texts": """
        insert into message_text (message_id, text)
        select bench_id(5, p.at + j * interval '10 minutes', p.n * 3 + j), t.text || ' v' || (p.n * 3 + j)
        from bench_place p cross join generate_series(0, 2) j
        join bench_text t on t.n = bench_any(p.n * 3 + j, 6, 20000)
        where $1::timestamptz < $2::timestamptz and $3::bigint > 0 order by p.n, j""",
    "terms": """
        insert into message_terms (said_at, message_id, conversation_id, search_version, terms)
        select p.at + j * interval '10 minutes', bench_id(5, p.at + j * interval '10 minutes', p.n * 3 + j), p.conversation_id,
               2, t.terms || array_to_tsvector(array['v' || (p.n * 3 + j), '@' || a.id])
        from bench_place p cross join generate_series(0, 2) j
        join bench_text t on t.n = bench_any(p.n * 3 + j, 6, 20000)
        join bench_channel c on c.n = p.channel join bench_queue q on q.n = p.queue
        join access_class a on a.channel_id = c.id and a.queue_id = q.id
        where $1::timestamptz < $2::timestamptz and $3::bigint > 0 order by p.n, j""",
}


class Loaded(Struct, frozen=True, kw_only=True):
    """What is there, by name: for asking."""

    queues: list[UUID]
    channels: list[UUID]
    agents: list[UUID]
    common: list[str]
    frequent: list[str]
    middling: list[str]
    rare: list[str]


async def load(running: Running, conversations: int, seed: int, *, is_open: float = OPEN, searched: bool = True) -> Loaded:
    """Fill the house with so many conversations of three messages each, unless it is full already.

    is_open: the share of them that is not closed; of these six in ten wait. searched: the words of messages can be found, which
    takes half of the time; who measures no search leaves it out.
    """
    words = Words(seed)
    texts, frequency = _texts(words)
    async with running.pool.acquire() as connection:
        full = await connection.fetchval("select to_regclass('bench_place') is not null")
    if not full:
        await _fill(running, conversations, texts, is_open, searched=searched)
    async with running.pool.acquire() as connection:
        queues, channels, agents = [
            [row["id"] for row in await connection.fetch(f"select id from bench_{table} order by n")]
            for table in ("queue", "channel", "agent")
        ]
    by_count = sorted(frequency, key=lambda word: (-frequency[word], word))
    known = [word for word in by_count if frequency[word] >= 20]
    # In one text of a hundred or so: too many to collect all, too few to meet one soon.
    frequent = [word for word in by_count if 0.005 <= frequency[word] / TEXTS <= 0.02]
    return Loaded(
        queues=queues, channels=channels, agents=agents, common=by_count[:20], frequent=frequent[:40],
        middling=known[len(known) // 3 : len(known) // 3 + 40],
        rare=[f"v{n}" for n in _some(words.random, conversations * 3, 200)],
    )  # fmt: skip


async def _fill(
    running: Running, conversations: int, texts: list[tuple[int, str, list[str]]], is_open: float, *, searched: bool
) -> None:
    now = running.clock.now()
    async with running.pool.acquire() as connection:
        start = await connection.fetchval("select $1::timestamptz - make_interval(days => $2)", now, DAYS)
    await ensure_months(running.pool, month_of(start), now)
    async with running.pool.acquire() as connection:
        await connection.execute(_FUNCTIONS)
        await _surroundings(connection)
        await connection.execute("create table bench_text (n int primary key, text text not null, terms tsvector, made text[])")
        await connection.copy_records_to_table("bench_text", records=texts, columns=["n", "text", "made"])
        await connection.execute("update bench_text set terms = array_to_tsvector(made)")
        await connection.execute("set session_replication_role = replica; set maintenance_work_mem = '512MB'; set jit = off")
        await connection.execute("drop index message_terms_gin")
        for name, statement in _STATEMENTS.items():
            if name == "terms" and not searched:
                continue
            stated = statement.replace("{closed}", str(round(100 - 100 * is_open)))
            await connection.execute(stated, start, now, conversations, timeout=1_800)
        await connection.execute("create index message_terms_gin on message_terms using gin (terms)", timeout=1_800)
        await connection.execute("set session_replication_role = origin; reset maintenance_work_mem; reset jit")
        await connection.execute("vacuum analyze", timeout=1_800)
        await connection.execute("checkpoint", timeout=600)


def _some(chance: random.Random, below: int, count: int) -> list[int]:
    return [chance.randrange(3, below) for _ in range(count)]


async def _surroundings(connection: Connection) -> None:
    await connection.execute(
        f"""
        create table bench_queue as select n, bench_id(6, now(), n) as id from generate_series(1, {QUEUES}) n;
        create table bench_channel as select n, bench_id(7, now(), n) as id from generate_series(1, {CHANNELS}) n;
        create table bench_agent as select n, bench_id(8, now(), n) as id from generate_series(1, {AGENTS}) n;
        insert into queue (id, key, name) select id, 'bench-' || n, jsonb_build_object('de', 'Gruppe ' || n) from bench_queue;
        insert into channel (id, connector, network, medium, name, queue_id)
            select c.id, 'mastodon', 'mastodon', 'post', 'Kanal ' || c.n, q.id from bench_channel c join bench_queue q on q.n = 1;
        insert into access_class (channel_id, queue_id) select c.id, q.id from bench_channel c cross join bench_queue q
            on conflict do nothing;
        insert into app_user (id, login, login_key, name, name_key)
            select id, 'agent' || n, 'agent' || n, 'Agent ' || n, 'agent ' || n from bench_agent;
        insert into agent (user_id) select id from bench_agent;
        """
    )


def _texts(words: Words) -> tuple[list[tuple[int, str, list[str]]], dict[str, int]]:
    """Return numbered texts with their terms, and in how many of them each word stands."""
    frequency: dict[str, int] = {}
    rows = []
    for number in range(TEXTS):
        text = words.text(words.random.randrange(60, 200))
        for word in set(text.lower().split()):
            frequency[word] = frequency.get(word, 0) + 1
        rows.append((number, text, terms(text, "de")))
    return rows, frequency
