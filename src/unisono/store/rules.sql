-- name: all
select id, name, position, trigger, after_s, match_all, conditions, actions, stop, enabled, version from rule
where $1::boolean is null or enabled = $1 order by position, id;

-- name: add
insert into rule (id, name, position, trigger, after_s, match_all, conditions, actions, stop, enabled, created_at, changed_at)
values ($1, $2, (select coalesce(max(position), 0) + 1 from rule), $3, $4, $5, $6, $7, $8, $9, $10, $10) on conflict do nothing;

-- name: remove
delete from rule where id = $1 returning id;

-- name: order
update rule r set position = n.position, changed_at = $2
from unnest($1::uuid[]) with ordinality as n(id, position) where r.id = n.id and r.position <> n.position;

-- name: facts
-- The text is that of the occasion's message, else of the customer's newest in this enquiry.
select i.id as interaction_id, i.conversation_id, i.channel_id, i.queue_id, i.access_class, i.agent_id, i.preferred_agent_id,
       i.state, h.network, h.medium, c.visibility, coalesce(i.work_class_id, h.work_class_id) as work_class_id, i.language, i.skills, i.priority, i.waiting_since,
       array(select g.tag_id::text from conversation_tag g where g.conversation_id = c.id order by 1) as tags,
       q.time_zone, q.open_now, k.value as customer_value,
       i.previous_id is null and not exists (
           select from conversation o join identity n on n.id = o.identity_id
           where n.customer_id = k.id and o.id <> c.id and o.created_at < c.created_at) as first_contact,
       coalesce(m.automatic, false) as automatic, coalesce(t.subject, '') as subject, coalesce(t.text, '') as text,
       coalesce(t.details, '{}') as details, i.created_at, i.first_response_at, i.closed_at, coalesce(i.approval, '') as approval,
       y.followers, m.said_at,
       coalesce((select s.terms from queue_service_level a join service_level s on s.id = a.service_level_id
                 where a.queue_id = q.id and a.work_class_id is null), 'queue:' || q.first_response_s) as terms
from unnest($1::uuid[], $2::uuid[]) with ordinality as asked(interaction_id, message_id, place)
join interaction i on i.id = asked.interaction_id
join conversation c on c.id = i.conversation_id
join channel h on h.id = i.channel_id
join queue q on q.id = i.queue_id
join identity y on y.id = c.identity_id
join customer k on k.id = y.customer_id
left join lateral (
    select id, automatic, said_at from message
    where id = asked.message_id or (asked.message_id is null and conversation_id = c.id and direction = 'in' and deleted_at is null)
    order by said_at desc, tie_break desc, ingest_key desc limit 1) m on true
left join message_text t on t.message_id = m.id
order by asked.place;

-- name: applied_lately
select interaction_id, rule_id, count(*)::int as n from rule_application
where interaction_id = any($1::uuid[]) and at > $2 group by interaction_id, rule_id;

-- name: record
insert into rule_application (id, rule_id, interaction_id, conversation_id, occasion, at, findings)
values ($1, $2, $3, $4, $5, $6, $7) on conflict do nothing returning id;

-- name: finish_record
update rule_application set done = $2, error = $3 where id = $1;

-- name: applications
select a.id, a.rule_id, a.interaction_id, a.conversation_id, a.occasion, a.at, a.findings, a.done, a.error, r.name as rule_name
from rule_application a join rule r on r.id = a.rule_id
where ($1::uuid is null or a.conversation_id = $1) and ($2::uuid is null or a.rule_id = $2)
order by a.at desc, a.id desc limit $3;

-- name: acknowledged_since
-- Ours, sent by no person, and marked as automatic: what was sent by itself.
select exists (select from message where conversation_id = $1 and direction = 'out' and automatic and said_at > $2);

-- name: too_long_waiting
select i.id from interaction i
where i.stage = 'waiting' and i.state <> 'offered' and i.waiting_since <= $3::timestamptz - make_interval(secs => $2)
  and not exists (select from rule_looked a where a.rule_id = $1 and a.interaction_id = i.id)
order by i.waiting_since, i.id limit $4;

-- name: looked
insert into rule_looked (rule_id, interaction_id) select $1, unnest($2::uuid[]) on conflict do nothing;

-- name: past
select id from interaction
where created_at >= $2 and ($1::int[] is null or access_class = any($1)) and ($3::uuid is null or id < $3)
order by id desc limit $4;

-- name: said_in
-- Walked from the enquiries; of one with very much only the first hundred messages are looked at.
select i.id as interaction_id, m.id from interaction i
cross join lateral (
    select id, said_at, tie_break, ingest_key from message
    where conversation_id = i.conversation_id and interaction_id = i.id and direction = 'in' and deleted_at is null
    order by said_at, tie_break, ingest_key limit 100) m
where i.id = any($1::uuid[])
order by i.id, m.said_at, m.tie_break, m.ingest_key;

-- name: waiting_now
select id from interaction where stage = 'waiting' and ($1::int[] is null or access_class = any($1))
order by due_at, id limit $2;

-- name: take
select cursor from follower where name = $1 for no key update skip locked;

-- name: move
update follower set cursor = $2 where name = $1;

-- name: next_events
select epoch, xid::text::bigint as xid, id, at, type, v, actor_id, access_class, channel_id, conversation_id,
       interaction_id, queue_id, agent_id, body
from event
where (epoch, xid, id) > ($1, $2::text::xid8, $3) and ($4::text[] is null or type = any($4))
  and (epoch < (select epoch from cluster_epoch) or xid < (select pg_snapshot_xmin(pg_current_snapshot())))
order by event.epoch, event.xid, event.id
limit $5;
