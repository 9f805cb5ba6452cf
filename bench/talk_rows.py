# ruff: noqa: E501 - statements of a bench
"""The rows of a house that has been in use, as the database makes them from their number; `bench/talk_data.py` says of what."""

from typing import Final

FUNCTIONS: Final = """
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
PLACES: Final = """
create unlogged table bench_place as
select *, case when untaken then stand = 'waiting' or closed_at > at + interval '1 hour'
               else answered_at > at + interval '1 hour' end as late,
       not untaken and (stand in ('active', 'parked') or closed_at > last_at + interval '1 hour') as late_next
from (
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
) p order by n
"""

#: Of each place three messages: what is asked, the answer, what is said to it; of what nobody took, three questions.
_SAID = """
bench_place p cross join generate_series(0, 2) j
cross join lateral (
    select p.n * 3 + j as n, j = 1 and not p.untaken as ours, case j when 0 then 0 when 1 then p.first else p.last end as minute) s
cross join lateral (
    select s.n, s.ours, p.at + interval '1 minute' * s.minute as at, bench_id(5, p.ms + s.minute * 60000, s.n) as id) m
"""

FILLING: Final = {
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
               case when m.ours then 2 else 1 end
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
                                 waiting_since, due_at, due_kind, due_state, first_response_at, held_since, reason, created_at, updated_at,
                                 closed_at, wrap_up_code_id, language, version)
        select p.interaction_id, p.conversation_id, p.channel_id, p.access_class, p.queue_id,
               case p.stand when 'left' then 'closed' else p.stand end, case when not p.untaken then p.agent_id end, k.needed, 12,
               p.at, case p.stand when 'waiting' then p.at + interval '1 hour' when 'active' then p.last_at + interval '1 hour'
                                  when 'parked' then p.last_at + interval '1 hour' else 'infinity' end,
               case p.stand when 'waiting' then 'first_response' when 'closed' then null when 'left' then null else 'next_response' end,
               case when p.stand in ('waiting', 'active', 'parked') then 'breached' else '' end,
               case when not p.untaken then p.answered_at end, case when not p.untaken then p.taken_at end,
               case when p.untaken then '{"code": "new"}' else '{"code": "taken_by_hand"}' end::jsonb,
               p.at, case p.stand when 'waiting' then p.at + interval '1 hour' when 'active' then p.last_at + interval '1 hour'
                    when 'parked' then greatest(p.last_at + interval '1 hour', p.closed_at) else p.closed_at end,
               case when p.stand in ('closed', 'left') then p.closed_at end, case when p.stand = 'closed' then p.code_id end,
               p.language, case when p.untaken then 4 else 8 end
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
               bench_ms(t.answered_at - p.at), l.at, 0, 0, p.late_next::int, bench_ms(t.taken_at - p.at),
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
        cross join lateral (select case when p.late then p.at + interval '1 hour' end as at) l
        cross join lateral (select case when p.stand in ('closed', 'left') then p.closed_at end as at) c""",
}
