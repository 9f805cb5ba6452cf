-- name: lock_agents
select a.user_id, a.state, a.reason, a.capacity - a.used as free, u.disabled_at is not null as disabled
from agent a join app_user u on u.id = a.user_id
where a.user_id = any((select $1::uuid[])::uuid[]) order by a.user_id for no key update of a;

-- name: lock_work_about
select i.id from interaction i where i.id in (
    select o.id from interaction o where o.conversation_id = any($1::uuid[]) and o.stage <> 'closed'
    union all select m.interaction_id from message m where m.id = any($2::uuid[]))
order by i.id for no key update of i;

-- name: lock_work_of
select i.id from identity n join conversation c on c.identity_id = n.id join interaction i on i.conversation_id = c.id
where n.customer_id = any($1::uuid[]) order by i.id for no key update of i;

-- name: got_meanwhile
select id, conversation_id, channel_id, access_class, queue_id, state, agent_id, units, priority, skills, version, closed_at
from interaction where id in (select id from in_hands where agent_id = $1) and state in ('offered', 'active', 'wrap_up') and id <> all($2::uuid[])
order by id for no key update skip locked;

-- name: deferrable
select i.id from interaction i join channel c on c.id = i.channel_id join work_class w on w.id = coalesce(i.work_class_id, c.work_class_id)
where i.id = any($1::uuid[]) and w."deferrable";

-- name: desks_open
-- In the order of the key; who was written down a moment ago, maybe by another node, is not written again.
insert into desk_seen (user_id, at)
select a.user_id, $2 from agent a where a.user_id = any($1::uuid[]) order by a.user_id
on conflict (user_id) do update set at = excluded.at where desk_seen.at < excluded.at - interval '25 seconds';

-- name: node_listens
insert into desk_node (name, since, at) values ($1, $2, $2)
on conflict (name) do update set at = excluded.at,
    since = case when desk_node.at < excluded.at - make_interval(secs => $3) then excluded.at else desk_node.since end;

-- name: lost_desks
select a.user_id from desk_seen d join agent a on a.user_id = d.user_id
where a.state <> 'offline' and d.at < $1::timestamptz - make_interval(secs => $2)
  and not exists (select from session s where s.user_id = d.user_id
                  and s.last_seen_at >= $1::timestamptz - make_interval(secs => $2))
  and not exists (select from api_token t where t.user_id = d.user_id
                  and t.last_used_at >= $1::timestamptz - make_interval(secs => $2))
  and exists (select from desk_node n where n.since <= $1::timestamptz - make_interval(secs => $2)
              and n.at >= $1::timestamptz - make_interval(secs => $3))
order by a.user_id limit $4;

-- name: is_lost
select exists (
    select from desk_seen d join agent a on a.user_id = d.user_id
    where d.user_id = $1 and a.state <> 'offline' and d.at < $2::timestamptz - make_interval(secs => $3)
      and not exists (select from session s where s.user_id = $1 and s.last_seen_at >= $2::timestamptz - make_interval(secs => $3))
      and not exists (select from api_token t where t.user_id = $1 and t.last_used_at >= $2::timestamptz - make_interval(secs => $3))
);

-- name: desks
-- Since when each is in their state, and when their desk was last heard of.
select a.user_id, a.since, d.at from agent a left join desk_seen d on d.user_id = a.user_id where a.user_id = any($1::uuid[]);

-- name: holds
select count(*) from in_hands where agent_id = $1;

-- name: forget_desk
delete from desk_seen where user_id = $1;

-- name: forget_nodes
delete from desk_node where at < $1::timestamptz - make_interval(secs => $2);

-- name: parked_units
select round(i.units * coalesce(w.parked_share, 0))::int from interaction i join channel c on c.id = i.channel_id
left join work_class w on w.id = coalesce(i.work_class_id, c.work_class_id) where i.id = $1;

-- name: customer_wrote_on
select coalesce(reason->>'code' = 'customer_wrote', false) from interaction where id = $1;

-- name: overdue_parked
select id, conversation_id, channel_id, access_class, queue_id, state, agent_id, units, priority, skills, version, closed_at
from interaction where stage = 'parked' and parked_until <= $1 order by parked_until limit 1 for no key update skip locked;

-- name: overdue_wrap_up
select id, conversation_id, channel_id, access_class, queue_id, state, agent_id, units, priority, skills, version, closed_at
from interaction where stage = 'wrap_up' and wrap_up_until <= $1 order by wrap_up_until limit 1 for no key update skip locked;

-- name: give_offer
insert into offer (id, interaction_id, agent_id, units, created_at, expires_at, reason, given_by)
select $2, i.id, $3, i.units, $4, $4::timestamptz + make_interval(secs => q.offer_s), $5, $6
from interaction i join queue q on q.id = i.queue_id where i.id = $1;

-- name: given_by
select given_by from offer where id = $1;

-- name: experts
select count(*) from queue_member m join agent_skill k on k.user_id = m.user_id join skill s on s.id = k.skill_id
join app_user u on u.id = m.user_id
where m.queue_id = $1 and s.key = $2 and k.level >= $3 and m.user_id is distinct from $4 and u.disabled_at is null;

-- name: wrap_up_s
select wrap_up_s from queue where id = $1;

-- name: talks_to_others
select exists (select from interaction where id in (select id from in_hands where agent_id = $1) and state in ('offered', 'active') and id <> $2);

-- name: is_wrapping_up
select exists (select from interaction where holder_id = $1 and stage = 'wrap_up' and wrap_up_until is not null);

-- name: silent
-- The customer has spoken last, and since then, and since they have it, the agent said nothing to anybody. Most queues give
-- nothing back, so they are asked first, and what was said only of what has been held for so long.
with held as materialized (
    select i.id, i.conversation_id, i.agent_id, q.silence_s
    from queue q join access_class k on k.queue_id = q.id join interaction i on i.access_class = k.id and i.stage = 'active'
    where q.silence_s is not null and ($2::uuid is null or i.id = $2)
      and i.held_since <= $1::timestamptz - make_interval(secs => q.silence_s)
)
select i.id from held i
cross join lateral (
    select max(m.received_at) filter (where m.direction = 'in' and not m.automatic and m.deleted_at is null) as asked_at,
           max(m.received_at) filter (where m.direction = 'out') as answered_at,
           max(m.received_at) filter (where m.direction = 'note' and m.user_id = i.agent_id) as noted_at
    from message m where m.conversation_id = i.conversation_id
) said
where said.asked_at > coalesce(said.answered_at, '-infinity')
  and greatest(said.asked_at, said.noted_at) <= $1::timestamptz - make_interval(secs => i.silence_s)
order by i.id limit $3;
