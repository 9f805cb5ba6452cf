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

_FUNCTIONS = """
create function bench_id(kind int, ms bigint, n bigint) returns uuid language sql immutable parallel safe as $$
  select (lpad(to_hex(ms), 12, '0') || '7' || lpad(to_hex(kind), 3, '0') || '8' || lpad(to_hex(n), 15, '0'))::uuid $$;
create function bench_ms(span interval) returns bigint language sql immutable parallel safe as $$
  select (extract(epoch from span) * 1000)::bigint $$;
create function bench_any(n bigint, salt int, below int) returns int language sql immutable parallel safe as $$
  select ((hashint8extended(n, salt) & 1073741823) % below)::int $$;
"""

#: Each enquiry by its number. It is asked; taken, answered and asked on (`last_at`) unless nobody has it; and at last closed.
#: `left`: the customer gave up. A first answer that takes longer than an hour is late. Ids tell their time (`..._ms`), as the
#: product's do.
_PLACES = """
create unlogged table bench_place as
select p.n, bench_id(1, p.ms, p.n) as conversation_id, bench_id(2, p.ms, p.n) as interaction_id,
       bench_id(4, 0, p.n % $4::bigint) as identity_id, bench_id(5, p.ms + p.last * 60000, p.n * 3 + 2) as last_message_id,
       a.channel_id, a.queue_id, a.id as access_class, g.id as agent_id, w.id as code_id, p.n % $4::bigint as person, p.stand,
       x.language, (array['', 'billing', 'technical', 'billing,technical'])[1 + bench_any(p.n, 9, 4)] as skills, p.ms, p.first, p.last,
       p.at, p.at + interval '5 minutes' as taken_at, p.at + interval '1 minute' * p.answer as answered_at,
       p.at + interval '1 minute' * p.last as last_at,
       p.at + interval '1 minute' * (p.answer + 30 + bench_any(p.n, 8, 90)) as closed_at, p.untaken
from (
    select *, (extract(epoch from at) * 1000)::bigint as ms, stand in ('waiting', 'left') as untaken,
           case when stand in ('waiting', 'left') then 3 else answer end as first,
           case when stand in ('waiting', 'left') then 4 else answer + 10 end as last
    from (
        select n, date_trunc('minute', $1::timestamptz + n * ($2::timestamptz - $1::timestamptz) / $3::bigint) as at,
               6 + bench_any(n, 7, 62) as answer,
               case when n <= $3::bigint * {closed} / 100 then case when bench_any(n, 10, 40) = 0 then 'left' else 'closed' end
                    when bench_any(n, 5, 100) < 60 then 'waiting' when bench_any(n, 5, 100) < 85 then 'active' else 'parked' end as stand,
               1 + bench_any(n, 1, 8) as channel,
               -- The last queue is that of a small team: one in five thousand.
               case when bench_any(n, 2, 5000) = 0 then 20 else 1 + bench_any(n, 3, 19) end as queue
        from generate_series(1, $3::bigint) n) d
) p
join (select a.id, a.channel_id, a.queue_id, c.n as channel, q.n as queue
      from access_class a join bench_channel c on c.id = a.channel_id join bench_queue q on q.id = a.queue_id) a using (channel, queue)
join bench_agent g on g.n = 1 + bench_any(p.n, 4, {agents}) join bench_code w on w.n = 1 + bench_any(p.n, 11, 8)
join bench_text x on x.n = bench_any(p.n * 3, 6, {texts})
order by p.n
"""

#: Of each place three messages: what is asked, the answer, what is said to it; of what nobody took, three questions.
_SAID = """
bench_place p cross join generate_series(0, 2) j
cross join lateral (
    select p.n * 3 + j as n, j = 1 and not p.untaken as ours, case j when 0 then 0 when 1 then p.first else p.last end as minute) s
cross join lateral (
    select s.n, s.ours, p.at + interval '1 minute' * s.minute as at, bench_id(5, p.ms + s.minute * 60000, s.n) as id) m
"""

_STATEMENTS = {
    "message_terms": f"""
        insert into message_terms (said_at, message_id, conversation_id, search_version, terms)
        select m.at, m.id, p.conversation_id, 2,
               t.terms || array_to_tsvector(array['v' || m.n, '@' || p.access_class]
                   || case when j = 0 then array['48' || lpad(p.n::text, 8, '0'), '#' || lpad(p.n::text, 8, '0')] else '{{}}' end)
        from {_SAID} join bench_text t on t.n = bench_any(m.n, 6, {{texts}})""",
    "message": f"""
        insert into message (id, conversation_id, interaction_id, channel_id, direction, visibility, identity_id, user_id,
                             occurred_at, received_at, said_at, ingest_key, remote_id, parent_remote_id, language, delivery, version)
        select m.id, p.conversation_id, p.interaction_id, p.channel_id, case when m.ours then 'out' else 'in' end,
               'public', case when m.ours then null else p.identity_id end, case when m.ours then p.agent_id end, m.at, m.at, m.at,
               case when m.ours then 'answer:' || m.id else 'status:' || m.n || ':0' end, 's' || m.n,
               case when m.ours then 's' || p.n * 3 end, x.language, case when m.ours then 'sent' end,
               case when m.ours then 3 else 1 end
        from {_SAID} join bench_text x on x.n = bench_any(m.n, 6, {{texts}})""",
    "message_text": f"""
        insert into message_text (message_id, text)
        select m.id, t.text || case when j = 0 then ' 48' || lpad(p.n::text, 8, '0') else '' end || ' v' || m.n
        from {_SAID} join bench_text t on t.n = bench_any(m.n, 6, {{texts}})""",
    "conversation": """
        insert into conversation (id, channel_id, visibility, root_remote_id, identity_id, access_class, last_message_id,
                                  last_said_at, last_inbound_at, created_at, version)
        select p.conversation_id, p.channel_id, 'public', 's' || p.n * 3, p.identity_id, p.access_class,
               p.last_message_id, p.last_at, p.last_at, p.at, 4
        from bench_place p""",
    "interaction": """
        insert into interaction (id, conversation_id, channel_id, access_class, queue_id, state, agent_id, skills, units,
                                 waiting_since, due_at, due_kind, first_response_at, held_since, reason, created_at, updated_at,
                                 closed_at, wrap_up_code_id, language, version)
        select p.interaction_id, p.conversation_id, p.channel_id, p.access_class, p.queue_id,
               case p.stand when 'left' then 'closed' else p.stand end, case when not p.untaken then p.agent_id end, k.needed, 12,
               p.at, case p.stand when 'waiting' then p.at + interval '1 hour' when 'active' then p.last_at + interval '1 hour'
                                  when 'parked' then p.last_at + interval '1 hour' else 'infinity' end,
               case p.stand when 'waiting' then 'first_response' when 'closed' then null when 'left' then null else 'next_response' end,
               case when not p.untaken then p.answered_at end, case when not p.untaken then p.taken_at end,
               case when p.untaken then '{"code": "new"}' else '{"code": "taken_by_hand"}' end::jsonb,
               p.at, case p.stand when 'waiting' then p.last_at when 'active' then p.last_at else p.closed_at end,
               case when p.stand in ('closed', 'left') then p.closed_at end, case when p.stand = 'closed' then p.code_id end,
               p.language, 1
        from bench_place p join bench_skills k on k.skills = p.skills""",
    "identity": """
        insert into identity (id, customer_id, network, realm, remote_id, handle, display_name, name_terms, first_seen_at)
        select p.identity_id, bench_id(3, 0, p.person), 'mastodon', 'net.example', p.person::text,
               '@person' || p.person, 'Anna P' || p.person,
               array_to_tsvector(array['anna', 'p' || p.person, 'person' || p.person]), p.at
        from bench_place p where p.n <= $4::bigint""",
    "customer": """
        insert into customer (id, created_at)
        select bench_id(3, 0, p.person), p.at from bench_place p where p.n <= $4::bigint""",
    "report_fact": """
        insert into report_fact (interaction_id, conversation_id, access_class, arrived_at, by_hand, again, age_ms, answered_at,
            answered_by, first_ms, late_at, next_n, next_ms, next_late, waited_ms, worked_ms, wrap_ms, transfers, closed_at, closed_by,
            code_id, ending, resolution_ms, resolution_late, stand, since, agent_id, offered, asked_at, language, skills, arrived_day,
            arrived_hour, answered_day, late_day, closed_day)
        select p.interaction_id, p.conversation_id, p.access_class, p.at, false, false, 0, t.answered_at, t.agent_id,
               bench_ms(t.answered_at - p.at), l.at, 0, 0, 0, bench_ms(t.taken_at - p.at),
               case when p.stand in ('closed', 'parked') then bench_ms(p.closed_at - p.taken_at) end, 0, 0, c.at,
               case when p.stand = 'closed' then p.agent_id end, case when p.stand = 'closed' then p.code_id end,
               case p.stand when 'closed' then 'code' when 'left' then 'abandoned' end, bench_ms(c.at - p.at), false,
               case p.stand when 'waiting' then 'waits' when 'active' then 'hands' when 'parked' then 'rests' else 'over' end,
               case p.stand when 'waiting' then p.at when 'active' then p.taken_at else p.closed_at end, t.agent_id, false,
               case when p.stand in ('active', 'parked') then p.last_at end, p.language, p.skills,
               (p.at at time zone '{zone}')::date, extract(hour from p.at at time zone '{zone}'),
               (t.answered_at at time zone '{zone}')::date, (l.at at time zone '{zone}')::date, (c.at at time zone '{zone}')::date
        from bench_place p
        cross join lateral (select case when not p.untaken then p.agent_id end as agent_id,
                                   case when not p.untaken then p.taken_at end as taken_at,
                                   case when not p.untaken then p.answered_at end as answered_at) t
        cross join lateral (select case when t.answered_at > p.at + interval '1 hour' then p.at + interval '1 hour' end as at) l
        cross join lateral (select case when p.stand in ('closed', 'left') then p.closed_at end as at) c""",
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
        await connection.execute(_FUNCTIONS)
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
        await together(site.pool, [(_with(_PLACES, known), values)])
        async with site.pool.acquire() as connection:
            await connection.execute("analyze bench_place", timeout=600)
        await together(site.pool, [_used(_with(_STATEMENTS[table], known), values) for table in tables])
    async with site.pool.acquire() as connection:
        await connection.execute("update report_fold set zone = $1", ZONE)
        await connection.execute("insert into report_person (agent_id) select id from bench_agent order by n on conflict do nothing")
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
